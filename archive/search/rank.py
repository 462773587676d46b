"""Which hits come first.

FTS5's bm25 costs 1.2 microseconds a match, and a walk over all matches of each word for how rare
it is: exact for a thousand matches, a second for a million. So a query is answered in tiers. With
few matches there is one, ranked by bm25. With many, those with a word of the query in the title
(where a word weighs 8, which is where the best of bm25 are) come first, ranked by bm25; the others
follow by date. What has only other forms of the words comes last (docs/search.md).
"""

from dataclasses import dataclass

from sqlite_utils import Database

from archive.search.fields import NUMBER
from archive.search.plan import Plan
from archive.search.where import Where, where_of

# Weights of title, standfirst, text, captions and tables, and what earlier versions said.
_BM25 = "bm25(articles_fts, 1.0, 8.0, 4.0, 1.0, 0.5)"


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much a search may look at.

    Attributes:
        exact_matches: Up to so many matches all are ranked: 20,000 take 25 ms.
        ranked_matches: Up to so many, those with it in the title are ranked. Beyond, learning how
            rare a word is takes 10 ms and more by itself, and it is in every fifth article.
        ranked_titles: So many of these, the newest.
        counted: Where they need not be known for ranking, hits are counted up to here.
    """

    exact_matches: int = 20_000
    ranked_matches: int = 200_000
    ranked_titles: int = 5_000
    counted: int = 10_000


BOUNDS = Bounds()


@dataclass(frozen=True, slots=True)
class Ranked:
    """One article found: by its number, with its score (lower is better; 0 by date)."""

    number: int
    score: float = 0.0
    tier: int = 0


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page ended: the tier, the article, and its score then."""

    tier: int
    number: int
    score: float


@dataclass(frozen=True, slots=True)
class Tier:
    """Articles that come one after the other: by score, or else the newest (or oldest) first.

    Attributes:
        where: Which articles.
        scored: Whether by score.
        newest: Of those that are not: the newest first.
        at_most: By score only the newest so many; 0: all.
        but_for: Without the newest so many.
        if_few: By score only where there are at most so many; learnt when the tier is reached.
    """

    where: Where
    scored: bool
    newest: bool = True
    at_most: int = 0
    but_for: int = 0
    if_few: int = 0


def by_relevance(planned: Plan, bounds: Bounds, typed_matches: int) -> tuple[tuple[Tier, ...], str]:
    """The tiers of a query, and what to call that.

    Args:
        planned: A plan with words.
        bounds: How much may be looked at.
        typed_matches: How many have the very words; one beyond ``bounds.ranked_matches`` for more.
    """
    typed = planned.typed or planned.match
    if not planned.is_ranked:
        return (Tier(where_of(planned, planned.by_date), scored=False),), "newest"
    if typed_matches <= bounds.exact_matches:
        tiers, name = [Tier(where_of(planned, typed), scored=True)], "bm25"
    elif planned.has_prefix or planned.in_title is None:
        # Asking FTS5 once for the beginning of words is dear enough.
        tiers, name = [Tier(where_of(planned, typed), scored=False)], "newest"
    else:
        tiers, name = _titles_first(planned, bounds, typed_matches)
    if planned.match != typed:
        others = where_of(planned, f"({planned.match}) NOT ({typed})")
        tiers.append(Tier(others, scored=True, if_few=bounds.exact_matches))
    return tuple(tiers), name


def _titles_first(planned: Plan, bounds: Bounds, typed_matches: int) -> tuple[list[Tier], str]:
    typed = planned.typed or planned.match
    is_one = len(planned.wanted) == 1 and planned.in_title is not None
    # Of a single word that suffices, and FTS5 learns but once how rare it is.
    expression = planned.in_title if is_one else f"({planned.in_title}) AND ({typed})"
    titled = where_of(planned, expression)
    others = Tier(where_of(planned, f"({typed}) NOT ({planned.in_title})"), scored=False)
    if typed_matches > bounds.ranked_matches:
        return [Tier(titled, scored=False), others], "in titles, then newest"
    tiers = [
        Tier(titled, scored=True, at_most=bounds.ranked_titles),
        Tier(titled, scored=False, but_for=bounds.ranked_titles),
        others,
    ]
    return tiers, "bm25 in titles, then newest"


def page_of(
    db: Database, tiers: tuple[Tier, ...], place: Place | None, *, limit: int
) -> list[Ranked]:
    """So many articles of the tiers, after a place."""
    found: list[Ranked] = []
    for number, tier in enumerate(tiers):
        if place and number < place.tier:
            continue
        after = place if place and place.tier == number else None
        rows = _rows(db, tier, after, limit - len(found))
        found += [Ranked(article, score, number) for article, score in rows]
        if len(found) >= limit:
            break
    return found


def _rows(db: Database, tier: Tier, after: Place | None, limit: int) -> list[tuple[int, float]]:
    if not tier.scored or (tier.if_few and tier.where.count(db, tier.if_few) > tier.if_few):
        return _by_date(db, tier, after, limit)
    inner = f"SELECT {tier.where.number} AS number, {_BM25} AS score FROM {tier.where.sql}"  # noqa: S608 - constants, bound values
    if tier.at_most:
        inner += f" ORDER BY {tier.where.number} DESC LIMIT {tier.at_most}"
    some, bounds = "", tuple[float, ...]()
    if after:
        # New articles move all scores a little: the place is where that article stands now.
        score = _score_now(db, tier, after)
        some, bounds = "WHERE score > ? OR (score = ? AND number < ?)", (score, score, after.number)
    sql = f"SELECT * FROM ({inner}) {some} ORDER BY score, number DESC LIMIT {limit}"  # noqa: S608 - as above
    return db.execute(sql, [*tier.where.values, *bounds]).fetchall()


def _by_date(db: Database, tier: Tier, after: Place | None, limit: int) -> list[tuple[int, float]]:
    sign, way = ("<", "DESC") if tier.newest else (">", "ASC")
    order = f"ORDER BY {NUMBER} {way} LIMIT {limit}"
    if after:
        return tier.where.narrowed(f"{NUMBER} {sign} ?", after.number).select(
            db, f"{NUMBER}, 0.0", order
        )
    return tier.where.select(db, f"{NUMBER}, 0.0", f"{order} OFFSET {tier.but_for}")


def _score_now(db: Database, tier: Tier, place: Place) -> float:
    there = tier.where.narrowed(f"{NUMBER} = ?", place.number)
    rows = there.select(db, _BM25)
    return float(rows[0][0]) if rows else place.score
