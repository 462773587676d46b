"""What happened in the archive, as JSON."""

from dataclasses import dataclass

from fastapi import APIRouter

from archive.index.history import Happening
from archive.web.events import Wanted, newest
from archive.web.paging import After, Limit, first_of
from archive.web.room import Index

router = APIRouter(tags=["events"])


@dataclass(frozen=True, slots=True)
class Happenings:
    """A page of events; give ``after`` back to get the next one, null on the last."""

    events: list[Happening]
    after: str | None


@router.get("/events", summary="Events")
def list_events(db: Index, asked: Wanted, limit: Limit = 100, after: After = "") -> Happenings:
    """What happened to articles: published, edited, retitled, removed and so on, newest first."""
    return Happenings(*first_of(newest(db, asked, after), limit, lambda event: event.id))
