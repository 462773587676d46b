"""Reading WARC files: all records of one in their groups, or one record by its place.

Whole files are read by fastwarc (2 to 3 times as fast as warcio); it is given open files only.
"""

import io
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, cast

from fastwarc.warc import ArchiveIterator

from archive.errors import WarcError
from archive.layout import Archive
from archive.times import from_warc_date
from archive.warc.facts import read_facts
from archive.warc.members import BadEnd, Damaged, Headers, Member, RecordHead
from archive.warc.resume import find_next
from archive.warc.stored import StoredHttp, stored_response

# Of a longer block, as foreign WARCs hold them (video), only this much is read.
MAX_BLOCK_BYTES = 256 * 1024 * 1024
CAPTURE_TYPES = frozenset({"response", "revisit", "resource", "conversion"})
_ALONE = frozenset({"warcinfo"})


@dataclass(frozen=True, slots=True)
class Record:
    """One record and its place.

    Attributes:
        filename: Relative to ``warcs/``, sealed form.
        offset: Where it begins in the file.
        length: Its bytes in the file, compressed as they are.
        type: ``WARC-Type``.
        headers: Named fields in order.
        content: The block; cut at `MAX_BLOCK_BYTES`.
    """

    filename: str
    offset: int
    length: int
    type: str
    headers: Headers
    content: bytes

    def find(self, name: str) -> str | None:
        """First value of a named field, whatever the case of its name."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key.lower() == wanted), None)

    @property
    def record_id(self) -> str:
        """``WARC-Record-ID``; empty where a foreign record has none."""
        return self.find("WARC-Record-ID") or ""

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
        truncated = self.find("WARC-Truncated") is not None
        return stored_response(self.content, method, truncated=truncated)

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
        method = self.request.content.split(b" ", 1)[0] if self.request else b"GET"
        return self.main.http(method.decode("latin-1"))


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
        on_damage: Told of each damaged place; reading goes on at the next record that can be
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
            window, place = _Window(file, limit), start
            while place < limit:
                try:
                    window.seek(place)
                    yield from _records(window, filename, limit)
                except _Broken as broken:
                    after = find_next(cast("BinaryIO", window), broken.place + 1)
                    place = limit if after is None else after
                    told = _damage(filename, broken, place)
                    if on_damage is None:
                        raise told from broken
                    on_damage(told)
                else:
                    return
    except OSError as error:
        raise WarcError(f"{path}: cannot be read: {error.strerror or error}") from error


def read_record(archive: Archive, filename: str, offset: int) -> Record:
    """Read one record by its place.

    Raises:
        WarcError: no such file, or no whole record begins there.
    """
    path = archive.find_warc(filename)
    if path is None:
        raise WarcError(
            f"{filename}: no such file below {archive.warcs_dir}; run microfiche index --rebuild"
        )
    try:
        with path.open("rb") as file:
            return _read_one(file, filename, offset)
    except Damaged as error:
        raise WarcError(f"{filename}@{offset}: {error}; run microfiche check") from error
    except OSError as error:
        raise WarcError(f"{path}: cannot be read: {error.strerror or error}") from error


def read_block(member: Member, head: RecordHead, limit: int = MAX_BLOCK_BYTES) -> bytes:
    """The block of a record whose head has just been read; at most ``limit`` bytes.

    Raises:
        Damaged: it is shorter than it says.
    """
    pieces: list[bytes] = []
    left = limit
    for piece in member.iter_block(head.content_length):
        if left > 0:
            pieces.append(piece[:left])
        left -= len(piece)
    return b"".join(pieces)


class _Broken(Damaged):
    """No whole record begins at ``place``."""

    def __init__(self, place: int, why: Exception) -> None:
        super().__init__(" ".join(str(why).split()))
        self.place = place


def _damage(filename: str, broken: _Broken, after: int) -> WarcError:
    return WarcError(
        f"{filename}@{broken.place}: {broken}; {after - broken.place} bytes are not readable; "
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

    def tell(self) -> int:
        return self._file.tell()

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True


def _records(window: _Window, filename: str, limit: int) -> Iterator[Record]:
    held: tuple[int, str, Headers, bytes] | None = None
    place = window.tell()
    records: Iterable[Any] = ArchiveIterator(window, parse_http=False)
    iterator = iter(records)
    while True:
        try:
            found = next(iterator, None)
            read = None if found is None else _take(found)
        except Exception as error:  # fastwarc raises its own and Rust's
            if held is not None and (length := _find_length(window, held[0])):
                yield Record(filename, held[0], length, *held[1:])
                place = held[0] + length
            raise _Broken(place, error) from error
        end = limit if read is None else read[0]
        if held is not None:
            yield Record(filename, held[0], end - held[0], *held[1:])
        if read is None:
            return
        held, place = read, read[0]


def _find_length(window: _Window, offset: int) -> int | None:
    """The length of the last record before the damage, which no next one bounds."""
    try:
        member = Member(cast("BinaryIO", window), offset)
        read_block(member, member.read_head(), 0)
        return member.end()
    except Damaged:
        return None


def _take(found: Any) -> tuple[int, str, Headers, bytes]:  # noqa: ANN401 - fastwarc's record
    content = found.reader.read(min(found.content_length, MAX_BLOCK_BYTES))
    if len(content) < min(found.content_length, MAX_BLOCK_BYTES):
        raise Damaged(f"the block has {len(content)} bytes, expected {found.content_length}")
    headers = tuple((str(name), str(value)) for name, value in found.headers.items())
    if found.headers.get("Content-Length") is None:
        # fastwarc gives a head that breaks off as a record with an empty block.
        raise Damaged("the head of the record ends without Content-Length")
    return found.stream_pos, str(found.headers.get("WARC-Type", "")), headers, content


def _read_one(file: BinaryIO, filename: str, offset: int) -> Record:
    member = Member(file, offset)
    head = member.read_head()
    content = read_block(member, head)
    try:
        length = member.end()
    except BadEnd:
        # Others' writers miscount; whole files are read past this, and so the index has it.
        length = member.consumed
    return Record(filename, offset, length, head.find("WARC-Type") or "", head.headers, content)


def _belongs(record: Record, pending: list[Record]) -> bool:
    if record.type in _ALONE or pending[0].type in _ALONE:
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
    main = first(CAPTURE_TYPES) or metadata or records[0]
    last = records[-1]
    return Group(main, request, metadata, records[0].offset, last.offset + last.length)
