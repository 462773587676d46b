"""Whether ``index.db`` is what was written: sums of its pages, kept beside it.

SQLite as Python brings it has no checksums: a byte that turned over in a text is served as if it
were right. So a writer that ends in order leaves a seal, ``index.db.seal``: a sum for each
mebibyte of the file, and when the file was last written. Only what a run has changed is read again
for it; which pages those are, the write-ahead log says. Whoever of ours writes next takes the seal
away first. Other programs do not: a file written since it was sealed, and one without a seal (a
kill), is looked at by SQLite's own check, which sees less; its next writer seals it anew.

What is found damaged is marked by a file, ``index.db.damaged``, until it has been made anew.

Source: SQLite file format, 1.3 (header) and 4.1 (write-ahead log).
"""

import json
import random
import sqlite3
from collections.abc import Iterable
from contextlib import closing, suppress
from dataclasses import asdict, dataclass, field
from functools import lru_cache
from pathlib import Path

from archive.errors import IndexUnsound
from archive.layout import sync_directory, write_atomically
from archive.warc.deflate import crc32

SEAL_SUFFIX = ".seal"
DAMAGED_SUFFIX = ".damaged"

_CHUNK_BYTES = 1 << 20
# A writer may read this much before it starts: 0.2 s from a warm cache. Of a sealed index of 5 GB a
# damaged mebibyte is met within a day of quarter-hourly crawls; `check` reads all.
START_BYTES = 256 << 20
_WAL_HEADER_BYTES, _FRAME_HEADER_BYTES = 32, 24
_BROKEN = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


@dataclass(frozen=True, slots=True)
class Seal:
    """What a writer left.

    Attributes:
        size: Of the file, in bytes.
        mtime_ns: When the file was last written: another one, and another program wrote since.
        sums: Of each mebibyte of it, in hexadecimal.
        extractors: The versions of the extractor that its texts were read by.
    """

    size: int
    mtime_ns: int
    sums: tuple[str, ...]
    extractors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Examined:
    """What a look at a database came to.

    Attributes:
        problem: What is damaged; None where nothing was found.
        seal: The seal, where it holds: it may be carried over to the next one.
        unlooked: Why it could not be looked at.
    """

    problem: str | None = None
    seal: Seal | None = None
    unlooked: str | None = None


