"""Opening ``index.db``: for its one writer, or for any number of readers."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlite_utils import Database

from archive.errors import ArchiveUnwritable, IndexDamaged, IndexUnsound, NotFound
from archive.index.integrity import ChangedPages, break_seal, note_damage, require_unmarked
from archive.index.schema import APPLICATION_ID, MIGRATIONS
from archive.layout import Archive

BUSY_TIMEOUT_S = 30
"""How long a statement waits for another process's lock before it fails."""

PAGE_SIZE = 65_536
"""Bytes of a page of a new file.

20,000 articles of 3.9 kB with their text and little else took 1.26 times the text with pages of
4,096 bytes (the rest of a page is too small for the next article), 1.34 with 8,192, 1.24 with
16,384, 1.14 with 32,768, 1.09 with 65,536 (and 23, 18, 15, 13, 12 microseconds an article). A
small commit of a crawl writes some two dozen pages, every two seconds.
"""

_REBUILD = "the WARC files are not affected: run `microfiche index`, which makes it anew from them"


class WriterDatabase(Database):
    """An index open for writing, which parts of it have been changed, and who read its texts."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        super().__init__(connection)
        self.changed = ChangedPages(path)
        self.extractors: set[str] = set()


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


@contextmanager
def read_index(archive: Archive) -> Iterator[Database]:
    """The index, open for reading; what its user finds damaged in it is marked for all others.

    Within, no other database may be asked: its damage would be laid to the index.

    Raises:
        As `open_index` does for readers.
    """
    with closing(open_index(archive)) as db:
        try:
            yield db
        except (sqlite3.DatabaseError, IndexDamaged) as error:
            note_damage(archive.index_path, error)
            raise


def open_index_file(path: Path, *, write: bool = False, page_size: int = PAGE_SIZE) -> Database:
    """Open an index by its path, as `open_index` does; a new file gets pages of that size."""
    if not write and not path.is_file():
        raise NotFound(f"{path}: no index yet; run `microfiche index` to make it from the WARCs")
    try:
        if write:
            return _open_writer(path, page_size)
        require_unmarked(path)
        return _open_reader(path)
    except sqlite3.DatabaseError as error:
        note_damage(path, error)
        if (write and "readonly" in str(error)) or "unable to open" in str(error):
            raise ArchiveUnwritable(f"{path}: cannot be opened: {error}") from error
        raise IndexUnsound(
            f"{path}: not a database that can be read ({error}); {_REBUILD}"
        ) from error


def page_size_of(path: Path) -> int | None:
    """Bytes of a page of a database; None where there is none, or nothing is in it."""
    try:
        with path.open("rb") as file:
            head = file.read(18)
    except FileNotFoundError:
        return None
    stated = int.from_bytes(head[16:18], "big") if len(head) == 18 else 0
    stated = 65_536 if stated == 1 else stated
    return stated if 512 <= stated <= 65_536 and stated.bit_count() == 1 else None


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


def _open_writer(path: Path, page_size: int) -> WriterDatabase:
    break_seal(path)
    if not path.exists():
        # Made beside and put in its place, so that no reader meets one without its tables.
        beside = path.with_name(path.name + ".new")
        for suffix in ("", "-wal", "-shm"):
            beside.with_name(beside.name + suffix).unlink(missing_ok=True)
        _connect_writer(beside, page_size).close()
        # The log of a file that has gone would be taken for that of the new one.
        for suffix in ("-wal", "-shm"):
            path.with_name(path.name + suffix).unlink(missing_ok=True)
        beside.rename(path)
    return _connect_writer(path, page_size)


def _connect_writer(path: Path, page_size: int) -> WriterDatabase:
    connection = sqlite3.connect(path, timeout=BUSY_TIMEOUT_S, check_same_thread=False)
    try:
        _refuse_strangers(path, connection, empty_allowed=True)
        _tune(connection)
        # Only a file that is made here takes it; others keep theirs.
        connection.execute(f"PRAGMA page_size = {page_size}")
        # NORMAL loses the last commits on a power cut, never the file's soundness; indexed_to
        # goes back with them, so the next run reads those records again.
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        # Rows refer to each other by keys made of their content, in whatever order they are
        # written; looking each up cost a tenth of the time. Tests run foreign_key_check.
        connection.execute("PRAGMA foreign_keys = OFF")
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        # We say when: which pages it changes has to be read from the log before.
        connection.execute("PRAGMA wal_autocheckpoint = 0")
        db = WriterDatabase(connection, path)
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
        f"expected {APPLICATION_ID:#x}); the WARC files are not affected: move it away, or let "
        "`microfiche index --rebuild` put an index in its place"
    )
