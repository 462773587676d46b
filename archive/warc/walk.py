"""A whole WARC file, record by record, for whoever reads one: the index and `check` alike.

One walk serves both, so that what one of them can read the other can, and what is lost is lost to
both at the same places. What others write is read as far as any program reads it: empty gzip
members, empty lines before records, a Content-Length that is a little off.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from archive.warc.digests import find_algorithm, matches
from archive.warc.members import (
    RECORD_END,
    STEP,
    Damaged,
    Member,
    RecordHead,
    ShortBlock,
)
from archive.warc.resume import find_next
from archive.warc.scan import Scanned

# A little more than a block says it has is a mistake in counting; this much is another record.
_MAX_EXCESS_BYTES = 16 * STEP


@dataclass(frozen=True, slots=True)
class Gap:
    """Bytes from ``offset`` to ``end`` that hold no record that can be read, and why.

    There are none where what is missing was never there: a record that the file breaks off in.

    ``shared``: a gzip member that holds several records, which have no places of their own.
    """

    offset: int
    end: int
    why: str
    shared: bool = False


class SharedMember(Damaged):
    """A gzip member that goes on after its record."""


def walk(
    file: BinaryIO, start: int, end: int, *, max_block: int, digests: bool = True
) -> Iterator[Scanned | Gap]:
    """Every record of a file in its order, and what lies between them that is none.

    Args:
        file: Open, seekable; nothing behind ``end`` is given by it.
        start: Where a record begins, or anything before one.
        end: Where reading ends.
        max_block: The most bytes of a block that are held.
        digests: Whether blocks are held against the digests that records state.

    Raises:
        OSError: the file cannot be read.
    """
    place = start
    while place < end:
        try:
            found = _read(file, place, max_block, digests=digests)
        except Damaged as error:
            after = find_next(file, place + 1)
            reached = end if after is None else after
            why = " ".join(str(error).split())
            yield Gap(place, reached, why, isinstance(error, SharedMember))
            place = reached
            continue
        if isinstance(found, int):
            place = found
            continue
        yield found
        place = found.end
        if found.short is not None:
            yield Gap(place, place, found.short)


def _read(file: BinaryIO, offset: int, max_block: int, *, digests: bool) -> Scanned | int:
    """The record that begins here; where to go on, if there is but emptiness."""
    member = Member(file, offset)
    if not member.skip_blank():
        return offset + max(member.consumed, 1)
    if not member.compressed and member.lead:
        # A plain record is found by others where its version line stands.
        return offset + member.lead
    head = member.read_head()
    stated = head.find("WARC-Block-Digest") if digests else None
    digest = find_algorithm(stated) if stated else None
    pieces: list[bytes] = []
    held, problem, short = 0, None, None
    try:
        for piece in member.iter_block(head.content_length):
            if digest is not None:
                digest.update(piece)
            if held < max_block:
                pieces.append(piece[: max_block - held])
            held += len(piece)
    except ShortBlock as error:
        problem = str(error)
    block = b"".join(pieces)
    if problem is not None:
        length = member.consumed
        if not member.compressed:
            # It goes to the end of the file, or swallows the records behind it.
            after = find_next(file, offset + 1)
            length = member.consumed if after is None else after - offset
            block = block[: max(0, length - (member.consumed - held))]
            short, problem = f"{problem}: the record is read so far", None
        block = block.removesuffix(RECORD_END)
    else:
        length, problem = _finish(file, offset, member, head)
        # Of what its length claims, another record may be a part.
        block_at = member.consumed - len(RECORD_END) - head.content_length
        if not member.compressed and problem and length < block_at + len(block):
            block = block[: length - block_at].removesuffix(RECORD_END)
    sound = matches(stated, digest.digest()) if stated and digest is not None else None
    cut = held > max_block
    return Scanned(offset, length, head, sound, block, cut, member.compressed, problem, short)


def _finish(
    file: BinaryIO, offset: int, member: Member, head: RecordHead
) -> tuple[int, str | None]:
    """The record's length in the file, and what is wrong with how it ends."""
    found = _take(member, len(RECORD_END))
    if member.compressed:
        rest = found + _take(member, _MAX_EXCESS_BYTES)
        if not member.ended or b"WARC/" in rest:
            raise SharedMember("the gzip member goes on after the record, expected one for each")
        return member.consumed, None if rest == RECORD_END else _excess(head, rest[:8])
    if found == RECORD_END:
        return member.consumed, None
    block_end = member.consumed - len(found)
    if not found.strip(b"\r\n"):
        return member.consumed, _excess(head, found)
    # Fewer line ends, bytes that the length leaves out, or another record within it: this one ends
    # where the next one begins.
    after = find_next(file, offset + 1)
    return (block_end if after is None else after - offset), _excess(head, found)


def _excess(head: RecordHead, found: bytes) -> str:
    return (
        f"Content-Length is {head.content_length}, after which two line ends are expected, not "
        f"{found!r}; the record is read so far"
    )


def _take(member: Member, count: int) -> bytes:
    found = b""
    while len(found) < count and (piece := member.read(min(count - len(found), STEP))):
        found += piece
    return found
