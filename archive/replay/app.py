"""The replay origin as an ASGI application: archived bytes, and nothing else.

``/<timestamp>/<url>`` shows the capture nearest in time, ``/<timestamp>id_/<url>`` gives its
bytes to save or to read, ``/*/<url>`` leads to the list of captures.
"""

import sqlite3
from contextlib import closing
from urllib.parse import quote

from sqlite_utils import Database
from starlette.applications import Starlette
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from archive.errors import MicroficheError, NotFound
from archive.index.captures import Capture
from archive.index.integrity import note_damage
from archive.index.open import open_index
from archive.index.sqlite_errors import explained
from archive.layout import Archive
from archive.replay.address import ANY_TIME, Address, Links, parse_address
from archive.replay.gate import HostGate
from archive.replay.headers import archived_headers, is_refused
from archive.replay.notice import notice
from archive.replay.origins import REPLAY_NAME, Origins
from archive.replay.resolve import Stored, find_capture, load, redirect_target
from archive.replay.respond import Body, Reply, memento_headers, raw_of, replay_of
from archive.times import from_timestamp


def create_replay(archive: Archive, origins: Origins) -> ASGIApp:
    """The application that serves archived bytes, behind its gates."""
    replay = _Replay(archive, origins)
    app = Starlette(routes=[Route("/{path:path}", replay.answer, methods=["GET", "HEAD"])])
    return HostGate(
        _Sandbox(app, archived_headers(origins.replay)),
        names=[REPLAY_NAME],
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
        self._archive = archive
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
                "404: expected /<timestamp>/<url>, such as /20260102030405/https://example.org/\n",
                status_code=404,
            )
        if address.timestamp == ANY_TIME:
            return RedirectResponse(self._captures_page(address.url), 302)
        try:
            with closing(open_index(self._archive)) as db:
                return self._find(db, address, request.headers)
        except NotFound as error:
            return self._notice(404, "There is nothing to show", str(error), address.url)
        except (MicroficheError, sqlite3.DatabaseError) as error:
            note_damage(self._archive.index_path, error)
            ours = explained(error) if isinstance(error, sqlite3.DatabaseError) else error
            return self._notice(500, "This capture cannot be read", str(ours), address.url)

    def _find(self, db: Database, address: Address, headers: Headers) -> Response:
        capture = find_capture(db, address.url, address.timestamp)
        if capture is None:
            return self._notice(
                404, "Not in the archive", "This address has not been captured.", address.url
            )
        if not address.raw and (target := redirect_target(capture)):
            return RedirectResponse(f"/{capture.timestamp}/{target}", 302)
        stored = load(self._archive, db, capture)
        if address.raw:
            return _response(_raw(stored, headers.get("accept-encoding", "")), capture)
        body = _body(stored)
        if capture.timestamp != address.timestamp and _is_page(capture):
            # A page's own address must say when it was captured; pictures need not.
            return RedirectResponse(f"/{capture.timestamp}/{capture.uri}", 302)
        links = Links(capture.uri, address.timestamp or capture.timestamp, self._origins.room)
        return _response(replay_of(body, links, byte_range=headers.get("range")), capture)

    def _captures_page(self, url: str) -> str:
        return f"{self._origins.room}/captures?url={quote(url, safe='')}"

    def _notice(self, status: int, title: str, text: str, url: str) -> Response:
        page = notice(
            title, text, url=url, link=self._captures_page(url), label="Look for other captures"
        )
        return Response(page, status, {"Cache-Control": "no-store"}, "text/html")


def _is_page(capture: Capture) -> bool:
    return (capture.mime or "").startswith(("text/html", "application/xhtml"))


def _body(stored: Stored) -> Body:
    content_type = stored.http.get("content-type") or stored.payload.get("content-type") or ""
    status = stored.http.status
    return Body(stored.capture.uri, status, content_type, stored.payload.content())


def _raw(stored: Stored, accepted: str) -> Reply:
    """The entity as it came, where the client can undo its coding; else undone."""
    coding = (stored.payload.get("content-encoding") or "").strip().lower()
    body = _body(stored) if coding not in _codings(accepted) else None
    if body is not None:
        return raw_of(body)
    content_type = stored.http.get("content-type") or stored.payload.get("content-type") or ""
    return raw_of(
        Body(stored.capture.uri, stored.http.status, content_type, stored.payload.body),
        coding=coding,
    )


def _codings(accepted: str) -> set[str]:
    """Codings that an Accept-Encoding header takes, those with q=0 left out."""
    parts = (part.partition(";") for part in accepted.lower().split(","))
    return {name.strip() for name, _, q in parts if q.replace(" ", "") not in ("q=0", "q=0.0")}


def _response(reply: Reply, capture: Capture) -> Response:
    moment = from_timestamp(capture.timestamp)
    response = Response(reply.body, reply.status)
    response.headers.update(reply.headers | memento_headers(capture.uri, moment))
    return response
