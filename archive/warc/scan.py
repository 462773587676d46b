"""One record seen whole: bounds, head, digests. Nothing is believed that was not recomputed.

`scan_record` is strict, for files of our own and what we have just written; whole files of anybody
are read by `archive.warc.walk`.
"""

from dataclasses import dataclass
from typing import BinaryIO

from archive.warc.digests import find_algorithm, matches
from archive.warc.members import Member, RecordHead

# Longer blocks are digested as they stream by, but not held for a look inside.
MAX_HELD_BYTES = 128 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Scanned:
    """A record that is whole.

    Attributes:
        offset: Where it begins.
        length: Its bytes in the file.
        head: Version and named fields.
        block_digest_ok: None where none is stated, or one of an algorithm we do not know.
        block: As much of it as was held.
        cut: Whether the block is longer than that.
        compressed: Whether it is a gzip member.
        problem: What is wrong with its length or its end, and did not keep it from being read.
        short: Why its block, of a file without gzip, is not all there; what is there was read.
    """

    offset: int
    length: int
    head: RecordHead
    block_digest_ok: bool | None
    block: bytes
    cut: bool
    compressed: bool
    problem: str | None = None
    short: str | None = None

    @property
    def end(self) -> int:
        """Where the next record begins."""
        return self.offset + self.length

    @property
    def type(self) -> str:
        """``WARC-Type`` in lower case."""
        return self.head.type

    @property
    def record_id(self) -> str:
        """``WARC-Record-ID``."""
        return self.head.find("WARC-Record-ID") or ""


def scan_record(file: BinaryIO, offset: int) -> Scanned:
    """Read the record at ``offset`` to its end.

    Raises:
        Damaged: it is not whole or not well formed.
        OSError: the file cannot be read.
    """
    member = Member(file, offset)
    head = member.read_head()
    stated = head.find("WARC-Block-Digest")
    digest = find_algorithm(stated) if stated else None
    cut = head.content_length > MAX_HELD_BYTES
    held: list[bytes] = []
    for piece in member.iter_block(head.content_length):
        if digest is not None:
            digest.update(piece)
        if not cut:
            held.append(piece)
    length = member.end()
    return Scanned(
        offset,
        length,
        head,
        matches(stated, digest.digest()) if stated and digest is not None else None,
        b"".join(held),
        cut,
        member.compressed,
    )
