"""Any search as a feed, or as a file."""

import re
import tempfile
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from itertools import islice
from pathlib import Path
from typing import Annotated, BinaryIO, Literal
from urllib.parse import quote

from fastapi import APIRouter, HTTPException, Query
from fastapi.responses import Response, StreamingResponse
from sqlite_utils import Database

from archive import atom
from archive.export import Exported, iter_exported
from archive.exporters import exporters
from archive.index.captures import Capture
from archive.index.deadline import set_limit
from archive.packages.wacz import write_wacz
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

MAX_PACKED = 500
"""Articles in one WACZ, which has their pictures, too."""
MAX_PACKED_BYTES = 1_000_000_000

_TYPES = {
    "jsonl": "application/jsonl",
    "csv": "text/csv",
    "parquet": "application/vnd.apache.parquet",
    "wacz": "application/wacz",
}
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
def search_file(
    room: InRoom, db: Index, form: Literal["jsonl", "csv", "parquet", "wacz"], q: Asked = ""
) -> Response:
    """The articles of a search with their texts, as a file; as WACZ, their captures.

    Raises:
        HTTPException: it finds more than fit into one, or a part of it cannot be read.
    """
    # Its texts are read, too.
    set_limit(db, EXPORTED_WITHIN_S)
    matches, notes = select_matching(db, q)
    if left_out := [str(note) for note in notes if note.kind is NoteKind.LEFT_OUT]:
        raise HTTPException(422, "; ".join(left_out))
    if form == "parquet" and not has_parquet():
        raise HTTPException(501, "This reading room has no Parquet; take CSV or JSON lines.")
    most = MAX_PACKED if form == "wacz" else MAX_EXPORTED
    if form == "wacz" and not q.strip():
        raise HTTPException(422, "Name what to search for: a WACZ of everything is too much.")
    if matches.count(db, most) > most:
        raise HTTPException(
            422,
            f"That search finds more than the {most:,} articles that fit into one file; "
            "narrow it, or ask the archive's owner for `microfiche export`.",
        )
    return StreamingResponse(
        _read(_written(room, db, form, q)),
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


def has_parquet() -> bool:
    """Whether Parquet can be written here: it takes an extra."""
    return find_spec("pyarrow") is not None


def _written(room: Room, db: Database, form: str, q: str) -> BinaryIO:
    """Written whole before the first byte is sent: the index is not held for a slow reader."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"search.{form}"
        if form == "wacz":
            title = f"{q} · {room.title}"
            write_wacz(room.archive, db, q, path, title=title, on_capture=_bounded())
        else:
            exporters()[form].write(islice(iter_exported(db, q), MAX_EXPORTED), Exported, path)
        # It goes with its folder, and stays to be read until it is closed.
        return path.open("rb")


def _bounded() -> Callable[[Capture], None]:
    """Stops a WACZ that grows too large for a request."""
    size = 0

    def add(capture: Capture) -> None:
        nonlocal size
        size += capture.length
        if size > MAX_PACKED_BYTES:
            raise HTTPException(
                422,
                f"That WACZ would have more than {MAX_PACKED_BYTES:,} bytes; narrow the search, or "
                "ask the archive's owner for `microfiche export --format wacz`.",
            )

    return add


def _read(file: BinaryIO) -> Iterator[bytes]:
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
