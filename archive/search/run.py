"""Asking the index: counted, ranked, one page at a time."""

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlite_utils import Database

from archive.index.trouble import explained
from archive.search.expand import planned
from archive.search.fields import NUMBER
from archive.search.finds import Pattern, patterns_of
from archive.search.marks import mark, snippet
from archive.search.plan import Plan
from archive.search.rank import BOUNDS, Bounds, Place, Ranked, by_relevance, page_of
from archive.search.results import Hit, SearchResult, Segment
from archive.search.where import where_of

Order = Literal["relevance", "newest", "oldest"]

MAX_LIMIT = 1_000


def search(
    db: Database,
    query: str,
    *,
    limit: int = 20,
    after: str | None = None,
    offset: int = 0,
    order: Order = "relevance",
    bounds: Bounds = BOUNDS,
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
    page = _Page(min(max(limit, 0), MAX_LIMIT), max(offset, 0), after, bounds)
    try:
        found = planned(db, query)
        return _search(db, query, found, page, order if found.match else _dated(order))
    except sqlite3.DatabaseError as error:
        raise explained(error) from error


@dataclass(frozen=True, slots=True)
class _Page:
    limit: int
    offset: int
    after: str | None
    bounds: Bounds


def _dated(order: Order) -> Order:
    return "newest" if order == "relevance" else order


def _search(db: Database, query: str, asked: Plan, page: _Page, order: Order) -> SearchResult:
    if order == "relevance":
        ranked, counted, ranking = _by_relevance(db, asked, page)
    else:
        ranked, counted = _by_date(db, asked, page, newest=order == "newest")
        ranking = order
    more = len(ranked) > page.limit
    ranked = ranked[: page.limit]
    return SearchResult(
        query=query,
        total=counted.total,
        exact=counted.exact,
        ranking=ranking,
        hits=_hits(db, ranked, patterns_of(asked.wanted)),
        notes=asked.notes,
        after=_cursor(order, ranked[-1]) if more and ranked else None,
    )


@dataclass(frozen=True, slots=True)
class _Counted:
    total: int
    exact: bool


def _counted(found: int, at_most: int) -> _Counted:
    return _Counted(min(found, at_most), found <= at_most)


def _by_date(
    db: Database, asked: Plan, page: _Page, *, newest: bool
) -> tuple[list[Ranked], _Counted]:
    every = where = where_of(asked, asked.by_date)
    place = _read_cursor(page.after, "newest" if newest else "oldest")
    if place:
        where = where.narrowed(f"{NUMBER} {'<' if newest else '>'} ?", place.number)
    sorted_by = f"ORDER BY {NUMBER} {'DESC' if newest else 'ASC'}"
    at_most, wanted = page.bounds.counted, page.offset + page.limit + 1
    if asked.has_prefix and not place:
        # FTS5 merges all that begins so each time it is asked: hits and their number at once.
        rows = where.select(db, NUMBER, f"{sorted_by} LIMIT {max(at_most + 1, wanted)}")
        counted = _counted(len(rows), at_most)
    else:
        rows = where.select(db, NUMBER, f"{sorted_by} LIMIT {wanted}")
        counted = _counted(every.count(db, at_most), at_most)
    return [Ranked(number) for (number,) in rows[page.offset : wanted]], counted


def _by_relevance(db: Database, asked: Plan, page: _Page) -> tuple[list[Ranked], _Counted, str]:
    bounds, typed = page.bounds, asked.typed or asked.match
    # With conditions on fields counting means looking at each match: no further than is needed.
    plain = not asked.conditions and not asked.has_prefix
    at_most = bounds.ranked_matches if plain else bounds.exact_matches
    matches = where_of(asked, typed if asked.is_ranked else asked.by_date).count(db, at_most)
    tiers, ranking = by_relevance(db, asked, bounds, matches)
    counted = _counted(matches, at_most)
    if asked.is_ranked and asked.match != typed and matches <= at_most:
        counted = _counted(where_of(asked).count(db, at_most), at_most)
    place = _read_cursor(page.after, "relevance")
    ranked = page_of(db, tiers, place, limit=page.limit + 1, offset=page.offset)
    return ranked, counted, ranking


def _cursor(order: Order, last: Ranked) -> str:
    return f"{order}:{last.number}:{last.score!r}:{last.tier}"


def _read_cursor(text: str | None, order: Order) -> Place | None:
    """The place a page ended; None for none, or for one of another order."""
    name, *rest = (text or "").split(":")
    try:
        number, score, tier = rest
        found = Place(int(tier), int(number), float(score))
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


def _hits(db: Database, ranked: Sequence[Ranked], patterns: tuple[Pattern, ...]) -> tuple[Hit, ...]:
    listed = json.dumps([item.number for item in ranked])
    rows = {row["number"]: row for row in db.query(_HITS, [listed])}
    return tuple(
        _hit(rows[item.number], item.score, patterns) for item in ranked if item.number in rows
    )


def _hit(row: dict[str, Any], score: float, patterns: tuple[Pattern, ...]) -> Hit:
    texts = [row.pop(name) for name in ("text", "asides", "earlier_text")]
    piece: tuple[Segment, ...] = ()
    for text in filter(None, texts):
        found = snippet(text, patterns)
        piece = piece or found
        if any(segment.marked for segment in found):
            piece = found
            break
    del row["number"]
    row |= {
        "title": mark(row["title"], patterns),
        "snippet": piece,
        "authors": tuple(json.loads(row["authors"])),
        "score": -score,
    }
    return Hit(**row)
