"""How far a long command is, in bytes: a bar on a terminal, nothing elsewhere."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    ProgressColumn,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)


@contextmanager
def byte_bar(
    doing: str,
    beside: ProgressColumn | None = None,
    *,
    total: int | None = None,
    **fields: Any,  # noqa: ANN401 - whatever a column shows
) -> Iterator[tuple[Progress, TaskID]]:
    """Show a bar on a terminal's stderr, gone at the end; gives it with its one task.

    Args:
        doing: What stands before it.
        beside: What stands behind the bytes; the speed where nothing else is wanted.
        total: Bytes to come, where known.
        fields: What ``beside`` shows at first.
    """
    columns = (
        TextColumn(doing),
        BarColumn(),
        DownloadColumn(),
        beside or TransferSpeedColumn(),
        TimeRemainingColumn(),
    )
    console = Console(stderr=True)
    is_shown = sys.stderr.isatty()
    with Progress(*columns, console=console, transient=True, disable=not is_shown) as bar:
        yield bar, bar.add_task(doing, total=total, **fields)