@dataclass(slots=True)
class ChangedPages:
    """Which parts of a database its writer has changed, read from the write-ahead log.

    `note` has to be called before any checkpoint, which lets the log begin anew.
    """

    path: Path
    chunks: set[int] = field(default_factory=set)
    _salts: bytes = b""
    _offset: int = _WAL_HEADER_BYTES

    def note(self) -> None:
        """Take in what the log says beyond what was noted before."""
        try:
            file = _beside(self.path, "-wal").open("rb")
        except FileNotFoundError:
            return
        with file:
            header = file.read(_WAL_HEADER_BYTES)
            salts, page = header[16:24], int.from_bytes(header[8:12], "big")
            if salts != self._salts:
                self._salts, self._offset = salts, _WAL_HEADER_BYTES
            place = self._offset
            while file.seek(place) and len(frame := file.read(_FRAME_HEADER_BYTES)) == 24:
                if frame[8:16] != salts:
                    return
                self.chunks.add((int.from_bytes(frame[:4], "big") - 1) * page // _CHUNK_BYTES)
                place += _FRAME_HEADER_BYTES + page
                # What follows the last commit was taken back, and is written over.
                if any(frame[4:8]):
                    self._offset = place


def read_seal(path: Path) -> Seal | None:
    """The seal of a database; None where there is none that can be read."""
    seal = _beside(path, SEAL_SUFFIX)
    try:
        found = seal.stat()
        return _read_seal(seal, (found.st_ino, found.st_mtime_ns))
    except OSError:
        return None


# Each request of the reading room asks; a large index has 100 kB of sums.
@lru_cache(maxsize=8)
def _read_seal(seal: Path, _which: tuple[int, int]) -> Seal | None:
    try:
        found = json.loads(seal.read_text("utf-8"))
        sums, extractors = (tuple(map(str, found[name])) for name in ("sums", "extractors"))
        return Seal(int(found["size"]), int(found["mtime_ns"]), sums, extractors)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def break_seal(path: Path) -> None:
    """Take the seal away before anything is written."""
    with suppress(FileNotFoundError):
        _beside(path, SEAL_SUFFIX).unlink()
        sync_directory(path.parent)


def write_seal(
    path: Path, before: Seal | None, changed: set[int], *, extractors: Iterable[str]
) -> None:
    """Seal a database whose log is empty; what has not changed keeps the sum it had.

    Args:
        path: The database.
        before: The seal it had before it was written; None: all of it is read.
        changed: Which of its mebibytes have been written since.
        extractors: As in `Seal`.

    Raises:
        OSError: it cannot be read, or the seal not be written.
    """
    found = path.stat()
    size = found.st_size
    known = before.sums if before and before.size <= size else ()
    sums = []
    with path.open("rb") as file:
        for number in range(-(-size // _CHUNK_BYTES)):
            # The last one was shorter before, where the file has grown.
            is_last = number == len(known) - 1 and before is not None and before.size != size
            if number < len(known) and number not in changed and not is_last:
                sums.append(known[number])
            else:
                file.seek(number * _CHUNK_BYTES)
                sums.append(_sum(file.read(_CHUNK_BYTES)))
    seal = Seal(size, found.st_mtime_ns, tuple(sums), tuple(sorted(extractors)))
    write_atomically(_beside(path, SEAL_SUFFIX), json.dumps(asdict(seal)))


def find_damage(path: Path) -> str | None:
    """What is wrong with a database; None where nothing is found."""
    return examine(path).problem


def examine(path: Path, *, max_bytes: int | None = None) -> Examined:
    """Look at a database; nothing is written, and others may write meanwhile.

    Args:
        path: The database.
        max_bytes: Where nobody wrote since it was sealed, read only about so much, here and there;
            None: all of it.

    Raises:
        OSError: the file cannot be read.
    """
    seal = read_seal(path)
    if seal is None or _has_log(path):
        return _quick_check(path)
    is_as_sealed = path.stat().st_mtime_ns == seal.mtime_ns
    problem = _compare(path, seal, max_bytes if is_as_sealed else None)
    if problem is None:
        return Examined(seal=seal)
    # Asked after the reading: written at any time before, its sums say nothing of damage.
    found = path.stat()
    if found.st_mtime_ns == seal.mtime_ns or not found.st_size:
        return Examined(problem)
    return _quick_check(path)


def _compare(path: Path, seal: Seal, max_bytes: int | None) -> str | None:
    size = path.stat().st_size
    if size != seal.size:
        return f"it has {size:,} bytes, expected {seal.size:,}"
    numbers = list(range(len(seal.sums)))
    if max_bytes is not None and size > max_bytes:
        # The first holds what every other is found by.
        numbers = [0, *random.sample(numbers[1:], max_bytes // _CHUNK_BYTES - 1)]
    with path.open("rb") as file:
        for number in numbers:
            file.seek(number * _CHUNK_BYTES)
            if _sum(file.read(_CHUNK_BYTES)) != seal.sums[number]:
                return f"the mebibyte from byte {number * _CHUNK_BYTES:,} on is not as written"
    return None


def require_sound(path: Path) -> Seal | None:
    """Look at a database before it is written; gives its seal, where that holds.

    Raises:
        IndexUnsound: it is damaged, and marked so.
    """
    require_unmarked(path)
    if not path.is_file() or not path.stat().st_size:
        return None
    examined = examine(path, max_bytes=START_BYTES)
    if examined.problem is not None:
        mark_damaged(path, examined.problem)
        require_unmarked(path)
    return examined.seal


def require_unmarked(path: Path) -> None:
    """Raises IndexUnsound where a database is marked as damaged, or has been cut short."""
    marker = _beside(path, DAMAGED_SUFFIX)
    if marker.exists():
        with suppress(OSError, UnicodeDecodeError):
            raise _unsound(path, marker.read_text("utf-8").strip())
        raise _unsound(path, "no more is known")
    seal = read_seal(path)
    size = path.stat().st_size if path.exists() else 0
    # A file only grows while it is sealed or written; a new one takes the place of another's seal.
    if seal is None or size >= seal.size or not _is_cut(path, seal) or read_seal(path) != seal:
        return
    raise _unsound(path, f"it has {size:,} bytes, expected {seal.size:,}")


def _is_cut(path: Path, seal: Seal) -> bool:
    """Whether a file smaller than sealed is none that another program has written so."""
    try:
        found = path.stat()
        with path.open("rb") as file:
            head = file.read(32)
    except FileNotFoundError:
        return True
    if found.st_mtime_ns == seal.mtime_ns or not found.st_size:
        return True
    page, pages = int.from_bytes(head[16:18], "big"), int.from_bytes(head[28:32], "big")
    return pages * (65_536 if page == 1 else page) > found.st_size


def is_marked(path: Path) -> bool:
    """Whether a database is marked as damaged."""
    return _beside(path, DAMAGED_SUFFIX).exists()


def mark_damaged(path: Path, problem: str) -> None:
    """Let every command that follows say that this database is damaged."""
    # An archive that cannot be written can be read all the same: the next one will find it again.
    with suppress(OSError):
        write_atomically(_beside(path, DAMAGED_SUFFIX), " ".join(problem.split()) + "\n")


def note_damage(path: Path, error: BaseException) -> None:
    """Mark a database as damaged where that is what an error, or its cause, is about."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, sqlite3.DatabaseError):
            if is_damage(cause) and path.exists():
                mark_damaged(path, str(cause))
            return
        cause = cause.__cause__


def is_damage(error: sqlite3.DatabaseError) -> bool:
    """Whether SQLite says that a database is broken; all else says nothing of what is there."""
    code = getattr(error, "sqlite_errorcode", None)
    return code is not None and code & 0xFF in _BROKEN


def forget_damage(path: Path) -> None:
    """The database has been made anew."""
    _beside(path, DAMAGED_SUFFIX).unlink(missing_ok=True)


def _quick_check(path: Path) -> Examined:
    """SQLite's check of every page's form, on one state of the database, whoever writes.

    References and the full text are not gone through: that takes many times as long.
    """
    # Read-only: else the end of the connection would move another program's log into the file.
    uri = f"{path.absolute().as_uri()}?mode=ro"
    try:
        with closing(sqlite3.connect(uri, uri=True, timeout=30)) as connection:
            found = [row[0] for row in connection.execute("PRAGMA quick_check(1)")]
    except sqlite3.DatabaseError as error:
        # Busy, or a disk that cannot be written: that says nothing of what is there.
        return Examined(str(error)) if is_damage(error) else Examined(unlooked=str(error))
    return Examined(None if found == ["ok"] else " ".join(str(found[0]).split()))


def _has_log(path: Path) -> bool:
    log = _beside(path, "-wal")
    with suppress(FileNotFoundError):
        return bool(log.stat().st_size)
    return False


def _unsound(path: Path, problem: str) -> IndexUnsound:
    return IndexUnsound(
        f"{path}: damaged ({problem}); the WARC files are not affected: run `microfiche index`, "
        "which makes it anew from them"
    )


def _sum(content: bytes) -> str:
    # Against accidents, not against people: one in four thousand million passes unseen. MiB a
    # CPU-second: CRC-32 by ISA-L 11,700, by zlib 3,500, SHA-256 1,500, BLAKE2b 780.
    return f"{crc32(content):08x}"


def _beside(path: Path, suffix: str) -> Path:
    return path.with_name(path.name + suffix)
