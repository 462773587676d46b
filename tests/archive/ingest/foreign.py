"""WARC, ARC and WACZ files as programs of others write them, and an archive that takes them in."""

import io
import zipfile
from contextlib import closing
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from archive.check.run import check_archive
from archive.cli import cli
from archive.errors import WarcError
from archive.index.open import open_index
from archive.indexer.run import iter_found
from archive.indexer.store import Entry
from archive.indexer.worker import read_page
from archive.indexer.write import settle, write_batch
from archive.layout import Archive
from archive.replay.choose import Asked, find_capture
from archive.replay.resolve import load
from archive.search import search
from tests.archive.indexer.press import story

URL = "https://www.example.org/2019/bridge-{}-closed"
TITLES = ("Bridge one closed", "Bridge two closed", "Bridge three closed")


def foreign_warc(*, compressed: bool, titles=TITLES) -> bytes:
    """As warcio, and with it Webrecorder and ArchiveBox, write them."""
    into = io.BytesIO()
    writer = WARCWriter(into, gzip=compressed)
    for title in titles:
        page = story(title)
        headers = StatusAndHeaders("200 OK", [("Content-Type", "text/html")], protocol="HTTP/1.1")
        writer.write_record(
            writer.create_warc_record(
                URL.format(title.split()[1]), "response", payload=io.BytesIO(page),
                length=len(page), http_headers=headers,
                warc_headers_dict={"WARC-Date": "2019-05-06T07:08:09Z"},
            )
        )  # fmt: skip
    return into.getvalue()


def foreign_arc() -> bytes:
    """As the Internet Archive's first crawls are kept."""
    body = story("Bridge one closed")
    response = b"HTTP/1.0 200 OK\r\nContent-Type: text/html\r\n\r\n" + body
    about = b"1 0 Alexa\nURL IP-address Archive-date Content-type Archive-length\n"
    head = f"filedesc://old.arc 0.0.0.0 20010203040506 text/plain {len(about)}\n".encode()
    url = f"{URL.format('one')} 192.0.2.1 20010203040506 text/html {len(response)}\n".encode()
    return head + about + b"\n" + url + response + b"\n"


def wacz(*warcs: bytes) -> bytes:
    into = io.BytesIO()
    with zipfile.ZipFile(into, "w") as bundle:
        bundle.writestr("datapackage.json", "{}")
        for n, content in enumerate(warcs):
            bundle.writestr(f"archive/data-{n}.warc.gz", content)
    return into.getvalue()


def ingest(archive, *arguments):
    return CliRunner().invoke(cli, ["-C", str(archive.root), "ingest", *map(str, arguments)])


def found(archive):
    with closing(open_index(archive)) as db:
        return search(db, "bridge").total


def take_in(archive: Archive, *places: Path) -> tuple[Result, list[WarcError]]:
    """Ingest and index, in this process; the command's result, and what could not be indexed."""
    result = ingest(archive, "--no-index", *places)
    names = sorted(
        path.relative_to(archive.warcs_dir).as_posix()
        for path in archive.warcs_dir.rglob("*")
        if path.name.endswith((".warc", ".warc.gz"))
    )
    damaged: list[WarcError] = []
    with closing(open_index(archive, write=True)) as db:
        for name in names:
            entries = [
                Entry(found, read_page(found.page) if found.page else None)
                for found in iter_found(archive.warcs_dir / name, name, on_damage=damaged.append)
            ]
            write_batch(db, entries)
        settle(db)
    return result, damaged


def shown(archive: Archive, url: str, timestamp: str | None = None) -> bytes:
    """What the replay has for an address."""
    with closing(open_index(archive)) as db:
        capture = find_capture(db, Asked(url, timestamp))
        assert capture is not None, url
        return load(archive, db, capture).payload.content()


def faults(archive: Archive) -> list[str]:
    """What `check` finds, by kind."""
    return [fault.kind.value for fault in check_archive(archive, workers=1).faults]


class Foreign:
    """Writes one WARC file as some program would, field by field."""

    def __init__(self, *, version: str = "1.0") -> None:
        self._into = io.BytesIO()
        self._writer = WARCWriter(self._into, gzip=True, warc_version=f"WARC/{version}")
        self._count = 0

    @property
    def content(self) -> bytes:
        """The file so far."""
        return self._into.getvalue()

    def add(
        self,
        kind: str,
        uri: str,
        block: bytes,
        *,
        http: tuple[str, str, list[tuple[str, str]]] | None = None,
        content_type: str = "",
        **fields: Any,
    ) -> str:
        """Write a record; fields are named with ``_`` for ``-``. Gives its id.

        ``http`` is protocol, status and headers of a response or the request line and headers.
        """
        self._count += 1
        record_id = f"<urn:uuid:10000000-0000-4000-8000-{self._count:012}>"
        named = {"WARC-" + key.replace("_", "-"): value for key, value in fields.items()}
        named = {"WARC-Record-ID": record_id, "WARC-Date": "2020-09-21T02:42:54Z"} | named
        headers = None
        if http is not None:
            protocol, status, pairs = http
            headers = (
                StatusAndHeaders(f"{status} {protocol}", pairs, is_http_request=True)
                if kind == "request"
                else StatusAndHeaders(status, pairs, protocol=protocol)
            )
        record = self._writer.create_warc_record(
            uri, kind, payload=io.BytesIO(block), length=len(block), http_headers=headers,
            warc_content_type=content_type, warc_headers_dict=named,
        )  # fmt: skip
        self._writer.write_record(record)
        return str(named["WARC-Record-ID"])
