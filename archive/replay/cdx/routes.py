"""The addresses under which other programs ask, the same on both origins."""

import json
import sqlite3
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing

from sqlite_utils import Database
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from archive.errors import MicroficheError, NotFound
from archive.index.lending import Lender
from archive.index.sqlite_errors import explained
from archive.layout import Archive
from archive.replay.address import pad_timestamp
from archive.replay.cdx.forms import to_cdxj, to_json_lines, to_table, to_text
from archive.replay.cdx.query import BadQuery, parse_query
from archive.replay.cdx.rows import count_pages, iter_lines
from archive.replay.cdx.timemap import FORMS, find_mementos, to_json, to_link_format
from archive.replay.cdx.timemap import to_cdxj as timemap_cdxj
from archive.replay.choose import Asked, find_capture
from archive.replay.headers import codings_of
from archive.replay.origins import Origins
from archive.staff.door import audience_of
from archive.urls import is_http

_TIMEMAPS = {"link": to_link_format, "json": to_json, "cdxj": timemap_cdxj}
_BATCH = 64 * 1024
# Lines of an index are alike: level 6 takes three times as long for a tenth less.
_GZIP_LEVEL = 3

Answer = Callable[[Database, Request], Response]


class Protocols:
    """Answers other programs from one archive."""

    def __init__(self, archive: Archive, origins: Origins) -> None:
        self._archive, self._origins, self._lender = archive, origins, Lender()

    def routes(self) -> list[Route]:
        """To be put before any other of an application."""
        return [
            Route("/cdx", self._answering(self._pywb)),
            Route("/cdx/search/cdx", self._answering(self._wayback)),
            Route("/wayback/available", self._answering(self._available)),
            Route("/web/timemap/{form}/{url:path}", self._answering(self._timemap)),
        ]

    def _answering(self, answer: Answer) -> Callable[[Request], Response]:
        def respond(request: Request) -> Response:
            try:
                # Held while the answer is streamed, which closes it.
                db = self._lender.open_index(self._archive, audience=audience_of(request))
            except NotFound as error:
                return _told(404, str(error))
            except MicroficheError as error:
                return _told(500, str(error))
            try:
                response = answer(db, request)
            except BadQuery as error:
                db.close()
                return _told(400, str(error))
            except sqlite3.DatabaseError as error:
                db.close()
                return _told(500, str(explained(error)))
            if not isinstance(response, StreamingResponse):
                db.close()
            return response

        return respond

    def _pywb(self, db: Database, request: Request) -> Response:
        params = request.query_params
        query = parse_query(params, params.getlist, wayback=False)
        if _is_on(params.get("showNumPages")):
            blocks = {"pages": count_pages(db, query), "pageSize": query.page_lines, "blocks": 0}
            return JSONResponse(blocks | {"blocks": blocks["pages"]})
        lines = iter_lines(db, query)
        output = params.get("output", "cdxj")
        if output == "json":
            return _streamed(db, to_json_lines(lines, query), "text/x-ndjson", request)
        if output == "text":
            return _streamed(db, to_text(lines, query, wayback=False), "text/plain", request)
        return _streamed(db, to_cdxj(lines, query), "text/x-cdxj", request)

    def _wayback(self, db: Database, request: Request) -> Response:
        params = request.query_params
        query = parse_query(params, params.getlist, wayback=True)
        if _is_on(params.get("showNumPages")):
            return PlainTextResponse(f"{count_pages(db, query)}\n")
        lines, resume = iter_lines(db, query), _is_on(params.get("showResumeKey"))
        if params.get("output") == "json":
            table = to_table(lines, query, resume=resume)
            return _streamed(db, table, "application/json", request)
        text = to_text(lines, query, wayback=True, resume=resume)
        return _streamed(db, text, "text/plain", request)

    def _timemap(self, db: Database, request: Request) -> Response:
        form = request.path_params["form"]
        raw = request.scope["raw_path"].decode("latin-1").split(f"/timemap/{form}/", 1)
        query = request.scope["query_string"].decode("latin-1")
        url = (raw[1] if len(raw) > 1 else "") + (f"?{query}" if query else "")
        url = url if "://" in url or ":/" in url else f"http://{url}"
        if form not in FORMS or not is_http(url):
            return _told(404, "expected /web/timemap/link/<url>, or json or cdxj in its place")
        mementos = find_mementos(db, url, self._origins.replay)
        if not mementos:
            return _told(404, "this address has not been captured")
        written = _TIMEMAPS[form](url, self._origins.replay, mementos)
        return _streamed(db, written, FORMS[form], request)

    def _available(self, db: Database, request: Request) -> Response:
        url, timestamp = (
            request.query_params.get("url", ""),
            request.query_params.get("timestamp", ""),
        )
        if not url or not (timestamp.isdecimal() or not timestamp) or len(timestamp) > 14:
            raise BadQuery("expected url=https://example.org/ and up to 14 digits of timestamp")
        address = url if "://" in url else f"http://{url}"
        asked = Asked(address, pad_timestamp(timestamp) if timestamp else None)
        found = find_capture(db, asked) if is_http(address) else None
        snapshots = {}
        if found is not None:
            snapshots["closest"] = {
                "status": str(found.status or 200),
                "available": True,
                "url": f"{self._origins.replay}/web/{found.timestamp}/{found.uri}",
                "timestamp": found.timestamp,
            }
        answer = {"url": url, "archived_snapshots": snapshots}
        return JSONResponse(answer | ({"timestamp": timestamp} if timestamp else {}))


def _streamed(db: Database, pieces: Iterator[str], media_type: str, request: Request) -> Response:
    """Lines as they are found, gzipped where the client takes that and no ``gzip=false`` says no.

    Source: internetarchive/wayback, wayback-cdx-server README, "Gzip".
    """

    def batches() -> Iterator[bytes]:
        with closing(db):
            held: list[str] = []
            size = 0
            for piece in pieces:
                held.append(piece)
                size += len(piece)
                if size >= _BATCH:
                    yield "".join(held).encode("utf-8", "replace")
                    held, size = [], 0
            yield "".join(held).encode("utf-8", "replace")

    headers = {"Vary": "Accept-Encoding"}
    refused = request.query_params.get("gzip", "").lower() in ("false", "0", "no")
    if refused or "gzip" not in codings_of(request.headers.get("accept-encoding", "")):
        return StreamingResponse(batches(), headers=headers, media_type=media_type)
    headers["Content-Encoding"] = "gzip"
    return StreamingResponse(_gzipped(batches()), headers=headers, media_type=media_type)


def _gzipped(batches: Iterator[bytes]) -> Iterator[bytes]:
    packer = zlib.compressobj(_GZIP_LEVEL, zlib.DEFLATED, 16 + zlib.MAX_WBITS)
    for batch in batches:
        if packed := packer.compress(batch):
            yield packed
    yield packer.flush()


def _told(status: int, text: str) -> Response:
    body = json.dumps({"message": text}, ensure_ascii=False)
    return Response(body + "\n", status, media_type="application/json")


def _is_on(value: str | None) -> bool:
    return (value or "").lower() in ("true", "1", "yes")
