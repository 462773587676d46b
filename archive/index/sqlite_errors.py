"""What SQLite says went wrong, by its codes, as errors of ours."""

import sqlite3

from archive.errors import (
    ArchiveLocked,
    ArchiveUnwritable,
    IndexDamaged,
    MicroficheError,
    TookTooLong,
)

_BROKEN = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_FORMAT}
_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
_UNWRITABLE = {
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_PERM,
}


def code_of(error: sqlite3.Error) -> int | None:
    """SQLite's primary result code; None where Python itself raised the error."""
    code: int | None = getattr(error, "sqlite_errorcode", None)
    return None if code is None else code & 0xFF


def is_damage(error: sqlite3.Error) -> bool:
    """Whether SQLite says that a database is broken; all else says nothing of what is there."""
    return code_of(error) in _BROKEN


def is_unwritable(error: sqlite3.Error) -> bool:
    """Whether it is the disk that is full, or may not be written or read."""
    return code_of(error) in _UNWRITABLE


def explained(error: sqlite3.Error, *, where: str = "index.db") -> MicroficheError:
    """The error to raise instead: one line that says what to do.

    >>> try:
    ...     sqlite3.connect("/dev/null/index.db")
    ... except sqlite3.Error as error:
    ...     print(explained(error))
    index.db: cannot be read or written (unable to open database file); check the disk's space and
    permissions
    """
    said = str(error)
    if code_of(error) == sqlite3.SQLITE_INTERRUPT:
        return TookTooLong(
            "that would take too long and was stopped: ask for less, by a rarer word or by days"
        )
    if code_of(error) in _BUSY:
        return ArchiveLocked(f"{where}: another process keeps it busy ({said}); try again later")
    if is_unwritable(error):
        return ArchiveUnwritable(
            f"{where}: cannot be read or written ({said}); check the disk's space and permissions"
        )
    return IndexDamaged(
        f"{where}: damaged ({said}); the WARC files are not affected: run `microfiche index`, "
        "which rebuilds it from them"
    )
