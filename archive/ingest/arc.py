"""ARC files, the form before WARC: each record a line that names it, and its bytes.

Lengths that are wrong, as in files of real archives, cost nothing: where no record begins behind
the length that a line states, the next line that names one ends it.

Source: Burner and Kahle, "ARC file format" (Internet Archive, 1996), versions 1 and 2.
"""

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO

from archive.ingest.forms import arc_fields
from archive.times import from_timestamp, to_warc_date
from archive.warc.message import as_http_1
from archive.warc.records import RESPONSE_TYPE, RecordWriter, make_record

_LINE_BYTES = 1024 * 1024
_STEP = 1024 * 1024
_MAX_BLOCK_BYTES = 1 << 30


@dataclass(frozen=True, slots=True)
class _Named:
    """What the line before a record says; a length that is no number is -1."""

    uri: str
    ip: str
    moment: datetime
    mime: str
    length: int


def iter_arc(
    file: BinaryIO,
    digest: str,
    on_damage: Callable[[str], None],
    *,
    max_block_bytes: int = _MAX_BLOCK_BYTES,
) -> Iterator[bytes]:
    """The records of an ARC file as members of a WARC file, its version block left out.

    Args:
        file: Uncompressed, seekable.
        digest: Of the file, from which the records' ids are made.
        on_damage: Told, in one line each, of what was passed over or put right.
        max_block_bytes: What is longer is cut.
    """
    size = file.seek(0, 2)
    place = number = 0
    writer = RecordWriter()
    while place < size:
        start = _next_line(file, place, size)
        skipped = (size if start is None else start) - place
        if skipped > _line_ends(file, place, skipped):
            on_damage(f"{skipped} bytes at {place} are no ARC record; they were passed over")
        if start is None:
            return
        file.seek(start)
        named = _named(file.readline(_LINE_BYTES))
        begin = file.tell()
        end = _end_of(file, begin, named.length, size)
        if end - begin != named.length:
            on_damage(f"{named.uri}: its length is {named.length}, {end - begin} bytes are there")
        place, number = end, number + 1
        if named.uri.startswith("filedesc:"):
            continue
        file.seek(begin)
        if end - begin > max_block_bytes:
            on_damage(f"{named.uri}: of {end - begin} bytes the first {max_block_bytes} were taken")
        block = file.read(min(end - begin, max_block_bytes))
        yield writer.member(_warc_record(named, block, f"{digest}:{number}"))


def _named(line: bytes) -> _Named:
    fields = arc_fields(line)
    assert fields is not None
    uri, ip, digits, mime, length = fields
    try:
        moment = from_timestamp(digits[:14].ljust(14, "0"))
    except ValueError:
        moment = from_timestamp("19960101000000")
    return _Named(uri, ip, moment, mime, int(length) if length.isdecimal() else -1)


def _next_line(file: BinaryIO, place: int, size: int) -> int | None:
    """Where, from ``place`` on, a line names a record."""
    file.seek(place)
    while place < size:
        line = file.readline(_LINE_BYTES)
        if arc_fields(line):
            return place
        place += len(line)
    return None


def _end_of(file: BinaryIO, begin: int, length: int, size: int) -> int:
    """Where a record ends: behind its length if another begins there, else where one begins."""
    end = begin + length
    if begin <= end <= size:
        after = end + _line_ends(file, end, 8)
        if after >= size:
            return end
        file.seek(after)
        if arc_fields(file.readline(_LINE_BYTES)):
            return end
    found = _next_line(file, begin, size)
    end = size if found is None else found
    file.seek(max(begin, end - 1))
    # One line end stands between two records.
    return end - 1 if file.read(1) == b"\n" and end > begin else end


def _line_ends(file: BinaryIO, place: int, most: int) -> int:
    """How many bytes from ``place`` on are nothing but line ends."""
    file.seek(place)
    found = file.read(min(most, _STEP))
    return len(found) - len(found.lstrip(b"\r\n"))


def _warc_record(named: _Named, block: bytes, name: str) -> object:
    # An id from the content: the same ARC gives the same WARC, whenever and wherever.
    record_id = uuid.uuid5(uuid.NAMESPACE_URL, f"urn:sha256:{name}")
    is_response = as_http_1(block[:512]).startswith(b"HTTP/") or named.uri.startswith("http")
    headers = [
        ("WARC-Record-ID", f"<urn:uuid:{record_id}>"),
        ("WARC-Target-URI", named.uri),
        ("WARC-Date", to_warc_date(named.moment)),
        ("WARC-IP-Address", named.ip),
    ]
    content_type = RESPONSE_TYPE if is_response else named.mime
    return make_record("response" if is_response else "resource", headers, content_type, block)
