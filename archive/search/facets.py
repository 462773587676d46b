"""Where hits come from: counts by source, language, author, credit, section, and over time."""

import sqlite3
from dataclasses import dataclass

from sqlite_utils import Database

from archive.index.ids import NUMBERS_A_SECOND, moment_of_number
from archive.index.trouble import explained
from archive.search.plan import plan
from archive.search.query import parse
from archive.search.run import where_of

# Facets visit every hit, which costs microseconds each; of more than this the newest are counted,
# and the result says so.
COUNTED_HITS = 20_000
TOP = 20


@dataclass(frozen=True, slots=True)
class Value:
    """One value of a facet: what to put behind the field in a query, how to show it, how often."""

    value: str
    label: str
    count: int


@dataclass(frozen=True, slots=True)
class Month:
    """Hits published in one month, ``2026-01``."""

    month: str
    count: int


@dataclass(frozen=True, slots=True)
class Facets:
    """Counts over the hits of a query, most frequent first; months in order of time.

    ``exact`` is False where there are more hits than are counted: then they are counts over the
    newest ``counted`` ones.
    """

    counted: int
    exact: bool
    sources: tuple[Value, ...]
    languages: tuple[Value, ...]
    sections: tuple[Value, ...]
    credits: tuple[Value, ...]
    authors: tuple[Value, ...]
    months: tuple[Month, ...]


def count_facets(db: Database, query: str, *, counted_hits: int = COUNTED_HITS) -> Facets:
    """Count the hits of a query by what they have in common. No query raises.

    Args:
        db: The index; of one connection, one call at a time.
        query: What a person typed; docs/search.md.
        counted_hits: Of more hits than that, only so many of the newest are counted.

    Raises:
        MicroficheError: the database cannot be read.
    """
    where, values = where_of(plan(parse(query)))
    number = "articles_fts.rowid" if where.startswith("articles_fts") else "a.number"
    try:
        # Each facet is a walk over the same hits: they are looked up once.
        db.execute(_TABLE)
        db.execute("DELETE FROM temp.hits")
        # The hits first, as few bytes each; then what is known of them, in order of the table.
        db.execute(
            f"INSERT INTO temp.hits (number) SELECT {number} FROM {where} "  # noqa: S608 - constants, bound values
            f"ORDER BY {number} DESC LIMIT ?",
            [*values, counted_hits],
        )
        db.execute(_DESCRIBE)
        more = f"SELECT count(*) FROM (SELECT 1 FROM {where} LIMIT ?)"  # noqa: S608 - as above
        total = int(db.execute(more, [*values, counted_hits + 1]).fetchone()[0])
        return _count(db, exact=total <= counted_hits)
    except sqlite3.DatabaseError as error:
        raise explained(error) from error
    finally:
        if db.conn.in_transaction:
            db.conn.rollback()


def _count(db: Database, *, exact: bool) -> Facets:
    counted = int(db.execute("SELECT count(*) FROM temp.hits").fetchone()[0])
    return Facets(
        counted=counted,
        exact=exact,
        sources=_values(db, _SOURCES),
        languages=_values(db, _LANGUAGES),
        sections=_values(db, _SECTIONS),
        credits=_values(db, _CREDITS),
        authors=_values(db, _AUTHORS),
        months=_months(db),
    )


_TABLE = """
CREATE TEMP TABLE IF NOT EXISTS hits (
    number INTEGER PRIMARY KEY, source TEXT, language TEXT, section TEXT, credit TEXT
)
"""
_DESCRIBE = """
INSERT OR REPLACE INTO temp.hits
SELECT a.number, a.source, a.language, a.section, a.credit
FROM temp.hits h CROSS JOIN articles a ON a.number = h.number
"""
_SOURCES = """
SELECT h.source, s.name, count(*) FROM temp.hits h JOIN sources s ON s.id = h.source
GROUP BY h.source ORDER BY count(*) DESC, h.source LIMIT ?
"""
_LANGUAGES = """
SELECT language, language, count(*) FROM temp.hits
WHERE language IS NOT NULL GROUP BY 1 ORDER BY 3 DESC, 1 LIMIT ?
"""
_SECTIONS = """
SELECT section, section, count(*) FROM temp.hits
WHERE section IS NOT NULL GROUP BY 1 ORDER BY 3 DESC, 1 LIMIT ?
"""
_CREDITS = """
SELECT credit, credit, count(*) FROM temp.hits
WHERE credit IS NOT NULL GROUP BY 1 ORDER BY 3 DESC, 1 LIMIT ?
"""
_AUTHORS = """
SELECT p.name, p.name, count(*) FROM temp.hits h JOIN article_people ap ON ap.article = h.number
JOIN people p ON p.id = ap.person GROUP BY p.id ORDER BY 3 DESC, 1 LIMIT ?
"""


def _values(db: Database, sql: str) -> tuple[Value, ...]:
    return tuple(Value(*row) for row in db.execute(sql, [TOP]))


def _months(db: Database) -> tuple[Month, ...]:
    counts: dict[str, int] = {}
    # The number is the moment: no table needs to be asked. By days first, as those are few.
    for day, count in db.execute(_DAYS):
        month = f"{moment_of_number(day * _NUMBERS_A_DAY):%Y-%m}"
        counts[month] = counts.get(month, 0) + count
    return tuple(Month(month, count) for month, count in sorted(counts.items()))


_NUMBERS_A_DAY = 86_400 * NUMBERS_A_SECOND
_DAYS = f"SELECT number / {_NUMBERS_A_DAY}, count(*) FROM temp.hits GROUP BY 1"  # noqa: S608
