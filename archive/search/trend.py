"""How often something was written about over time, beside all that was published."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date
from typing import Literal

from sqlite_utils import Database

from archive.search.notes import Note
from archive.search.periods import Unit, by_period, iter_periods, unit_for
from archive.search.run import select_matching

Split = Literal["", "source", "language"]

MAX_GROUPS = 8
"""Sources or languages with a line of their own, those with the most articles found."""
MAX_PERIODS = 800
"""Days, months or years at most; of more a coarser unit is taken."""


@dataclass(frozen=True, slots=True)
class Point:
    """One day, month or year of one group: articles found, of so many published then."""

    period: str
    group: str
    articles: int
    published: int

    @property
    def share(self) -> float:
        """The part of what was published: 0.0 to 1.0, 0.0 where nothing was."""
        return self.articles / self.published if self.published else 0.0


@dataclass(frozen=True, slots=True)
class Trend:
    """Counts of a query over time.

    Attributes:
        query: As asked.
        unit: What a period is.
        split: What the groups are; empty: there is one, without a name.
        groups: Their names, the commonest first.
        points: Every period of the span for every group, in order of time.
        notes: What could not be read of the query.
    """

    query: str
    unit: Unit
    split: Split
    groups: tuple[str, ...]
    points: tuple[Point, ...]
    notes: tuple[Note, ...]


def find_trend(db: Database, query: str, *, unit: Unit | None = None, split: Split = "") -> Trend:
    """Count the articles of a query by when they were published.

    Args:
        db: The index.
        query: What people type; only what was asked for is counted, no nearest words.
        unit: Days, months or years, coarser where these are too many; None: what the span asks.
        split: By source or language, at most `MAX_GROUPS` of them.
    """
    matches, notes = select_matching(db, query)
    found = _counts(db, f"({matches.sql})", matches.values, split)
    if not found:
        return Trend(query, unit or "month", split, (), (), notes)
    days = [day for days in found.values() for day in days]
    first, last = date.fromordinal(min(days)), date.fromordinal(max(days))
    unit = _bounded(unit or unit_for(first, last), last.year - first.year + 1)
    sizes = Counter({group: sum(days.values()) for group, days in found.items()})
    groups = tuple(group for group, _ in sizes.most_common(MAX_GROUPS))
    everything = _counts(db, "facets", (), split)
    counted, published = (
        {group: by_period(counts[group], unit) for group in groups}
        for counts in (found, everything)
    )
    points = tuple(
        Point(period, group, counted[group][period], published[group][period])
        for period in iter_periods(unit, first, last)
        for group in groups
    )
    return Trend(query, unit, split, groups, points, notes)


def _bounded(unit: Unit, years: int) -> Unit:
    """A coarser unit where there would be more than `MAX_PERIODS`.

    >>> _bounded("day", 2), _bounded("day", 30), _bounded("month", 400)
    ('day', 'month', 'year')
    """
    if unit == "day" and years * 366 > MAX_PERIODS:
        unit = "month"
    return "year" if unit == "month" and years * 12 > MAX_PERIODS else unit


def _counts(
    db: Database, numbers: str, values: tuple[str | int, ...], split: Split
) -> dict[str, Counter[int]]:
    """How many articles of each group are of each day."""
    column = {"": "NULL", "source": "f.source", "language": "f.language"}[split]
    rows = db.execute(
        f"SELECT {column}, f.day, count(*) FROM facets f "  # noqa: S608 - constants, bound values
        f"WHERE f.number IN (SELECT number FROM {numbers}) GROUP BY 1, 2",
        values,
    )
    found: dict[int | None, Counter[int]] = defaultdict(Counter)
    for key, day, count in rows:
        found[key][day] += count
    return {_name(db, key): days for key, days in found.items()}


def _name(db: Database, key: int | None) -> str:
    if key is None:
        return ""
    row = db.execute("SELECT name FROM facet_names WHERE id = ?", [key]).fetchone()
    return str(row[0])
