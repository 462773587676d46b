"""Saved searches: shown, served as feeds, and made, changed and taken away by the staff.

They stand in ``microfiche.toml``, where the crawl finds them; what else stands there of one, such
as its command, is for the archive's owner alone to write.
"""

import re

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from archive.config import SavedSearch
from archive.config_edit import remove_search, write_search
from archive.errors import NotFound
from archive.staff.door import Reader, Staff
from archive.text.fold import fold
from archive.web.render import page
from archive.web.room import Index, InRoom, Room, Who, staff_only
from archive.web.searches import feed_of
from archive.web.sign_in import form_of

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

MAX_QUERY = 2000
MAX_TITLE = 200
# Each character may take four bytes, and each byte three in a form.
_MAX_FORM_BYTES = 12 * (MAX_QUERY + MAX_TITLE) + 1000

StaffOnly = Depends(staff_only)


@router.get("/searches")
def searches_page(room: InRoom, asking: Who) -> Response:
    """Those that one may see, with their feeds; with forms for the staff."""
    html = page("searches.html", room=room, searches=_seen(room, asking), is_staff=asking.is_staff)
    return HTMLResponse(html)


@router.get("/searches/{name}.atom")
def saved_feed(room: InRoom, db: Index, asking: Who, name: str) -> Response:
    """The newest articles of one, as whoever asks may see them now."""
    saved = _seen(room, asking).get(name)
    if saved is None:
        raise NotFound(f"There is no saved search {name[:100]!r}; /searches lists them.")
    return feed_of(room, db, saved.query, title=saved.title or name)


@router.post("/searches", dependencies=[StaffOnly])
async def make_search(request: Request, room: InRoom) -> Response:
    """Save a search, under a name made of its title."""
    saved = await _search_of(request)
    taken = room.config().searches
    name = name_of(saved.title or saved.query, frozenset(taken))
    await run_in_threadpool(write_search, room.archive, name, saved)
    return RedirectResponse(f"/searches#{name}", 303)


@router.post("/searches/{name}", dependencies=[StaffOnly])
async def change_search(request: Request, room: InRoom, name: str) -> Response:
    """Give one another query or title, or show it to readers."""
    saved = await _search_of(request)
    if name not in room.config().searches:
        raise NotFound(f"There is no saved search {name[:100]!r}; /searches lists them.")
    await run_in_threadpool(write_search, room.archive, name, saved)
    return RedirectResponse(f"/searches#{name}", 303)


@router.post("/searches/{name}/remove", dependencies=[StaffOnly])
async def unmake_search(room: InRoom, name: str) -> Response:
    """Take one away; what it has written so far stays."""
    await run_in_threadpool(remove_search, room.archive, name)
    return RedirectResponse("/searches", 303)


def name_of(title: str, taken: frozenset[str]) -> str:
    """A name for a saved search that none has yet.

    >>> name_of("Old Quay: the sale", frozenset()), name_of("東京", frozenset({"search"}))
    ('old-quay-the-sale', 'search-2')
    """
    name = "-".join(re.findall("[a-z0-9]+", fold(title)))[:60].strip("-") or "search"
    names = (f"{name}-{number}" if number > 1 else name for number in range(1, len(taken) + 2))
    return next(candidate for candidate in names if candidate not in taken)


def _seen(room: Room, asking: Reader | Staff) -> dict[str, SavedSearch]:
    every = room.config().searches
    return {name: saved for name, saved in every.items() if asking.is_staff or saved.public}


async def _search_of(request: Request) -> SavedSearch:
    form = await form_of(request, max_bytes=_MAX_FORM_BYTES) or {}
    query, title = (" ".join(form.get(field, "").split()) for field in ("query", "title"))
    if not query or len(query) > MAX_QUERY or len(title) > MAX_TITLE:
        raise HTTPException(
            422,
            f"A saved search has a query, of {MAX_QUERY:,} characters at most, and a title of "
            f"{MAX_TITLE}.",
        )
    return SavedSearch(query=query, title=title, public="public" in form)
