"""Erasing one record of a sealed file, so that a crash at any point is made good.

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
from typing import Any

from archive.errors import ArchiveUnwritable, WarcError
from archive.layout import OPEN_SUFFIX, Archive, sync_directory, write_atomically
from archive.takedowns import note_takedown
from archive.times import to_timestamp, utc_now
from archive.warc.digests import sha1
from archive.warc.members import Damaged
from archive.warc.openfile import MANIFEST_SUFFIX, STAMP_SUFFIX, sha256_of
from archive.warc.scan import Scanned, scan_record
from archive.warc.tombstone import ERASED, TooShort, erased_by, write_tombstone

_STEP = 1024 * 1024
_DIGITS = "[0-9]" * 14


@dataclass(frozen=True, slots=True)
class Erasing:
    """One record on its way out.

    Attributes:
        filename: Of the WARC file, relative to ``warcs/``.
        offset: Where the record begins.
        length: Its bytes in the file.
        compressed: Whether it is a gzip member.
        headers: Its named fields.
        facts: What its tombstone says.
        before: The SHA-256 of the file as it was.
        after: And as it will be.
    """

    filename: str
    offset: int
    length: int
    compressed: bool
    headers: list[tuple[str, str]]
    facts: dict[str, Any]
    before: str
    after: str

    @property
    def record_id(self) -> str:
        """The record's, without angle brackets."""
        found = {name.lower(): value for name, value in self.headers}
        return found.get("warc-record-id", "").strip("<>")

    @property
    def at(self) -> str:
        """When it was decided; a timestamp."""
        return str(self.facts[ERASED]["at"])

    def tombstone(self) -> bytes:
        """What takes its place."""
        headers = tuple((name, value) for name, value in self.headers)
        return write_tombstone(headers, self.facts, self.length, compressed=self.compressed)


def plan_erasing(
    archive: Archive,
    filename: str,
    offset: int,
    *,
    reason: str,
    known: dict[str, Any],
    now: Callable[[], datetime] = utc_now,
) -> Erasing:
    """What it takes to erase the record at a place; nothing is changed.

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
        told = (
            "is still being written: end the crawl first"
            if _is_open(archive, filename)
            else ("expected a sealed .warc.gz or .warc below warcs/")
        )
        raise WarcError(f"{filename}: {told}")
    where = f"{filename}@{offset}"
    try:
        with path.open("rb") as file:
            scanned = scan_record(file, offset)
    except (Damaged, OSError) as error:
        raise WarcError(f"{where}: cannot be erased by itself: {error}") from error
    if erased_by(scanned.block) is not None:
        raise WarcError(f"{where}: was erased before; `microfiche rights log` says when and why")
    facts = _facts(scanned, reason, known, to_timestamp(now()))
    headers = [(name, value) for name, value in scanned.head.headers]
    try:
        made = write_tombstone(
            scanned.head.headers, facts, scanned.length, compressed=scanned.compressed
        )
    except TooShort as error:
        raise WarcError(f"{where}: {error}") from error
    return Erasing(
        filename,
        offset,
        scanned.length,
        scanned.compressed,
        headers,
        facts,
        sha256_of(_pieces(path, 0, path.stat().st_size)),
        sha256_of(_replaced(path, offset, made)),
    )


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
        return Erasing(**told | {"headers": [tuple(pair) for pair in told["headers"]]})
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
    said = {k: v for k, v in erasing.facts[ERASED].items() if k != "at"}
    place = {"file": erasing.filename, "offset": erasing.offset}
    entry = {"at": erasing.at, "did": ERASED, "record": erasing.record_id, **place, **said}
    note_takedown(archive, entry | {"sha256_before": erasing.before, "sha256": erasing.after})
    return erasing


def forget_erasing(archive: Archive) -> None:
    """All is done."""
    archive.erasing_path.unlink(missing_ok=True)
    sync_directory(archive.root)


def _overwrite(path: Path, erasing: Erasing) -> None:
    made = erasing.tombstone()
    descriptor = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
    try:
        # In place: the old bytes are gone from the disk, and every other record stays where it is.
        left, offset = memoryview(made), erasing.offset
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


def _replaced(path: Path, offset: int, made: bytes) -> Iterator[bytes]:
    yield from _pieces(path, 0, offset)
    yield made
    yield from _pieces(path, offset + len(made), path.stat().st_size)


def _pieces(path: Path, start: int, end: int) -> Iterator[bytes]:
    with path.open("rb") as file:
        file.seek(start)
        while piece := file.read(min(_STEP, end - file.tell())):
            yield piece
