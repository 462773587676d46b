"""How many articles a query finds, as far as the answer may wait for it."""

from dataclasses import dataclass, replace
from typing import Literal

from sqlite_utils import Database

from archive.search.cursor import LOWEST
from archive.search.fields import NUMBER
from archive.search.plan import Plan
from archive.search.rank import Bounds
from archive.search.reach import reach_of
from archive.search.where import where_of

Order = Literal["relevance", "newest", "oldest"]


@dataclass(frozen=True, slots=True)
class Counted:
    """How many articles are found, or without ``exact`` how many at least."""

    total: int
    exact: bool


def _bounded(found: int, at_most: int) -> Counted:
    return Counted(min(found, at_most), found <= at_most)


def ranked_reach(db: Database, asked: Plan, bounds: Bounds) -> int:
    """From which number on a query may be looked for to rank what is found."""
    if not asked.is_ranked:
        return LOWEST
    return reach_of(db, asked, phrases=bounds.phrases_ranked, fields=bounds.fields_ranked)


def phrases_are_dear(db: Database, asked: Plan, bounds: Bounds) -> bool:
    """Whether bm25 would walk over too much for a phrase that is within reach beside a rare word.

    It asks how many articles have the phrase, wherever and whenever they are.
    """
    if not asked.phrases or asked.scored_by is None:
        return False
    alone = replace(asked, required=(), conditions=())
    return reach_of(db, alone, phrases=bounds.phrases_ranked) > LOWEST


def count_by_date(db: Database, asked: Plan, bounds: Bounds) -> Counted:
    """How many are found, as far as counting costs no more than a page."""
    if asked.at_least > bounds.counted:
        return Counted(bounds.counted, exact=False)
    reach = reach_of(
        db,
        asked,
        phrases=bounds.phrases_counted,
        fields=bounds.fields_counted,
        words=bounds.words_counted,
    )
    return _count_within(db, asked, bounds, reach)


def _count_within(db: Database, asked: Plan, bounds: Bounds, reach: int) -> Counted:
    where = where_of(asked, asked.by_date)
    if reach == LOWEST:
        return _bounded(where.count(db, bounds.counted), bounds.counted)
    found = where.narrowed(f"{NUMBER} >= ?", reach).count(db, bounds.counted)
    return Counted(min(found, bounds.counted), exact=False)


def count_by_relevance(
    db: Database, asked: Plan, bounds: Bounds, reach: int
) -> tuple[Counted, int]:
    """How many are found, and how many to choose the ranking by.

    Those are the articles with the very words, counted up to one beyond what may be ranked; where
    all are not within reach, what is found there, other forms of the words among it; and 0 where
    ranking is too dear from the start.
    """
    if not asked.is_ranked:
        return count_by_date(db, asked, bounds), 0
    if reach > LOWEST:
        counted = _count_within(db, asked, bounds, reach)
        return counted, counted.total
    # With conditions on fields counting means looking at each match: no further than is needed.
    plain = not asked.conditions and not asked.has_prefix
    at_most = bounds.ranked_matches if plain else bounds.exact_matches
    matches = where_of(asked, asked.typed).count(db, at_most)
    counted = _bounded(matches, at_most)
    if asked.match == asked.typed:
        return counted, matches
    # Of many the very words are enough: forms have to be walked over once more.
    few = min(bounds.counted, bounds.exact_matches)
    if matches > few:
        return Counted(counted.total, exact=False), matches
    every = _bounded(where_of(asked).count(db, few), few)
    return every, matches
