"""Records cut out of a WARC file as they lie there, each a gzip member."""

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from archive.warc.deflate import gzip_member
from archive.warc.reader import Group

_GZIP = b"\x1f\x8b"


def members_of(path: Path, group: Group) -> list[bytes]:
    """The records of a group as stored, the main one first; uncompressed ones are compressed.

    Raises:
        OSError: as the file system says.
    """
    with path.open("rb") as file:
        return [_member(file, start, length) for start, length in _places(group)]


def _places(group: Group) -> Iterator[tuple[int, int]]:
    records = [r for r in (group.request, group.metadata) if r is not None and r is not group.main]
    yield group.main.offset, group.main.length
    for record in sorted(records, key=lambda r: r.offset):
        yield record.offset, record.length


def _member(file: BinaryIO, start: int, length: int) -> bytes:
    file.seek(start)
    data = file.read(length)
    return data if data.startswith(_GZIP) else gzip_member(data)
