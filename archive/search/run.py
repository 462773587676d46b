"""Asking the index: counted, ranked, one page at a time."""

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlite_utils import Database

from archive.index.trouble import explained
from archive.search.marks import Pattern, mark, patterns_of, snippet
from archive.search.plan import Plan, plan
from archive.search.query import parse
from archive.search.results import Hit, SearchResult

Order = Literal["relevance", "newest", "oldest"]

MAX_LIMIT = 1_000


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much a search may look at.

    Attributes:
        exact_matches: Up to so many matches all are ranked. bm25 costs 1.5 microseconds a match,
            whatever the cache: 20,000 are 30 ms.
        ranked_newest: Of more, so many of the newest are ranked (docs/search.md).
        counted: Under conditions, counting visits every match; beyond this it stops.
    """

    exact_matches: int = 20_000
    ranked_newest: int = 2_000
    counted: int = 10_000


# Weights of title, standfirst, text, captions and tables, and what earlier versions said.
_BM25 = "bm25(articles_fts, 8.0, 4.0, 1.0, 1.0, 0.5)"


def search(
    db: Database,
    query: str,
    *,
    limit: int = 20,
    after: str | None = None,
    offset: int = 0,
    order: Order = "relevance",
    bounds: Bounds = Bounds(),
) -> SearchResult:
    """Find articles.

    No query raises: what cannot be read as one is searched as its words, and a note says so.
    A query without words to rank by gives the newest first.

    Args:
        db: The index.
        query: What a person typed; docs/search.md.
        limit: Hits on one page, at most 1,000.
        after: `SearchResult.after` of the page before: the next one, unmoved by new articles.
        offset: Hits to skip; dear where it is large, prefer ``after``.
        order: By relevance, or by date of publication.
        bounds: How much may be looked at.

    Raises:
        MicroficheError: the database cannot be read.
    """
    read = parse(query)
    planned = plan(read)
    page = _Page(min(max(limit, 0), MAX_LIMIT), max(offset, 0), after, bounds)
    try:
        return _search(db, query, planned, page, order if planned.match else _dated(order))
    except sqlite3.DatabaseError as error:
        raise explained(error) from error


@dataclass(frozen=True, slots=True)
class _Page:
    limit: int
    offset: int
    after: str | None
    bounds: Bounds


@dataclass(frozen=True, slots=True)
class _Ranked:
    number: int
    score: float


def _dated(order: Order) -> Order:
    return "newest" if order == "relevance" else order


def _search(db: Database, query: str, planned: Plan, page: _Page, order: Order) -> SearchResult:
    total, exact = _count(db, planned, page.bounds)
    if order == "relevance":
        ranked, ranking = _by_relevance(db, planned, page, total)
    else:
        ranked, ranking = _by_date(db, planned, page, newest=order == "newest"), order
    more = len(ranked) > page.limit
    ranked = ranked[: page.limit]
    hits = _hits(db, ranked, patterns_of(planned.wanted))
    return SearchResult(
        query=query,
        total=total,
        exact=exact,
        ranking=ranking,
        hits=hits,
        notes=planned.notes,
        after=_cursor(order, ranked[-1]) if more and ranked else None,
    )


def where_of(planned: Plan) -> tuple[str, list[str | int | float]]:
    """Where hits come from and the conditions on them: the SQL after FROM, and its values."""
    sql = " AND ".join(f"({condition.sql})" for condition in planned.conditions) or "1"
    values: list[str | int | float] = [v for item in planned.conditions for v in item.values]
    if planned.match is None:
        return f"articles a WHERE {sql}", values
    if not planned.conditions:
        return "articles_fts WHERE articles_fts MATCH ?", [planned.match]
    joined = "articles_fts CROSS JOIN articles a ON a.number = articles_fts.rowid"
    return f"{joined} WHERE articles_fts MATCH ? AND {sql}", [planned.match, *values]


def _count(db: Database, planned: Plan, bounds: Bounds) -> tuple[int, bool]:
    where, values = where_of(planned)
    if not planned.conditions:
        return int(db.execute(f"SELECT count(*) FROM {where}", values).fetchone()[0]), True  # noqa: S608
    capped = f"SELECT count(*) FROM (SELECT 1 FROM {where} LIMIT {bounds.counted + 1})"  # noqa: S608
    count = int(db.execute(capped, values).fetchone()[0])
    return (bounds.counted, False) if count > bounds.counted else (count, True)


def _by_date(db: Database, planned: Plan, page: _Page, *, newest: bool) -> list[_Ranked]:
    where, values = where_of(planned)
    number = "articles_fts.rowid" if planned.match else "a.number"
    cursor = _read_cursor(page.after, "newest" if newest else "oldest")
    if cursor:
        where += f" AND {number} {'<' if newest else '>'} ?"
        values.append(cursor.number)
    order = "DESC" if newest else "ASC"
    sql = f"SELECT {number} FROM {where} ORDER BY {number} {order} LIMIT ? OFFSET ?"  # noqa: S608
    rows = db.execute(sql, [*values, page.limit + 1, page.offset])
    return [_Ranked(found, 0.0) for (found,) in rows]


def _by_relevance(
    db: Database, planned: Plan, page: _Page, total: int
) -> tuple[list[_Ranked], str]:
    where, values = where_of(planned)
    ranking = "bm25"
    matches = total
    if planned.conditions:
        count = "SELECT count(*) FROM articles_fts WHERE articles_fts MATCH ?"
        matches = int(db.execute(count, [planned.match]).fetchone()[0])
    if matches > page.bounds.exact_matches:
        ranking = f"bm25 of the newest {page.bounds.ranked_newest}"
        edge = (
            f"SELECT min(n) FROM (SELECT articles_fts.rowid AS n FROM {where} "  # noqa: S608
            f"ORDER BY articles_fts.rowid DESC LIMIT {page.bounds.ranked_newest})"
        )
        where += " AND articles_fts.rowid >= ?"
        values.append(db.execute(edge, values).fetchone()[0] or 0)
    cursor = _read_cursor(page.after, "relevance")
    sql = f"SELECT articles_fts.rowid AS number, {_BM25} AS score FROM {where}"  # noqa: S608
    some = ""
    if cursor:
        some = "WHERE score > ? OR (score = ? AND number < ?)"
        values += [cursor.score, cursor.score, cursor.number]
    rows = db.execute(
        f"SELECT number, score FROM ({sql}) {some} ORDER BY score, number DESC LIMIT ? OFFSET ?",  # noqa: S608
        [*values, page.limit + 1, page.offset],
    )
    return [_Ranked(number, score) for number, score in rows], ranking


def _cursor(order: Order, last: _Ranked) -> str:
    return f"{order}:{last.number}:{last.score!r}"


def _read_cursor(text: str | None, order: Order) -> _Ranked | None:
    """The place a page ended; None for none, or for one of another order."""
    name, _, place = (text or "").partition(":")
    number, _, score = place.partition(":")
    try:
        found = _Ranked(int(number), float(score))
    except ValueError:
        return None
    # SQLite's integers have 64 bits.
    return found if name == order and abs(found.number) < 1 << 63 else None


_HITS = """
SELECT a.number, a.id AS article_id, a.current_version AS version_id, v.title, v.standfirst,
       v.text, v.asides, a.earlier_text, a.source, s.name AS source_name, a.url, a.published,
       a.first_captured AS captured_at, c.timestamp, a.language, v.authors, a.words, a.edited,
       a.removed
FROM json_each(?) n JOIN articles a ON a.number = n.value JOIN sources s ON s.id = a.source
JOIN versions v ON v.id = a.current_version JOIN captures c ON c.id = v.first_capture
"""


def _hits(
    db: Database, ranked: Sequence[_Ranked], patterns: tuple[Pattern, ...]
) -> tuple[Hit, ...]:
    listed = json.dumps([item.number for item in ranked])
    rows = {row["number"]: row for row in db.query(_HITS, [listed])}
    return tuple(
        _hit(rows[item.number], item.score, patterns) for item in ranked if item.number in rows
    )


def _hit(row: dict[str, Any], score: float, patterns: tuple[Pattern, ...]) -> Hit:
    texts = [row.pop(name) for name in ("text", "asides", "earlier_text")]
    pieces = [snippet(text, patterns) for text in texts if text]
    marked = (piece for piece in pieces if any(segment.marked for segment in piece))
    piece = next(marked, pieces[0] if pieces else ())
    del row["number"]
    row |= {
        "title": mark(row["title"], patterns),
        "snippet": piece,
        "authors": tuple(json.loads(row["authors"])),
        "score": -score,
    }
    return Hit(**row)
