"""Time cut into days, months or years: for histograms and trends."""

from collections import Counter
from collections.abc import Iterator
from datetime import date
from typing import Literal

from archive.search.dates import span

Unit = Literal["day", "month", "year"]

MAX_DAYS = 62
MAX_MONTHS = 48


def unit_for(first: date, last: date) -> Unit:
    """The unit in which a span of time is shown: at most 62 days, 48 months, else years."""
    if (last - first).days < MAX_DAYS:
        return "day"
    months = (last.year - first.year) * 12 + last.month - first.month
    return "month" if months < MAX_MONTHS else "year"


def period_of(day: date, unit: Unit) -> str:
    """The day, month or year that a day is in.

    >>> period_of(date(2026, 1, 31), "month")
    '2026-01'
    """
    return day.isoformat()[: {"day": 10, "month": 7, "year": 4}[unit]]


def iter_periods(unit: Unit, first: date, last: date) -> Iterator[str]:
    """Every day, month or year from the first to the last.

    >>> list(iter_periods("month", date(2025, 12, 31), date(2026, 2, 1)))
    ['2025-12', '2026-01', '2026-02']
    """
    day: date | None = first
    while day is not None and day <= last:
        on = period_of(day, unit)
        yield on
        found = span(on)
        day = found.end if found else None


def by_period(days: Counter[int], unit: Unit) -> Counter[str]:
    """Counts of days, as their ordinals, added up.

    >>> by_period(Counter({739_646: 2, 739_647: 1}), "month")
    Counter({'2026-01': 3})
    """
    counts: Counter[str] = Counter()
    for day, count in days.items():
        counts[period_of(date.fromordinal(day), unit)] += count
    return counts
