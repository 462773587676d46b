"""Two captures side by side, as they looked: two frames of the replay, each in its sandbox."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse, Response
from sqlite_utils import Database

from archive.errors import NotFound
from archive.index.captures import Capture
from archive.replay.choose import Asked
from archive.replay.resolve import Stored, find_stored
from archive.web.captures import complete
from archive.web.render import page
from archive.web.room import Index, InRoom, Room
from archive.web.timeline import Neighbours, neighbours

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

Address = Annotated[str, Query(max_length=4000)]
Moment = Annotated[str, Query(pattern=r"^\d{14}$")]


@dataclass(frozen=True, slots=True)
class Side:
    """A capture that is shown, and those of its address around it."""

    capture: Capture
    around: Neighbours


@router.get("/looks")
def looks_page(
    room: InRoom, db: Index, url: Address, before: Moment, after: Moment, other: Address = ""
) -> Response:
    """Two captures of one address; of two, where the one ``after`` is of another.

    Raises:
        NotFound: one of them is not there to be shown.
    """
    left, right = _side(room, db, url, before), _side(room, db, other or url, after)
    return HTMLResponse(page("looks.html", room=room, left=left, right=right))


def _side(room: Room, db: Database, url: str, at: str) -> Side:
    address = complete(url.strip())
    found = find_stored(room.archive, db, Asked(address, at)) if address else None
    if not isinstance(found, Stored):
        raise NotFound(f"No page of {url[:200]!r} is in this archive; /captures looks near it.")
    return Side(found.capture, neighbours(db, found.capture))
