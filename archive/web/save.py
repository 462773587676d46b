"""For the staff: a page kept at once, from a form or a bookmarklet; queued, captured, shown."""

import re
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from archive.errors import NotFound
from archive.runs import inbox
from archive.urls import is_http
from archive.web.render import page
from archive.web.room import InRoom, Room, staff_only
from archive.web.sign_in import form_of

router = APIRouter(
    include_in_schema=False,
    default_response_class=HTMLResponse,
    dependencies=[Depends(staff_only)],
)

Address = Annotated[str, Query(max_length=4000)]
_NAME = re.compile(r"\d{1,20}-\d{1,10}")
# Outcomes of the crawler that mean that there is a capture to be looked at.
_SAVED = frozenset({"captured", "unchanged", "redirected"})


@router.get("/save")
def save_page(room: InRoom, url: Address = "") -> Response:
    """The form; a bookmarklet brings the address of the page it was clicked on."""
    return _form(room, url)


@router.post("/save")
async def save(request: Request, room: InRoom) -> Response:
    """Leave the wish where a watch takes it up within seconds."""
    url = (await form_of(request) or {}).get("url", "").strip()
    if not is_http(url):
        return _form(room, url, is_wrong=True)
    wish = await run_in_threadpool(inbox.post, room.archive, url)
    return RedirectResponse(f"/save/{wish.name}?{urlencode({'url': wish.url})}", 303)


@router.get("/save/{name}")
def saved_page(
    room: InRoom,
    name: str,
    url: Address,
    outcome: Annotated[str, Query(pattern=r"^[a-z_]{0,40}$")] = "",
) -> Response:
    """What has become of a wish; asks again by itself until something has."""
    if not _NAME.fullmatch(name):
        raise NotFound(f"There is no wish {name[:40]!r}; save the page again.")
    if not outcome:
        found = inbox.find_answer(room.archive, inbox.Wish(name, url))
        if found is not None:
            # An answer is told once: the address keeps it.
            told = urlencode({"url": url, "outcome": found})
            return RedirectResponse(f"/save/{name}?{told}", 303)
    html = page(
        "saved.html",
        room=room,
        url=url,
        outcome=outcome,
        is_saved=outcome in _SAVED,
        is_watched=room.is_watched(),
    )
    return HTMLResponse(html)


def _form(room: Room, url: str, *, is_wrong: bool = False) -> Response:
    script = f"location.href='{room.origins.room}/save?url='+encodeURIComponent(location.href)"
    html = page(
        "save.html",
        room=room,
        url=url.strip(),
        is_wrong=is_wrong,
        is_watched=room.is_watched(),
        bookmarklet=f"javascript:{script}",
    )
    return HTMLResponse(html, 422 if is_wrong else 200)
