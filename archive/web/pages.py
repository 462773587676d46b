"""Search, article, evidence and sources as pages."""

from contextlib import closing
from dataclasses import dataclass
from typing import Annotated, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlite_utils import Database

from archive.citation import coins, meta_tags
from archive.errors import NotFound
from archive.index.articles import get_article, pick_version
from archive.index.captures import get_capture
from archive.index.linking import find_linking
from archive.index.stories import find_story
from archive.replay.evidence import read_again
from archive.replay.resolve import load
from archive.rules import load_rules
from archive.search import count_facets, find_similar, marker_of, search
from archive.search.run import at_one_moment
from archive.search.values import Field, list_values
from archive.staff.notes import iter_notes
from archive.web.chips import chips_of, days_of, of_days
from archive.web.cite import citation_of
from archive.web.histogram import CHOOSE, bars_of, moves_of
from archive.web.holdings import Holdings
from archive.web.named import get_article_id
from archive.web.narrow import (
    FATES,
    HEADINGS,
    by_facets,
    by_fate,
    by_source,
    narrowings,
    with_condition,
)
from archive.web.picture import lead_picture
from archive.web.reference import operations
from archive.web.render import page
from archive.web.room import For, Index, InRoom, Who
from archive.web.said import how_many, how_ranked
from archive.web.searches import has_parquet
from archive.web.timeline import find_place

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

PAGE_SIZE = 20
VALUES_SHOWN = 100
Order = Literal["relevance", "newest", "oldest"]


_DAY = r"^(\d{4}-\d\d-\d\d)?$"


@dataclass(frozen=True, slots=True)
class Asked:
    """What the search page is asked for; ``since`` and ``until`` come from its fields."""

    q: Annotated[str, Query(max_length=2000)] = ""
    order: Annotated[Order, Query()] = "relevance"
    after: Annotated[str, Query(max_length=500)] = ""
    copies: Annotated[bool, Query()] = False
    exact: Annotated[bool, Query()] = False
    since: Annotated[str, Query(alias="from", pattern=_DAY)] = ""
    until: Annotated[str, Query(alias="to", pattern=_DAY)] = ""
    range: Annotated[str, Query(pattern=rf"^({CHOOSE}|\d{{4}}-\d\d-\d\d)?$")] = ""

    def of_days(self) -> str:
        """The address of the search with its days in the query, where every link has them."""
        query = of_days(self.q.strip(), self.since, self.until)
        flags = {"copies": "1" if self.copies else "", "exact": "1" if self.exact else ""}
        said = {"q": query, "order": self.order, **flags}
        return f"/?{urlencode({name: value for name, value in said.items() if value})}"


@router.get("/")
def search_page(
    room: InRoom, audience: For, asking: Who, asked: Annotated[Asked, Depends()]
) -> Response:
    """Search; without a query, the newest articles and what the archive holds."""
    if asked.since or asked.until:
        return RedirectResponse(asked.of_days(), 302)
    try:
        db = room.open_index(audience)
    except NotFound as error:
        return HTMLResponse(page("empty.html", room=room, detail=str(error)))
    q = asked.q.strip()
    with closing(db):
        if place := find_place(db, q):
            return RedirectResponse(place, 302)
        with at_one_moment(db):
            result = search(
                db,
                q,
                limit=PAGE_SIZE if q else 12,
                order=asked.order if q else "newest",
                after=asked.after or None,
                fold=not asked.copies,
                helpful=not asked.exact,
            )
            facets = count_facets(db, q, helpful=not asked.exact) if q and result.hits else None
            holdings = room.holdings.count(db, room.config())
            fates = by_fate(q, _fates(db, q, holdings)) if "status:" not in q else []
    html = page(
        "search.html",
        room=room,
        has_parquet=has_parquet(),
        is_staff=asking.is_staff,
        q=q,
        order=asked.order,
        after=asked.after,
        copies=asked.copies,
        exact=asked.exact,
        result=result,
        how_many=how_many(result, facets),
        how_ranked=how_ranked(result, asked.order),
        facets=facets,
        holdings=holdings,
        groups=by_facets(q, facets) if facets else [],
        bars=bars_of(q, facets, chosen=asked.range) if facets else [],
        choosing=asked.range,
        moves=moves_of(q),
        sources=by_source(q, holdings),
        fates=fates,
        chips=chips_of(q, holdings),
        days=days_of(q),
    )
    return HTMLResponse(html)


