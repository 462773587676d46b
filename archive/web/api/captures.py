"""Captures as JSON, with the fields of a CDX, and one record."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Path, Query

from archive.errors import NotFound
from archive.index.captures import Capture, get_capture, iter_captures
from archive.replay.choose import of_one_second
from archive.urls import urlkey
from archive.web.captures import complete, read_group
from archive.web.paging import After, Limit, first_of
from archive.web.room import Index, InRoom, Room

router = APIRouter(tags=["captures"])

Moment = r"^\d{0,14}$"


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
    """A page of captures; give ``after`` back to get the next one, null on the last."""

    url: str
    captures: list[CaptureRow]
    after: str | None


@dataclass(frozen=True, slots=True)
class RecordRow:
    """One record: its capture, its fields, the response's header lines, what was noted of it.

    ``response`` is null where there was none.
    """

    capture: CaptureRow
    fields: tuple[tuple[str, str], ...]
    response: tuple[tuple[str, str], ...] | None
    facts: dict[str, str]


@router.get("/captures", summary="Captures")
def list_captures(
    room: InRoom,
    db: Index,
    url: Annotated[
        str,
        Query(
            max_length=4000,
            description="An address; with `*` at its end, a prefix.",
            examples=["post.test/news/*"],
        ),
    ],
    since: Annotated[
        str, Query(alias="from", pattern=Moment, description="First timestamp, or its start.")
    ] = "",
    until: Annotated[
        str, Query(alias="to", pattern=Moment, description="Last timestamp, or its start.")
    ] = "",
    limit: Limit = 200,
    after: After = "",
) -> Captures:
    """Captures of an address in order of time, as a CDX has them."""
    address = complete(url.strip().rstrip("*"))
    if not address:
        raise NotFound(
            f"{url[:200]!r} is no web address; expected one such as https://example.org/"
        )
    found = iter_captures(
        db,
        urlkey(address),
        prefix=url.strip().endswith("*"),
        since=since,
        until=until or "9",
        failures=True,
        after=after,
    )
    rows, following = first_of(found, limit, lambda row: row.record_id)
    twins = of_one_second(rows)
    return Captures(
        url, [_capture(room, row, exact=row.record_id in twins) for row in rows], following
    )


@router.get("/records/{record_id:path}", summary="Record")
def read_record(
    room: InRoom,
    db: Index,
    record_id: Annotated[
        str,
        Path(
            description="Its WARC-Record-ID.",
            examples=["urn:uuid:0a1b2c3d-1111-4222-8333-444455556666"],
        ),
    ],
) -> RecordRow:
    """One record as it lies in its WARC file, its payload left out."""
    capture = get_capture(db, record_id)
    group = read_group(room.archive, capture)
    http = group.http()
    return RecordRow(
        _capture(room, capture, exact=True),
        tuple(group.main.headers),
        None if http is None else tuple(http.headers),
        {name: str(value) for name, value in group.facts.items() if value not in (None, "")},
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
