"""The replay origin as an ASGI application: archived bytes, and nothing else.

``/web/<timestamp>/<url>`` shows the capture nearest in time, ``/web/<timestamp>id_/<url>`` gives
its bytes to save or to read, ``/web/*/<url>`` leads to the list of captures. Addresses as they were
before, without ``/web``, lead to these.
"""

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from email.utils import parsedate_to_datetime
from urllib.parse import quote

from sqlite_utils import Database
from starlette.applications import Starlette
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from archive.errors import MicroficheError, NotFound, NotReadAgain, Withheld
from archive.index.captures import Capture, get_capture
from archive.index.integrity import note_damage
from archive.index.lending import Lender
from archive.index.sqlite_errors import explained
from archive.layout import Archive
from archive.replay.address import (
    ANY_TIME,
    AS_STYLE,
    REQUISITES,
    Address,
    Links,
    parse_address,
)
from archive.replay.cdx.routes import Protocols
from archive.replay.cdx.timemap import http_date, link_header
from archive.replay.charset import decode
from archive.replay.choose import (
    Asked,
    find_capture,
    known_among,
    mark_of,
    moment_of,
    redirect_target,
)
from archive.replay.gate import HostGate
from archive.replay.headers import archived_headers, codings_of, is_refused
from archive.replay.marks import find_marked
from archive.replay.notice import notice
from archive.replay.origins import REPLAY_NAME, Origins, blocked_by
from archive.replay.resolve import Stored, erased_from, find_erased, find_stored, load
from archive.replay.respond import Around, Body, Reply, raw_of, replay_of
from archive.rights.rules import Audience
from archive.rights.withheld import withheld_address
from archive.staff.door import Door, audience_of
from archive.staff.limits import Budgets, Limited
from archive.times import from_timestamp, to_timestamp
from archive.urls import urlkey
from archive.warc.cut import members_of
from archive.warc.reader import iter_groups

# What a page needs to look right, by the destination that a browser states.
_REQUISITES = frozenset({"image", "style", "font", "audio", "video", "track"})
_MAX_HOPS = 4
MAX_DRAWING_BYTES = 4_000_000


def create_replay(
    archive: Archive,
    origins: Origins,
    *,
    names: Iterable[str] = (REPLAY_NAME,),
    door: Door | None = None,
    budgets: Budgets | None = None,
) -> ASGIApp:
    """The application that serves archived bytes, behind its gates.

    Args:
        archive: What is read.
        origins: Where this application and the reading room are reached.
        names: Host names it answers to.
        door: Who is staff; where it is left out, nobody but this machine reaches the server.
        budgets: What clients may read; where it is left out, all they want.

    Raises:
        ConfigError: ``staff.json`` cannot be used.
    """
    replay = _Replay(archive, origins)
    record = Route("/records/{record_id:path}", replay.give_record, methods=["GET", "HEAD"])
    everything = Route("/{path:path}", replay.answer, methods=["GET", "HEAD"])
    app = Starlette(routes=[*Protocols(archive, origins).routes(), record, everything])
    app.state.door = door or Door(archive, room=origins.room)
    return HostGate(
        _Sandbox(
            Limited(app, budgets) if budgets else app,
            archived_headers(origins.replay),
        ),
        names=names,
        advice=f"archived pages are at {origins.replay}/ only; if your browser does not find that "
        f"name, add `127.0.0.1 {REPLAY_NAME}` to the hosts file of this computer",
    )


