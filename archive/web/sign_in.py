"""Signing in and out: the staff's way to what readers may not see."""

from functools import partial
from typing import Annotated
from urllib.parse import parse_qs, urlencode

from fastapi import APIRouter, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from archive.errors import NotFound
from archive.staff.door import AskedTooOften, Door, SignInRefused, Staff
from archive.web.language import COOKIE, languages
from archive.web.render import page, staff_name
from archive.web.room import InRoom, Room, Who

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

_MAX_FORM_BYTES = 8000
_PRIVATE = {"Cache-Control": "no-store"}

Onward = Annotated[str, Query(alias="next", max_length=4000)]


@router.get("/sign-in")
def sign_in_page(request: Request, room: InRoom, asking: Who, onward: Onward = "/") -> Response:
    """The form; for the staff, who they are and the way out."""
    local = room.door.is_local(request)
    return _page(room, asking.name if isinstance(asking, Staff) else "", onward, local=local)


@router.post("/sign-in")
async def sign_in(request: Request, room: InRoom) -> Response:
    """Begin a session by name and password, or name and token."""
    form = await form_of(request)
    if form is None:
        return _page(room, "", "/", problem="That is longer than the form can be.", status=413)
    name, onward = form.get("name", ""), place_of_ours(form.get("next", "/"))
    client = room.door.client_of(request)
    try:
        # Trying a password takes a moment, on purpose.
        line = await run_in_threadpool(
            room.door.sign_in, name.strip(), form.get("password", ""), client=client
        )
    except AskedTooOften as error:
        response = _page(room, "", onward, problem=str(error), status=429)
        response.headers["Retry-After"] = str(error.retry_after_s)
        return response
    except SignInRefused as error:
        return _page(room, "", onward, problem=str(error), status=403)
    return RedirectResponse(onward, 303, _PRIVATE | {"Set-Cookie": line})


@router.get("/language/{code}")
def choose_language(code: str, onward: Onward = "/") -> Response:
    """Choose the language of the pages, and go back to the one it was chosen on.

    Raises:
        NotFound: there is no catalogue of it.
    """
    if code not in dict(languages()):
        raise NotFound(f"There are no pages in {code[:20]!r}.")
    line = f"{COOKIE}={code}; Path=/; Max-Age=31536000; SameSite=Lax"
    return RedirectResponse(place_of_ours(onward), 303, {"Set-Cookie": line})


@router.post("/sign-out")
def sign_out(request: Request, room: InRoom) -> Response:
    """End the session."""
    line = room.door.sign_out(request)
    # What the browser has kept of pages for the staff goes, too.
    clear = {"Clear-Site-Data": '"cache"'}
    return RedirectResponse("/", 303, _PRIVATE | clear | {"Set-Cookie": line})


class SignedIn:
    """ASGI middleware that lets every page name who is signed in."""

    def __init__(self, app: ASGIApp, door: Door) -> None:
        self._app, self._door = app, door

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on; the door is asked only when a page is drawn."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        token = staff_name.set(partial(self._name, Request(scope)))
        try:
            await self._app(scope, receive, send)
        finally:
            staff_name.reset(token)

    def _name(self, request: Request) -> str:
        asking = self._door.who(request)
        return asking.name if isinstance(asking, Staff) else ""


def place_to_sign_in(request: Request) -> str:
    """The address of the form, which leads back to what was asked for."""
    asked = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return f"/sign-in?{urlencode({'next': asked})}"


def _page(
    room: Room,
    name: str,
    onward: str,
    *,
    problem: str = "",
    status: int = 200,
    local: bool = False,
) -> Response:
    html = page(
        "sign_in.html",
        room=room,
        signed_in=name,
        onward=place_of_ours(onward),
        problem=problem,
        local=local,
    )
    return HTMLResponse(html, status, _PRIVATE)


def place_of_ours(onward: str) -> str:
    r"""A page of ours to go on to; whatever would lead elsewhere is the first page.

    >>> place_of_ours("/runs?a=b")
    '/runs?a=b'
    >>> place_of_ours("//elsewhere.example/"), place_of_ours("/\\elsewhere.example/")
    ('/', '/')
    """
    ours = onward.startswith("/") and not onward.startswith(("//", "/\\"))
    return onward if ours and onward.isprintable() and onward.isascii() else "/"


async def form_of(request: Request, *, max_bytes: int = _MAX_FORM_BYTES) -> dict[str, str] | None:
    """The fields of a form; None when it is longer than that."""
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > max_bytes:
            return None
    fields = parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True)
    return {key: values[0] for key, values in fields.items()}
