"""WARC, ARC and WACZ files made by others, taken into an archive.

What can be read at random stays byte for byte as it is: WARC, plain or gzip by record. What
cannot (gzip over the whole file, zstd, ARC) is written anew record by record, the records' bytes
unchanged (ARC: as warcio turns it into WARC). Files are named by their digest; what the archive
holds already, under whatever name, is not taken again.
"""

import gzip
import hashlib
import io
import os
import shutil
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import BinaryIO, Literal, cast

import zstandard
from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed
from warcio.warcwriter import WARCWriter

from archive.errors import ArchiveUnwritable
from archive.holdings import INGESTED, Held, Holdings
from archive.layout import Archive, sync_directory
from archive.warc.deflate import gzip_member
from archive.warc.members import MAX_RECORD_HEAD_BYTES, RECORD_END, Damaged, parse_record_head

SUFFIXES = (".warc.gz", ".warc", ".warc.zst", ".arc.gz", ".arc", ".wacz")
_STEP = 1 << 20


class State(Enum):
    """What became of a file."""

    COPIED = "copied"
    LINKED = "linked"
    CONVERTED = "converted"
    PRESENT = "there already"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Taken:
    """One WARC file taken in (a WACZ holds several).

    ``filename`` is relative to ``warcs/``; None where it was refused. ``problem`` says why it was,
    or what of it could not be read.
    """

    origin: str
    state: State
    filename: str | None
    problem: str | None = None


Form = Literal["warc", "gzip by record", "gzip", "zstd", "arc", "zip", "unknown"]


def find_files(place: Path) -> list[Path]:
    """The file named, or every WARC, ARC and WACZ file below a directory, by name."""
    if not place.is_dir():
        return [place]
    return sorted(p for p in place.rglob("*") if p.is_file() and p.name.endswith(SUFFIXES))


def ingest_file(
    archive: Archive, path: Path, holdings: Holdings, *, in_place: bool = False
) -> list[Taken]:
    """Take one file in; the caller holds ``archive.lock_path`` and indexes afterwards.

    Args:
        archive: Where to.
        path: A WARC, ARC or WACZ file.
        holdings: What the archive held when the run began.
        in_place: Leave a file that can be read at random where it is; ``warcs/`` gets a
            symbolic link. Others are converted all the same.

    Raises:
        ArchiveUnwritable: the archive cannot be written.
    """
    try:
        with path.open("rb") as file:
            form = recognise(file)
    except OSError as error:
        return [Taken(str(path), State.REFUSED, None, f"cannot be read: {error.strerror}")]
    if form == "zip":
        return list(_ingest_wacz(archive, path, holdings))
    if form == "unknown":
        return [Taken(str(path), State.REFUSED, None, "neither WARC nor ARC nor WACZ")]
    with path.open("rb") as file:
        link = path if in_place else None
        return [_ingest(archive, file, str(path), form, holdings, link=link)]


def recognise(file: BinaryIO) -> Form:
    r"""What a file is, by its first bytes; leaves it at the beginning.

    >>> recognise(io.BytesIO(b"WARC/1.1\r\n")), recognise(io.BytesIO(b"filedesc://x.arc"))
    ('warc', 'arc')
    """
    head = file.read(4)
    file.seek(0)
    if head == b"PK\x03\x04":
        return "zip"
    if head == b"\x28\xb5\x2f\xfd":
        return "zstd"
    if head[:2] == b"\x1f\x8b":
        return _recognise_gzip(file)
    if head == b"WARC":
        return "warc"
    return "arc" if head == b"file" else "unknown"


def _recognise_gzip(file: BinaryIO) -> Form:
    """By record, where the first member ends with the first record."""
    stream = zlib.decompressobj(zlib.MAX_WBITS | 16)
    content = b""
    with suppress(zlib.error):
        while not stream.eof and len(content) < 64 * _STEP and (piece := file.read(_STEP)):
            content += stream.decompress(piece)
    file.seek(0)
    if content.startswith(b"filedesc:"):
        return "arc"
    if not content.startswith(b"WARC/"):
        return "unknown"
    try:
        end = _record_end(content)
    except Damaged:
        return "gzip by record"
    return "gzip" if len(content) > end else "gzip by record"


def _record_end(content: bytes) -> int:
    head_end = content.find(RECORD_END) + len(RECORD_END)
    return head_end + parse_record_head(content[:head_end]).content_length + len(RECORD_END)


def iter_plain_records(stream: BinaryIO) -> Iterator[bytes]:
    """The bytes of each record of an uncompressed WARC stream.

    Raises:
        Damaged: the stream ends or turns to something else; whole records came before.
    """
    while True:
        head = _read_head(stream)
        if not head:
            return
        length = parse_record_head(head).content_length
        block = stream.read(length)
        end = stream.read(len(RECORD_END))
        if len(block) < length or end != RECORD_END:
            raise Damaged(f"a record of {length} bytes is cut off after {len(block)}")
        yield head + block + end


