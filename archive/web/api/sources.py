"""The publications as JSON, and what there is of the whole archive."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Path

from archive.runs.frontier import SourceState
from archive.web.holdings import SourceHolding
from archive.web.paging import After, Limit, behind, first_of
from archive.web.room import For, InRoom, Room
from archive.web.sources import find_source, holdings_of, months_of, state_of

router = APIRouter(tags=["sources"])


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
    page: str


@dataclass(frozen=True, slots=True)
class Sources:
    """A page of publications; give ``after`` back to get the next one, null on the last."""

    sources: list[SourceRow]
    after: str | None


@dataclass(frozen=True, slots=True)
class Month:
    """Articles dated in one month: ``2026-01``."""

    on: str
    articles: int


@dataclass(frozen=True, slots=True)
class SourceInFull:
    """One publication: by month, and how its crawl stands; null where nothing was crawled."""

    source: SourceRow
    months: list[Month]
    state: SourceState | None


@dataclass(frozen=True, slots=True)
class Archived:
    """The whole archive in numbers; timestamps have 14 digits."""

    title: str
    articles: int
    captures: int
    first_captured: str | None
    last_captured: str | None
    sources: int


@router.get("/sources", summary="Sources")
def list_sources(room: InRoom, audience: For, limit: Limit = 1000, after: After = "") -> Sources:
    """Every publication, as configured and as indexed, by name."""
    every = holdings_of(room, audience).sources
    found, following = first_of(behind(every, after, _id), limit, _id)
    return Sources([_row(room, source) for source in found], following)


@router.get("/sources/{source_id}", summary="Source")
def read_source(
    room: InRoom,
    audience: For,
    source_id: Annotated[str, Path(description="Its id.", examples=["post"])],
) -> SourceInFull:
    """One publication: what there is of it by month, and how its crawl stands."""
    source = find_source(room, audience, source_id)
    months = [Month(bar.on, bar.count) for bar in months_of(room, audience, source_id)]
    return SourceInFull(_row(room, source), months, state_of(room, source_id))


@router.get("/archive", summary="Archive")
def read_archive(room: InRoom, audience: For) -> Archived:
    """How much there is, and from when to when."""
    it = holdings_of(room, audience)
    return Archived(room.title, it.articles, it.captures, it.first, it.last, len(it.sources))


def _id(source: SourceHolding) -> str:
    return source.id


def _row(room: Room, source: SourceHolding) -> SourceRow:
    return SourceRow(
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
        page=f"{room.origins.room}/sources/{source.id}",
    )