def _fates(db: Database, q: str, holdings: Holdings) -> list[int]:
    """How many of the articles found were edited, and removed."""
    every = [sum(source.edited for source in holdings.sources)]
    every.append(sum(source.removed for source in holdings.sources))
    if not q:
        return every
    return [
        search(db, with_condition(q, condition), limit=0, helpful=False).total if count else 0
        for (_, condition), count in zip(FATES, every, strict=True)
    ]


@router.get("/facets")
def facet_page(
    room: InRoom,
    db: Index,
    asked: Annotated[Asked, Depends()],
    field: Field = "source",
    having: Annotated[str, Query(max_length=200)] = "",
    start: Annotated[int, Query(ge=0)] = 0,
) -> Response:
    """Every value that the hits have in one field, to be filtered; each narrows the search."""
    values = list_values(db, asked.q, field, having=having)
    end = start + VALUES_SHOWN
    html = page(
        "facet.html",
        room=room,
        asked=asked,
        field=field,
        heading=HEADINGS[field],
        having=having,
        total=len(values),
        links=narrowings(asked.q, field, values[start:end]),
        before=start > 0,
        start=max(start - VALUES_SHOWN, 0),
        end=end if len(values) > end else None,
    )
    return HTMLResponse(html)


@router.get("/articles/{name:path}/evidence")
def evidence_page(room: InRoom, db: Index, name: str, version: str = "") -> Response:
    """Why each field of a version is what it is, and what was taken out of its text."""
    article = get_article(db, get_article_id(room.archive, db, name))
    shown = pick_version(article, version)
    capture = get_capture(db, shown.record_id)
    again = read_again(load(room.archive, db, capture), load_rules(room.archive).book)
    html = page(
        "evidence.html", room=room, article=article, shown=shown, again=again, capture=capture
    )
    return HTMLResponse(html)


@router.get("/articles/{name:path}")
def article_page(
    request: Request,
    room: InRoom,
    db: Index,
    name: str,
    asking: Who,
    version: str = "",
    q: Annotated[str, Query(max_length=2000)] = "",
) -> Response:
    """One article: its text, versions, captures and events; marked by what was searched for."""
    article_id = get_article_id(room.archive, db, name)
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
        citation=(citation := citation_of(room.origins, room.title, article, shown)),
        meta_tags=meta_tags(citation),
        coins=coins(citation),
        picture=lead_picture(room, db, shown),
        story=find_story(db, article_id),
        linking=find_linking(db, article_id, article.addresses),
        is_staff=asking.is_staff,
        notes=list(iter_notes(room.archive, article=article_id)) if asking.is_staff else [],
        q=q,
        marked=marker_of(db, q, shown.language).mark if q else None,
    )
    return HTMLResponse(html)


@router.get("/similar/{name:path}")
def similar_page(room: InRoom, db: Index, name: str) -> Response:
    """Articles like one."""
    article_id = get_article_id(room.archive, db, name)
    article = get_article(db, article_id)
    found = find_similar(db, article_id)
    return HTMLResponse(page("similar.html", room=room, article=article, found=found))


@router.get("/help")
def help_page(room: InRoom) -> Response:
    """How to search, what the words mean."""
    return HTMLResponse(page("help.html", room=room))


@router.get("/api")
def api_page(request: Request, room: InRoom) -> Response:
    """The JSON interface, described from its own OpenAPI document."""
    html = page("api.html", room=room, operations=operations(request.app.openapi()))
    return HTMLResponse(html)
