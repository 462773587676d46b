"""The moment an article is ordered by, as text that sorts: any year from 1600, any precision."""

import re
from datetime import datetime, timedelta

# What is printed: a year, a month, a day, or a moment with or without its zone.
_PRINTED = re.compile(r"(1[6-9]|[2-9]\d)\d\d(-\d\d(-\d\d(T\d\d:\d\d(:\d\d)?)?)?)?")
# A day of grace: publishers' clocks and time zones are off by hours, seldom by more.
_GRACE = timedelta(days=1)


def dated(published: str | None, first_captured: str) -> str:
    """When an article is from: the date as printed, without its zone, else its first capture.

    A day without a time that is that of the capture has its time, so that the newest of today stand
    in order. A date after the capture, or before 1600, is no date of publication.

    Args:
        published: ISO 8601 in its own precision: ``1987``, ``1987-03``, a day, or a moment.
        first_captured: A timestamp of 14 digits, UTC.

    >>> seen = "20260302093000"
    >>> dated("2026-03-02T00:30:00+02:00", seen), dated("1987-03", seen), dated(None, seen)
    ('2026-03-02T00:30:00', '1987-03', '2026-03-02T09:30:00')
    >>> dated("2026-03-02", seen), dated("2027-01-01", seen), dated("2026-02-28", seen)
    ('2026-03-02T09:30:00', '2026-03-02T09:30:00', '2026-02-28')
    """
    match = _PRINTED.match(published or "")
    captured = written(first_captured)
    if match is None or match[0] == captured[: len(match[0])]:
        return captured
    return captured if match[0] > _last_believed(captured) else match[0]


def _last_believed(captured: str) -> str:
    return (datetime.fromisoformat(captured) + _GRACE).isoformat()


def written(timestamp: str) -> str:
    """A timestamp of 14 digits as ISO 8601, without its zone, which is UTC.

    >>> written("20260302093000")
    '2026-03-02T09:30:00'
    """
    t = timestamp
    return f"{t[:4]}-{t[4:6]}-{t[6:8]}T{t[8:10]}:{t[10:12]}:{t[12:14]}"


def day_of(dated: str) -> int:
    """The day of such a moment, counted from the year 1; the first one of a year or month.

    >>> day_of("2026-03-02T00:30:00") - day_of("2026-02"), day_of("1987") == day_of("1987-01-01")
    (29, True)
    """
    year, month, day = int(dated[:4]), int(dated[5:7] or 1), int(dated[8:10] or 1)
    return datetime(year, month, day).toordinal()  # noqa: DTZ001 - a day as it is printed
