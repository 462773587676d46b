"""Captures as pages: the list of one address, one record, the frame around a replayed page."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlite_utils import Database

from archive.config import Config
from archive.errors import NotFound, WarcError
from archive.index.articles import find_article, find_shown
from archive.index.captures import Capture, get_capture, iter_captures
from archive.layout import Archive
from archive.replay.address import ANY_TIME, Links, marked, parse_address
from archive.replay.charset import decode
from archive.replay.choose import (
    Asked,
    iter_candidates,
    of_one_second,
    redirect_target,
)
from archive.replay.headers import treatment_of
from archive.replay.html import find_refresh
from archive.replay.resolve import Stored, erased_from, find_erased, find_stored
from archive.rights.withheld import withheld_address
from archive.urls import is_http, urlkey
from archive.warc.reader import Group, Record, iter_groups, read_record
from archive.web.calendar import CAPTURES_SHOWN, Year, calendar_of
from archive.web.paging import After, first_of
from archive.web.parts import find_offsets
from archive.web.render import page
from archive.web.room import Index, InRoom, Room
from archive.web.timeline import neighbours, pages_beside

router = APIRouter(include_in_schema=False)

PAGE_SIZE = 200
_REFRESH_WITHIN_BYTES = 200_000


@dataclass(frozen=True, slots=True)
class Shown:
    """A capture as the frame page shows it."""

    capture: Capture
    how: str
    refresh: tuple[float, str] | None


@router.get("/captures")
def list_captures(
    room: InRoom,
    db: Index,
    url: Annotated[str, Query(max_length=4000)] = "",
    since: Annotated[str, Query(alias="from", pattern=r"^\d{0,14}$")] = "",
    until: Annotated[str, Query(alias="to", pattern=r"^\d{0,14}$")] = "",
    after: After = "",
) -> Response:
    """Every capture of an address; of all that start with it, where it ends with ``*``."""
    asked = url.strip()
    prefix = asked.endswith("*")
    address = complete(asked.rstrip("*"))
    rows: list[Capture] = []
    following = None
    if address:
        found = iter_captures(
            db,
            urlkey(address),
            prefix=prefix,
            since=since,
            until=until or "9",
            # Many addresses come as the index has them: turning each round would sort them all.
            newest_first=not prefix,
            failures=True,
            after=after,
        )
        rows, following = first_of(found, PAGE_SIZE, lambda row: row.record_id)
    html = page(
        "captures.html",
        room=room,
        url=asked,
        address=address,
        prefix=prefix,
        captures=rows,
        twins=of_one_second(rows),
        more=_list_of(asked, since, until, following) if following else None,
        years=_years(db, urlkey(address))
        if len(rows) > 1 and not (prefix or since or until or after)
        else [],
        beside=() if rows or not address else pages_beside(db, urlkey(address)),
        front_of="" if rows else _front_of(room.config(), urlkey(address)),
        below=f"{address}*" if urlkey(address).endswith(")/") else "",
    )
    return HTMLResponse(html, 200 if rows or not asked else 404)


@router.get("/records/{record_id:path}")
def show_record(room: InRoom, db: Index, record_id: str) -> Response:
    """One record: where it lies, its fields, the request and the response's header lines."""
    capture = get_capture(db, record_id)
    group = read_group(room.archive, capture)
    html = page(
        "record.html",
        room=room,
        capture=capture,
        record=group.main,
        http=group.http(),
        request_head=_head(group.request),
        facts=_flat(group.facts),
        original=_referred(db, capture),
    )
    return HTMLResponse(html)


@router.get("/view/{address:path}")
def view(request: Request, room: InRoom, db: Index) -> Response:
    """The frame page: a banner in our origin, the archived page in the other."""
    path = request.scope["raw_path"].decode("latin-1").removeprefix("/view")
    address = parse_address(path, request.scope["query_string"].decode("latin-1"))
    if address is None:
        raise NotFound(f"expected /view/<timestamp>/<url>, got {path[:200]}")
    if address.timestamp == ANY_TIME:
        return RedirectResponse(_list_of(address.url), 302)
    asked = Asked(address.url, address.timestamp, address.mark)
    stored: Stored | None = None
    problem = ""
    try:
        found = find_stored(room.archive, db, asked)
    except (NotFound, WarcError) as error:
        # The frame shows why: the replay origin meets the same error.
        found, problem = next(iter_candidates(db, asked), None), str(error)
    if found is None:
        return _not_archived(room, db, address.url)
    if isinstance(found, Stored):
        stored = found
    capture = found.capture if isinstance(found, Stored) else found
    if (target := redirect_target(capture)) and not problem:
        return RedirectResponse(f"/view{marked(address.marks)}/{capture.timestamp}/{target}", 302)
    if capture.timestamp != address.timestamp:
        return RedirectResponse(room.view_of(capture, marks=address.marks), 302)
    article_id = find_article(db, capture.uri)
    html = page(
        "view.html",
        room=room,
        shown=_shown(capture, stored),
        exact=bool(address.mark),
        marks=address.marks,
        words=address.words,
        offsets=find_offsets(db, stored) if stored else None,
        instead_of=stored.instead_of if stored else None,
        because=stored.because if stored else "",
        stored=stored,
        around=neighbours(db, capture),
        article_id=article_id,
        version=find_shown(db, capture.record_id),
    )
    return HTMLResponse(html)


