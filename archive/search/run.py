"""Asking the index: counted, ranked, one page at a time."""

import sqlite3
from dataclasses import dataclass
from typing import Literal

from sqlite_utils import Database

from archive.index.trouble import explained
from archive.search.expand import planned
from archive.search.finds import patterns_of
from archive.search.hits import hits_of
from archive.search.plan import Plan
from archive.search.rank import BOUNDS, Bounds, Place, Ranked, Tier, by_relevance, page_of
from archive.search.results import SearchResult
from archive.search.stories import without_copies
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
    fold: bool = True,
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
        fold: One hit for each story, which names its copies; else each copy is a hit.
        bounds: How much may be looked at.

    Raises:
        MicroficheError: the database cannot be read.
    """
    page = _Page(min(max(limit, 0), MAX_LIMIT), max(offset, 0), after, bounds, fold)
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
    fold: bool


def _dated(order: Order) -> Order:
    return "newest" if order == "relevance" else order


def _search(db: Database, query: str, asked: Plan, page: _Page, order: Order) -> SearchResult:
    if order == "relevance":
        tiers, counted, ranking = _by_relevance(db, asked, page.bounds)
    else:
        where = where_of(asked, asked.by_date)
        tiers = (Tier(where, scored=False, newest=order == "newest"),)
        counted = _counted(where.count(db, page.bounds.counted), page.bounds.counted)
        ranking = order
    place = _read_cursor(page.after, order)
    notes = asked.notes
    if page.after and place is None:
        notes += (f"{page.after[:40]!r} is no place of this order: begun at the first hit",)
    ranked = _page(db, asked, tiers, page, place)
    more = len(ranked) > page.limit
    ranked = ranked[: page.limit]
    return SearchResult(
        query=query,
        total=counted.total,
        exact=counted.exact,
        ranking=ranking,
        hits=hits_of(db, ranked, patterns_of(asked.wanted)),
        notes=notes,
        after=_cursor(order, ranked[-1]) if more and ranked else None,
    )


@dataclass(frozen=True, slots=True)
class _Counted:
    total: int
    exact: bool


def _counted(found: int, at_most: int) -> _Counted:
    return _Counted(min(found, at_most), found <= at_most)


def _by_relevance(
    db: Database, asked: Plan, bounds: Bounds
) -> tuple[tuple[Tier, ...], _Counted, str]:
    if not asked.is_ranked:
        found = where_of(asked, asked.by_date).count(db, bounds.counted)
        tiers, ranking = by_relevance(asked, bounds, found)
        return tiers, _counted(found, bounds.counted), ranking
    # With conditions on fields counting means looking at each match: no further than is needed.
    plain = not asked.conditions and not asked.has_prefix
    at_most = bounds.ranked_matches if plain else bounds.exact_matches
    has_forms = asked.match != asked.typed
    matches = where_of(asked).count(db, bounds.exact_matches if has_forms else at_most)
    counted = _counted(matches, bounds.exact_matches if has_forms else at_most)
    if has_forms and not counted.exact:
        matches = where_of(asked, asked.typed).count(db, at_most)
        counted = _Counted(max(counted.total, min(matches, at_most)), exact=False)
    tiers, ranking = by_relevance(asked, bounds, matches)
    return tiers, counted, ranking


def _page(
    db: Database, asked: Plan, tiers: tuple[Tier, ...], page: _Page, place: Place | None
) -> list[Ranked]:
    """The articles of a page, and one more where there is one."""
    wanted = page.offset + page.limit + 1
    if not page.fold:
        return page_of(db, tiers, place, limit=wanted)[page.offset :]
    every = where_of(asked, asked.by_date)
    kept: list[Ranked] = []
    at_once = wanted + wanted // 2
    while len(kept) < wanted:
        found = page_of(db, tiers, place, limit=at_once)
        kept += without_copies(db, every, found, one_by_one=not asked.has_prefix)
        if len(found) < at_once:
            break
        place = Place(found[-1].tier, found[-1].number, found[-1].score)
        at_once *= 4
    return kept[page.offset : wanted]


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
