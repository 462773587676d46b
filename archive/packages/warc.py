"""Records of captures, byte for byte, into one WARC file: response, request and what was noted."""

from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from typing import Protocol

from archive.errors import WarcError
from archive.index.captures import Capture
from archive.layout import Archive
from archive.times import to_warc_date
from archive.warc.cut import members_of
from archive.warc.reader import iter_groups
from archive.warc.records import RecordWriter, new_record_id, warcinfo_record


class Sink(Protocol):
    """What a WARC file is written to."""

    def write(self, data: bytes, /) -> int:
        """Take all of the bytes."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A capture, and where its record lies in the new file."""

    capture: Capture
    offset: int
    length: int


class WarcCopy:
    """Writes records one behind the other, each capture's with its request and metadata.

    Args:
        archive: Where they come from.
        into: Where they go; written from its beginning.
        filename: What the file is called in its first record.
        created: When it was made.
    """

    def __init__(self, archive: Archive, into: Sink, *, filename: str, created: datetime) -> None:
        self._archive, self._into = archive, into
        self.size = 0
        self.problems: list[str] = []
        info = {
            "software": f"microfiche/{version('microfiche')}",
            "format": "WARC File Format 1.1",
            "description": "captures taken out of an archive; their records are as they were",
        }
        record = warcinfo_record(new_record_id(), to_warc_date(created), filename, info)
        self._write(RecordWriter().member(record))

    def add(self, capture: Capture) -> Placed | None:
        """Copy a capture's record with what belongs to it; None where it cannot be read.

        Raises:
            OSError: what it goes into cannot be written.
        """
        path = self._archive.find_warc(capture.file)
        if path is None:
            self.problems.append(f"{capture.file}: no such file; {capture.uri} was left out")
            return None
        try:
            group = next(iter_groups(path, filename=capture.file, start=capture.offset))
        except (WarcError, StopIteration) as error:
            self.problems.append(f"{capture.uri} was left out: {error}")
            return None
        try:
            members = members_of(path, group)
        except OSError as error:
            self.problems.append(f"{capture.uri} was left out: {capture.file}: {error.strerror}")
            return None
        offset = self.size
        for member in members:
            self._write(member)
        return Placed(capture, offset, len(members[0]))

    def _write(self, data: bytes) -> None:
        self._into.write(data)
        self.size += len(data)
