"""Records written anew, one gzip member for each, where a file cannot be read at random."""

import gzip
import uuid
import zlib
from collections.abc import Callable
from contextlib import nullcontext
from tempfile import SpooledTemporaryFile
from typing import Any, BinaryIO, cast

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed
from warcio.warcwriter import WARCWriter

from archive.ingest.forms import Form, unpacked
from archive.warc.deflate import gzip_compressor
from archive.warc.members import MAX_RECORD_HEAD_BYTES, RECORD_END, Damaged, parse_record_head
from archive.warc.scan import scan_record

_STEP = 1 << 20
_HELD_BYTES = 64 << 20
# No record is longer; what says so has a broken head.
_MAX_BLOCK_BYTES = 1 << 40
_VERSION = b"WARC/1."
_UNPACKING_ERRORS = (EOFError, gzip.BadGzipFile, zlib.error)

OnDamage = Callable[[str], None]


def convert(file: BinaryIO, into: BinaryIO, form: Form, *, digest: str, on_damage: OnDamage) -> int:
    """Write every whole record of a ``gzip``, ``zstd`` or ``arc`` file; gives how many.

    Args:
        file: At its beginning.
        into: A file of its own: a record that breaks off is taken back.
        form: What `recognise` said.
        digest: SHA-256 of the file: the records of an ARC have no ids, and get theirs from it.
        on_damage: Told, in one line each, of what could not be read.
    """
    if form == "arc":
        return _from_arc(file, into, digest, on_damage)
    try:
        with unpacked(file, form, on_damage) as plain:
            return copy_records(plain, into, on_damage)
    except Damaged as error:
        on_damage(str(error))
        return 0


def copy_records(stream: BinaryIO, into: BinaryIO, on_damage: OnDamage) -> int:
    """Write each whole record of an uncompressed WARC stream; gives how many.

    Where there is none, reading goes on at the next line that begins like one.
    """
    first, count = b"", 0
    while True:
        start = into.tell()
        try:
            if not _copy_record(stream, into, first):
                return count
            first, count = b"", count + 1
        except Damaged as error:
            _take_back(into, start)
            first, skipped = _next_version_line(stream)
            on_damage(f"{error}; {skipped} bytes were passed over" if skipped else str(error))
            if not first:
                return count
        except _UNPACKING_ERRORS as error:
            _take_back(into, start)
            on_damage(f"{error}; what came before was taken in")
            return count


def _copy_record(stream: BinaryIO, into: BinaryIO, first: bytes) -> bool:
    """Write the next record; False: there is none. ``first`` is a line of it read already."""
    head = _read_head(stream, first)
    if not head:
        return False
    length = parse_record_head(head).content_length
    if length > _MAX_BLOCK_BYTES:
        raise Damaged(f"Content-Length is {length}, expected what fits on a disk")
    member = gzip_compressor()
    into.write(member.compress(head))
    left = length
    while left:
        piece = stream.read(min(left, _STEP))
        if not piece:
            raise Damaged(f"a record of {length} bytes is cut off after {length - left}")
        left -= len(piece)
        into.write(member.compress(piece))
    end = stream.read(len(RECORD_END))
    if end != RECORD_END:
        raise Damaged(f"expected two line ends after {length} bytes of a record, found {end!r}")
    into.write(member.compress(end) + member.flush())
    return True


def _read_head(stream: BinaryIO, first: bytes) -> bytes:
    head = bytearray(first)
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


def _next_version_line(stream: BinaryIO) -> tuple[bytes, int]:
    """The next line that begins a record, and how many bytes came before; empty at the end."""
    skipped = 0
    while line := _line_or_end(stream):
        if line.startswith(_VERSION):
            return line, skipped
        skipped += len(line)
    return b"", skipped


def _line_or_end(stream: BinaryIO) -> bytes:
    try:
        return stream.readline(_STEP)
    except _UNPACKING_ERRORS:
        return b""


def _take_back(into: BinaryIO, start: int) -> None:
    into.seek(start)
    into.truncate()


def _from_arc(file: BinaryIO, into: BinaryIO, digest: str, on_damage: OnDamage) -> int:
    is_gzip = file.read(2) == b"\x1f\x8b"
    file.seek(0)
    count = place = 0
    try:
        # Unpacked here, whether it is one member or many: warcio would insist on many.
        with gzip.GzipFile(fileobj=file) if is_gzip else nullcontext(file) as plain:
            for record in ArchiveIterator(plain, arc2warc=True):
                place += 1
                try:
                    into.write(_from_arc_record(record, f"{digest}:{place}"))
                    count += 1
                except Damaged as error:
                    on_damage(f"record {place}: {error}; it was left out")
    except (ArchiveLoadFailed, ValueError, *_UNPACKING_ERRORS) as error:
        on_damage(f"{' '.join(str(error).split())}; what came before was taken in")
    return count


def _from_arc_record(record: Any, name: str) -> bytes:  # noqa: ANN401 - warcio's record
    # An id from the content: the same ARC gives the same WARC, whenever and wherever.
    record_id = uuid.uuid5(uuid.NAMESPACE_URL, f"urn:sha256:{name}")
    record.rec_headers.replace_header("WARC-Record-ID", f"<urn:uuid:{record_id}>")
    with SpooledTemporaryFile(_HELD_BYTES) as held:
        WARCWriter(held, gzip=True).write_record(record)
        # An ARC that states a wrong length would become a WARC that does.
        scan_record(cast("BinaryIO", held), 0)
        held.seek(0)
        return held.read()
