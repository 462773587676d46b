"""After damage: where in a WARC file the next record begins that can be read.

For `check` and for reading on, so that both lose the same records and no others.
"""

from collections.abc import Iterator
from typing import BinaryIO

from archive.warc.members import Damaged, Member

_STEP = 1024 * 1024
_MARKS = (b"\x1f\x8b\x08", b"WARC/1.", b"WARC/0.")
_LONGEST = max(map(len, _MARKS))


def find_next(file: BinaryIO, start: int) -> int | None:
    r"""The place, from ``start`` on, of the next record whose head can be read; None: no more.

    >>> import io
    >>> record = b"WARC/1.1\r\nWARC-Type: request\r\nContent-Length: 0\r\n\r\n"
    >>> find_next(io.BytesIO(b"torn " + record), 0)
    5

    Raises:
        OSError: the file cannot be read.
    """
    for offset in _candidates(file, start):
        try:
            member = Member(file, offset)
            head = member.read_head()
            # Text that speaks of WARC has no such fields; blank lines before a record have.
            if not head.type or member.lead > _LONGEST or head.content_length < 0:
                continue
        except Damaged:
            continue
        return offset
    return None


def _candidates(file: BinaryIO, start: int) -> Iterator[int]:
    """Places where a record might begin."""
    kept = b""
    place = start
    while True:
        file.seek(place)
        data = file.read(_STEP)
        if not data:
            return
        window, base = kept + data, place - len(kept)
        found = sorted({at for mark in _MARKS for at in _find_all(window, mark)})
        for at in found:
            yield base + at
        # A mark may lie across two windows; one that was found is not found again.
        is_last = found and found[-1] > len(window) - _LONGEST
        kept = b"" if is_last else window[1 - _LONGEST :]
        place += len(data)


def _find_all(window: bytes, mark: bytes) -> Iterator[int]:
    at = window.find(mark)
    while at >= 0:
        yield at
        at = window.find(mark, at + 1)
