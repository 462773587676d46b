"""What a file made by others is, by what it begins with, and what it unpacks to."""

import gzip
import io
import re
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import BinaryIO, Literal, cast

from fastwarc.stream_io import Lz4Reader

from archive.ingest.frames import DICTIONARY_MAGIC, FRAME_MAGIC, ZstdFrames
from archive.warc.walk import Gap, walk

Form = Literal["warc", "gzip by record", "gzip", "zstd", "lz4", "plain", "zip", "unknown"]
"""``plain`` is ARC or HAR; these and the packed ones are converted."""

LZ4_MAGIC = b"\x04\x22\x4d\x18"
GZIP_MAGIC = b"\x1f\x8b"
# An ARC begins with its version block, or without one with the line of its first record.
_ARC_SCHEME = re.compile(rb"(?:filedesc|dns|https?|ftp|whois):\S", re.IGNORECASE)
_ARC_PLACE = re.compile(r"[0-9a-fA-F.:]+ [0-9]{8,20} \S+")
_HAR = re.compile(rb"(?:\xef\xbb\xbf)?\s*\{\s*\"log\"\s*:")
_LOOK = 64 * 1024


def recognise(file: BinaryIO) -> Form:
    r"""What a file is; leaves it at the beginning.

    >>> recognise(io.BytesIO(b"\n\nWARC/1.1\r\n")), recognise(io.BytesIO(b'{"log": {}}'))
    ('warc', 'plain')
    """
    head = file.read(_LOOK)
    file.seek(0)
    if head[:4] == b"PK\x03\x04":
        return "zip"
    if head[:4] in (FRAME_MAGIC, DICTIONARY_MAGIC):
        return "zstd"
    if head[:4] == LZ4_MAGIC:
        return "lz4"
    if head[:2] == GZIP_MAGIC:
        return _recognise_gzip(file)
    return "warc" if is_warc(head) else "plain" if is_arc(head) or is_har(head) else "unknown"


def is_warc(head: bytes) -> bool:
    """Whether content begins like a WARC file, empty lines passed over."""
    return head.lstrip(b"\r\n").startswith(b"WARC/")


def is_arc(head: bytes) -> bool:
    """Whether content begins like an ARC file."""
    line, end, _ = head.lstrip(b"\r\n").partition(b"\n")
    return arc_fields(line + end) is not None


def arc_fields(line: bytes) -> tuple[str, str, str, str, str] | None:
    r"""Address, IP, date, type and length that a whole line of an ARC states; None if it is none.

    >>> arc_fields(b"http://a.example/b c 192.0.2.1 20010203040506 text/html 200 - 9\r\n")
    ('http://a.example/b c', '192.0.2.1', '20010203040506', 'text/html', '9')
    """
    if not line.endswith(b"\n") or not _ARC_SCHEME.match(line):
        return None
    words = line.decode("utf-8", "replace").strip().split(" ")
    # Addresses may hold blanks, so the last IP with a date behind it counts.
    for at in range(len(words) - 4, 0, -1):
        ip, digits, mime = words[at : at + 3]
        if _ARC_PLACE.fullmatch(f"{ip} {digits} {mime}"):
            return " ".join(words[:at]), ip, digits, mime, words[-1]
    return None


def is_har(head: bytes) -> bool:
    """Whether content begins like an HTTP Archive (HAR), which is JSON."""
    return _HAR.match(head) is not None


def _recognise_gzip(file: BinaryIO) -> Form:
    """By record, where no member holds more than one."""
    head = _gzip_head(file)
    if not is_warc(head):
        file.seek(0)
        return "gzip" if is_arc(head) or is_har(head) else "unknown"
    size = file.seek(0, io.SEEK_END)
    records = walk(file, 0, size, max_block=0, digests=False)
    shared = any(isinstance(found, Gap) and found.shared for found in records)
    file.seek(0)
    return "gzip" if shared else "gzip by record"


def _gzip_head(file: BinaryIO) -> bytes:
    """What the first members that hold anything begin with, however soon they break off."""
    coded = file.read(_LOOK)
    head = b""
    with suppress(zlib.error):
        while coded and not head.strip():
            stream = zlib.decompressobj(zlib.MAX_WBITS | 16)
            head = stream.decompress(coded, _LOOK)
            coded = stream.unused_data
    return head


@contextmanager
def unpacked(file: BinaryIO, form: Form, on_damage: Callable[[str], None]) -> Iterator[BinaryIO]:
    """The uncompressed stream of a packed file; ``on_damage`` is called for each loss.

    Raises:
        Damaged: the dictionary of a zstd file cannot be read.
    """
    if form == "gzip":
        with gzip.GzipFile(fileobj=file) as stream:
            yield cast("BinaryIO", stream)
    elif form == "zstd":
        with io.BufferedReader(ZstdFrames(file, on_damage), _LOOK * 16) as buffered:
            yield cast("BinaryIO", buffered)
    elif form == "lz4":
        yield cast("BinaryIO", Lz4Reader(file))
    else:
        yield file
