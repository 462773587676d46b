"""Parts of one resource (206), as players and PDF readers ask for them, put together. Pure.

Source: RFC 9110, 14.4 (Content-Range) and 15.3.7.3 (combining parts).
"""

import re
from collections.abc import Iterable

from archive.warc.stored import StoredHttp

_RANGE = re.compile(r"bytes\s+(\d+)-(\d+)/(\d+|\*)\s*", re.IGNORECASE)
_VALIDATORS = ("etag", "last-modified")
_MAX_BYTES = 512 * 1024 * 1024


def join_parts(own: StoredHttp, others: Iterable[StoredHttp]) -> StoredHttp:
    """The whole resource, as a 200, where the parts give it; else what was given.

    Others are read only as far as they are needed. Parts of another length, with another ETag or
    date of change, are of another resource.

    >>> def part(text, content_range):
    ...     return StoredHttp(206, "", (("Content-Range", content_range),), text)
    >>> joined = join_parts(part(b"abc", "bytes 0-2/5"), [part(b"cde", "bytes 2-4/5")])
    >>> joined.status, joined.body
    (200, b'abcde')
    """
    place = _place(own)
    if place is None:
        return own
    _, _, total = place
    pieces = {place[0]: own.body}
    if _is_whole(pieces, total):
        return _joined(own, pieces, total)
    for other in others:
        found = _place(other)
        if found is None or found[2] != total or not _agree(own, other):
            continue
        if len(other.body) > len(pieces.get(found[0], b"")):
            pieces[found[0]] = other.body
            if _is_whole(pieces, total):
                return _joined(own, pieces, total)
    return own


def _place(http: StoredHttp) -> tuple[int, int, int] | None:
    """First byte, last byte and total length that a part states and has."""
    match = _RANGE.fullmatch((http.get("content-range") or "").strip())
    if http.status != 206 or not match or match[3] == "*":
        return None
    first, last, total = map(int, match.groups())
    if not first <= last < total <= _MAX_BYTES or len(http.body) != last - first + 1:
        return None
    return first, last, total


def _agree(own: StoredHttp, other: StoredHttp) -> bool:
    return all(
        not own.get(name) or not other.get(name) or own.get(name) == other.get(name)
        for name in _VALIDATORS
    )


def _is_whole(pieces: dict[int, bytes], total: int) -> bool:
    reached = 0
    for first in sorted(pieces):
        if first > reached:
            return False
        reached = max(reached, first + len(pieces[first]))
    return reached >= total


def _joined(own: StoredHttp, pieces: dict[int, bytes], total: int) -> StoredHttp:
    body = bytearray(total)
    for first, piece in pieces.items():
        body[first : first + len(piece)] = piece
    headers = tuple(pair for pair in own.headers if pair[0].lower() != "content-range")
    return StoredHttp(200, "OK", headers, bytes(body))
