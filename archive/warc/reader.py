"""Reading WARC files: all records of one in their groups, or one record by its place."""

import io
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, cast

from archive.errors import WarcError
from archive.layout import Archive
from archive.times import from_warc_date
from archive.warc.facts import read_facts
from archive.warc.members import Headers
from archive.warc.scan import Scanned
from archive.warc.stored import StoredHttp, stored_response
from archive.warc.tombstone import erased_by
from archive.warc.walk import Gap, walk

# Of a longer block, as foreign WARCs hold them (video), only this much is read.
MAX_BLOCK_BYTES = 256 * 1024 * 1024
CAPTURE_TYPES = frozenset({"response", "revisit", "resource", "conversion"})
SEGMENTED = "segmented"
_ALONE = frozenset({"warcinfo"})


@dataclass(frozen=True, slots=True)
class Record:
    """One record and its place.

    Attributes:
        filename: Relative to ``warcs/``, sealed form.
        offset: Where it begins in the file.
        length: Its bytes in the file, compressed as they are.
        type: ``WARC-Type`` in lower case.
        headers: Named fields in order.
        content: The block; cut at `MAX_BLOCK_BYTES`. Of a segmented record the blocks of all its
            segments, as far as they follow each other in one file.
        complete: False for a segmented record of which segments are missing.
    """

    filename: str
    offset: int
    length: int
    type: str
    headers: Headers
    content: bytes
    complete: bool = True

    def find(self, name: str) -> str | None:
        """First value of a named field, whatever the case of its name."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key.lower() == wanted), None)

    @property
    def record_id(self) -> str:
        """``WARC-Record-ID``; empty where a foreign record has none."""
        return self.find("WARC-Record-ID") or ""

    @property
    def capture_id(self) -> str:
        """The id that a capture goes by: the record's, without brackets, else one of its place."""
        return capture_id(self.record_id, self.filename, self.offset)

    @property
    def truncated(self) -> str | None:
        """``WARC-Truncated``; ``segmented`` where later segments of the record are missing."""
        return self.find("WARC-Truncated") or (None if self.complete else SEGMENTED)

    @property
    def target_uri(self) -> str:
        """``WARC-Target-URI`` without the brackets that some writers put around it."""
        uri = self.find("WARC-Target-URI") or ""
        return uri[1:-1] if uri.startswith("<") and uri.endswith(">") else uri

    @property
    def date(self) -> datetime:
        """``WARC-Date``, aware.

        Raises:
            WarcError: there is none or it is no date.
        """
        stated = self.find("WARC-Date") or ""
        try:
            return from_warc_date(stated)
        except ValueError as error:
            raise WarcError(
                f"{self.filename}@{self.offset}: WARC-Date is {stated!r}, expected "
                "2026-01-31T12:00:00Z; run microfiche check"
            ) from error

    def http(self, method: str = "GET") -> StoredHttp | None:
        """The HTTP response in the block of a response or revisit; None where there is none."""
        if not (self.find("Content-Type") or "").lower().startswith("application/http"):
            return None
        return stored_response(self.content, method, truncated=self.truncated is not None)

    def json(self) -> dict[str, Any]:
        """The facts of a metadata record of ours; empty for anything else."""
        return read_facts(self.content) if self.type == "metadata" else {}


@dataclass(frozen=True, slots=True)
class Group:
    """Records of one exchange: the main one, and what accompanies it."""

    main: Record
    request: Record | None
    metadata: Record | None
    start: int
    end: int

    @property
    def facts(self) -> Mapping[str, Any]:
        """What our metadata record says of the exchange; empty for foreign groups."""
        return self.metadata.json() if self.metadata else {}

    def http(self) -> StoredHttp | None:
        """The HTTP response of the main record, read by the method of the request."""
        return self.main.http(self.method)

    @property
    def method(self) -> str:
        """Of the request, in capitals; GET where there is no request that says another."""
        word = self.request.content[:32].split(b" ", 1)[0] if self.request else b""
        return word.decode("latin-1").upper() if word.isalpha() else "GET"


def iter_groups(
    path: Path,
    *,
    filename: str,
    start: int = 0,
    end: int | None = None,
    on_damage: Callable[[WarcError], None] | None = None,
) -> Iterator[Group]:
    """Read groups of records that belong together, in the order of the file.

    Args:
        path: The file, sealed or open.
        filename: What its records are to be called by: relative to ``warcs/``, sealed form.
        start: Where a group begins.
        end: Read no byte from here on; None: to the end of the file.
        on_damage: Called for each damaged place; reading goes on at the next record that can be
            read. None: reading ends at the first.

    Raises:
        WarcError: the file cannot be read, or not be read on; what came before was given.
    """
    pending: list[Record] = []
    try:
        for record in iter_records(
            path, filename=filename, start=start, end=end, on_damage=on_damage
        ):
            if pending and not _belongs(record, pending):
                yield _group(pending)
                pending = []
            pending.append(record)
    except WarcError:
        if pending:
            yield _group(pending)
        raise
    if pending:
        yield _group(pending)


