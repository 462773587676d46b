"""A record that says that another one stood in its place: as long as that one was, to the byte.

It is a metadata record under the id, date and address of what was erased, with the digests of that
as proof that it stood here. In a gzip member its length is made up of stored blocks and of spaces
behind the JSON; where too little room is left for that, of a comment in the member's head. So every
reader of WARC files goes on to the record behind it.

Source: RFC 1951, 3.2.4 (stored blocks); RFC 1952, 2.3.1 (FCOMMENT).
"""

import struct
from collections.abc import Mapping
from typing import Any

from archive.warc.deflate import crc32, gzip_member
from archive.warc.digests import sha1
from archive.warc.facts import FACTS_TYPE, read_facts, write_facts
from archive.warc.members import RECORD_END, Headers

ERASED = "erased"
"""The fact by which a tombstone is known, and the failure that the index has for it."""

_KEPT = ("WARC-Record-ID", "WARC-Target-URI", "WARC-Date", "WARC-Concurrent-To")
_WARCINFO = "WARC-Warcinfo-ID"
_LONG = ("reason",)
_LONGER = (*_LONG, "block_digest")
_LONGEST = (*_LONGER, "payload_digest", "type", "source", "kind")
_MAX_STORED = 65_535
_GZIP_HEAD = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
_HAS_COMMENT = 0x10


class TooShort(ValueError):
    """The record that is to go is shorter than any tombstone."""


def write_tombstone(
    headers: Headers, facts: Mapping[str, Any], length: int, *, compressed: bool
) -> bytes:
    """The bytes to put in the place of a record.

    Args:
        headers: Named fields of that record.
        facts: What is said of it, its digests among them; without its reason where that is too
            long for its place, with no digest but the payload's where that is not enough, and at
            last only with the moment: the log has it all.
        length: Its bytes in the file.
        compressed: Whether it is a gzip member.

    Raises:
        TooShort: not even the shortest has room there.
    """
    least = [(name, value) for name, value in headers if name in _KEPT]
    kept = [*least, *((name, value) for name, value in headers if name == _WARCINFO)]
    ways = ((kept, ()), (kept, _LONG), (least, _LONGER), (least, _LONGEST))
    for fields, left_out in ways:
        said = {k: v for k, v in facts.items() if k not in left_out}
        said[ERASED] = {k: v for k, v in facts[ERASED].items() if k not in left_out}
        for write in (_stored, _commented) if compressed else (_plain,):
            if (made := write(fields, said, length)) is not None:
                return made
    raise TooShort(
        f"{length} bytes are too few for a record that says what stood there; keep it from being "
        'shown by a rule: [[rights]] with access = "blocked" and `record`'
    )


def erased_by(block: bytes) -> dict[str, Any] | None:
    """What a tombstone says of what stood in its place; None for any other metadata record."""
    said = read_facts(block[:1_000_000]).get(ERASED)
    return said if isinstance(said, dict) else None


def _plain(kept: list[tuple[str, str]], facts: Mapping[str, Any], size: int) -> bytes | None:
    """A record of just that many bytes; None where there is none."""
    line = write_facts(dict(facts)).removesuffix(b"\r\n")
    room = size - len(_record(kept, line + b"\r\n", ""))
    # The length of the block is written in the head, and its digits count, too.
    for sign in ("", " "):
        for pad in range(room, room - 12, -1):
            if pad >= 0:
                made = _record(kept, line + b" " * pad + b"\r\n", sign)
                if len(made) == size:
                    return made
    return None


def _record(kept: list[tuple[str, str]], block: bytes, sign: str) -> bytes:
    fields = [
        ("WARC-Type", "metadata"),
        *kept,
        ("Content-Type", FACTS_TYPE),
        ("WARC-Block-Digest", sha1(block)),
        ("Content-Length", f"{sign}{len(block)}"),
    ]
    head = "".join(f"{name}: {value}\r\n" for name, value in fields)
    whole = f"WARC/1.1\r\n{head}\r\n".encode("utf-8", "surrogateescape")
    return whole + block + RECORD_END


def _stored(kept: list[tuple[str, str]], facts: Mapping[str, Any], length: int) -> bytes | None:
    """A member of stored blocks: 18 bytes around it, five more for each block."""
    least = -(-max(length - 18, 1) // (_MAX_STORED + 5))
    for blocks in range(least, least + 3):
        size = length - 18 - 5 * blocks
        plain = _plain(kept, facts, size) if 0 < size <= _MAX_STORED * blocks else None
        if plain is not None:
            return _GZIP_HEAD + _blocks(plain, blocks) + _trailer(plain)
    return None


def _blocks(plain: bytes, count: int) -> bytes:
    each = -(-len(plain) // count)
    made = []
    for number in range(count):
        piece = plain[number * each : (number + 1) * each]
        is_last = number == count - 1
        made.append(struct.pack("<BHH", is_last, len(piece), len(piece) ^ 0xFFFF) + piece)
    return b"".join(made)


def _commented(kept: list[tuple[str, str]], facts: Mapping[str, Any], length: int) -> bytes | None:
    """A deflated member, with a comment as long as need be."""
    plain = _record(kept, write_facts(dict(facts)), "")
    member = gzip_member(plain)
    left = length - len(member)
    if left < 0 or member[3]:
        return None
    if not left:
        return member
    head = bytearray(member[:10])
    head[3] = _HAS_COMMENT
    return bytes(head) + b" " * (left - 1) + b"\x00" + member[10:]


def _trailer(plain: bytes) -> bytes:
    return struct.pack("<II", crc32(plain), len(plain) & 0xFFFFFFFF)
