"""What a file made by others is, by its first bytes, and what it unpacks to."""

import gzip
import io
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import BinaryIO, Literal, cast

import zstandard

from archive.ingest.frames import DICTIONARY_MAGIC, FRAME_MAGIC, ZstdFrames
from archive.warc.members import RECORD_END, Damaged, parse_record_head

Form = Literal["warc", "gzip by record", "gzip", "zstd", "arc", "zip", "unknown"]
# What a stream that cannot be read on is told by; each is one line.
STREAM_ERRORS = (Damaged, EOFError, gzip.BadGzipFile, zlib.error, zstandard.ZstdError)

_STEP = 1 << 20


def recognise(file: BinaryIO) -> Form:
    r"""What a file is, by its first bytes; leaves it at the beginning.

    >>> recognise(io.BytesIO(b"WARC/1.1\r\n")), recognise(io.BytesIO(b"filedesc://x.arc"))
    ('warc', 'arc')
    """
    head = file.read(4)
    file.seek(0)
    if head == b"PK\x03\x04":
        return "zip"
    if head in (FRAME_MAGIC, DICTIONARY_MAGIC):
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
            content += stream.decompress(piece, 64 * _STEP)
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


@contextmanager
def unpacked(file: BinaryIO, form: Form, on_damage: Callable[[str], None]) -> Iterator[BinaryIO]:
    """The uncompressed stream of a ``gzip`` or ``zstd`` file; ``on_damage`` is told of losses.

    Raises:
        Damaged: the dictionary of a zstd file cannot be read.
    """
    if form == "gzip":
        with gzip.GzipFile(fileobj=file) as stream:
            yield cast("BinaryIO", stream)
        return
    with io.BufferedReader(ZstdFrames(file, on_damage), _STEP) as buffered:
        yield cast("BinaryIO", buffered)