def _front_of(config: Config, key: str) -> str:
    """The source whose home page this is, where a crawl does not visit it: others are its seeds."""
    for name, source in config.sources.items():
        seeds = {urlkey(url) for url in (*source.feeds, *source.sitemaps, *source.sections)}
        if urlkey(source.url) == key and seeds and key not in seeds:
            return name
    return ""


def _years(db: Database, key: str) -> list[Year]:
    return calendar_of(islice(iter_captures(db, key), CAPTURES_SHOWN))


def complete(text: str) -> str:
    """What a person typed as an address, as one; empty when it cannot be one.

    >>> complete("example.org/a"), complete("https://example.org"), complete("no address")
    ('http://example.org/a', 'https://example.org', '')
    """
    if not text or any(c.isspace() for c in text):
        return ""
    whole = text if "://" in text else f"http://{text}"
    return whole if is_http(whole) else ""


def read_group(archive: Archive, capture: Capture) -> Group:
    """A capture's record with its request and metadata, as far as they can be read.

    Raises:
        WarcError: the record itself cannot be read.
    """
    path = archive.find_warc(capture.file)
    if path is not None:
        try:
            return next(iter_groups(path, filename=capture.file, start=capture.offset))
        except (WarcError, StopIteration):
            # What follows may be half written; the record itself is whole.
            pass
    record = read_record(archive, capture.file, capture.offset)
    return Group(record, None, None, record.offset, record.offset + record.length)


def _list_of(url: str, since: str = "", until: str = "", after: str = "") -> str:
    said = {"url": url, "from": since, "to": until, "after": after}
    return f"/captures?{urlencode({name: value for name, value in said.items() if value})}"


def _not_archived(room: Room, db: Database, url: str) -> Response:
    if withheld := withheld_address(db, urlkey(url)):
        raise withheld
    if (erased := find_erased(db, urlkey(url))) is not None:
        raise erased_from(room.archive, erased)
    html = page("missing.html", room=room, url=url, beside=pages_beside(db, urlkey(url)))
    return HTMLResponse(html, 404)


def _shown(capture: Capture, stored: Stored | None) -> Shown:
    how = treatment_of(capture.mime or "").how
    if how != "html" or stored is None:
        return Shown(capture, how, None)
    content_type = stored.http.get("content-type") or ""
    text, _ = decode(stored.payload.content(_REFRESH_WITHIN_BYTES), content_type=content_type)
    return Shown(capture, how, _refresh(text, capture))


def _refresh(text: str, capture: Capture) -> tuple[float, str] | None:
    """Seconds, and where in the archive a page sends its readers; None when it only reloads."""
    found = find_refresh(text)
    links = Links(capture.uri, capture.timestamp, "")
    absolute = links.absolute(found[1]) if found else None
    if found is None or absolute is None or urlkey(absolute) == capture.urlkey:
        return None
    return found[0], f"/view/{capture.timestamp}/{absolute}"


def _referred(db: Database, capture: Capture) -> Capture | None:
    if not capture.refers_to:
        return None
    try:
        return get_capture(db, capture.refers_to)
    except NotFound:
        return None


def _flat(facts: Mapping[str, Any], before: str = "") -> dict[str, Any]:
    """Facts one to a line: those within another under both names.

    >>> _flat({"error": "erased", "erased": {"at": "20260101", "digests": ["a", "b"]}})
    {'error': 'erased', 'erased: at': '20260101', 'erased: digests': 'a, b'}
    """
    lines: dict[str, Any] = {}
    for name, value in facts.items():
        if isinstance(value, Mapping):
            lines |= _flat(value, f"{before}{name}: ")
        elif value not in (None, ""):
            lines[before + name] = ", ".join(map(str, value)) if isinstance(value, list) else value
    return lines


def _head(request: Record | None) -> str | None:
    if request is None:
        return None
    head = request.content.partition(b"\r\n\r\n")[0]
    return head.decode("latin-1")[:8000]
