"""Records written again, one gzip member for each, where a file cannot be read at random."""

import gzip
import zlib
from collections.abc import Callable, Iterator
from tempfile import TemporaryFile
from typing import BinaryIO

from archive.ingest.arc import iter_arc
from archive.ingest.forms import Form, is_har, is_warc, unpacked
from archive.ingest.har import iter_har
from archive.warc.deflate import gzip_compressor
from archive.warc.members import Damaged
from archive.warc.walk import Gap, walk

_STEP = 1 << 20
_LOOK = 64 * 1024
_UNPACKING_ERRORS = (EOFError, gzip.BadGzipFile, zlib.error, OSError)

OnDamage = Callable[[str], None]


def convert(file: BinaryIO, into: BinaryIO, form: Form, *, digest: str, on_damage: OnDamage) -> int:
    """Write every whole record of a packed WARC file, an ARC or a HAR; gives how many.

    It is unpacked whole first, beside where it goes, and then read as every other file is.

    Args:
        file: At its beginning.
        into: A file of its own.
        form: What `recognise` said.
        digest: SHA-256 of the file: records without ids get theirs from it.
        on_damage: Told, in one line each, of what could not be read.
    """
    with TemporaryFile() as plain:
        try:
            with unpacked(file, form, on_damage) as stream:
                _spool(stream, plain, on_damage)
        except Damaged as error:
            on_damage(str(error))
            return 0
        plain.seek(0)
        head = plain.read(_LOOK)
        plain.seek(0)
        if form != "plain" and is_warc(head):
            return copy_records(plain, into, on_damage)
        members = iter_har if is_har(head) else iter_arc
        return _write(members(plain, digest, on_damage), into)


def copy_records(plain: BinaryIO, into: BinaryIO, on_damage: OnDamage) -> int:
    """Write each record of an uncompressed WARC file as a gzip member; gives how many."""
    count = 0
    size = plain.seek(0, 2)
    for found in walk(plain, 0, size, max_block=0, digests=False):
        if isinstance(found, Gap):
            on_damage(f"{found.why}; {found.end - found.offset} bytes were passed over")
            continue
        if found.problem is not None:
            on_damage(found.problem)
        member, left = gzip_compressor(), found.length
        plain.seek(found.offset)
        while left and (piece := plain.read(min(left, _STEP))):
            into.write(member.compress(piece))
            left -= len(piece)
        into.write(member.flush())
        count += 1
    return count


def _spool(stream: BinaryIO, plain: BinaryIO, on_damage: OnDamage) -> None:
    try:
        while piece := stream.read(_STEP):
            plain.write(piece)
    except _UNPACKING_ERRORS as error:
        on_damage(f"{' '.join(str(error).split())}; what came before was taken in")


def _write(members: Iterator[bytes], into: BinaryIO) -> int:
    count = 0
    for member in members:
        into.write(member)
        count += 1
    return count
