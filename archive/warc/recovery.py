"""After a crash: open files are cut back to their last whole group, sealed, and reported.

Nothing is thrown away: what is cut off is kept beside the file, as ``….warc.gz.cut``.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from archive.errors import ArchiveUnwritable
from archive.layout import OPEN_SUFFIX, Archive, sync_directory
from archive.warc.erasing import finish_erasing
from archive.warc.members import Damaged
from archive.warc.openfile import seal, sha256_of
from archive.warc.scan import Scanned, scan_record

CUT_SUFFIX = ".cut"
# The writer ends every group with its metadata record; the two at the head stand alone.
GROUP_ENDS = frozenset({"metadata", "warcinfo", "resource"})
_STEP = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Recovered:
    """What became of one open file.

    Attributes:
        filename: Relative to ``warcs/``, sealed form.
        kept_bytes: Its size now; 0 when no whole group was found and nothing was sealed.
        records: Whole records in it.
        cut_bytes: What was cut off.
        cut_path: Where that is kept; None when nothing was cut.
        why: What ended the last whole group, where something was cut.
        sha256: Of the sealed file; None when nothing was sealed.
    """

    filename: str
    kept_bytes: int
    records: int
    cut_bytes: int
    cut_path: Path | None
    why: str
    sha256: str | None

    def __str__(self) -> str:
        told = f"{self.filename}: {self.records} records kept"
        if self.cut_path is not None:
            told += f", {self.cut_bytes} bytes cut off ({self.why}) and kept in {self.cut_path}"
        return told


def recover(archive: Archive) -> list[Recovered]:
    """Seal what a crash has left open, and finish what it left half erased.

    The caller holds ``archive.lock_path``.

    It may be interrupted and run again at any point.

    Raises:
        ArchiveUnwritable: a file cannot be read, cut or sealed.
    """
    finish_erasing(archive)
    found = []
    for path in sorted(archive.warcs_dir.rglob(f"*.warc.gz{OPEN_SUFFIX}")):
        try:
            found.append(recover_file(path, archive.warcs_dir))
        except OSError as error:
            raise ArchiveUnwritable(
                f"{path}: cannot be recovered: {error.strerror or error}; check the disk, then "
                "run again"
            ) from error
    return found


def recover_file(path: Path, warcs_dir: Path) -> Recovered:
    """Recover one open file.

    Raises:
        OSError: as the file system says.
    """
    sealed = path.with_name(path.name.removesuffix(OPEN_SUFFIX))
    filename = sealed.relative_to(warcs_dir).as_posix()
    size = path.stat().st_size
    end, records, why = find_whole(path)
    cut_path = _keep_tail(path, end, sealed) if end < size else None
    if end == 0:
        path.unlink()
        sync_directory(path.parent)
        return Recovered(filename, 0, 0, size, cut_path, why, None)
    _truncate(path, end)
    digest = sha256_of(_pieces(path, 0))
    seal(path, sealed, digest)
    return Recovered(filename, end, records, size - end, cut_path, why, digest)


def find_whole(path: Path) -> tuple[int, int, str]:
    """Where the last whole group ends, how many records come before, and what comes after.

    Raises:
        OSError: the file cannot be read.
    """
    end = records = counted = 0
    why = ""
    for scanned in _iter_whole(path):
        if isinstance(scanned, str):
            why = scanned
            break
        counted += 1
        if scanned.type in GROUP_ENDS:
            end, records = scanned.end, counted
    if not why and counted > records:
        why = "the group is not complete"
    return end, records, why


def _iter_whole(path: Path) -> Iterator[Scanned | str]:
    """Records as long as they are whole; last, where there is one, what is wrong."""
    size = path.stat().st_size
    offset = 0
    with path.open("rb") as file:
        while offset < size:
            try:
                scanned = scan_record(file, offset)
            except Damaged as error:
                yield str(error)
                return
            if scanned.block_digest_ok is False:
                yield "the block has another digest than its record states"
                return
            yield scanned
            offset = scanned.end


def _keep_tail(path: Path, start: int, sealed: Path) -> Path:
    """Copy what is to be cut off, durably."""
    number, kept = 1, sealed.with_name(sealed.name + CUT_SUFFIX)
    tail = path.stat().st_size - start
    while kept.exists() and kept.stat().st_size != tail:
        number += 1
        kept = sealed.with_name(f"{sealed.name}{CUT_SUFFIX}{number}")
    with kept.open("wb") as file:
        for piece in _pieces(path, start):
            file.write(piece)
        file.flush()
        os.fsync(file.fileno())
    sync_directory(kept.parent)
    return kept


def _truncate(path: Path, size: int) -> None:
    with path.open("r+b") as file:
        file.truncate(size)
        file.flush()
        os.fsync(file.fileno())


def _pieces(path: Path, start: int) -> Iterator[bytes]:
    with path.open("rb") as file:
        file.seek(start)
        while piece := file.read(_STEP):
            yield piece
