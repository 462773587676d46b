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
            rare a word is takes 25 ms by itself, and such a word is in every third article.
        ranked_titles: So many of these, the newest.
        counted: Where they need not be known for ranking, hits are counted up to here.
    """

    exact_matches: int = 20_000
    ranked_matches: int = 300_000
    ranked_titles: int = 10_000
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
    """Articles that come one after the other: by score, or else the newest (or oldest) first."""

    where: Where
    scored: bool
    newest: bool = True


def by_relevance(
    db: Database, planned: Plan, bounds: Bounds, typed_matches: int
) -> tuple[tuple[Tier, ...], str]:
    """The tiers of a query, and what to call that.

    Args:
        db: The index.
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
        tiers, name = _titles_first(db, planned, bounds, typed_matches)
    if planned.match != typed:
        others = where_of(planned, f"({planned.match}) NOT ({typed})")
        few = others.count(db, bounds.exact_matches) <= bounds.exact_matches
        tiers.append(Tier(others, scored=few))
    return tuple(tiers), name


def _titles_first(
    db: Database, planned: Plan, bounds: Bounds, typed_matches: int
) -> tuple[list[Tier], str]:
    typed = planned.typed or planned.match
    titled = where_of(planned, f"({planned.in_title}) AND ({typed})")
    others = Tier(where_of(planned, f"({typed}) NOT ({planned.in_title})"), scored=False)
    if typed_matches > bounds.ranked_matches:
        return [Tier(titled, scored=False), others], "in titles, then newest"
    newest = f"ORDER BY {NUMBER} DESC LIMIT 1 OFFSET {bounds.ranked_titles}"
    edge = titled.select(db, NUMBER, newest)
    if not edge:
        return [Tier(titled, scored=True), others], "bm25 in titles, then newest"
    tiers = [
        Tier(titled.narrowed(f"{NUMBER} > ?", edge[0][0]), scored=True),
        Tier(titled.narrowed(f"{NUMBER} <= ?", edge[0][0]), scored=False),
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
    if not tier.scored:
        sign, way = ("<", "DESC") if tier.newest else (">", "ASC")
        where = tier.where.narrowed(f"{NUMBER} {sign} ?", after.number) if after else tier.where
        return where.select(db, f"{NUMBER}, 0.0", f"ORDER BY {NUMBER} {way} LIMIT {limit}")
    inner = f"SELECT {tier.where.number} AS number, {_BM25} AS score FROM {tier.where.sql}"  # noqa: S608 - constants, bound values
    order = f"ORDER BY score, number DESC LIMIT {limit}"
    if after is None:
        return db.execute(f"{inner} {order}", tier.where.values).fetchall()
    # New articles move all scores a little: the place is where that article stands now.
    score = _score_now(db, tier, after)
    sql = f"SELECT * FROM ({inner}) WHERE score > ? OR (score = ? AND number < ?) {order}"  # noqa: S608 - as above
    return db.execute(sql, [*tier.where.values, score, score, after.number]).fetchall()


def _score_now(db: Database, tier: Tier, place: Place) -> float:
    there = tier.where.narrowed(f"{NUMBER} = ?", place.number)
    rows = there.select(db, _BM25)
    return float(rows[0][0]) if rows else place.score