def iter_records(
    path: Path,
    *,
    filename: str,
    start: int = 0,
    end: int | None = None,
    on_damage: Callable[[WarcError], None] | None = None,
) -> Iterator[Record]:
    """Read records in the order of the file; arguments and errors as `iter_groups`."""
    try:
        with path.open("rb") as file:
            limit = path.stat().st_size if end is None else end
            window = cast("BinaryIO", _Window(file, limit))
            found = walk(window, start, limit, max_block=MAX_BLOCK_BYTES, digests=False)
            yield from _joined(_records(found, filename, on_damage))
    except OSError as error:
        raise WarcError(f"{path}: cannot be read: {error.strerror or error}") from error


def read_record(archive: Archive, filename: str, offset: int) -> Record:
    """Read one record by its place; a segmented one with the segments that follow it.

    Raises:
        WarcError: no such file, or no whole record begins there.
    """
    path = archive.find_warc(filename)
    if path is None:
        raise WarcError(
            f"{filename}: no such file below {archive.warcs_dir}; run microfiche index --rebuild"
        )
    record = next(iter_records(path, filename=filename, start=offset), None)
    if record is None or record.offset != offset:
        raise WarcError(
            f"{filename}@{offset}: expected a WARC record to begin here; run microfiche check"
        )
    return record


def capture_id(record_id: str, filename: str, offset: int) -> str:
    """What a capture goes by in the index: its record's id, or its place where there is none.

    >>> capture_id("<urn:uuid:1>", "a.warc", 7), capture_id("", "a.warc", 7)
    ('urn:uuid:1', 'urn:microfiche:a.warc:7')
    """
    return record_id.strip().strip("<>") or f"urn:microfiche:{filename}:{offset}"


def _damage(filename: str, gap: Gap) -> WarcError:
    return WarcError(
        f"{filename}@{gap.offset}: {gap.why}; {gap.end - gap.offset} bytes are not readable; "
        "run microfiche check, restore the file from a copy, then microfiche index --rebuild"
    )


class _Window(io.RawIOBase):
    """A file up to a limit; what lies beyond may be half a record."""

    def __init__(self, file: BinaryIO, limit: int) -> None:
        super().__init__()
        self._file, self._limit = file, limit

    def read(self, size: int = -1, /) -> bytes:
        left = max(0, self._limit - self._file.tell())
        return self._file.read(left if size < 0 else min(size, left))

    def seek(self, offset: int, whence: int = 0, /) -> int:
        return self._file.seek(offset, whence)


def _records(
    found: Iterable[Scanned | Gap], filename: str, on_damage: Callable[[WarcError], None] | None
) -> Iterator[Record]:
    for each in found:
        if isinstance(each, Scanned):
            headers = each.head.headers
            yield Record(filename, each.offset, each.length, each.type, headers, each.block)
        elif on_damage is None:
            raise _damage(filename, each)
        else:
            on_damage(_damage(filename, each))


def _joined(records: Iterable[Record]) -> Iterator[Record]:
    """Records with their segments put together, where these follow each other.

    Source: ISO 28500:2017, 5.19 to 5.21 and 6.9 (continuation).
    """
    first: Record | None = None
    pieces: list[bytes] = []
    for record in records:
        if first is not None and _continues(record, first, len(pieces) + 1):
            pieces.append(record.content)
            if total := record.find("WARC-Segment-Total-Length"):
                yield _whole(first, pieces, total)
                first = None
            continue
        if first is not None:
            yield _whole(first, pieces, None)
            first = None
        if record.find("WARC-Segment-Number") == "1" and record.type != "continuation":
            first, pieces = record, [record.content]
        else:
            yield record
    if first is not None:
        yield _whole(first, pieces, None)


def _continues(record: Record, first: Record, number: int) -> bool:
    """Whether this is the next segment; some writers leave out of which record."""
    if record.type != "continuation" or record.find("WARC-Segment-Number") != str(number):
        return False
    origin = record.find("WARC-Segment-Origin-ID")
    return origin == first.record_id if origin else record.target_uri == first.target_uri


def _whole(first: Record, pieces: list[bytes], total: str | None) -> Record:
    content = b"".join(pieces)
    return replace(first, content=content, complete=total == str(len(content)))


def _belongs(record: Record, pending: list[Record]) -> bool:
    if record.type in _ALONE or pending[0].type in _ALONE:
        return False
    if record.type in CAPTURE_TYPES and any(other.type in CAPTURE_TYPES for other in pending):
        # A group has one main record: another capture of the same moment is a group of its own.
        return False
    mine = _linked(record)
    return any(other.record_id in mine or record.record_id in _linked(other) for other in pending)


def _linked(record: Record) -> set[str]:
    """Ids that a record says it belongs to; a revisit's original is not one of them."""
    names = {"warc-concurrent-to"} | ({"warc-refers-to"} if record.type == "metadata" else set())
    return {value for name, value in record.headers if name.lower() in names and value}


def _group(records: list[Record]) -> Group:
    def first(types: Iterable[str]) -> Record | None:
        return next((record for record in records if record.type in types), None)

    metadata, request = first({"metadata"}), first({"request"})
    main = first(CAPTURE_TYPES)
    if metadata is not None and main is None:
        # Of an exchange that was erased whole, the tombstone of the response stands for it.
        tombs = (r for r in records if (erased_by(r.content) or {}).get("type") in CAPTURE_TYPES)
        metadata = next(tombs, metadata)
    main = main or metadata or records[0]
    last = records[-1]
    return Group(main, request, metadata, records[0].offset, last.offset + last.length)
