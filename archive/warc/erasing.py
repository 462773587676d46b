"""Erasing a record of a sealed file, and its request; a crash at any point is made good.

What is going to be done is written down first, durably, in ``erasing.json``. From then on it is
only ever finished: each step may be done twice. `finish_erasing` is called whenever an archive is
made ready, as `recover` is.
"""

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from glob import escape
from pathlib import Path
from typing import Any, BinaryIO

from archive.errors import ArchiveUnwritable, WarcError
from archive.layout import OPEN_SUFFIX, Archive, sync_directory, write_atomically
from archive.takedowns import note_takedown
from archive.times import to_timestamp, utc_now
from archive.warc.digests import sha1
from archive.warc.members import Damaged
from archive.warc.openfile import MANIFEST_SUFFIX, STAMP_SUFFIX, sha256_of
from archive.warc.scan import Scanned, scan_record
from archive.warc.tombstone import ERASED, TooShort, erased_by, write_tombstone
from archive.warc.walk import walk

_STEP = 1024 * 1024
_MAX_REQUEST = 16 * _STEP
_DIGITS = "[0-9]" * 14


@dataclass(frozen=True, slots=True)
class Leaving:
    """One record on its way out.

    Attributes:
        offset: Where it begins.
        length: Its bytes in the file.
        compressed: Whether it is a gzip member.
        headers: Its named fields.
        facts: What its tombstone says.
    """

    offset: int
    length: int
    compressed: bool
    headers: list[tuple[str, str]]
    facts: dict[str, Any]

    @property
    def record_id(self) -> str:
        """The record's, without angle brackets."""
        found = {name.lower(): value for name, value in self.headers}
        return found.get("warc-record-id", "").strip("<>")

    def tombstone(self) -> bytes:
        """What takes its place."""
        headers = tuple((name, value) for name, value in self.headers)
        return write_tombstone(headers, self.facts, self.length, compressed=self.compressed)


@dataclass(frozen=True, slots=True)
class Erasing:
    """What is erased of one file.

    Attributes:
        filename: Of the WARC file, relative to ``warcs/``.
        records: The one that was named, then the requests of its exchange.
        before: The SHA-256 of the file as it was.
        after: And as it will be.
        staying: Where requests are that no tombstone has room in the place of.
    """

    filename: str
    records: list[Leaving]
    before: str
    after: str
    staying: list[int]

    @property
    def main(self) -> Leaving:
        """The record that was named."""
        return self.records[0]

    @property
    def at(self) -> str:
        """When it was decided; a timestamp."""
        return str(self.main.facts[ERASED]["at"])


def plan_erasing(
    archive: Archive,
    filename: str,
    offset: int,
    *,
    reason: str,
    known: dict[str, Any],
    now: Callable[[], datetime] = utc_now,
) -> Erasing:
    """What it takes to erase the record at a place and its request; nothing is changed.

    Args:
        archive: The archive.
        filename: Of its WARC file.
        offset: Where the record begins.
        reason: Why.
        known: Facts of the capture that stay: source, kind, digest of the payload.
        now: When.

    Raises:
        WarcError: it cannot be read, shares a gzip member with others, is a tombstone already, or
            is too short to be replaced.
    """
    path = archive.warcs_dir / filename
    if not filename.endswith((".warc", ".warc.gz")) or not path.is_file():
        raise WarcError(f"{filename}: {_why_not(archive, filename)}")
    where = f"{filename}@{offset}"
    try:
        with path.open("rb") as file:
            scanned = scan_record(file, offset)
            if erased_by(scanned.block) is not None:
                told = "was erased before; `microfiche rights log` says when and why"
                raise WarcError(f"{where}: {told}")
            requests = list(_requests(file, scanned))
    except (Damaged, OSError) as error:
        raise WarcError(f"{where}: cannot be erased by itself: {error}; {REWRITE}") from error
    at = to_timestamp(now())
    records, made, staying = [], [], []
    for one in (scanned, *requests):
        headers = [(name, value) for name, value in one.head.headers]
        facts = _facts(one, reason, known if one is scanned else {}, at)
        leaving = Leaving(one.offset, one.length, one.compressed, headers, facts)
        try:
            made.append((one.offset, leaving.tombstone()))
        except TooShort as error:
            if one is scanned:
                raise WarcError(f"{where}: {error}") from error
            staying.append(one.offset)
        else:
            records.append(leaving)
    before = sha256_of(_pieces(path, 0, path.stat().st_size))
    return Erasing(filename, records, before, sha256_of(_replaced(path, made)), staying)


REWRITE = (
    "move the file out of warcs/, take it in again with `microfiche ingest FILE`, which writes "
    "each record as a gzip member of its own, run `microfiche index --rebuild`, and erase it then"
)
"""What to do about a record that is not by itself in a file which can be changed."""


def _why_not(archive: Archive, filename: str) -> str:
    if _is_open(archive, filename):
        return "is still being written: end the crawl first"
    if filename.endswith(".warc.zst"):
        return f"zstd cannot be changed in one place; {REWRITE}"
    return "expected a sealed .warc.gz or .warc below warcs/"


