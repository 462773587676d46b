"""The publications: a list to filter and sort, and a page for each."""

from contextlib import closing
from dataclasses import dataclass
from typing import Annotated, Any, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query
from fastapi.responses import HTMLResponse, Response

from archive.errors import ArchiveUnwritable, NotFound
from archive.rights.rules import Audience
from archive.runs.frontier import SourceState, read_sources
from archive.search.facets import Bar, shares
from archive.times import utc_now
from archive.web.holdings import Holdings, SourceHolding, count_holdings
from archive.web.render import page
from archive.web.room import For, InRoom, Room

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

PAGE_SIZE = 60
MONTHS_SHOWN = 60

Sort = Literal["name", "articles", "newest", "edited", "removed"]


@dataclass(frozen=True, slots=True)
class Asked:
    """Which sources are wanted, in which order, from which one on."""

    q: Annotated[str, Query(max_length=200)] = ""
    letter: Annotated[str, Query(max_length=1)] = ""
    sort: Annotated[Sort, Query()] = "name"
    start: Annotated[int, Query(ge=0)] = 0

    def link(self, **other: str | int) -> str:
        """The address of the same list, but for these."""
        said = {"q": self.q, "letter": self.letter, "sort": self.sort, "start": 0} | other
        told = {k: v for k, v in said.items() if v and (k, v) != ("sort", "name")}
        return f"/sources{'?' if told else ''}{urlencode(told)}"


@router.get("/sources")
def sources_page(room: InRoom, audience: For, asked: Annotated[Asked, Depends()]) -> Response:
    """Every publication: as configured, and what there is of it."""
    holdings = holdings_of(room, audience)
    named = [source for source in holdings.sources if _has(source, asked.q.strip().lower())]
    found = [s for s in named if not asked.letter or initial(s.name) == asked.letter.upper()]
    found.sort(key=_KEYS[asked.sort], reverse=asked.sort != "name")
    end = asked.start + PAGE_SIZE
    html = page(
        "sources.html",
        room=room,
        asked=asked,
        total=len(holdings.sources),
        found=len(found),
        sources=found[asked.start : end],
        letters=sorted({initial(source.name) for source in named}),
        before=asked.link(start=max(asked.start - PAGE_SIZE, 0)) if asked.start else None,
        after=asked.link(start=end) if len(found) > end else None,
    )
    return HTMLResponse(html)


@router.get("/sources/{source_id}")
def source_page(room: InRoom, audience: For, source_id: str) -> Response:
    """One publication: what there is of it by month, how its crawl stands, where it is found."""
    source = find_source(room, audience, source_id)
    months = months_of(room, audience, source_id)
    html = page(
        "source.html",
        room=room,
        source=source,
        months=list(zip(months, shares(months), strict=True)),
        unread=_unread(room, audience, source_id),
        state=state_of(room, source_id),
        now=utc_now().timestamp(),
    )
    return HTMLResponse(html)


def initial(name: str) -> str:
    """The letter a name is listed under.

    >>> initial("The Evening Post"), initial("éclair"), initial("20 Minuten")
    ('T', 'É', '#')
    """
    first = name[:1].upper()
    return first if first.isalpha() else "#"


_KEYS = {
    "name": lambda source: source.name.lower(),
    "articles": lambda source: source.articles,
    "newest": lambda source: source.last_captured or "",
    "edited": lambda source: source.edited,
    "removed": lambda source: source.removed,
}


def _has(source: SourceHolding, words: str) -> bool:
    return words in f"{source.name} {source.id} {source.url or ''}".lower()


def holdings_of(room: Room, audience: Audience) -> Holdings:
    """What there is of every source; counted as configured where nothing is indexed yet."""
    config = room.config()
    try:
        db = room.open_index(audience)
    except NotFound:
        return count_holdings(None, config)
    with closing(db):
        return room.holdings.count(db, config)


_MONTHS = """
SELECT substr(dated, 1, 7) AS month, count(*) FROM articles WHERE source = ?
GROUP BY month ORDER BY month DESC LIMIT ?
"""
_UNREAD = """
SELECT f.reason, count(*) FROM extraction_failures f JOIN captures c ON c.id = f.capture
WHERE c.source = ? GROUP BY f.reason ORDER BY 2 DESC, 1
"""


def find_source(room: Room, audience: Audience, source_id: str) -> SourceHolding:
    """One source and what there is of it.

    Raises:
        NotFound: there is none of that id.
    """
    source = next((s for s in holdings_of(room, audience).sources if s.id == source_id), None)
    if source is None:
        raise NotFound(f"There is no source {source_id[:80]} in this archive; /sources lists them.")
    return source


def months_of(room: Room, audience: Audience, source_id: str) -> list[Bar]:
    """Articles by the month of their date, of the last months that have any."""
    return [Bar(*row) for row in _rows(room, audience, _MONTHS, source_id, MONTHS_SHOWN)][::-1]


def state_of(room: Room, source_id: str) -> SourceState | None:
    """How its crawl stands; None where nothing was crawled here."""
    try:
        return read_sources(room.archive, [source_id], now=utc_now().timestamp())[0]
    except (NotFound, ArchiveUnwritable):
        return None


def _unread(room: Room, audience: Audience, source_id: str) -> list[tuple[str, int]]:
    return [(reason, count) for reason, count in _rows(room, audience, _UNREAD, source_id)]


def _rows(room: Room, audience: Audience, select: str, *values: str | int) -> list[tuple[Any, ...]]:
    """What the index answers; nothing where there is none yet."""
    try:
        with closing(room.open_index(audience)) as db:
            return db.execute(select, values).fetchall()
    except NotFound:
        return []
