"""Which hits come first.

FTS5's bm25 costs 1.2 microseconds a match, and a walk over all matches of each word for how rare
it is: exact for a thousand matches, a second for a million. So a query is answered in tiers. With
few matches there is one, ranked by bm25. With many, those with a word of the query in the title
(where a word weighs 8, which is where the best of bm25 are) come first, ranked by bm25; the others
follow by date. What has only other forms of the words comes last (docs/search.md). Phrases of
common words, and common words with conditions on fields, are ranked only as far as
`archive.search.reach` goes.
"""

from dataclasses import dataclass

from sqlite_utils import Database

from archive.search.cursor import LOWEST, Layout, Ranked, Tiers
from archive.search.fields import NUMBER
from archive.search.plan import Plan
from archive.search.where import Where, where_of

# Weights of title, standfirst, text, captions and tables, and what earlier versions said.
_BM25 = "bm25(articles_fts, 1.0, 8.0, 4.0, 1.0, 0.5)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """How much a search may look at.

    Attributes:
        exact_matches: Up to so many matches all are ranked: 20,000 take 25 ms.
        ranked_matches: Up to so many, those with it in the title are ranked; of several words a
            part of that. Beyond, learning how rare each word is takes 10 ms and more by itself,
            and it is in every fifth article.
        ranked_titles: So many of these, the newest.
        ranked_forms: Up to so many articles that have only other forms of the words are ranked.
        counted: Where they need not be known for ranking, hits are counted up to here.
        phrases_ranked: Phrases are ranked among the newest articles that have their rarest word,
            so many of them: 30,000 take 10 to 27 ms, three times over.
        phrases_counted: By date, phrases are counted among so many: 5,000 take 2 to 5 ms.
        fields_ranked: With conditions on fields, so many articles that have the words are looked
            up: 60,000 take 20 ms, twice over.
        fields_counted: By date, so many.
        few: Where no more are found there, ranking tells nothing.
        words_counted: By date, several words are counted among the newest articles that have the
            rarest of them, so many.
    """

    exact_matches: int = 20_000
    ranked_matches: int = 200_000
    ranked_titles: int = 5_000
    ranked_forms: int = 10_000
    counted: int = 10_000
    phrases_ranked: int = 30_000
    phrases_counted: int = 5_000
    fields_ranked: int = 60_000
    fields_counted: int = 10_000
    few: int = 20
    words_counted: int = 5_000


BOUNDS = Bounds()


_NAMES = {
    Tiers.EXACT: "bm25",
    Tiers.WORDS: "bm25 without phrases",
    Tiers.TITLES: "bm25 in titles, then newest",
    Tiers.TITLES_BY_DATE: "in titles, then newest",
    Tiers.TITLES_WITHIN: "in titles of the newest, then newest",
    Tiers.BY_DATE: "newest",
    Tiers.WHOLE: "newest",
}


@dataclass(frozen=True, slots=True)
class Tier:
    """Articles that come one after the other: by score, or else the newest (or oldest) first.

    Attributes:
        where: Which articles.
        scored: Whether by score.
        newest: Of those that are not: the newest first.
        if_few: By score only where there are at most so many; learnt when the tier is reached.
    """

    where: Where
    scored: bool
    newest: bool = True
    if_few: int = 0


def choose_layout(planned: Plan, bounds: Bounds, typed_matches: int, reach: int) -> Layout:
    """Which tiers the hits of a query come in, on its first page and so on all others.

    Args:
        planned: A plan with words.
        bounds: How much may be looked at.
        typed_matches: How many have the very words; one beyond ``bounds.ranked_matches`` for more.
        reach: From which number on they were counted.
    """
    if not planned.is_ranked:
        return Layout(Tiers.WHOLE)
    if reach > LOWEST:
        is_worth_it = typed_matches > bounds.few and planned.in_title is not None
        return Layout(Tiers.TITLES_WITHIN, reach) if is_worth_it else Layout(Tiers.WHOLE)
    if typed_matches <= bounds.exact_matches:
        return Layout(Tiers.EXACT)
    if planned.has_prefix or planned.in_title is None:
        # Asking FTS5 once for the beginning of words is dear enough.
        return Layout(Tiers.BY_DATE)
    is_scored = typed_matches <= bounds.ranked_matches // max(len(planned.wanted), 1)
    return Layout(Tiers.TITLES if is_scored else Tiers.TITLES_BY_DATE)


def ranked_from(db: Database, planned: Plan, bounds: Bounds) -> int:
    """From which number on titles are ranked, in `Tiers.TITLES`."""
    newest = f"ORDER BY {NUMBER} DESC LIMIT 1 OFFSET {max(bounds.ranked_titles - 1, 0)}"
    rows = _titled(planned).select(db, NUMBER, newest)
    return int(rows[0][0]) if rows else LOWEST


def by_relevance(planned: Plan, bounds: Bounds, layout: Layout) -> tuple[tuple[Tier, ...], str]:
    """The tiers of a query, and what to call that.

    Args:
        planned: A plan with words.
        bounds: How much may be looked at.
        layout: Which tiers; a query without words in titles has none of titles.
    """
    kind = layout.tiers
    if kind is Tiers.WHOLE:
        return (Tier(where_of(planned, planned.by_date), scored=False),), _NAMES[kind]
    if kind is Tiers.WORDS and planned.scored_by:
        return _by_words(planned, planned.scored_by), _NAMES[kind]
    if kind is Tiers.WORDS or (planned.in_title is None and kind is not Tiers.EXACT):
        kind = Tiers.BY_DATE
    typed = planned.typed or planned.match
    if kind is Tiers.TITLES_WITHIN:
        return _titles_within(planned, layout.since), _NAMES[kind]
    if kind in (Tiers.EXACT, Tiers.BY_DATE):
        tiers = [Tier(where_of(planned, typed), scored=kind is Tiers.EXACT)]
    else:
        tiers = _titles_first(planned, kind, layout.since)
    if planned.match != typed:
        others = where_of(planned, f"({planned.match}) NOT ({typed})")
        tiers.append(Tier(others, scored=True, if_few=bounds.ranked_forms))
        if kind is Tiers.BY_DATE:
            return tuple(tiers), "newest, other forms last"
    return tuple(tiers), _NAMES[kind]


def _titled(planned: Plan) -> Where:
    """What has one of the words in its title."""
    return where_of(planned, _titled_expression(planned))


def _titled_expression(planned: Plan) -> str:
    typed = planned.typed or planned.match
    # Of a single word that suffices, and FTS5 learns but once how rare it is.
    alone = f"title : ({typed})"
    if planned.in_title == alone:
        return alone
    return f"({planned.in_title}) AND ({typed})"


def _by_words(planned: Plan, words: str) -> tuple[Tier, ...]:
    """Those that have the very words by the bm25 of the words, then the others by date."""
    typed = planned.typed or planned.match
    # The plus keeps SQLite from asking for each of these articles by itself.
    within = f"+{NUMBER} IN (SELECT rowid FROM articles_fts WHERE articles_fts MATCH ?)"  # noqa: S608 - constants
    scored = where_of(planned, words).narrowed(within, typed or "")
    others = where_of(planned, f"({planned.match}) NOT ({typed})")
    tiers = (Tier(scored, scored=True), Tier(others, scored=False))
    return tiers if planned.match != typed else tiers[:1]


def _titles_within(planned: Plan, since: int) -> tuple[Tier, ...]:
    titled = _titled_expression(planned)
    others = where_of(planned, f"({planned.match}) NOT ({titled})")
    return (
        Tier(_titled(planned).narrowed(f"{NUMBER} >= ?", since), scored=False),
        Tier(others.narrowed(f"{NUMBER} >= ?", since), scored=False),
        Tier(where_of(planned).narrowed(f"{NUMBER} < ?", since), scored=False),
    )


def _titles_first(planned: Plan, kind: Tiers, since: int) -> list[Tier]:
    typed = planned.typed or planned.match
    titled = _titled(planned)
    others = Tier(where_of(planned, f"({typed}) NOT ({planned.in_title})"), scored=False)
    if kind is Tiers.TITLES_BY_DATE:
        return [Tier(titled, scored=False), others]
    return [
        Tier(titled.narrowed(f"{NUMBER} >= ?", since), scored=True),
        Tier(titled.narrowed(f"{NUMBER} < ?", since), scored=False),
        others,
    ]


def page_of(
    db: Database, tiers: tuple[Tier, ...], last: Ranked | None, *, limit: int
) -> list[Ranked]:
    """So many articles of the tiers, after the last one of the page before."""
    found: list[Ranked] = []
    for number, tier in enumerate(tiers):
        if last and number < last.tier:
            continue
        after = last if last and last.tier == number else None
        by_date = _goes_by_date(db, tier, after)
        some = _by_date if by_date else _by_score
        rows = some(db, tier, after, limit - len(found))
        found += [Ranked(article, score, number, by_date) for article, score in rows]
        if len(found) >= limit:
            break
    return found


def _goes_by_date(db: Database, tier: Tier, after: Ranked | None) -> bool:
    # Whatever a place says: without an expression there is no score.
    if not tier.scored:
        return True
    if after:
        return after.by_date
    return bool(tier.if_few) and tier.where.count(db, tier.if_few) > tier.if_few


def _by_score(
    db: Database, tier: Tier, after: Ranked | None, limit: int
) -> list[tuple[int, float]]:
    inner = f"SELECT {tier.where.number} AS number, {_BM25} AS score FROM {tier.where.sql}"  # noqa: S608 - constants, bound values
    order = f"ORDER BY score, number DESC LIMIT {limit}"
    if after is None:
        return db.execute(f"{inner} {order}", tier.where.values).fetchall()
    # New articles move all scores a little: the place is where that article stands now. Asked for
    # one article alone, bm25 gives it another score than among all: so once for all of them.
    sql = f"WITH scored AS MATERIALIZED ({inner}) {_AFTER} {order}"
    values = (after.number, after.score, after.number)
    return db.execute(sql, [*tier.where.values, *values]).fetchall()


_AFTER = """
SELECT number, score FROM scored
WHERE (score, -number) > (coalesce((SELECT score FROM scored WHERE number = ?), ?), -?)
"""


def _by_date(db: Database, tier: Tier, after: Ranked | None, limit: int) -> list[tuple[int, float]]:
    sign, way = ("<", "DESC") if tier.newest else (">", "ASC")
    where = tier.where.narrowed(f"{NUMBER} {sign} ?", after.number) if after else tier.where
    return where.select(db, f"{NUMBER}, 0.0", f"ORDER BY {NUMBER} {way} LIMIT {limit}")
