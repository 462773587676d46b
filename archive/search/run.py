"""Asking the index: counted, ranked, one page at a time."""

import sqlite3
from dataclasses import dataclass, replace

from sqlite_utils import Database

from archive.index.trouble import explained
from archive.search.cursor import Layout, Place, Ranked, Tiers, read_place, write_place
from archive.search.expand import planned
from archive.search.finds import patterns_of
from archive.search.hits import hits_of
from archive.search.moment import at_one_moment
from archive.search.places import place_at, place_now
from archive.search.plan import Plan
from archive.search.rank import (
    BOUNDS,
    Bounds,
    Tier,
    by_relevance,
    choose_layout,
    page_of,
    ranked_from,
)
from archive.search.results import SearchResult
from archive.search.stories import without_copies
from archive.search.totals import (
    Counted,
    Order,
    count_by_date,
    count_by_relevance,
    phrases_are_dear,
    ranked_reach,
)
from archive.search.where import where_of

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
        limit: Hits on one page, at most 1,000; 0 to learn how many there are.
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
        with at_one_moment(db):
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
    place = place and place_now(db, place)
    laid = _laid_out(db, asked, page, order, place)
    found = _page(db, asked, laid.tiers, page, place.last if place else None)
    more = len(found.ranked) > page.limit
    ranked = found.ranked[: page.limit]
    counted = _total(db, asked, page, laid.counted, found)
    if place:
        counted = _as_told(place, counted)
    after = None
    if more and ranked:
        end = place_at(db, ranked[-1], laid.layout)
        after = write_place(order, replace(end, total=counted.total, exact=counted.exact))
    return SearchResult(
        query=query,
        total=counted.total,
        exact=counted.exact,
        ranking=laid.ranking,
        hits=hits_of(db, ranked, patterns_of(asked.wanted)),
        notes=notes,
        after=after,
    )


@dataclass(frozen=True, slots=True)
class _Laid:
    """The tiers of a search, what to call them, and what was counted on the way."""

    layout: Layout
    tiers: tuple[Tier, ...]
    ranking: str
    counted: Counted | None = None


def _laid_out(db: Database, asked: Plan, page: _Page, order: Order, place: Place | None) -> _Laid:
    if order != "relevance":
        where = where_of(asked, asked.by_date)
        by_date = Tier(where, scored=False, newest=order == "newest")
        # Counted once the page is there: where it holds all, that is known.
        return _Laid(Layout(Tiers.WHOLE), (by_date,), order)
    reach = ranked_reach(db, asked, page.bounds)
    counted, matches = count_by_relevance(db, asked, page.bounds, reach)
    layout = place.layout if place else choose_layout(asked, page.bounds, matches, reach)
    is_scored = layout.tiers not in (Tiers.WHOLE, Tiers.TITLES_WITHIN)
    if is_scored and not place and phrases_are_dear(db, asked, page.bounds):
        layout = Layout(Tiers.WORDS)
    if layout.tiers is Tiers.TITLES and page.limit and not place:
        layout = replace(layout, since=ranked_from(db, asked, page.bounds))
    return _Laid(layout, *by_relevance(asked, page.bounds, layout), counted)


@dataclass(frozen=True, slots=True)
class _Found:
    """The articles of a page, and one more where there is one.

    ``all_there_are``: how many there are with their copies, where the page has come to their end.
    """

    ranked: list[Ranked]
    all_there_are: int | None = None


def _total(
    db: Database, asked: Plan, page: _Page, counted: Counted | None, found: _Found
) -> Counted:
    """What was counted before, or is now, and what the page itself says."""
    if found.all_there_are is not None and not (counted and counted.exact):
        return Counted(found.all_there_are, exact=True)
    counted = counted or count_by_date(db, asked, page.bounds)
    # Where nothing is left behind the offset, nobody knows how much there was before it.
    held = page.offset + len(found.ranked) if found.ranked else 0
    if counted.exact and counted.total >= held:
        return counted
    return Counted(max(counted.total, held), exact=False)


def _as_told(place: Place, counted: Counted) -> Counted:
    # The first page may have come to their end, and knows them all; later ones count no more.
    is_better = not counted.exact and place.total >= counted.total
    return Counted(place.total, place.exact) if is_better else counted


def _page(
    db: Database, asked: Plan, tiers: tuple[Tier, ...], page: _Page, last: Ranked | None
) -> _Found:
    if not page.limit:
        return _Found([])
    wanted = page.offset + page.limit + 1
    every = where_of(asked, asked.by_date)
    is_first, alone, seen = last is None, not asked.has_prefix, 0
    kept: list[Ranked] = []
    at_once = wanted + wanted // 2 if page.fold else wanted
    while len(kept) < wanted:
        found = page_of(db, tiers, last, limit=at_once)
        seen += len(found)
        kept += without_copies(db, every, found, one_by_one=alone) if page.fold else found
        if len(found) < at_once:
            return _Found(kept[page.offset : wanted], seen if is_first else None)
        last = found[-1]
        at_once *= 4
    return _Found(kept[page.offset : wanted])
