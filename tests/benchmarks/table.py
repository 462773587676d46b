"""Figures as a Markdown table, with the machine they were taken on."""

import os
import platform
from collections.abc import Sequence


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Lay out rows below a head.

    >>> print(table(["who", "ms"], [["a", "1.0"]]))
    | who | ms |
    | --- | ---: |
    | a | 1.0 |
    """
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def machine() -> str:
    """Cores, their load and the interpreter: absolute figures mean little without them."""
    load = os.getloadavg()[0]
    return f"{os.cpu_count()} cores, load {load:.1f}, Python {platform.python_version()}"
