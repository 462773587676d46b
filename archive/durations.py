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


def duration_text(value: timedelta) -> str:
    """Write a duration in its largest whole unit; the opposite of `parse_duration`.

    >>> duration_text(timedelta(days=3)), duration_text(timedelta(seconds=0.5))
    ('3d', '0.5s')
    """
    seconds = value.total_seconds()
    for unit in "dhm":
        if seconds and seconds % _UNITS[unit] == 0:
            return f"{seconds / _UNITS[unit]:g}{unit}"
    return f"{seconds:g}s"


def format_duration(value: object) -> str:
    """Write a value for a configuration: a duration in its largest whole unit, else as TOML does.

    >>> format_duration(timedelta(hours=6)), format_duration(timedelta(seconds=90))
    ('"6h"', '"90s"')
    >>> format_duration(5.0), format_duration("page"), format_duration(None)
    ('5.0', '"page"', 'none')
    """
    if isinstance(value, timedelta):
        return f'"{duration_text(value)}"'
    if value is None:
        return "none"
    return f'"{value}"' if isinstance(value, str) else str(value)
