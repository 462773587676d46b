"""Dates as people type them in a query: a year, a month, a day."""

import re
from datetime import UTC, datetime, timedelta

_DATE = re.compile(r"(\d{4})(?:-?(\d{1,2})(?:-?(\d{1,2}))?)?")


def span(text: str) -> tuple[datetime, datetime] | None:
    """The moments from which and before which a date lies; None for no date.

    >>> [str(moment.date()) for moment in span("2026-02")]
    ['2026-02-01', '2026-03-01']
    >>> [str(moment.date()) for moment in span("2026")], span("soon")
    (['2026-01-01', '2027-01-01'], None)
    """
    match = _DATE.fullmatch(text.strip())
    if not match:
        return None
    year, month, day = int(match[1]), int(match[2] or 1), int(match[3] or 1)
    try:
        first = datetime(year, month, day, tzinfo=UTC)
        if match[3]:
            return first, first + timedelta(days=1)
        if match[2]:
            return first, datetime(year + month // 12, month % 12 + 1, 1, tzinfo=UTC)
        return first, datetime(year + 1, 1, 1, tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
