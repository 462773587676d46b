"""Records one by one: where each begins and ends, byte for byte.

For whole files, recovery, `check` and reading one record by its place. Memory is bounded, whatever
a record claims or expands to. Heads are read as leniently as any program reads them: line feeds
alone, lines that are no fields, empty lines before them.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from archive.warc.deflate import DEFLATE_ERRORS, gzip_decompressor

STEP = 64 * 1024
# Addresses of 40 KB are in real files, in the head and in the request line.
MAX_RECORD_HEAD_BYTES = 1024 * 1024
RECORD_END = b"\r\n\r\n"
_BLANK_LINE = re.compile(rb"\n\r?\n")
_GZIP_MAGIC = b"\x1f\x8b"

Headers = tuple[tuple[str, str], ...]


class Damaged(ValueError):
    """A record that is not whole or not well formed; says what was found and expected."""


@dataclass(frozen=True, slots=True)
class RecordHead:
    """Version and named fields of one record."""

    version: str
    headers: Headers

    def find(self, name: str) -> str | None:
        """First value of a field, whatever the case of its name."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key.lower() == wanted), None)

    @property
    def type(self) -> str:
        """``WARC-Type`` in lower case, which is how the standard has it; empty where missing."""
        return (self.find("WARC-Type") or "").lower()

    @property
    def content_length(self) -> int:
        """Length of the block.

        Raises:
            Damaged: it is missing or no number.
        """
        stated = (self.find("Content-Length") or "").strip()
        if not (stated.isascii() and stated.isdigit()):
            raise Damaged(f"Content-Length is {stated!r}, expected a number of bytes")
        return int(stated)


class BadEnd(Damaged):
    """A record whose block is whole, and no two line ends after it."""


class ShortBlock(Damaged):
    """A gzip member, or a file without, that ends before its record's block does."""


class Member:
    """The bytes of one record, read from its place in a file; gzip or plain by its first bytes.

    Args:
        file: Open for reading, seekable.
        offset: Where the record begins.

    Attributes:
        compressed: Whether it is a gzip member.
        lead: Empty lines before the record, in bytes, as far as they were read.
    """

    def __init__(self, file: BinaryIO, offset: int) -> None:
        file.seek(offset)
        self._file, self._offset = file, offset
        self._input = file.read(STEP)
        self._taken = len(self._input)
        self.compressed = self._input.startswith(_GZIP_MAGIC)
        self._inflater = gzip_decompressor() if self.compressed else None
        self._output = b""
        self.lead = 0

    @property
    def ended(self) -> bool:
        """Whether this is a gzip member of which nothing is left."""
        return self._inflater is not None and self._inflater.eof and not self._output

    @property
    def consumed(self) -> int:
        """Bytes of the file that belong to what was read so far; final once ended."""
        left = self._inflater.unused_data if self._inflater else self._output
        return self._taken - len(left)

    def read(self, size: int) -> bytes:
        """Read at most ``size`` bytes, not more than `STEP`; empty at the end.

        Raises:
            Damaged: the gzip member breaks off or is corrupt.
        """
        if not self._output:
            self._output = self._more()
        piece, self._output = self._output[:size], self._output[size:]
        return piece

    def _more(self) -> bytes:
        if self._inflater is None:
            piece, self._input = self._input, b""
            return piece or self._fill()
        while not self._inflater.eof:
            coded = self._input or self._fill()
            if not coded:
                raise Damaged("the gzip member breaks off at the end of the file")
            try:
                piece = self._inflater.decompress(coded, STEP)
            except DEFLATE_ERRORS as error:
                raise Damaged(f"the gzip member is corrupt: {error}") from error
            self._input = self._inflater.unconsumed_tail
            if piece:
                return piece
        return b""

    def _fill(self) -> bytes:
        # Others may have moved the file on; our place is known.
        self._file.seek(self._offset + self._taken)
        data = self._file.read(STEP)
        self._taken += len(data)
        return data

    def skip_blank(self) -> bool:
        """Pass over empty lines; False where nothing else is left: an empty member, the end.

        Raises:
            Damaged: as `read`.
        """
        while piece := self.read(STEP):
            left = piece.lstrip(b"\r\n")
            self.lead += len(piece) - len(left)
            if left:
                self._output = left + self._output
                return True
        return False

    def read_head(self) -> RecordHead:
        """Read the record's head, up to its blank line; empty lines before it are passed over.

        Raises:
            Damaged: there is none, or no end of it.
        """
        self.skip_blank()
        found, seen = b"", 0
        while not (match := _BLANK_LINE.search(found, max(0, seen - 2))):
            if not found.startswith(b"WARC/"[: len(found)]):
                raise Damaged(f"expected a WARC record, found {found[:40]!r}")
            if len(found) > MAX_RECORD_HEAD_BYTES:
                raise Damaged(f"the record's head has no end within {MAX_RECORD_HEAD_BYTES} bytes")
            seen = len(found)
            piece = self.read(STEP)
            if not piece:
                raise Damaged(f"expected a WARC record, found {found[:40]!r}")
            found += piece
        end = match.end()
        self._output = found[end:] + self._output
        return parse_record_head(found[:end])

    def iter_block(self, length: int) -> Iterator[bytes]:
        """The record's block, in pieces.

        Raises:
            Damaged: it is shorter than ``length``; a `ShortBlock` where that is all there is.
        """
        left = length
        while left:
            piece = self.read(left)
            if not piece:
                told = f"the block has {length - left} bytes, Content-Length says {length}"
                raise ShortBlock(told) if self.ended or not self.compressed else Damaged(told)
            left -= len(piece)
            yield piece

    def end(self) -> int:
        """Read the two line ends after the block; the record's length in the file.

        Raises:
            BadEnd: something else stands there; the block is whole for all that.
            Damaged: the gzip member breaks off, is corrupt, or goes on after the record.
        """
        found = b""
        while len(found) < len(RECORD_END) and (piece := self.read(len(RECORD_END) - len(found))):
            found += piece
        if found != RECORD_END:
            at_end = self._inflater is None or self._inflater.eof
            error = f"expected two line ends after the block, found {found!r}"
            raise BadEnd(error) if at_end else Damaged(error)
        if self.compressed and self.read(1):
            raise Damaged("the gzip member goes on after the record: one member for each expected")
        return self.consumed


def parse_record_head(raw: bytes) -> RecordHead:
    r"""Read version and named fields; UTF-8, folded lines joined, what is no field left out.

    >>> parse_record_head(b"WARC/1.1\r\nWARC-Type: request\r\n\r\n").find("warc-type")
    'request'

    Raises:
        Damaged: it does not start with a version line.
    """
    first, *lines = raw.decode("utf-8", "surrogateescape").rstrip("\r\n").split("\n")
    if not first.startswith("WARC/"):
        raise Damaged(f"expected a WARC version line, found {first[:40]!r}")
    headers: list[tuple[str, str]] = []
    for line in lines:
        name, colon, value = line.partition(":")
        if line[:1] in (" ", "\t") and headers:
            last, before = headers[-1]
            headers[-1] = (last, f"{before} {line.strip()}")
        elif colon:
            headers.append((name.strip(), value.strip()))
    return RecordHead(first.strip(), tuple(headers))
