"""What SQLite complains of while an index is in use, as errors of ours."""

import sqlite3

from archive.errors import ArchiveLocked, ArchiveUnwritable, IndexDamaged, MicroficheError


def explained(error: sqlite3.Error, *, where: str = "index.db") -> MicroficheError:
    """The error to raise instead: one line that says what to do.

    >>> print(explained(sqlite3.DatabaseError("database disk image is malformed")))
    index.db: damaged (database disk image is malformed); the WARC files are not affected: run
    `microfiche index`, which makes it anew from them
    """
    said = str(error)
    if "locked" in said:
        return ArchiveLocked(f"{where}: another process keeps it busy ({said}); try again later")
    if any(sign in said for sign in ("full", "readonly", "unable to open", "disk I/O")):
        return ArchiveUnwritable(
            f"{where}: cannot be read or written ({said}); look at the disk's space and permissions"
        )
    return IndexDamaged(
        f"{where}: damaged ({said}); the WARC files are not affected: run `microfiche index`, "
        "which makes it anew from them"
    )
