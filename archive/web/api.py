"""The archive as JSON: search, articles, captures, sources."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from itertools import islice
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query

from archive.errors import NotFound
from archive.index.articles import ArticleRow, find_article, get_article
from archive.index.captures import Capture, iter_captures
from archive.index.stories import Story as WholeStory
from archive.index.stories import find_story
from archive.replay.choose import of_one_second
from archive.search import Facets, Note, count_facets, find_similar, search
from archive.search.results import Hit, Story, hit_json
from archive.urls import urlkey
from archive.web.captures import complete
from archive.web.render import page_of
from archive.web.room import Index, InRoom, Room

router = APIRouter(prefix="/api", tags=["archive"])

Limit = Annotated[int, Query(ge=1, le=1000, description="At most so many.")]


@dataclass(frozen=True, slots=True)
class FoundArticle:
    """One hit: title and snippet as plain text, with start and end of what matched in them.

    ``story`` names the copies of the article at other sources, null where there are none.
    ``in_earlier``: the words are in an earlier version alone, and title, dates and addresses are
    of that version.
    """

    article_id: str
    version_id: str
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


@dataclass(frozen=True, slots=True)
class ArticleAndStory(ArticleRow):
    """An article, and the story it belongs to: the articles that are copies of each other.

    ``story`` is null where the archive has no copy of it.
    """

    story: WholeStory | None


@dataclass(frozen=True, slots=True)
class CaptureRow:
    """One capture, fields as in a CDX, and where it is seen, read and described."""

    urlkey: str
    timestamp: str
    url: str
    mime: str | None
    status: int | None
    digest: str | None
    filename: str
    offset: int
    length: int
    record_type: str
    record_id: str
    redirect: str | None
    truncated: str | None
    failure: str | None
    source: str
    kind: str | None
    view: str
    replay: str
    raw: str


@dataclass(frozen=True, slots=True)
class Captures:
    """Captures of an address. ``next`` is the ``from`` to go on with, null when these are all.

    Captures of one second are never parted, so there may be a few more than asked for. Of all
    that begin so (``*``) there is no next; ``complete`` says whether these are all.
    """

    url: str
    captures: list[CaptureRow]
    next: str | None
    complete: bool


@dataclass(frozen=True, slots=True)
class SourceRow:
    """One publication and what there is of it; timestamps have 14 digits."""

    id: str
    name: str
    url: str | None
    articles: int
    edited: int
    removed: int
    first_captured: str | None
    last_captured: str | None
    configured: bool
    enabled: bool


@router.get("/search", summary="Search")
def search_articles(
    room: InRoom,
    db: Index,
    q: Annotated[str, Query(max_length=2000, description="What people type; never an error.")] = "",
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
        [_found(room, hit) for hit in found.hits],
    )


@router.get("/facets", summary="What hits have in common")
def facets_of_hits(
    db: Index,
    q: Annotated[str, Query(max_length=2000, description="As for a search.")] = "",
) -> Facets:
    """Counts by source, language, section, author and credit, and over time.

    Without ``exact`` they are estimates from an even sample of the hits.
    """
    return count_facets(db, q)


@router.get("/similar/{article_id:path}", summary="More like an article")
def similar_articles(
    room: InRoom,
    db: Index,
    article_id: Annotated[str, Path(description="As for an article.")],
    limit: Annotated[int, Query(ge=1, le=100, description="Hits at most.")] = 10,
) -> SimilarArticles:
    """Articles that share the most telling words of one, and these words."""
    found = find_similar(db, _id_of(db, article_id), limit=limit)
    return SimilarArticles(found.words, [_found(room, hit) for hit in found.hits])


@router.get("/articles/{article_id:path}", summary="Article")
def read_article(
    db: Index,
    article_id: Annotated[
        str, Path(description="Its id, the start of one (6 characters), or its URL.")
    ],
) -> ArticleAndStory:
    """One article with its versions (text and blocks), captures, events and story."""
    row = get_article(db, _id_of(db, article_id))
    values = {each.name: getattr(row, each.name) for each in fields(row)}
    return ArticleAndStory(**values, story=find_story(db, row.id))


def _id_of(db: Index, name: str) -> str:
    found = find_article(db, name)
    if found is None:
        raise NotFound(f"article {name[:200]!r}: not in the index; look for it with search")
    return found


@router.get("/captures", summary="Captures")
def list_captures(
    room: InRoom,
    db: Index,
    url: Annotated[
        str,
        Query(max_length=4000, description="An address; with `*` at its end, a prefix."),
    ],
    since: Annotated[
        str,
        Query(alias="from", pattern=r"^\d{0,14}$", description="First timestamp, or its start."),
    ] = "",
    until: Annotated[
        str, Query(alias="to", pattern=r"^\d{0,14}$", description="Last timestamp, or its start.")
    ] = "",
    limit: Limit = 200,
) -> Captures:
    """Captures of an address in order of time, as a CDX has them."""
    address = complete(url.strip().rstrip("*"))
    if not address:
        raise NotFound(
            f"{url[:200]!r} is no web address; expected one such as https://example.org/"
        )
    prefix = url.strip().endswith("*")
    found = iter_captures(
        db, urlkey(address), prefix=prefix, since=since, until=until or "9", failures=True
    )
    rows, following = _first(found, limit, seconds_whole=not prefix)
    twins = of_one_second(rows)
    return Captures(
        url,
        [_capture(room, row, exact=row.record_id in twins) for row in rows],
        None if following is None or prefix else following.timestamp,
        complete=following is None,
    )


@router.get("/sources", summary="Sources")
def list_sources(room: InRoom, db: Index) -> list[SourceRow]:
    """Every publication, as configured and as indexed."""
    return [
        SourceRow(
            source.id,
            source.name,
            source.url,
            source.articles,
            source.edited,
            source.removed,
            source.first_captured,
            source.last_captured,
            configured=source.settings is not None,
            enabled=source.settings is not None and source.settings.enabled,
        )
        for source in room.holdings.count(db, room.config()).sources
    ]


def _first(
    found: Iterator[Capture], limit: int, *, seconds_whole: bool
) -> tuple[list[Capture], Capture | None]:
    """The first captures, and the one after them; a second is taken whole or left for later.

    Else a page that ends within a second would begin again with what it had.
    """
    rows = list(islice(found, limit))
    following = next(found, None)
    if following is None or not seconds_whole or rows[-1].timestamp < following.timestamp:
        return rows, following
    earlier = [row for row in rows if row.timestamp < following.timestamp]
    if earlier:
        return earlier, rows[len(earlier)]
    while following is not None and following.timestamp == rows[0].timestamp:
        rows.append(following)
        following = next(found, None)
    return rows, following


def _found(room: Room, hit: Hit) -> FoundArticle:
    return FoundArticle(
        **hit_json(hit)
        | {
            "story": hit.story,
            "page": f"{room.origins.room}{page_of(hit)}",
            "replay": f"{room.origins.replay}/web/{hit.timestamp}/{hit.url}",
        }
    )


def _capture(room: Room, capture: Capture, *, exact: bool) -> CaptureRow:
    return CaptureRow(
        urlkey=capture.urlkey,
        timestamp=capture.timestamp,
        url=capture.uri,
        mime=capture.mime,
        status=capture.status,
        digest=capture.digest,
        filename=capture.file,
        offset=capture.offset,
        length=capture.length,
        record_type=capture.record_type,
        record_id=capture.record_id,
        redirect=capture.redirect,
        truncated=capture.truncated,
        failure=capture.failure,
        source=capture.source,
        kind=capture.kind,
        view=room.origins.room + room.view_of(capture, exact=exact),
        replay=room.replay_of(capture, exact=exact),
        raw=room.raw_of(capture, exact=exact),
    )