class _Sandbox:
    """ASGI middleware: refuses what only scripts ask for; puts the policy on every response.

    Outermost but for the Host gate, so that errors of the framework carry the policy too.
    """

    def __init__(self, app: ASGIApp, headers: dict[str, str]) -> None:
        self._app = app
        self._headers = headers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def sandboxed(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                # A notice must not be kept at all; everything else is not the response's to say.
                cache = headers.get("cache-control")
                headers.update(self._headers)
                if cache is not None:
                    headers["cache-control"] = cache
            await send(message)

        app = self._app
        if is_refused(dict(Headers(scope=scope).items())):
            app = PlainTextResponse("403: scripts get nothing from the archive\n", status_code=403)
        await app(scope, receive, sandboxed)


class _Replay:
    """Answers for one archive. Each request opens the index, for a rebuild may replace the file."""

    def __init__(self, archive: Archive, origins: Origins) -> None:
        self._archive, self._lender = archive, Lender()
        self._origins = origins

    def answer(self, request: Request) -> Response:
        """Show, give or look for what the path names."""
        path = request.scope.get("raw_path", b"").decode("latin-1")
        query = request.scope["query_string"].decode("latin-1")
        if path == "/":
            return RedirectResponse(f"{self._origins.room}/", 302)
        address = parse_address(path, query)
        if address is None:
            return PlainTextResponse(
                "404: expected /web/<timestamp>/<url>, such as "
                "/web/20260102030405/https://example.org/\n",
                status_code=404,
            )
        if address.timestamp == ANY_TIME or not address.plain:
            now = f"/web{path}" + (f"?{query}" if query else "")
            many = address.timestamp == ANY_TIME
            return RedirectResponse(self._captures_page(address.url) if many else now, 302)
        return self._answer(address, request.headers, audience_of(request))

    def give_record(self, request: Request) -> Response:
        """The records of a capture as they lie in the archive: a WARC file to save."""
        identity = request.path_params["record_id"]
        try:
            audience = audience_of(request)
            with closing(self._lender.open_index(self._archive, audience=audience)) as db:
                capture = get_capture(db, identity)
                path = self._archive.find_warc(capture.file)
                if path is None:
                    raise NotFound(f"{capture.file}: no such file in this archive")
                group = next(iter_groups(path, filename=capture.file, start=capture.offset))
                body = b"".join(members_of(path, group))
        except (MicroficheError, OSError, sqlite3.DatabaseError) as error:
            status = 404 if isinstance(error, NotFound) else 500
            if isinstance(error, Withheld):
                return self._withheld(error, PlainTextResponse(f"{error.status}: {error}\n"))
            return PlainTextResponse(f"{status}: {error}\n", status_code=status)
        name = f'attachment; filename="{capture.timestamp}-{mark_of(identity)}.warc.gz"'
        return Response(body, 200, {"Content-Disposition": name}, "application/warc")

    def _answer(self, address: Address, headers: Headers, audience: Audience) -> Response:
        try:
            with closing(self._lender.open_index(self._archive, audience=audience)) as db:
                return self._find(db, address, headers)
        except Withheld as error:
            notice = self._notice(error.status, "Not shown", str(error), address.url)
            return self._withheld(error, notice)
        except NotFound as error:
            return self._notice(404, "There is nothing to show", str(error), address.url)
        except NotReadAgain as error:
            return self._notice(404, "There is nothing to mark", str(error), address.url)
        except (MicroficheError, sqlite3.DatabaseError) as error:
            note_damage(self._archive.index_path, error)
            ours = explained(error) if isinstance(error, sqlite3.DatabaseError) else error
            return self._notice(500, "This capture cannot be read", str(ours), address.url)

    def _find(self, db: Database, address: Address, headers: Headers) -> Response:
        requisite = address.flavour in REQUISITES or headers.get("sec-fetch-dest") in _REQUISITES
        if address.timestamp is None:
            return self._time_gate(db, address, headers)
        asked = Asked(address.url, address.timestamp, address.mark, requisite=requisite)
        found = find_stored(self._archive, db, asked)
        if found is None:
            return self._not_found(db, address.url)
        if isinstance(found, Capture):
            if not address.raw:
                place = address.at(found.timestamp, redirect_target(found) or "")
                return RedirectResponse(place, 302)
            found = load(self._archive, db, found)
        return self._show(db, found, address, headers)

    def _time_gate(self, db: Database, address: Address, headers: Headers) -> Response:
        """The capture of an address nearest to what the client asks for; else the latest.

        Source: RFC 7089, 4.1 (pattern 2.1) and 4.5.3.
        """
        wanted = headers.get("accept-datetime")
        try:
            moment = to_timestamp(parsedate_to_datetime(wanted)) if wanted else None
        except ValueError:
            told = "400: Accept-Datetime: expected a date such as Fri, 02 Jan 2026 03:04:05 GMT\n"
            return PlainTextResponse(told, 400, {"Vary": "accept-datetime"})
        capture = find_capture(db, Asked(address.url, moment))
        if capture is None:
            response = self._not_found(db, address.url)
        else:
            response = RedirectResponse(address.at(moment_of(capture), capture.uri), 302)
            response.headers["Link"] = link_header(
                db, capture.uri, self._origins.replay, capture.timestamp
            )
        response.headers["Vary"] = "accept-datetime"
        return response

    def _show(self, db: Database, stored: Stored, address: Address, headers: Headers) -> Response:
        capture = stored.capture
        if address.raw:
            raw = _raw(stored, headers.get("accept-encoding", ""))
            return self._response(db, raw, capture)
        if _is_empty(stored):
            told = f"The site answered {stored.http.status} without content."
            return self._notice(404, "There is nothing to show", told, capture.uri)
        body = _body(stored)
        if capture.timestamp != address.timestamp and _is_page(capture):
            # A page's own address must say when it was captured; pictures need not.
            return RedirectResponse(address.at(capture.timestamp, capture.uri), 302)
        links = Links(capture.uri, address.timestamp or capture.timestamp, self._origins.room)
        as_style = not body.content_type.strip() and headers.get("sec-fetch-dest") == "style"
        reply = replay_of(
            body,
            links,
            byte_range=headers.get("range"),
            flavour=AS_STYLE if as_style else address.flavour,
            around=Around(
                lambda urls: known_among(db, urls),
                lambda url: self._read_drawing(db, url, links.timestamp),
                find_marked(self._archive, db, stored, address) if _is_page(capture) else None,
            ),
        )
        return self._response(db, reply, capture)

    def _response(self, db: Database, reply: Reply, capture: Capture) -> Response:
        """A memento: with when it was captured, and for pages where its neighbours are."""
        response = Response(reply.body, reply.status)
        whole = db if _is_page(capture) else None
        links = link_header(whole, capture.uri, self._origins.replay, capture.timestamp)
        moment = from_timestamp(capture.timestamp)
        response.headers.update(
            reply.headers | {"Memento-Datetime": http_date(moment), "Link": links}
        )
        return response

    def _read_drawing(self, db: Database, url: str, timestamp: str) -> str | None:
        """The text of a drawing, redirects followed."""
        for _ in range(_MAX_HOPS):
            try:
                found = find_stored(self._archive, db, Asked(url, timestamp, requisite=True))
            except MicroficheError:
                return None
            if not isinstance(found, Capture):
                break
            url = redirect_target(found) or ""
        if not isinstance(found, Stored) or found.http.status != 200:
            return None
        content = found.payload.content(MAX_DRAWING_BYTES)
        return decode(content, content_type=found.http.get("content-type") or "")[0]

    def _captures_page(self, url: str) -> str:
        return f"{self._origins.room}/captures?url={quote(url, safe='')}"

    def _not_found(self, db: Database, url: str) -> Response:
        if withheld := withheld_address(db, urlkey(url)):
            raise withheld
        if (erased := find_erased(db, urlkey(url))) is not None:
            raise erased_from(self._archive, erased)
        return self._notice(404, "Not in the archive", "This address has not been captured.", url)

    def _withheld(self, error: Withheld, response: Response) -> Response:
        response.status_code = error.status
        if error.status == 451:
            response.headers["Link"] = blocked_by(self._origins)
        return response

    def _notice(self, status: int, title: str, text: str, url: str) -> Response:
        page = notice(
            title, text, url=url, link=self._captures_page(url), label="Look for other captures"
        )
        return Response(page, status, {"Cache-Control": "no-store"}, "text/html")


def _is_empty(stored: Stored) -> bool:
    """Whether the site said that there is no content, or nothing new of what is not here."""
    return not stored.payload.body and stored.http.status in (204, 205, 304)


def _is_page(capture: Capture) -> bool:
    return (capture.mime or "").startswith(("text/html", "application/xhtml"))


def _body(stored: Stored) -> Body:
    content_type = stored.http.get("content-type") or stored.payload.get("content-type") or ""
    status = stored.http.status
    return Body(stored.capture.uri, status, content_type, stored.payload.content())


def _raw(stored: Stored, accepted: str) -> Reply:
    """The entity as it came, where the client can undo its coding; else undone."""
    coding = (stored.payload.get("content-encoding") or "").strip().lower()
    body = _body(stored) if coding not in codings_of(accepted) else None
    if body is not None:
        return raw_of(body)
    content_type = stored.http.get("content-type") or stored.payload.get("content-type") or ""
    return raw_of(
        Body(stored.capture.uri, stored.http.status, content_type, stored.payload.body),
        coding=coding,
    )
