"""Whether ``index.db`` can be trusted, and the mark that says that it cannot.

SQLite's own checks tell most of it: ``quick_check`` that every page has its form, FTS5's
``integrity-check`` that the lists of the full text are in order. What they cannot tell is a byte
that turned over within a text: it is served as it stands. The index is derived, so nothing is kept
against that here; `microfiche check` holds its captures against the WARC files, whose records have
digests, and a rebuild replaces every text.

What is found damaged is marked by a file, ``index.db.damaged``, until it has been rebuilt.
"""

import sqlite3
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

from archive.errors import IndexUnsound, NotesDamaged
from archive.index.sqlite_errors import is_damage
from archive.layout import write_atomically

DAMAGED_SUFFIX = ".damaged"
BUSY_TIMEOUT_S = 30
"""How long a statement waits for another process's lock before it fails."""

_FULL_TEXTS = ("articles_fts", "article_forms")


@dataclass(frozen=True, slots=True)
class Examined:
    """What a look at a database came to: what is damaged, or why it could not be looked at."""

    problem: str | None = None
    unlooked: str | None = None


def connect_reader(path: Path) -> sqlite3.Connection:
    """A connection that only reads, on storage that cannot be written, too.

    Another process's write-ahead log needs a companion file beside it. Where none can be made and
    there is no log, nobody writes: the file is read as it stands.

    Raises:
        sqlite3.DatabaseError: it cannot be opened, or is no database.
    """
    uri = f"{path.absolute().as_uri()}?mode=ro"
    try:
        return _connected(uri)
    except sqlite3.OperationalError:
        if not path.is_file() or _has_log(path):
            raise
    return _connected(f"{uri}&immutable=1")


def _connected(uri: str) -> sqlite3.Connection:
    connection = sqlite3.connect(uri, uri=True, timeout=BUSY_TIMEOUT_S, check_same_thread=False)
    try:
        # SQLite opens the file with the first statement that reads it.
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except BaseException:
        connection.close()
        raise
    return connection


def _has_log(path: Path) -> bool:
    try:
        return path.with_name(path.name + "-wal").stat().st_size > 0
    except OSError:
        return False


def examine(path: Path) -> Examined:
    """Look at a database by SQLite's own checks; nothing is written, others may write meanwhile."""
    try:
        with closing(connect_reader(path)) as connection:
            found = [row[0] for row in connection.execute("PRAGMA quick_check(1)")]
            if found == ["ok"]:
                _check_full_texts(connection)
    except sqlite3.DatabaseError as error:
        # Busy, or a disk that cannot be read: that says nothing of what is there.
        return Examined(str(error)) if is_damage(error) else Examined(unlooked=str(error))
    return Examined(None if found == ["ok"] else " ".join(str(found[0]).split()))


def _check_full_texts(connection: sqlite3.Connection) -> None:
    """FTS5's own check is a statement that writes; every list is read here in its place."""
    tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master")}
    for table in filter(tables.__contains__, _FULL_TEXTS):
        connection.execute(
            f"CREATE VIRTUAL TABLE temp.{table}_terms USING fts5vocab (main, {table}, 'row')"
        )
        sql = f"SELECT count(*), sum(doc) FROM temp.{table}_terms"  # noqa: S608 - our names
        connection.execute(sql).fetchone()


def require_unmarked(path: Path) -> None:
    """Raises IndexUnsound where a database is marked as damaged."""
    marker = _marker(path)
    if not marker.exists():
        return
    said = ""
    with suppress(OSError, UnicodeDecodeError):
        said = marker.read_text("utf-8").strip()
    raise IndexUnsound(
        f"{path}: damaged ({said or 'no more is known'}); the WARC files are not affected: run "
        "`microfiche index`, which rebuilds it from them"
    )


def is_marked(path: Path) -> bool:
    """Whether a database is marked as damaged."""
    return _marker(path).exists()


def mark_damaged(path: Path, problem: str) -> None:
    """Let every command that follows say that this database is damaged."""
    # An archive that cannot be written can be read all the same: the next one will find it again.
    with suppress(OSError):
        write_atomically(_marker(path), " ".join(problem.split()) + "\n")


def note_damage(path: Path, error: BaseException) -> None:
    """Mark a database as damaged where that is what an error, or its cause, is about."""
    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, NotesDamaged):
        if isinstance(cause, sqlite3.DatabaseError):
            if is_damage(cause) and path.exists():
                mark_damaged(path, str(cause))
            return
        cause = cause.__cause__


def forget_damage(path: Path) -> None:
    """The database has been rebuilt."""
    _marker(path).unlink(missing_ok=True)


def _marker(path: Path) -> Path:
    return path.with_name(path.name + DAMAGED_SUFFIX)
