"""Where hits come from: counts by source, language, author, credit, section, and over time."""

import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Literal

from sqlite_utils import Database

from archive.index.ids import first_number, moment_of_number
from archive.index.trouble import explained
from archive.search.cursor import LOWEST
from archive.search.dates import span
from archive.search.expand import planned
from archive.search.fields import NUMBER
from archive.search.moment import at_one_moment
from archive.search.plan import Plan
from archive.search.reach import reach_of
from archive.search.where import Where, where_of

# Visiting a hit costs 2.2 microseconds: its sources, sections and the like, and its authors. Of
# more hits an even sample is counted, and the result says so. Under conditions on fields most of
# what is visited is no hit.
COUNTED_HITS = 20_000
# An even sample takes up to three walks over all that is found. For a phrase that is too dear where
# more articles have its rarest word: then the newest of these are walked over, once.
PHRASES_SAMPLED = 50_000
PHRASES_WALKED = 150_000
VISITED_PER_HIT = 3
_PARTS = 1009
TOP = 20

MAX_DAYS = 62
MAX_MONTHS = 48


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


Unit = Literal["day", "month", "year"]
Basis = Literal["all", "sample", "newest"]


@dataclass(frozen=True, slots=True)
class Facets:
    """Counts over the hits of a query, most frequent first; the histogram in order of time.

    Attributes:
        total: How many hits there are; without ``total_is_exact`` about so many, or at least.
        total_is_exact: False where there are conditions on fields and not all hits were counted.
        counted: How many of them were looked at.
        exact: False where these are not all.
        basis: ``all`` hits; an even ``sample`` of them: then all counts are estimates from it, but
            for the total of a query of words alone, and its histogram where these have no other
            forms; or the ``newest`` of them, where many words begin so, or each word of a phrase
            is common: then nothing is known of the others.
        unit: What a bar of the histogram stands for.
        histogram: From the oldest hit to the newest, those without hits too.
    """

    total: int
    total_is_exact: bool
    counted: int
    exact: bool
    basis: Basis
    sources: tuple[Value, ...]
    languages: tuple[Value, ...]
    sections: tuple[Value, ...]
    credits: tuple[Value, ...]
    authors: tuple[Value, ...]
    unit: Unit
    histogram: tuple[Bar, ...]


def count_facets(db: Database, query: str, *, counted_hits: int = COUNTED_HITS) -> Facets:
    """Count the hits of a query by what they have in common. No query raises.

    Args:
        db: The index; of one connection, one call at a time.
        query: What a person typed; docs/search.md.
        counted_hits: Of more hits than that, an even sample of at most so many is counted.

    Raises:
        MicroficheError: the database cannot be read.
    """
    try:
        with at_one_moment(db):
            return _count(db, planned(db, query), counted_hits)
    except sqlite3.DatabaseError as error:
        raise explained(error) from error


def _count(db: Database, asked: Plan, counted_hits: int) -> Facets:
    # FTS5 would merge all that begins so before it gives the first.
    if not asked.is_ranked or _phrase_reach(db, asked, PHRASES_SAMPLED) > LOWEST:
        return _count_newest(db, asked, counted_hits)
    bare = where_of(replace(asked, conditions=()))
    matches = bare.count(db)
    part = _part(matches, counted_hits * (VISITED_PER_HIT if asked.conditions else 1))
    _collect(db, where_of(asked), part)
    total = round(_collected(db) / part) if asked.conditions else matches
    # FTS5 counts within bounds as fast as over all, but merges what begins so each time anew, and
    # opens the list of each form.
    has_one_list = not asked.has_prefix and asked.match == asked.typed
    quick = part < 1 and not asked.conditions and has_one_list
    found = _described(db, bare if quick else None, total, part)
    return replace(found, total_is_exact=part == 1 or not asked.conditions)


def _phrase_reach(db: Database, asked: Plan, candidates: int) -> int:
    return reach_of(db, asked, phrases=candidates) if asked.phrases else LOWEST


def _count_newest(db: Database, asked: Plan, counted_hits: int) -> Facets:
    reach = _phrase_reach(db, asked, PHRASES_WALKED)
    where = where_of(asked, asked.by_date)
    if reach > LOWEST:
        where = where.narrowed(f"{NUMBER} >= ?", reach)
    _collect(db, where, Fraction(1), f"DESC LIMIT {counted_hits + 1}")
    exact = _collected(db) <= counted_hits and reach == LOWEST
    # The one beyond has told that there are more.
    oldest = "SELECT number FROM temp.hits ORDER BY number DESC LIMIT -1 OFFSET ?"
    db.execute(f"DELETE FROM temp.hits WHERE number IN ({oldest})", [counted_hits])  # noqa: S608 - constants
    found = _described(db, None, _collected(db), Fraction(1))
    basis: Basis = "all" if exact else "newest"
    return replace(found, exact=exact, total_is_exact=exact, basis=basis)


