"""Search, article, evidence and sources as pages."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from archive.citation import coins, meta_tags
from archive.errors import NotFound
from archive.index.articles import find_article, get_article, pick_version
from archive.index.captures import get_capture
from archive.index.open import open_index
from archive.index.stories import find_story
from archive.replay.resolve import load
from archive.rules import load_rules
from archive.search import Facets, count_facets, find_similar, search
from archive.search.run import at_one_moment
from archive.web.cite import citation_of
from archive.web.evidence import read_again
from archive.web.holdings import Holdings, count_holdings
from archive.web.narrow import bars_of, by_facets, by_fate, by_source
from archive.web.picture import lead_picture
from archive.web.reference import operations
from archive.web.render import page
from archive.web.room import Index, InRoom
from archive.web.said import how_many, how_ranked
from archive.web.timeline import find_place

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

PAGE_SIZE = 20
Order = Literal["relevance", "newest", "oldest"]


@router.get("/")
def search_page(
    room: InRoom,
    q: Annotated[str, Query(max_length=2000)] = "",
    order: Order = "relevance",
    after: Annotated[str, Query(max_length=500)] = "",
    *,
    copies: bool = False,
    exact: bool = False,
) -> Response:
    """Search; without a query, the newest articles and what the archive holds."""
    try:
        db = open_index(room.archive)
    except NotFound as error:
        return HTMLResponse(page("empty.html", room=room, detail=str(error)))
    try:
        asked = q.strip()
        if place := find_place(db, asked):
            return RedirectResponse(place, 302)
        with at_one_moment(db):
            result = search(
                db,
                asked,
                limit=PAGE_SIZE if asked else 12,
                order=order if asked else "newest",
                after=after or None,
                fold=not copies,
                helpful=not exact,
            )
            facets = count_facets(db, asked, helpful=not exact) if asked and result.hits else None
        holdings = room.holdings.count(db, room.config())
    finally:
        db.close()
    html = page(
        "search.html",
        room=room,
        q=asked,
        order=order,
        after=after,
        copies=copies,
        exact=exact,
        result=result,
        how_many=how_many(result, facets),
        how_ranked=how_ranked(result, order),
        **_narrowings(asked, facets, holdings),
    )
    return HTMLResponse(html)


def _narrowings(asked: str, facets: Facets | None, holdings: Holdings) -> dict[str, Any]:
    """What hits have in common, and the links that narrow a search to it, for the template."""
    return {
        "facets": facets,
        "holdings": holdings,
        "groups": by_facets(asked, facets) if facets else [],
        "bars": bars_of(asked, facets) if facets else [],
        "sources": by_source(asked, holdings),
        "fates": by_fate(asked, holdings),
    }


@router.get("/articles/{name:path}/evidence")
def evidence_page(room: InRoom, db: Index, name: str, version: str = "") -> Response:
    """Why each field of a version is what it is, and what was taken out of its text."""
    article = get_article(db, name)
    shown = pick_version(article, version)
    capture = get_capture(db, shown.record_id)
    again = read_again(load(room.archive, db, capture), load_rules(room.archive).book)
    html = page(
        "evidence.html", room=room, article=article, shown=shown, again=again, capture=capture
    )
    return HTMLResponse(html)


@router.get("/articles/{name:path}")
def article_page(
    request: Request, room: InRoom, db: Index, name: str, version: str = ""
) -> Response:
    """One article: its text, versions, captures and events."""
    article_id = find_article(db, name)
    if article_id is None:
        raise NotFound(f"There is no article {name[:100]} in this archive; look for it by search.")
    if article_id != name:
        suffix = f"?{request.url.query}" if request.url.query else ""
        return RedirectResponse(f"/articles/{article_id}{suffix}", 302)
    article = get_article(db, article_id)
    shown = pick_version(article, version)
    html = page(
        "article.html",
        room=room,
        article=article,
        shown=shown,
        events=article.events,
        citation=(citation := citation_of(room, article, shown)),
        meta_tags=meta_tags(citation),
        coins=coins(citation),
        picture=lead_picture(room, db, shown),
        story=find_story(db, article_id),
    )
    return HTMLResponse(html)


@router.get("/similar/{name:path}")
def similar_page(room: InRoom, db: Index, name: str) -> Response:
    """Articles like one."""
    article_id = find_article(db, name)
    if article_id is None:
        raise NotFound(f"There is no article {name[:100]} in this archive; look for it by search.")
    article = get_article(db, article_id)
    found = find_similar(db, article_id)
    return HTMLResponse(page("similar.html", room=room, article=article, found=found))


@router.get("/sources")
def sources_page(room: InRoom) -> Response:
    """Every publication: as configured, and what there is of it."""
    config = room.config()
    try:
        db = open_index(room.archive)
    except NotFound:
        return HTMLResponse(page("sources.html", room=room, holdings=count_holdings(None, config)))
    try:
        holdings = room.holdings.count(db, config)
    finally:
        db.close()
    return HTMLResponse(page("sources.html", room=room, holdings=holdings))


@router.get("/help")
def help_page(room: InRoom) -> Response:
    """How to search, what the words mean."""
    return HTMLResponse(page("help.html", room=room))


@router.get("/api")
def api_page(request: Request, room: InRoom) -> Response:
    """The JSON interface, described from its own OpenAPI document."""
    html = page("api.html", room=room, operations=operations(request.app.openapi()))
    return HTMLResponse(html)
