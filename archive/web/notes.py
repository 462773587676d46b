"""For the staff: notes and tags on articles, made, searched, taken along, taken away."""

import json
from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlite_utils import Database

from archive.index.articles import find_article, get_article
from archive.staff.door import Staff
from archive.staff.notes import MAX_CHARACTERS, Note, add_note, iter_notes, read_tags, remove_note
from archive.times import to_timestamp, utc_now
from archive.web.named import get_article_id
from archive.web.render import page
from archive.web.room import Index, InRoom, staff_only
from archive.web.sign_in import form_of

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

# Each character may take four bytes, and each byte three in a form.
_MAX_FORM_BYTES = 12 * MAX_CHARACTERS + 8000

ByStaff = Annotated[Staff, Depends(staff_only)]
Words = Annotated[str, Query(max_length=500)]


@router.get("/notes", dependencies=[Depends(staff_only)])
def notes_page(room: InRoom, db: Index, q: Words = "") -> Response:
    """All notes, or those with these words or tags."""
    found = [(note, _title(db, note)) for note in iter_notes(room.archive, having=q)]
    return HTMLResponse(page("notes.html", room=room, q=q, notes=found))


@router.get("/notes.jsonl", dependencies=[Depends(staff_only)])
def notes_file(room: InRoom, q: Words = "") -> Response:
    """The same as JSON lines."""
    lines = (
        json.dumps(asdict(note), ensure_ascii=False) + "\n"
        for note in iter_notes(room.archive, having=q)
    )
    headers = {"Content-Disposition": 'attachment; filename="notes.jsonl"'}
    return Response("".join(lines), media_type="application/jsonl", headers=headers)


@router.post("/articles/{name}/notes")
async def make_note(
    request: Request, room: InRoom, db: Index, name: str, staff: ByStaff
) -> Response:
    """Keep a note on an article."""
    form = await form_of(request, max_bytes=_MAX_FORM_BYTES)
    if form is None:
        raise HTTPException(413, f"A note has {MAX_CHARACTERS:,} characters at most.")
    article = await run_in_threadpool(get_article_id, room.archive, db, name)
    text = form.get("text", "").strip()[:MAX_CHARACTERS]
    tags = read_tags(form.get("tags", ""))
    if text or tags:
        at = to_timestamp(utc_now())
        await run_in_threadpool(add_note, room.archive, article, text, tags, at=at, by=staff.name)
    return RedirectResponse(f"/articles/{article}#notes", 303)


@router.post("/notes/{number}/remove", dependencies=[Depends(staff_only)])
async def unmake_note(request: Request, room: InRoom, number: int) -> Response:
    """Take a note away, and go back to its article."""
    article = (await form_of(request) or {}).get("article", "")
    await run_in_threadpool(remove_note, room.archive, number)
    known = article.isalnum() and article.isascii()
    return RedirectResponse(f"/articles/{article}#notes" if known else "/notes", 303)


def _title(db: Database, note: Note) -> str:
    found = find_article(db, note.article)
    return get_article(db, found).title if found else ""