def _read_head(stream: BinaryIO) -> bytes:
    head = bytearray()
    while not head.endswith(RECORD_END):
        line = stream.readline(MAX_RECORD_HEAD_BYTES)
        if not line:
            if head.strip():
                raise Damaged("the file ends within the head of a record")
            return b""
        if not head and not line.strip():
            continue
        head += line
        if not head.startswith(b"WARC/") or len(head) > MAX_RECORD_HEAD_BYTES:
            raise Damaged(f"expected a WARC record, found {bytes(head[:20])!r}")
    return bytes(head)


def _ingest_wacz(archive: Archive, path: Path, holdings: Holdings) -> Iterator[Taken]:
    try:
        with zipfile.ZipFile(path) as bundle:
            names = [n for n in bundle.namelist() if n.endswith(SUFFIXES) and "/" in n]
            if not names:
                yield Taken(str(path), State.REFUSED, None, "a ZIP without WARC files in it")
            for name in names:
                with bundle.open(name) as member:
                    # A ZIP member can go back to its beginning, from which it is read again.
                    file = cast("BinaryIO", member)
                    form = recognise(file)
                    yield _ingest(archive, file, f"{path}:{name}", form, holdings, link=None)
    except (zipfile.BadZipFile, OSError, zlib.error) as error:
        yield Taken(str(path), State.REFUSED, None, f"not a ZIP that can be read: {error}")


def _ingest(
    archive: Archive,
    file: BinaryIO,
    origin: str,
    form: Form,
    holdings: Holdings,
    *,
    link: Path | None,
) -> Taken:
    if form in ("unknown", "zip"):
        return Taken(origin, State.REFUSED, None, "neither WARC nor ARC")
    digest = hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]
    file.seek(0)
    if held := holdings.find(digest):
        return _already(origin, held)
    direct = form in ("warc", "gzip by record")
    filename = f"{INGESTED}/{_stem(origin)}-{digest[:16]}.warc{'' if form == 'warc' else '.gz'}"
    target = archive.warcs_dir / filename
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        if direct and link is not None:
            target.symlink_to(link.resolve())
            sync_directory(target.parent)
            return Taken(origin, State.LINKED, filename)
        problem = _write(file, target, form)
    except OSError as error:
        raise ArchiveUnwritable(
            f"{target}: cannot be written: {error.strerror or error}"
        ) from error
    return Taken(origin, State.COPIED if direct else State.CONVERTED, filename, problem)


def _already(origin: str, held: Held) -> Taken:
    if held.is_sound:
        return Taken(origin, State.PRESENT, held.filename)
    problem = (
        f"it is {held.filename} as it was before that was damaged; copy it over warcs/"
        f"{held.filename}, then run microfiche index --rebuild"
    )
    return Taken(origin, State.REFUSED, None, problem)


def _write(file: BinaryIO, target: Path, form: Form) -> str | None:
    """Write whole and durably under another name first; gives what could not be read."""
    partial = target.with_name(f".{target.name}.part")
    problem = None
    with partial.open("wb") as into:
        if form in ("warc", "gzip by record"):
            shutil.copyfileobj(file, into, _STEP)
        elif form == "arc":
            problem = _from_arc(file, into)
        else:
            problem = _from_stream(file, into, form)
        into.flush()
        os.fsync(into.fileno())
    partial.replace(target)
    sync_directory(target.parent)
    return problem


def _from_stream(file: BinaryIO, into: BinaryIO, form: Form) -> str | None:
    records = 0
    try:
        with _plain(file, form) as plain:
            for record in iter_plain_records(plain):
                into.write(gzip_member(record))
                records += 1
    except (Damaged, EOFError, gzip.BadGzipFile, zlib.error, zstandard.ZstdError) as error:
        return f"{error}; what came before was taken in"
    return None if records else "no whole record could be unpacked from it"


@contextmanager
def _plain(file: BinaryIO, form: Form) -> Iterator[BinaryIO]:
    if form == "gzip":
        with gzip.GzipFile(fileobj=file) as stream:
            yield cast("BinaryIO", stream)
        return
    decompressor = zstandard.ZstdDecompressor(max_window_size=1 << 27)
    with decompressor.stream_reader(file, read_across_frames=True, closefd=False) as stream:
        yield cast("BinaryIO", io.BufferedReader(cast("io.RawIOBase", stream), _STEP))


def _from_arc(file: BinaryIO, into: BinaryIO) -> str | None:
    writer = WARCWriter(into, gzip=True)
    is_gzip = file.read(2) == b"\x1f\x8b"
    file.seek(0)
    try:
        # Unpacked here, whether it is one member or many: warcio would insist on many.
        with gzip.GzipFile(fileobj=file) if is_gzip else nullcontext(file) as plain:
            for record in ArchiveIterator(plain, arc2warc=True):
                writer.write_record(record)
    except (ArchiveLoadFailed, EOFError, ValueError, gzip.BadGzipFile, zlib.error) as error:
        return f"{' '.join(str(error).split())}; what came before was taken in"
    return None


def _stem(origin: str) -> str:
    name = origin.rpartition("/")[2]
    for suffix in SUFFIXES:
        name = name.removesuffix(suffix)
    kept = "".join(c if c.isalnum() or c in "._-" else "_" for c in name)
    return kept[:80].lstrip(".") or "file"
