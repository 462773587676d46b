"""A WACZ: a WARC file, its index, its pages with their text, and the digests of all of them.

Written in one pass over the records; nothing is held but the lines of the index, on disk.

Source: WACZ 1.1.1 (Webrecorder), sections 4 to 6; Frictionless Data Package.
"""

import hashlib
import json
import sqlite3
import struct
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from sqlite_utils import Database

from archive.errors import ArchiveUnwritable
from archive.index.captures import Capture
from archive.layout import PARTIAL_SUFFIX, Archive
from archive.packages.choose import Chooser
from archive.packages.sign import Signer
from archive.packages.warc import Placed, WarcCopy
from archive.times import from_timestamp, to_warc_date, utc_now

WARC_NAME = "data.warc.gz"
_VERSION = "1.1.1"
# APPNOTE, 4.6.1; Info-ZIP, extended timestamp.
_TIMES = 0x5455
_REVISIT_MIME = "warc/revisit"
_PAGES = """
SELECT a.hex AS id, a.url, c.timestamp, v.title, v.text
FROM articles a JOIN versions v ON v.id = a.current_version
JOIN captures c ON c.id = v.first_capture WHERE c.record_id = ?
"""

OnCapture = Callable[[Capture], None]


@dataclass(slots=True)
class Packed:
    """What a package came to: captures in it, and what was left out and why."""

    captures: int = 0
    problems: list[str] = field(default_factory=list)


def write_warc(
    archive: Archive,
    db: Database,
    query: str,
    path: Path,
    *,
    on_capture: OnCapture = lambda _: None,
) -> Packed:
    """Write the captures of what a query finds (all, where it is empty) into a WARC file.

    Raises:
        ArchiveUnwritable: the file cannot be written.
    """
    partial = path.with_name(path.name + PARTIAL_SUFFIX)
    packed = Packed()
    try:
        with partial.open("wb") as into:
            copy = WarcCopy(archive, into, filename=path.name, created=utc_now())
            for _ in _copied(copy, _chosen(archive, db, query), packed, on_capture):
                pass
        partial.replace(path)
    except OSError as error:
        raise ArchiveUnwritable(f"{path}: cannot be written: {error.strerror or error}") from error
    return packed


def write_wacz(
    archive: Archive,
    db: Database,
    query: str,
    path: Path,
    *,
    title: str,
    signer: Signer | None = None,
    on_capture: OnCapture = lambda _: None,
    now: Callable[[], datetime] = utc_now,
) -> Packed:
    """The same as a WACZ; arguments and errors as `write_warc`.

    Args:
        archive: Where the records are.
        db: Its index.
        query: Which articles; empty: everything.
        path: The file.
        title: Of the collection.
        signer: Signs it; None: nobody does.
        on_capture: Called for each capture once it is written.
        now: The clock.
    """
    created, packed = now(), Packed()
    partial = path.with_name(path.name + PARTIAL_SUFFIX)
    try:
        with (
            zipfile.ZipFile(partial, "w", zipfile.ZIP_STORED) as bundle,
            closing(sqlite3.connect("")) as lines,
        ):
            lines.execute("CREATE TABLE lines (line TEXT, page TEXT)")
            parts = _Parts(bundle, created)
            with parts.open(f"archive/{WARC_NAME}") as into:
                copy = WarcCopy(archive, into, filename=WARC_NAME, created=created)
                chosen = _chosen(archive, db, query)
                for placed in _copied(copy, chosen, packed, on_capture):
                    if placed.capture.record_type != "metadata":
                        row = (_line(placed), _page(db, placed.capture))
                        lines.execute("INSERT INTO lines VALUES (?, ?)", row)
            with parts.open("indexes/index.cdx") as into:
                for (line,) in lines.execute("SELECT line FROM lines ORDER BY line"):
                    into.write(f"{line}\n".encode())
            with parts.open("pages/pages.jsonl") as into:
                head = {
                    "format": "json-pages-1.0",
                    "id": "pages",
                    "title": "Pages",
                    "hasText": True,
                }
                into.write(f"{json.dumps(head)}\n".encode())
                for (page,) in lines.execute("SELECT page FROM lines WHERE page IS NOT NULL"):
                    into.write(f"{page}\n".encode())
            _describe(parts, title, created, signer)
        partial.replace(path)
    except OSError as error:
        raise ArchiveUnwritable(f"{path}: cannot be written: {error.strerror or error}") from error
    return packed


