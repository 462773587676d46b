"""Search as JSON: hits, what they have in common, more like one."""

from dataclasses import dataclass
from typing import Annotated, Literal

from fastapi import APIRouter, Query

from archive.search import Facets, Note, count_facets, find_similar, search
from archive.search.results import Hit, Story, hit_json
from archive.search.trend import Trend, find_trend
from archive.web.api.articles import ArticleName
from archive.web.named import get_article_id
from archive.web.render import page_of
from archive.web.room import Index, InRoom, Room
from archive.web.trend import SplitBy, Unit

router = APIRouter(tags=["search"])

Words = Annotated[
    str,
    Query(
        max_length=2000,
        description="What people type; never an error.",
        examples=['"harbour wall" source:post'],
    ),
]


@dataclass(frozen=True, slots=True)
class FoundArticle:
    """One hit: title and snippet as plain text, with start and end of what matched in them.

    ``story`` names the copies of the article at other sources, null where there are none.
    ``in_earlier``: the words are in an earlier version alone, and title, dates and addresses are
    of that version.
    """

    article_id: str
    version_id: str
    kind: str
    title: str
    standfirst: str
    snippet: str
    title_marks: list[tuple[int, int]]
    snippet_marks: list[tuple[int, int]]
    source: str
    source_name: str
    url: str
    published: str | None
    dated: str
    captured_at: str
    timestamp: str
    language: str | None
    authors: tuple[str, ...]
    words: int
    edited: str | None
    removed: str | None
    in_earlier: bool
    score: float
    story: Story | None
    page: str
    replay: str


@dataclass(frozen=True, slots=True)
class Answer:
    """One page of hits; give ``after`` back to get the next one, null on the last."""

    query: str
    total: int
    exact: bool
    ranking: str
    notes: tuple[Note, ...]
    after: str | None
    hits: list[FoundArticle]


@dataclass(frozen=True, slots=True)
class SimilarArticles:
    """The articles most like one, best first, and the words they were found by."""

    words: tuple[str, ...]
    hits: list[FoundArticle]


@router.get("/search", summary="Search")
def search_articles(
    room: InRoom,
    db: Index,
    q: Words = "",
    limit: Annotated[int, Query(ge=1, le=100, description="Hits on a page.")] = 20,
    order: Annotated[
        Literal["relevance", "newest", "oldest"], Query(description="How hits are ordered.")
    ] = "relevance",
    after: Annotated[
        str, Query(max_length=500, description="`after` of the page before; empty: the first.")
    ] = "",
    *,
    copies: Annotated[
        bool, Query(description="Each copy of a story by itself, else one hit for all of them.")
    ] = False,
    exact: Annotated[
        bool, Query(description="No nearest words, and nothing that has only some of the words.")
    ] = False,
) -> Answer:
    """Find articles, ranked, each with the place that matched."""
    found = search(
        db,
        q,
        limit=limit,
        order=order,
        after=after or None,
        fold=not copies,
        helpful=not exact,
    )
    return Answer(
        found.query,
        found.total,
        found.exact,
        found.ranking,
        found.notes,
        found.after,
        [found_article(room, hit) for hit in found.hits],
    )


@router.get("/facets", summary="What hits have in common")
def facets_of_hits(
    db: Index,
    q: Words = "",
) -> Facets:
    """Counts by source, language, section, author and credit, and over time.

    Without ``exact`` they are estimates from an even sample of the hits.
    """
    return count_facets(db, q)


@router.get("/similar/{article_id:path}", summary="More like an article")
def similar_articles(
    room: InRoom,
    db: Index,
    article_id: ArticleName,
    limit: Annotated[int, Query(ge=1, le=100, description="Hits at most.")] = 10,
) -> SimilarArticles:
    """Articles that share the most telling words of one, and these words."""
    found = find_similar(db, get_article_id(room.archive, db, article_id), limit=limit)
    return SimilarArticles(found.words, [found_article(room, hit) for hit in found.hits])


@router.get("/trend", summary="Trend")
def trend_of(db: Index, q: Words, unit: Unit = "", split: SplitBy = "") -> Trend:
    """How many articles were found by day, month or year, of how many published then."""
    return find_trend(db, q, unit=unit or None, split=split)


def found_article(room: Room, hit: Hit) -> FoundArticle:
    """A hit as programs have it."""
    return FoundArticle(
        **hit_json(hit)
        | {
            "story": hit.story,
            "page": f"{room.origins.room}{page_of(hit)}",
            "replay": f"{room.origins.replay}/web/{hit.timestamp}/{hit.url}",
        }
    )
