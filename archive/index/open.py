"""Opening ``index.db``: for its one writer, or for any number of readers."""

import sqlite3
from contextlib import closing
from pathlib import Path

from sqlite_utils import Database

from archive.errors import ArchiveUnwritable, IndexDamaged, NotFound
from archive.index.schema import APPLICATION_ID, MIGRATIONS
from archive.layout import Archive

BUSY_TIMEOUT_S = 30
"""How long a statement waits for another process's lock before it fails."""

_REBUILD = "the WARC files are not affected: run `microfiche index --rebuild`"


def open_index(archive: Archive, *, write: bool = False) -> Database:
    """Open the index of an archive; the caller closes it.

    A writer holds ``archive.index_lock_path``; the file is made and its migrations are applied.
    A reader gets a read-only connection that sees a consistent state and never blocks the writer.

    Raises:
        NotFound: there is no index yet (readers only).
        IndexDamaged: ``index.db`` is no database, another program's, or a broken one.
        ArchiveUnwritable: it cannot be opened for writing.
    """
    return open_index_file(archive.index_path, write=write)


def open_index_file(path: Path, *, write: bool = False) -> Database:
    """Open an index by its path, as `open_index` does."""
    if not write and not path.is_file():
        raise NotFound(f"{path}: no index yet; run `microfiche index` to make it from the WARCs")
    try:
        return _open_writer(path) if write else _open_reader(path)
    except sqlite3.DatabaseError as error:
        if (write and "readonly" in str(error)) or "unable to open" in str(error):
            raise ArchiveUnwritable(f"{path}: cannot be opened: {error}") from error
        raise IndexDamaged(
            f"{path}: not a database that can be read ({error}); {_REBUILD}"
        ) from error


def _open_reader(path: Path) -> Database:
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode=ro",
        uri=True,
        timeout=BUSY_TIMEOUT_S,
        check_same_thread=False,
    )
    try:
        _tune(connection)
        db = Database(connection)
        _refuse_strangers(path, connection, empty_allowed=False)
        _refuse_older(path, db)
    except BaseException:
        connection.close()
        raise
    return db


def _open_writer(path: Path) -> Database:
    connection = sqlite3.connect(path, timeout=BUSY_TIMEOUT_S, check_same_thread=False)
    try:
        _refuse_strangers(path, connection, empty_allowed=True)
        _tune(connection)
        # NORMAL loses the last commits on a power cut, never the file's soundness; indexed_to
        # goes back with them, so the next run reads those records again.
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        db = Database(connection)
        MIGRATIONS.apply(db)
    except BaseException:
        connection.close()
        raise
    return db


def _refuse_older(path: Path, db: Database) -> None:
    if MIGRATIONS.pending(db):
        raise IndexDamaged(
            f"{path}: made by an older microfiche; run `microfiche index` to bring it up to date"
        )


def _tune(connection: sqlite3.Connection) -> None:
    # 64 MB of pages of its own; the rest comes from the kernel's cache, shared by all readers.
    # Mapping the file instead would count as this process' memory, as large as the index.
    connection.execute("PRAGMA cache_size = -65536")


def _refuse_strangers(path: Path, connection: sqlite3.Connection, *, empty_allowed: bool) -> None:
    with closing(connection.execute("PRAGMA application_id")) as rows:
        found = rows.fetchone()[0]
    with closing(connection.execute("SELECT count(*) FROM sqlite_master")) as rows:
        tables = rows.fetchone()[0]
    if found == APPLICATION_ID or (tables == 0 and empty_allowed):
        return
    raise IndexDamaged(
        f"{path}: a database, but no index of ours (application id {found:#x}, "
        f"expected {APPLICATION_ID:#x}); {_REBUILD}"
    )
