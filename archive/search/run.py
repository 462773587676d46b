"""Asking the index: counted, ranked, one page at a time."""

import sqlite3
from dataclasses import dataclass
from typing import Literal

from sqlite_utils import Database

from archive.index.trouble import explained
from archive.search.cursor import Layout, Place, Ranked, Tiers, read_place, write_place
from archive.search.expand import planned
from archive.search.finds import patterns_of
from archive.search.hits import hits_of
from archive.search.plan import Plan
from archive.search.rank import BOUNDS, Bounds, Tier, by_relevance, choose_layout, page_of
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
    place = read_place(page.after, order)
    notes = asked.notes
    if page.after and place is None:
        notes += (f"{page.after[:40]!r} is no place of this order: begun at the first hit",)
    if order == "relevance":
        counted, matches = _matches(db, asked, page.bounds)
        layout = place.layout if place else choose_layout(db, asked, page.bounds, matches)
        tiers, ranking = by_relevance(asked, page.bounds, layout)
    else:
        where = where_of(asked, asked.by_date)
        tiers = (Tier(where, scored=False, newest=order == "newest"),)
        counted = _counted(where.count(db, page.bounds.counted), page.bounds.counted)
        layout, ranking = Layout(Tiers.WHOLE), order
    ranked = _page(db, asked, tiers, page, place.last if place else None)
    more = len(ranked) > page.limit
    ranked = ranked[: page.limit]
    return SearchResult(
        query=query,
        total=counted.total,
        exact=counted.exact,
        ranking=ranking,
        hits=hits_of(db, ranked, patterns_of(asked.wanted)),
        notes=notes,
        after=write_place(order, Place(ranked[-1], layout)) if more and ranked else None,
    )


@dataclass(frozen=True, slots=True)
class _Counted:
    total: int
    exact: bool


def _counted(found: int, at_most: int) -> _Counted:
    return _Counted(min(found, at_most), found <= at_most)


def _matches(db: Database, asked: Plan, bounds: Bounds) -> tuple[_Counted, int]:
    """How many are found, and how many have the very words."""
    if not asked.is_ranked:
        found = where_of(asked, asked.by_date).count(db, bounds.counted)
        return _counted(found, bounds.counted), found
    # With conditions on fields counting means looking at each match: no further than is needed.
    plain = not asked.conditions and not asked.has_prefix
    at_most = bounds.ranked_matches if plain else bounds.exact_matches
    has_forms = asked.match != asked.typed
    matches = where_of(asked).count(db, bounds.exact_matches if has_forms else at_most)
    counted = _counted(matches, bounds.exact_matches if has_forms else at_most)
    if has_forms and not counted.exact:
        matches = where_of(asked, asked.typed).count(db, at_most)
        counted = _Counted(max(counted.total, min(matches, at_most)), exact=False)
    return counted, matches


def _page(
    db: Database, asked: Plan, tiers: tuple[Tier, ...], page: _Page, last: Ranked | None
) -> list[Ranked]:
    """The articles of a page, and one more where there is one."""
    wanted = page.offset + page.limit + 1
    if not page.fold:
        return page_of(db, tiers, last, limit=wanted)[page.offset :]
    every = where_of(asked, asked.by_date)
    kept: list[Ranked] = []
    at_once = wanted + wanted // 2
    while len(kept) < wanted:
        found = page_of(db, tiers, last, limit=at_once)
        kept += without_copies(db, every, found, one_by_one=not asked.has_prefix)
        if len(found) < at_once:
            break
        last = found[-1]
        at_once *= 4
    return kept[page.offset : wanted]
