"""Where hits come from: counts by source, language, author, credit, section, and over time."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from sqlite_utils import Database

from archive.search.periods import Unit, by_period, iter_periods, unit_for

COUNTED_HITS = 20_000
"""Of more hits an even sample of about so many is counted: each costs 2.2 microseconds."""

_PARTS = 1009
TOP = 20


@dataclass(frozen=True, slots=True)
class Value:
    """One value of a facet: what to put behind the field in a query, how to show it, how often."""

    value: str
    label: str
    count: int


@dataclass(frozen=True, slots=True)
class Bar:
    """Hits published in one day, month or year: ``2026-01-31``, ``2026-01``, ``2026``."""

    on: str
    count: int


@dataclass(frozen=True, slots=True)
class Facets:
    """Counts over the hits of a query, most frequent first; the histogram in order of time.

    Attributes:
        total: How many hits there are.
        counted: How many of them were looked at.
        exact: Whether these are all; else counts are estimates from an even sample.
        unit: What a bar of the histogram stands for.
        histogram: From the oldest hit to the newest, those without hits too.
    """

    total: int
    counted: int
    exact: bool
    sources: tuple[Value, ...]
    languages: tuple[Value, ...]
    sections: tuple[Value, ...]
    credits: tuple[Value, ...]
    authors: tuple[Value, ...]
    unit: Unit
    histogram: tuple[Bar, ...]


def described(
    db: Database,
    select: str,
    values: Iterable[str | int],
    total: int,
    *,
    counted_hits: int = COUNTED_HITS,
) -> Facets:
    """What articles have in common.

    Args:
        db: The index; of one connection, one call at a time.
        select: A SELECT of their numbers, as ``number``.
        values: Its parameters.
        total: How many they are.
        counted_hits: Of more, an even sample of about so many is counted.
    """
    part = _part(total, counted_hits)
    # Each facet is a walk over the same hits: they are looked up once. What the number of an
    # article leaves when divided by a prime falls evenly over all of them.
    db.execute("CREATE TEMP TABLE IF NOT EXISTS hits (number INTEGER PRIMARY KEY)")
    db.execute("DELETE FROM temp.hits")
    sampled = f"INSERT OR IGNORE INTO temp.hits SELECT number FROM ({select})"  # noqa: S608 - constants, bound values
    if part < 1:
        sampled += f" WHERE number % {_PARTS} < {int(part * _PARTS)}"
    db.execute(sampled, list(values))
    rows: Counter[tuple[int | None, ...]] = Counter(db.execute(_DESCRIBED))
    columns = [_column(rows, place) for place in range(5)]
    unit, histogram = _histogram(columns[4], part)
    return Facets(
        total=total,
        counted=sum(rows.values()),
        exact=part == 1,
        sources=_named(db, columns[0], part),
        languages=_named(db, columns[1], part),
        sections=_named(db, columns[2], part),
        credits=_named(db, columns[3], part),
        authors=tuple(
            Value(name, name, round(hits / part)) for name, hits in db.execute(_AUTHORS, [TOP])
        ),
        unit=unit,
        histogram=histogram,
    )


_DESCRIBED = """
SELECT f.source, f.language, f.section, f.credit, f.day
FROM temp.hits h CROSS JOIN facets f ON f.number = h.number
"""
_AUTHORS = """
SELECT p.name, counted.hits FROM (
    SELECT ap.person, count(*) AS hits FROM temp.hits h
    CROSS JOIN article_people ap ON ap.article = h.number GROUP BY ap.person
) counted JOIN people p ON p.id = counted.person ORDER BY counted.hits DESC, p.name LIMIT ?
"""
_NAME = """
SELECT n.name, coalesce(s.name, n.name)
FROM facet_names n LEFT JOIN sources s ON s.id = n.name WHERE n.id = ?
"""


def _part(matches: int, at_most: int) -> Fraction:
    """Which part of the matches to look at, in `_PARTS`.

    >>> _part(100, 100), _part(1009, 100), _part(5_000_000, 1)
    (Fraction(1, 1), Fraction(100, 1009), Fraction(1, 1009))
    """
    if matches <= at_most:
        return Fraction(1)
    return Fraction(max(_PARTS * at_most // matches, 1), _PARTS)


def _column(rows: Counter[tuple[int | None, ...]], place: int) -> Counter[int]:
    counts: Counter[int] = Counter()
    for row, count in rows.items():
        value = row[place]
        if value is not None:
            counts[value] += count
    return counts


def _named(db: Database, counts: Counter[int], part: Fraction) -> tuple[Value, ...]:
    """The commonest values, by count and then by name."""
    found = []
    for key, count in counts.most_common(TOP):
        name, label = db.execute(_NAME, [key]).fetchone()
        found.append(Value(name, label, round(count / part)))
    return tuple(sorted(found, key=lambda value: (-value.count, value.value)))


def _histogram(days: Counter[int], part: Fraction) -> tuple[Unit, tuple[Bar, ...]]:
    if not days:
        return "month", ()
    first, last = date.fromordinal(min(days)), date.fromordinal(max(days))
    unit = unit_for(first, last)
    counts = by_period(days, unit)
    return unit, tuple(Bar(on, round(counts[on] / part)) for on in iter_periods(unit, first, last))


def shares(bars: Iterable[Bar]) -> list[float]:
    """How high each bar is beside the highest: 0.0 to 1.0.

    >>> shares([Bar("2026-01", 2), Bar("2026-02", 4), Bar("2026-03", 0)])
    [0.5, 1.0, 0.0]
    """
    counts = [bar.count for bar in bars]
    highest = max(counts, default=0) or 1
    return [count / highest for count in counts]
