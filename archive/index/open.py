"""Opening ``index.db``: for its one writer, or for any number of readers."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from datetime import datetime
from pathlib import Path

from sqlite_utils import Database

from archive.errors import ArchiveUnwritable, IndexDamaged, IndexOutdated, IndexUnsound, NotFound
from archive.index import schema
from archive.index.integrity import (
    BUSY_TIMEOUT_S,
    connect_reader,
    note_damage,
    require_unmarked,
)
from archive.index.sqlite_errors import code_of, explained, is_unwritable
from archive.layout import Archive
from archive.rights.narrow import narrow
from archive.rights.read import rules_of
from archive.rights.rules import Audience, Rule
from archive.times import utc_now

PAGE_SIZE = 65_536
"""Bytes of a page of a new file.

20,000 articles of 3.9 kB with their text and little else took 1.26 times the text with pages of
4,096 bytes (the rest of a page is too small for the next article), 1.34 with 8,192, 1.24 with
16,384, 1.14 with 32,768, 1.09 with 65,536 (and 23, 18, 15, 13, 12 microseconds an article). A
small commit of a crawl writes some two dozen pages, every two seconds.
"""

COMPANIONS = ("-wal", "-shm", "-journal")
"""What SQLite keeps beside a database."""


def open_index(
    archive: Archive, *, write: bool = False, audience: Audience = Audience.READERS
) -> Database:
    """Open the index of an archive; the caller closes it.

    A writer holds ``archive.index_lock_path``; the file is made where there is none. A reader gets
    a connection that sees a consistent state and never blocks the writer.

    Args:
        archive: Whose.
        write: For its one writer, from whom nothing is kept back.
        audience: Who is going to see what is read; what rules keep from them is not in it.

    Raises:
        ConfigError: the rules of the archive cannot be read (readers only).
        NotFound: there is no index yet (readers only).
        IndexOutdated: its tables are those of another version, and there is no way from them.
        IndexDamaged: ``index.db`` is no database, another program's, or a broken one.
        ArchiveUnwritable: it cannot be opened for writing.
    """
    if write or audience is Audience.OWNER:
        return open_index_file(archive.index_path, write=write)
    rules = rules_of(archive)
    return open_narrowed(archive.index_path, rules, audience, utc_now())


def open_narrowed(path: Path, rules: Sequence[Rule], audience: Audience, now: datetime) -> Database:
    """An index without what rules keep from an audience, as `open_index` opens it for readers."""
    db = open_index_file(path)
    if rules:
        try:
            narrow(db.conn, rules, audience, now)
        except BaseException:
            db.close()
            raise
    return db


@contextmanager
def read_index(archive: Archive, *, audience: Audience = Audience.STAFF) -> Iterator[Database]:
    """The index, open for reading; what its user finds damaged in it is marked for all others.

    Within, no other database may be asked: its damage would be laid to the index.

    Raises:
        As `open_index` does for readers.
    """
    with closing(open_index(archive, audience=audience)) as db:
        try:
            yield db
        except (sqlite3.DatabaseError, IndexDamaged) as error:
            note_damage(archive.index_path, error)
            raise


def open_index_file(path: Path, *, write: bool = False) -> Database:
    """Open an index by its path, as `open_index` does."""
    if not write and not path.is_file():
        raise NotFound(f"{path}: no index yet; run `microfiche index` to make it from the WARCs")
    require_unmarked(path)
    if not write and not path.stat().st_size:
        raise IndexUnsound(f"{path}: is empty; run `microfiche index`, which rebuilds it")
    try:
        connection = _open_writer(path) if write else _open_reader(path)
    except sqlite3.DatabaseError as error:
        if is_unwritable(error):
            raise ArchiveUnwritable(f"{path}: cannot be opened: {error}") from error
        note_damage(path, error)
        if code_of(error) in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            raise explained(error, where=str(path)) from error
        raise IndexUnsound(
            f"{path}: not a database that can be read ({error}); the WARC files are not affected: "
            "run `microfiche index`, which rebuilds it from them"
        ) from error
    return Database(connection)


def remove_index(path: Path) -> None:
    """Remove a database, with what SQLite keeps beside it."""
    for suffix in (*COMPANIONS, ""):
        path.with_name(path.name + suffix).unlink(missing_ok=True)


def _open_reader(path: Path) -> sqlite3.Connection:
    connection = connect_reader(path)
    try:
        _tune(connection)
        _require_ours(path, connection)
        _require_version(path, connection)
    except BaseException:
        connection.close()
        raise
    return connection


def _open_writer(path: Path) -> sqlite3.Connection:
    if not path.exists() or not path.stat().st_size:
        _create(path)
    connection = _connect_writer(path)
    try:
        _require_ours(path, connection)
        schema.migrate(connection, _version(connection))
        _require_version(path, connection)
        connection.isolation_level = "DEFERRED"
    except BaseException:
        connection.close()
        raise
    return connection


def _create(path: Path) -> None:
    """Make a new index beside and put it in its place: no reader meets one without its tables."""
    beside = path.with_name(path.name + ".new")
    remove_index(beside)
    try:
        # Without a log, which would have to be moved into the file before it gets another name.
        with closing(sqlite3.connect(beside, isolation_level=None)) as connection:
            connection.execute("PRAGMA journal_mode = MEMORY")
            connection.execute(f"PRAGMA page_size = {PAGE_SIZE}")
            schema.create(connection)
    except BaseException:
        with suppress(OSError):
            remove_index(beside)
        raise
    # The log of a file that has gone would be taken for that of the new one.
    remove_index(path)
    beside.rename(path)


def _connect_writer(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(
        path, timeout=BUSY_TIMEOUT_S, check_same_thread=False, isolation_level=None
    )
    try:
        _tune(connection)
        # NORMAL loses the last commits on a power cut, never the file's soundness; indexed_to
        # goes back with them, so the next run reads those records again.
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        # Rows refer to each other by keys made of their content, in whatever order they are
        # written; looking each up cost a tenth of the time. Tests run foreign_key_check.
        connection.execute("PRAGMA foreign_keys = OFF")
        # A long log is moved into the file by `archive.index.writing`, as far as readers let it.
        connection.execute("PRAGMA wal_autocheckpoint = 0")
    except BaseException:
        connection.close()
        raise
    return connection


def _tune(connection: sqlite3.Connection) -> None:
    # 64 MB of pages of its own; the rest comes from the kernel's cache, shared by all readers.
    # Mapping the file instead would count as this process' memory, as large as the index.
    connection.execute("PRAGMA cache_size = -65536")


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _require_version(path: Path, connection: sqlite3.Connection) -> None:
    found = _version(connection)
    if found != schema.VERSION:
        raise IndexOutdated(
            f"{path}: has tables of version {found}, this program those of version "
            f"{schema.VERSION}; run `microfiche index`, which rebuilds it from the WARC files"
        )


def _require_ours(path: Path, connection: sqlite3.Connection) -> None:
    found = connection.execute("PRAGMA application_id").fetchone()[0]
    if found != schema.APPLICATION_ID:
        raise IndexDamaged(
            f"{path}: a database, but no index of ours (application id {found:#x}, expected "
            f"{schema.APPLICATION_ID:#x}); the WARC files are not affected: move it away, or let "
            "`microfiche index --rebuild` put an index in its place"
        )
