"""What happened in the archive: a page, an Atom feed, JSON."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query
from fastapi.responses import HTMLResponse, Response
from sqlite_utils import Database

from archive import atom
from archive.index.history import Happening, Narrowing, iter_events
from archive.indexer.events import Kind
from archive.web.paging import first_of
from archive.web.render import page
from archive.web.room import Index, InRoom, Room

router = APIRouter(include_in_schema=False)

PAGE_SIZE = 50
FEED_SIZE = 100


@dataclass(frozen=True, slots=True)
class Asked:
    """Which events a page, feed or list is of; days are written ``2026-01-31``."""

    kind: str
    source: str
    author: str
    silent: bool
    since: str
    until: str

    @property
    def narrowing(self) -> Narrowing:
        """The same, as the index is asked."""
        first, last = (day.replace("-", "") for day in (self.since, self.until))
        return Narrowing(first, last or "9", self.kind, self.source, self.author, self.silent)

    def as_query(self, **more: str) -> str:
        """The part of an address that asks for the same."""
        said = {
            "kind": self.kind,
            "source": self.source,
            "author": self.author,
            "silent": "1" if self.silent else "",
            "from": self.since,
            "to": self.until,
        }
        return urlencode({name: value for name, value in (said | more).items() if value})


Day = Annotated[str, Query(pattern=r"^(\d{4}(-\d\d(-\d\d)?)?)?$")]


def asked_for(
    kind: Annotated[
        str, Query(pattern=f"^({'|'.join(Kind)})?$", description="Only events of this kind.")
    ] = "",
    source: Annotated[str, Query(max_length=64, description="Only of this source.")] = "",
    author: Annotated[str, Query(max_length=200, description="An author, or part of one.")] = "",
    *,
    silent: Annotated[bool, Query(description="Only edits that the page does not date.")] = False,
    since: Annotated[Day, Query(alias="from", description="First day, month or year.")] = "",
    until: Annotated[Day, Query(alias="to", description="Last day, month or year.")] = "",
) -> Asked:
    """Read which events are asked for."""
    return Asked(kind, source, author, silent, since, until)


Wanted = Annotated[Asked, Depends(asked_for)]


def newest(db: Database, asked: Asked, after: str = "") -> Iterator[Happening]:
    """The events asked for, the newest first, from the one behind ``after`` on."""
    return iter_events(db, asked.narrowing, newest_first=True, after=after)


@router.get("/events")
def events_page(
    room: InRoom, db: Index, asked: Wanted, after: Annotated[str, Query(max_length=40)] = ""
) -> Response:
    """What happened, day by day."""
    events, following = first_of(newest(db, asked, after), PAGE_SIZE, lambda event: event.id)
    days: dict[str, list[Happening]] = {}
    for event in events:
        days.setdefault(event.at[:8], []).append(event)
    html = page(
        "events.html",
        room=room,
        asked=asked,
        days=days,
        kinds=list(Kind),
        sources=room.holdings.count(db, room.config()).sources,
        more=f"/events?{asked.as_query(after=following)}" if following else None,
        feed=f"/events.atom?{asked.as_query()}",
        continued=bool(after),
    )
    return HTMLResponse(html)


@router.get("/events.atom")
def events_feed(room: InRoom, db: Index, asked: Wanted) -> Response:
    """The newest events as a feed."""
    events = list(islice(newest(db, asked), FEED_SIZE))
    query = asked.as_query()
    feed = atom.Feed(
        name=f"{room.config().archive.contact}/events?{query}",
        title=f"What happened · {room.title}",
        subtitle=query,
        updated=atom.moment_of(events[0].at) if events else "1970-01-01T00:00:00Z",
        author=room.title,
        address=f"{room.origins.room}/events.atom?{query}",
    )
    text = atom.write_atom(feed, (_entry(room, event) for event in events))
    return Response(text, media_type=atom.MEDIA_TYPE)


def _entry(room: Room, event: Happening) -> atom.Entry:
    link = f"{room.origins.room}/articles/{event.article_id}"
    if event.version_before and event.version_after:
        link += f"/compare?before={event.version_before}&after={event.version_after}"
    return atom.Entry(
        name=f"microfiche/events/{event.article_id}/{event.at}/{event.kind}",
        title=f"{event.kind}{' silently' if event.silent else ''}: {event.title}",
        updated=atom.moment_of(event.at),
        link=link,
        author=event.source_name,
        summary=event.detail or "",
    )