def _described(db: Database, where: Where | None, total: int, part: Fraction) -> Facets:
    def scaled(count: int) -> int:
        return round(count / part)

    def sampled(first: int, end: int) -> int:
        between = "SELECT count(*) FROM temp.hits WHERE number >= ? AND number < ?"
        return scaled(int(db.execute(between, [first, end]).fetchone()[0]))

    def walked(first: int, end: int) -> int:
        assert where
        return where.narrowed(f"{NUMBER} >= ? AND {NUMBER} < ?", first, end).count(db)

    unit, histogram = _histogram(db, where, walked if where else sampled)
    names = _Names(db, scaled)
    rows: Counter[tuple[int | None, ...]] = Counter(db.execute(_DESCRIBED))
    return Facets(
        total=total,
        total_is_exact=part == 1,
        counted=_collected(db),
        exact=part == 1,
        basis="all" if part == 1 else "sample",
        sources=names.top(_column(rows, 0)),
        languages=names.top(_column(rows, 1)),
        sections=names.top(_column(rows, 2)),
        credits=names.top(_column(rows, 3)),
        authors=tuple(Value(n, n, scaled(count)) for n, count in db.execute(_AUTHORS, [TOP])),
        unit=unit,
        histogram=histogram,
    )


_DESCRIBED = """
SELECT f.source, f.language, f.section, f.credit
FROM temp.hits h CROSS JOIN facets f ON f.number = h.number
"""
_AUTHORS = """
SELECT p.name, counted.hits FROM (
    SELECT ap.person, count(*) AS hits FROM temp.hits h
    CROSS JOIN article_people ap ON ap.article = h.number GROUP BY ap.person
) counted JOIN people p ON p.id = counted.person ORDER BY counted.hits DESC, p.name LIMIT ?
"""


def _part(matches: int, at_most: int) -> Fraction:
    """Which part of the matches to look at, in `_PARTS`.

    >>> _part(100, 100), _part(1009, 100), _part(5_000_000, 1)
    (Fraction(1, 1), Fraction(100, 1009), Fraction(1, 1009))
    """
    if matches <= at_most:
        return Fraction(1)
    return Fraction(max(_PARTS * at_most // matches, 1), _PARTS)


def _collect(db: Database, where: Where, part: Fraction, rest: str = "") -> None:
    # Each facet is a walk over the same hits: they are looked up once. Articles are numbered by
    # their moments: what the number leaves when divided by a prime falls evenly over all of them.
    db.execute("CREATE TEMP TABLE IF NOT EXISTS hits (number INTEGER PRIMARY KEY)")
    db.execute("DELETE FROM temp.hits")
    if part < 1:
        where = where.narrowed(f"({NUMBER} % {_PARTS}) < ?", int(part * _PARTS))
    sql = f"INSERT INTO temp.hits SELECT {where.number} FROM {where.sql} ORDER BY 1 {rest}"  # noqa: S608 - constants, bound values
    db.execute(sql, where.values)


def _collected(db: Database) -> int:
    return int(db.execute("SELECT count(*) FROM temp.hits").fetchone()[0])


def _column(rows: Counter[tuple[int | None, ...]], place: int) -> Counter[int]:
    counts: Counter[int] = Counter()
    for row, count in rows.items():
        value = row[place]
        if value is not None:
            counts[value] += count
    return counts


class _Names:
    """Names of what the narrow table has numbers for."""

    def __init__(self, db: Database, scaled: Callable[[int], int]) -> None:
        self._db, self._scaled = db, scaled

    def top(self, counts: Counter[int]) -> tuple[Value, ...]:
        """The commonest values, by count and then by name."""
        named = [Value(*self._name(key), self._scaled(n)) for key, n in counts.most_common(TOP)]
        return tuple(sorted(named, key=lambda value: (-value.count, value.value)))

    def _name(self, key: int) -> tuple[str, str]:
        sql = """SELECT n.name, coalesce(s.name, n.name)
                 FROM facet_names n LEFT JOIN sources s ON s.id = n.name WHERE n.id = ?"""
        name, label = self._db.execute(sql, [key]).fetchone()
        return name, label


def _histogram(
    db: Database, where: Where | None, count: Callable[[int, int], int]
) -> tuple[Unit, tuple[Bar, ...]]:
    where = where or Where("temp.hits WHERE 1", (), "temp.hits.number")
    ends = [where.select(db, NUMBER, f"ORDER BY {NUMBER} {way} LIMIT 1") for way in ("", "DESC")]
    if not ends[0]:
        return "month", ()
    first, last = (moment_of_number(rows[0][0]) for rows in ends)
    unit = _unit(first, last)
    return unit, tuple(
        Bar(on, count(first_number(begin), first_number(end)))
        for on, begin, end in _bars(unit, first, last)
    )


def _unit(first: datetime, last: datetime) -> Unit:
    if last - first < timedelta(days=MAX_DAYS):
        return "day"
    months = (last.year - first.year) * 12 + last.month - first.month
    return "month" if months < MAX_MONTHS else "year"


_FORMATS = {"day": "%Y-%m-%d", "month": "%Y-%m", "year": "%Y"}


def _bars(unit: Unit, first: datetime, last: datetime) -> Iterator[tuple[str, datetime, datetime]]:
    moment = first
    while moment <= last:
        # A year of four digits: strftime writes 999 so.
        on = moment.strftime(_FORMATS[unit]).rjust(4, "0")
        bounds = span(on)
        if bounds is None:
            return
        yield on, *bounds
        moment = bounds[1]


def shares(bars: Iterable[Bar]) -> list[float]:
    """How high each bar is beside the highest: 0.0 to 1.0.

    >>> shares([Bar("2026-01", 2), Bar("2026-02", 4), Bar("2026-03", 0)])
    [0.5, 1.0, 0.0]
    """
    counts = [bar.count for bar in bars]
    highest = max(counts, default=0) or 1
    return [count / highest for count in counts]