def _requests(file: BinaryIO, main: Scanned) -> Iterator[Scanned]:
    """Requests of the same exchange, before it or behind it in its file, that are still there."""
    mine = {main.record_id, *_concurrent(main)} - {""}
    file.seek(0, os.SEEK_END)
    for found in walk(file, 0, file.tell(), max_block=_MAX_REQUEST, digests=False):
        if not isinstance(found, Scanned) or found.type != "request":
            continue
        if found.record_id in mine or mine & set(_concurrent(found)):
            yield found


def _concurrent(scanned: Scanned) -> list[str]:
    return [v for name, v in scanned.head.headers if name.lower() == "warc-concurrent-to"]


def _is_open(archive: Archive, filename: str) -> bool:
    return (archive.warcs_dir / (filename + OPEN_SUFFIX)).is_file()


def _facts(scanned: Scanned, reason: str, known: dict[str, Any], at: str) -> dict[str, Any]:
    kept = {name: known[name] for name in ("source", "kind") if known.get(name)}
    digest = scanned.head.find("WARC-Payload-Digest") or known.get("digest")
    said = {
        "at": at,
        "type": scanned.type,
        "block_digest": scanned.head.find("WARC-Block-Digest") or sha1(scanned.block),
        "payload_digest": digest,
        "reason": reason,
    }
    return {**kept, "error": ERASED, ERASED: {k: v for k, v in said.items() if v}}


def begin_erasing(archive: Archive, erasing: Erasing) -> None:
    """Write down what will be done, durably, and do it; the caller holds ``lock_path``.

    Raises:
        ArchiveUnwritable: another one is not finished, or something cannot be written.
    """
    path = archive.erasing_path
    if path.exists():
        raise ArchiveUnwritable(f"{path}: another record is being erased; run `microfiche index`")
    try:
        write_atomically(path, json.dumps(asdict(erasing), ensure_ascii=False))
    except OSError as error:
        raise ArchiveUnwritable(f"{path}: cannot be written: {error.strerror}") from error
    finish_erasing(archive)


def find_erasing(archive: Archive) -> Erasing | None:
    """The record that is on its way out, if any.

    Raises:
        ArchiveUnwritable: what was written down cannot be read.
    """
    try:
        told = json.loads(archive.erasing_path.read_text("utf-8"))
        records = [
            Leaving(**one | {"headers": [tuple(pair) for pair in one["headers"]]})
            for one in told["records"]
        ]
        return Erasing(**told | {"records": records})
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise ArchiveUnwritable(f"{archive.erasing_path}: cannot be read: {error!r}") from error


def finish_erasing(archive: Archive) -> Erasing | None:
    """See to it that the file, its manifest and the log are as they will be.

    The index follows after that, and then `forget_erasing`. The caller holds ``lock_path``.

    Raises:
        ArchiveUnwritable: something cannot be written.
    """
    erasing = find_erasing(archive)
    if erasing is None:
        return None
    path = archive.warcs_dir / erasing.filename
    try:
        _overwrite(path, erasing)
        _renew_manifest(path, erasing)
    except OSError as error:
        raise ArchiveUnwritable(f"{path}: cannot be written: {error.strerror}") from error
    file = {"sha256_before": erasing.before, "sha256": erasing.after}
    for one in erasing.records:
        said = {k: v for k, v in one.facts[ERASED].items() if k != "at"}
        place = {"file": erasing.filename, "offset": one.offset}
        entry = {"at": erasing.at, "did": ERASED, "record": one.record_id, **place, **said}
        note_takedown(archive, entry | file)
    return erasing


def forget_erasing(archive: Archive) -> None:
    """All is done."""
    archive.erasing_path.unlink(missing_ok=True)
    sync_directory(archive.root)


def _overwrite(path: Path, erasing: Erasing) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
    try:
        # In place: the old bytes are gone from the disk, and every other record stays where it is.
        for one in erasing.records:
            left, offset = memoryview(one.tombstone()), one.offset
            while left:
                written = os.pwrite(descriptor, left, offset)
                left, offset = left[written:], offset + written
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _renew_manifest(path: Path, erasing: Erasing) -> None:
    """A manifest of the file as it is; the one before stays beside it, with its time stamp."""
    manifest = path.with_name(path.name + MANIFEST_SUFFIX)
    former = manifest.with_name(f"{manifest.name}.{erasing.at}")
    if not former.exists():
        write_atomically(former, f"{erasing.before}  {path.name}\n")
    token = manifest.with_name(manifest.name + STAMP_SUFFIX)
    if token.exists():
        token.rename(former.with_name(former.name + STAMP_SUFFIX))
    write_atomically(manifest, f"{erasing.after}  {path.name}\n")


def former_manifests(sealed: Path) -> list[tuple[str, Path]]:
    """Manifests that a file had, each with when a record was erased after it; the oldest first."""
    start = f"{sealed.name}{MANIFEST_SUFFIX}."
    found = sorted(sealed.parent.glob(f"{escape(start)}{_DIGITS}"))
    return [(path.name.removeprefix(start), path) for path in found]


def _replaced(path: Path, made: list[tuple[int, bytes]]) -> Iterator[bytes]:
    place = 0
    for offset, tombstone in sorted(made):
        yield from _pieces(path, place, offset)
        yield tombstone
        place = offset + len(tombstone)
    yield from _pieces(path, place, path.stat().st_size)


def _pieces(path: Path, start: int, end: int) -> Iterator[bytes]:
    with path.open("rb") as file:
        file.seek(start)
        while piece := file.read(min(_STEP, end - file.tell())):
            yield piece
