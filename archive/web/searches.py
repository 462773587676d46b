"""Any search as a feed, or as a file."""

import re
import tempfile
from collections.abc import Iterator
from itertools import islice
from typing import Annotated, Literal, TextIO
from urllib.parse import quote

from fastapi import APIRouter, HTTPException, Query
from fastapi.responses import Response, StreamingResponse
from sqlite_utils import Database

from archive import atom
from archive.export import Exported, iter_exported
from archive.exporters import exporters
from archive.index.deadline import set_limit
from archive.search import NoteKind, search, select_matching
from archive.search.results import Hit, plain
from archive.search.run import today
from archive.web.render import page_of
from archive.web.room import Index, InRoom, Room

router = APIRouter(include_in_schema=False)

FEED_SIZE = 50
MAX_EXPORTED = 20_000
"""Articles in one file: about a hundred megabytes. For more there is ``microfiche export``."""

EXPORTED_WITHIN_S = 120.0

_TYPES = {"jsonl": "application/jsonl", "csv": "text/csv"}
_CHUNK = 1 << 16

Asked = Annotated[str, Query(max_length=2000)]


@router.get("/search.atom")
def search_feed(room: InRoom, db: Index, q: Asked = "") -> Response:
    """The newest articles of a search."""
    return feed_of(room, db, q, title=q or "Newest articles")


def feed_of(room: Room, db: Database, q: str, *, title: str) -> Response:
    """The newest articles of a search, under a title, as whoever asks may see them."""
    hits = search(db, q, limit=FEED_SIZE, order="newest", helpful=False).hits
    latest = max((hit.captured_at for hit in hits), default="19700101000000")
    address = f"{room.origins.room}/search.atom"
    feed = atom.Feed(
        name=f"{room.config().archive.contact}/search?q={q}",
        title=f"{title} · {room.title}",
        subtitle=q,
        updated=atom.moment_of(latest),
        author=room.title,
        address=f"{address}?{_query(q)}" if q else address,
    )
    text = atom.write_atom(feed, (_entry(room, hit) for hit in hits))
    return Response(text, media_type=atom.MEDIA_TYPE)


@router.get("/search.{form}")
def search_file(db: Index, form: Literal["jsonl", "csv"], q: Asked = "") -> Response:
    """The articles of a search with their texts, as a file.

    Raises:
        HTTPException: it finds more than fit into one, or a part of it cannot be read.
    """
    # Its texts are read, too.
    set_limit(db, EXPORTED_WITHIN_S)
    matches, notes = select_matching(db, q)
    if left_out := [str(note) for note in notes if note.kind is NoteKind.LEFT_OUT]:
        raise HTTPException(422, "; ".join(left_out))
    if matches.count(db, MAX_EXPORTED) > MAX_EXPORTED:
        raise HTTPException(
            422,
            f"That search finds more than the {MAX_EXPORTED:,} articles that fit into one file; "
            "narrow it, or ask the archive's owner for `microfiche export`.",
        )
    return StreamingResponse(
        _read(_written(db, form, q)),
        media_type=_TYPES[form],
        headers={"Content-Disposition": f'attachment; filename="{file_name(q)}.{form}"'},
    )


def file_name(query: str) -> str:
    """What a file of a search is called: the query, as far as file names go, and today's date.

    >>> file_name('"old quay" source:post')[:-10], file_name("東京")[:-10]
    ('old-quay-source-post-', 'search-')
    """
    words = re.findall("[A-Za-z0-9]+", query)
    return f"{'-'.join(words)[:60] or 'search'}-{today().isoformat()}"


def _query(q: str) -> str:
    return f"q={quote(q, safe='')}"


def _written(db: Database, form: str, q: str) -> TextIO:
    """Written whole before the first byte is sent: the index is not held for a slow reader."""
    file = tempfile.TemporaryFile("w+", encoding="utf-8", newline="")  # noqa: SIM115 - handed on
    exporters()[form].write(islice(iter_exported(db, q), MAX_EXPORTED), Exported, file)
    file.seek(0)
    return file


def _read(file: TextIO) -> Iterator[str]:
    with file:
        while piece := file.read(_CHUNK):
            yield piece


def _entry(room: Room, hit: Hit) -> atom.Entry:
    return atom.Entry(
        name=f"microfiche/articles/{hit.article_id}",
        title=plain(hit.title) or "Without a title",
        updated=atom.moment_of(hit.captured_at),
        link=f"{room.origins.room}{page_of(hit)}",
        author=hit.source_name,
        published=hit.published,
        summary=hit.standfirst or plain(hit.snippet),
    )
