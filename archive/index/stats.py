"""What an index holds, and what takes how much room."""

import sqlite3
from dataclasses import dataclass

from sqlite_utils import Database


@dataclass(frozen=True, slots=True)
class SourceStats:
    """One source: articles, versions, captures, and the span of its captures."""

    source: str
    name: str
    articles: int
    versions: int
    captures: int
    first_captured: str | None
    last_captured: str | None


@dataclass(frozen=True, slots=True)
class Space:
    """Bytes a part of ``index.db`` takes: its tables together with their indexes."""

    part: str
    bytes: int


@dataclass(frozen=True, slots=True)
class Stats:
    """An index in figures.

    ``text_bytes`` is the plain text of all versions (title, standfirst, text), for comparison
    with ``space``, largest part first. ``failures`` counts by reason.
    """

    sources: tuple[SourceStats, ...]
    articles: int
    versions: int
    captures: int
    events: int
    warcs: int
    warc_bytes: int
    text_bytes: int
    failures: dict[str, int]
    space: tuple[Space, ...]


_SOURCES = """
SELECT s.id, s.name,
       (SELECT count(*) FROM articles a WHERE a.source = s.id),
       (SELECT coalesce(sum(a.versions), 0) FROM articles a WHERE a.source = s.id),
       count(c.id), min(c.timestamp), max(c.timestamp)
FROM sources s LEFT JOIN captures c ON c.source = s.id GROUP BY s.id ORDER BY s.id
"""
_TEXT = """
SELECT sum(length(CAST(title AS BLOB)) + length(CAST(standfirst AS BLOB))
           + length(CAST(text AS BLOB))) FROM versions
"""
# An index counts with its table; FTS5 keeps its rows in tables of its own.
_SPACE = """
SELECT CASE WHEN coalesce(m.tbl_name, d.name) LIKE 'articles_fts%' THEN 'full text'
            ELSE coalesce(m.tbl_name, d.name) END AS part, sum(d.pgsize) AS bytes
FROM dbstat d LEFT JOIN sqlite_master m ON m.name = d.name
GROUP BY part ORDER BY bytes DESC, part
"""


def read_stats(db: Database) -> Stats:
    """Count everything; reads the whole index once."""
    return Stats(
        sources=tuple(SourceStats(*row) for row in db.execute(_SOURCES)),
        articles=_one(db, "SELECT count(*) FROM articles"),
        versions=_one(db, "SELECT count(*) FROM versions"),
        captures=_one(db, "SELECT count(*) FROM captures"),
        events=_one(db, "SELECT count(*) FROM events"),
        warcs=_one(db, "SELECT count(*) FROM warcs"),
        warc_bytes=_one(db, "SELECT coalesce(sum(coalesce(size, indexed_to)), 0) FROM warcs"),
        text_bytes=_one(db, _TEXT),
        failures=dict(
            db.execute("SELECT reason, count(*) FROM extraction_failures GROUP BY 1 ORDER BY 1")
        ),
        space=_space(db),
    )


def _one(db: Database, sql: str) -> int:
    return int(db.execute(sql).fetchone()[0] or 0)


def _space(db: Database) -> tuple[Space, ...]:
    try:
        return tuple(Space(*row) for row in db.execute(_SPACE))
    except sqlite3.OperationalError:
        # Some builds of SQLite come without dbstat.
        pages = _one(db, "PRAGMA page_count") * _one(db, "PRAGMA page_size")
        return (Space("all tables", pages),)
