"""Lengths of time as people write them in a configuration: ``15m``, ``6h``, ``3d``."""

import re
from datetime import timedelta

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*([smhdw])")


def parse_duration(text: str) -> timedelta:
    """Read a duration.

    >>> parse_duration("15m"), parse_duration("1.5h")
    (datetime.timedelta(seconds=900), datetime.timedelta(seconds=5400))

    Raises:
        ValueError: no number followed by s, m, h, d or w.
    """
    match = _DURATION.fullmatch(text.strip())
    if not match:
        raise ValueError(f"expected a duration such as 90s, 15m, 6h, 3d or 2w, got {text!r}")
    return timedelta(seconds=float(match[1]) * _UNITS[match[2]])
