"""One file taken in: looked at, found to be new or known, copied, linked or converted, sealed."""

import os
import shutil
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import BinaryIO, cast

from archive.errors import ArchiveUnwritable
from archive.holdings import INGESTED, Held, Holdings
from archive.ingest.convert import convert
from archive.ingest.forms import Form, recognise
from archive.layout import Archive, sync_directory
from archive.warc.openfile import MANIFEST_SUFFIX, seal, sha256_of

SUFFIXES = (
    *(".warc.gz", ".warc", ".warc.zst", ".warc.lz4", ".arc.gz", ".arc", ".wacz"),
    *(".har.gz", ".har"),
)
_NEITHER = "neither WARC nor ARC nor HAR nor WACZ"
_STEP = 1 << 20
# A collection of WACZ files may be one itself; more depth than that nobody makes.
_MAX_DEPTH = 2
# Encrypted members are a RuntimeError, compressions that Python has not a NotImplementedError.
_ZIP_ERRORS = (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, zlib.error)
# Of a file damaged all over, these many places are told.
_MAX_PROBLEMS = 5


class State(Enum):
    """What became of a file."""

    COPIED = "copied"
    LINKED = "linked"
    CONVERTED = "converted"
    PRESENT = "there already"
    PASSED = "passed over"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Taken:
    """One WARC file taken in (a WACZ holds several).

    ``filename`` is relative to ``warcs/``; None where it was refused or passed over. ``problem``
    says why it was, or what of it could not be read.
    """

    origin: str
    state: State
    filename: str | None
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class Intake:
    """How files are taken in; the caller holds ``archive.lock_path`` and indexes afterwards.

    Attributes:
        archive: Where to.
        holdings: What the archive held when the run began.
        in_place: Leave a file that can be read at random where it is; ``warcs/`` gets a
            symbolic link. Others are converted all the same.
        min_free_bytes: Nothing is written that would leave less than this on the disk.
    """

    archive: Archive
    holdings: Holdings
    in_place: bool = False
    min_free_bytes: int = 0

    def ingest_file(
        self, path: Path, *, origin: str | None = None, ours: bool = False, found: bool = False
    ) -> list[Taken]:
        """Take one WARC, ARC, HAR or WACZ file in.

        Args:
            path: The file.
            origin: What it is called in reports, and named after; its path where not given.
            ours: It may be moved instead of copied, and is never linked to.
            found: It was found in a directory: what is none of these, and is not called like one,
                is passed over instead of refused.

        Raises:
            ArchiveUnwritable: the archive cannot be written, or its disk is too full.
        """
        called = origin or str(path)
        try:
            with path.open("rb") as file:
                form = recognise(file)
                if found and form == "unknown" and not path.name.lower().endswith(SUFFIXES):
                    return [Taken(called, State.PASSED, None, _NEITHER)]
                if form == "zip":
                    return list(self._ingest_wacz(file, called, depth=1))
                what = _Input(file, called, form, path, linked=self.in_place and not ours)
                return [self._ingest(what, movable=ours)]
        except OSError as error:
            return [
                Taken(called, State.REFUSED, None, f"cannot be read: {error.strerror or error}")
            ]

    def _ingest_wacz(self, wacz: BinaryIO, origin: str, *, depth: int) -> Iterator[Taken]:
        try:
            with zipfile.ZipFile(wacz) as bundle:
                names = [n for n in bundle.namelist() if n.lower().endswith(SUFFIXES)]
                if not names:
                    yield Taken(origin, State.REFUSED, None, "a ZIP without WARC files in it")
                for name in names:
                    with bundle.open(name) as member:
                        # A ZIP member can go back to its beginning, from which it is read again.
                        file, called = cast("BinaryIO", member), f"{origin}:{name}"
                        form = recognise(file)
                        if form == "zip" and depth < _MAX_DEPTH:
                            yield from self._ingest_wacz(file, called, depth=depth + 1)
                        else:
                            yield self._ingest(_Input(file, called, form))
        except _ZIP_ERRORS as error:
            yield Taken(origin, State.REFUSED, None, f"not a ZIP that can be read: {error}")

    def _ingest(self, what: "_Input", *, movable: bool = False) -> Taken:
        if what.form in ("unknown", "zip"):
            return Taken(what.origin, State.REFUSED, None, _NEITHER)
        digest, size = _measure(what.file)
        if held := self.holdings.find(digest):
            return _already(what.origin, held)
        suffix = ".warc" if what.form == "warc" else ".warc.gz"
        filename = f"{INGESTED}/{_stem(what.origin)}-{digest[:16]}{suffix}"
        target = self.archive.warcs_dir / filename
        direct = what.form in ("warc", "gzip by record")
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            if direct and what.linked and what.path is not None:
                _link(what.path, target, digest)
                return Taken(what.origin, State.LINKED, filename)
            if direct and movable and what.path is not None:
                _seal_over(what.path, target, digest)
                return Taken(what.origin, State.COPIED, filename)
            self._require_room(target.parent, size)
            problem = _write(what, target, digest)
        except OSError as error:
            raise ArchiveUnwritable(
                f"{target}: cannot be written: {error.strerror or error}; check the disk, then "
                "run again: what was taken in is not taken twice"
            ) from error
        state = State.COPIED if direct else State.CONVERTED
        return Taken(what.origin, state, filename, problem)

    def _require_room(self, directory: Path, wanted: int) -> None:
        free = shutil.disk_usage(directory).free
        if self.min_free_bytes and free - wanted < self.min_free_bytes:
            raise ArchiveUnwritable(
                f"{directory}: the disk has {free:,} bytes free, {wanted:,} are to be written and "
                f"the floor is {self.min_free_bytes:,} (crawl.min_free_bytes); make room or lower "
                "the floor, then run again"
            )