class _Part:
    """One file of the bundle while it is written; digested as it goes by."""

    def __init__(self, into: Callable[[bytes], int]) -> None:
        self._into, self.digest, self.size = into, hashlib.sha256(), 0

    def write(self, data: bytes, /) -> int:
        """Take the bytes."""
        self.digest.update(data)
        self.size += len(data)
        return self._into(data)


class _Parts:
    """The files of the bundle, and what the package says of each."""

    def __init__(self, bundle: zipfile.ZipFile, created: datetime) -> None:
        self._bundle, self._created = bundle, created.astimezone(UTC)
        self.resources: list[dict[str, str | int]] = []

    def open(self, name: str) -> "_Opened":
        """A file to be written; it is described once it is closed."""
        info = zipfile.ZipInfo(name, self._created.timetuple()[:6])
        info.compress_type = zipfile.ZIP_STORED
        # ReplayWeb.page takes an entry without extra fields in the directory for one without any
        # before its content, where sizes of 64 bits may stand.
        moment = int(self._created.timestamp())
        info.extra = struct.pack("<HHBL", _TIMES, 5, 1, moment & 0xFFFFFFFF)
        info.external_attr = 0o644 << 16
        return _Opened(self, self._bundle.open(info, "w", force_zip64=True), name)


class _Opened:
    def __init__(self, parts: _Parts, file: object, name: str) -> None:
        self._parts, self._file, self._name = parts, file, name
        self._part = _Part(file.write)  # type: ignore[attr-defined]

    def __enter__(self) -> _Part:
        return self._part

    def __exit__(self, *_: object) -> None:
        self._file.close()  # type: ignore[attr-defined]
        self._parts.resources.append(
            {
                "name": self._name.rpartition("/")[2],
                "path": self._name,
                "hash": f"sha256:{self._part.digest.hexdigest()}",
                "bytes": self._part.size,
            }
        )


def _describe(parts: _Parts, title: str, created: datetime, signer: Signer | None) -> None:
    software = f"microfiche {version('microfiche')}"
    package = {
        "profile": "data-package",
        "wacz_version": _VERSION,
        "title": title,
        "software": software,
        "created": to_warc_date(created),
        "resources": list(parts.resources),
    }
    written = json.dumps(package, indent=2, ensure_ascii=False).encode()
    with parts.open("datapackage.json") as into:
        into.write(written)
    stated = f"sha256:{hashlib.sha256(written).hexdigest()}"
    digest: dict[str, object] = {"path": "datapackage.json", "hash": stated}
    if signer is not None:
        created_at = to_warc_date(created)
        digest["signedData"] = signer.sign(stated, created=created_at, software=software)
    with parts.open("datapackage-digest.json") as into:
        into.write(json.dumps(digest, indent=2).encode())


def _chosen(archive: Archive, db: Database, query: str) -> Iterator[Capture]:
    chooser = Chooser(archive, db)
    return chooser.of_articles(query) if query.strip() else chooser.everything()


def _copied(
    copy: WarcCopy, captures: Iterable[Capture], packed: Packed, on_capture: OnCapture
) -> Iterator[Placed]:
    for capture in captures:
        placed = copy.add(capture)
        if placed is not None:
            packed.captures += 1
            on_capture(capture)
            yield placed
    packed.problems += copy.problems


def _line(placed: Placed) -> str:
    capture = placed.capture
    found = {
        "url": capture.uri,
        "mime": _REVISIT_MIME if capture.record_type == "revisit" else capture.mime,
        "status": None if capture.status is None else str(capture.status),
        "digest": capture.digest,
        "length": str(placed.length),
        "offset": str(placed.offset),
        "filename": WARC_NAME,
    }
    known = {name: value for name, value in found.items() if value is not None}
    return f"{capture.urlkey} {capture.timestamp} {json.dumps(known, ensure_ascii=False)}"


def _page(db: Database, capture: Capture) -> str | None:
    """The page of an article, where this capture is the first that showed its text."""
    row = db.execute(_PAGES, [capture.record_id]).fetchone()
    if row is None:
        return None
    identity, url, timestamp, title, text = row
    moment = from_timestamp(timestamp).strftime("%Y-%m-%dT%H:%M:%SZ")
    page = {"id": identity, "url": capture.uri or url, "ts": moment, "title": title, "text": text}
    return json.dumps(page, ensure_ascii=False)
