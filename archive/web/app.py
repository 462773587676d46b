"""The reading room as an ASGI application: its routes, headers and errors."""

import sqlite3
from collections.abc import Iterable
from functools import cache, partial
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.exceptions import HTTPException
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from archive.errors import MicroficheError, NotFound, StaffOnly, TookTooLong, Withheld
from archive.index.integrity import note_damage
from archive.index.sqlite_errors import explained
from archive.layout import Archive
from archive.replay.cdx.routes import Protocols
from archive.replay.gate import HostGate
from archive.replay.origins import ROOM_NAMES, Origins, blocked_by
from archive.staff.door import Door
from archive.staff.limits import Budgets, Limited
from archive.web import (
    captures,
    cite,
    compare,
    events,
    front,
    looks,
    notes,
    pages,
    parts,
    publishers,
    runs,
    save,
    saved_searches,
    searches,
    sign_in,
    sources,
    trend,
)
from archive.web.api import routes
from archive.web.api.etags import EntityTags
from archive.web.language import ChosenLanguage
from archive.web.policy import FixedHeaders, OwnFormsOnly, room_headers
from archive.web.problems import problem, title_of
from archive.web.render import page
from archive.web.room import Room, room_of

ANSWER_WITHIN_S = 10.0
"""Ten times what the slowest kind of search may take (docs/search.md)."""
STATIC = Path(__file__).parent / "static"
_DESCRIPTION = (
    "Read-only JSON of one microfiche archive. Timestamps have 14 digits, UTC. "
    "Errors are problem objects (RFC 9457)."
)


class Fonts(StaticFiles):
    """Files that a browser may keep for a week: a font is never edited."""

    def file_response(self, *arguments: Any, **named: Any) -> Response:  # noqa: ANN401 - Starlette's
        """The file, or that it has not changed."""
        response = super().file_response(*arguments, **named)
        response.headers["Cache-Control"] = "public, max-age=604800"
        return response


def create_room(
    archive: Archive,
    origins: Origins,
    *,
    names: Iterable[str] = ROOM_NAMES,
    door: Door | None = None,
    budgets: Budgets | None = None,
    answer_within_s: float = ANSWER_WITHIN_S,
) -> ASGIApp:
    """The application of the reading room, behind its Host gate.

    Args:
        archive: What is read; the staff's notes, searches and addresses to save are written.
        origins: Where this application and the replay are reached.
        names: Host names it answers to.
        door: Who is staff; where it is left out, nobody but this machine reaches the server.
        budgets: What clients may read; where it is left out, all they want.
        answer_within_s: What the index is asked for one page ends after so many seconds.

    Raises:
        ConfigError: ``microfiche.toml`` or ``staff.json`` cannot be used.
    """
    door = door or Door(archive, room=origins.room)
    room = Room(archive, origins, door, answer_within_s=answer_within_s)
    # FastAPI's own documentation pages load scripts from elsewhere; /api is ours.
    app = FastAPI(
        title="microfiche",
        description=_DESCRIPTION,
        docs_url=None,
        redoc_url=None,
        openapi_url=routes.DOCUMENT,
    )
    app.state.room = room
    app.state.door = room.door
    app.router.routes.extend(Protocols(archive, origins).routes())
    app.include_router(captures.router)
    app.include_router(cite.router)
    app.include_router(compare.router)
    app.include_router(events.router)
    app.include_router(front.router)
    app.include_router(looks.router)
    app.include_router(trend.router)
    app.include_router(saved_searches.router)
    app.include_router(searches.router)
    app.include_router(sources.router)
    app.include_router(notes.router)
    app.include_router(runs.router)
    app.include_router(save.router)
    app.include_router(parts.router)
    app.include_router(sign_in.router)
    app.include_router(publishers.router)
    app.include_router(pages.router)
    app.include_router(routes.router)
    app.openapi = cache(partial(routes.document, app))  # type: ignore[method-assign]
    app.mount("/static/fonts", Fonts(directory=STATIC / "fonts"), name="fonts")
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(RequestValidationError, _bad_request)
    app.add_exception_handler(StaffOnly, _staff_only)
    app.add_exception_handler(Withheld, _withheld)
    app.add_exception_handler(MicroficheError, _our_error)
    app.add_exception_handler(sqlite3.DatabaseError, _index_error)
    app.add_exception_handler(Exception, _unforeseen)
    answering: ASGIApp = EntityTags(OwnFormsOnly(app, origins), f"{routes.PREFIX}/")
    if budgets is not None:
        answering = Limited(answering, budgets)
    allowed = tuple(names)
    return HostGate(
        FixedHeaders(ChosenLanguage(sign_in.SignedIn(answering, room.door)), room_headers(origins)),
        names=allowed,
        advice=f"the reading room answers to {', '.join(allowed)} only; open {origins.room}/",
    )


def _answer(request: Request, status: int, detail: str) -> Response:
    if request.url.path.startswith("/api/"):
        return problem(status, detail, instance=request.url.path)
    room: Room = request.app.state.room
    html = page("error.html", room=room, status=status, title=title_of(status), detail=detail)
    return HTMLResponse(html, status)


async def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code == 404 and error.detail == "Not Found":
        return _answer(request, 404, f"There is no page at {request.url.path}.")
    return _answer(request, error.status_code, str(error.detail))


async def _bad_request(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    found = [f"{'.'.join(map(str, e['loc'][1:])) or 'request'}: {e['msg']}" for e in error.errors()]
    return _answer(request, 422, "; ".join(found))


async def _staff_only(request: Request, error: Exception) -> Response:
    """Ask people to sign in, and tell programs that a token is missing."""
    if request.url.path.startswith("/api/"):
        answer = _answer(request, 401, f"{error} Send a token: Authorization: Bearer TOKEN.")
        answer.headers["WWW-Authenticate"] = "Bearer"
        return answer
    return RedirectResponse(sign_in.place_to_sign_in(request), 303)


async def _our_error(request: Request, error: Exception) -> Response:
    note_damage(room_of(request).archive.index_path, error)
    if isinstance(error, TookTooLong):
        answer = _answer(request, 503, str(error).capitalize() + ".")
        answer.headers["Retry-After"] = "60"
        return answer
    return _answer(request, 404 if isinstance(error, NotFound) else 500, str(error))


async def _withheld(request: Request, error: Exception) -> Response:
    """Say why; of what nobody may see, also who decided so (RFC 7725)."""
    assert isinstance(error, Withheld)
    answer = _answer(request, error.status, str(error))
    if error.status == 451:
        answer.headers["Link"] = blocked_by(room_of(request).origins)
    return answer


async def _index_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, sqlite3.DatabaseError)
    note_damage(room_of(request).archive.index_path, error)
    return await _our_error(request, explained(error))


async def _unforeseen(request: Request, _: Exception) -> Response:
    # The framework raises it again once the answer is out, so the server's log has the traceback.
    return _answer(request, 500, "Something is wrong with this program; its log says what.")