@dataclass(frozen=True, slots=True)
class _Input:
    """A file to take in; ``path`` is None where it lies in another one."""

    file: BinaryIO
    origin: str
    form: Form
    path: Path | None = None
    linked: bool = False


@dataclass(slots=True)
class _Problems:
    """What could not be read of a file, in one line."""

    told: list[str] = field(default_factory=list)
    count: int = 0

    def add(self, problem: str) -> None:
        self.count += 1
        if self.count <= _MAX_PROBLEMS:
            self.told.append(problem)

    def __str__(self) -> str:
        more = self.count - len(self.told)
        return "; ".join(self.told) + (f"; and {more} more places" if more else "")


def find_files(place: Path) -> list[Path]:
    """The file named, or every file below a directory, by name."""
    if not place.is_dir():
        return [place]
    return sorted(p for p in place.rglob("*") if not p.is_dir())


def remove_leftovers(archive: Archive) -> None:
    """Remove what a killed run had half written; the caller holds ``archive.lock_path``."""
    for partial in (archive.warcs_dir / INGESTED).glob(".*.part"):
        partial.unlink(missing_ok=True)


def _measure(file: BinaryIO) -> tuple[str, int]:
    """SHA-256 and bytes; leaves the file at its beginning."""
    digest = sha256_of(iter(lambda: file.read(_STEP), b""))
    size = file.tell()
    file.seek(0)
    return digest, size


def _already(origin: str, held: Held) -> Taken:
    if held.is_sound:
        return Taken(origin, State.PRESENT, held.filename)
    problem = (
        f"it is {held.filename} as it was before that was damaged; copy it over warcs/"
        f"{held.filename}, then run microfiche index --rebuild"
    )
    return Taken(origin, State.REFUSED, None, problem)


def _link(path: Path, target: Path, digest: str) -> None:
    beside = _partial(target)
    beside.unlink(missing_ok=True)
    beside.symlink_to(path.resolve())
    _seal_over(beside, target, digest)


def _write(what: _Input, target: Path, digest: str) -> str | None:
    """Write whole and durably under another name first; gives what could not be read."""
    partial, problems = _partial(target), _Problems()
    with partial.open("wb+") as into:
        if what.form in ("warc", "gzip by record"):
            shutil.copyfileobj(what.file, into, _STEP)
        else:
            count = convert(what.file, into, what.form, digest=digest, on_damage=problems.add)
            if not count:
                problems.add("no whole record could be unpacked from it")
            into.seek(0)
            digest = sha256_of(iter(lambda: into.read(_STEP), b""))
        into.flush()
        os.fsync(into.fileno())
    _seal_over(partial, target, digest)
    return str(problems) if problems.count else None


def _seal_over(partial: Path, target: Path, digest: str) -> None:
    """Seal; what is still there under that name is a link to a file that has gone."""
    if target.is_symlink():
        with suppress(FileNotFoundError):
            target.with_name(target.name + MANIFEST_SUFFIX).unlink()
        target.unlink()
    seal(partial, target, digest)
    sync_directory(target.parent)


def _partial(target: Path) -> Path:
    return target.with_name(f".{target.name}.part")


def _stem(origin: str) -> str:
    name = origin.partition("?")[0].rpartition("/")[2]
    for suffix in SUFFIXES:
        name = name.removesuffix(suffix)
    kept = "".join(c if c.isalnum() or c in "._-" else "_" for c in name)
    return kept[:80].lstrip(".") or "file"
