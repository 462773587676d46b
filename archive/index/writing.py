"""The one writer of ``index.db``, and when its write-ahead log is moved into the file."""

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sqlite_utils import Database

from archive.index.integrity import BUSY_TIMEOUT_S, note_damage
from archive.index.open import open_index
from archive.layout import Archive

logger = logging.getLogger(__name__)

# SQLite's own measure for moving the log into the file: 1,000 pages of 4 kB.
_LOG_BYTES = 4 << 20
# At the end of a run readers are waited for so long.
_LAST_WAIT_S = 5


@contextmanager
def write_index(archive: Archive) -> Iterator[Database]:
    """The index, open for writing; the caller holds ``archive.index_lock_path``.

    Raises:
        IndexUnsound: it is marked as damaged, or cannot be read; nothing was changed.
        IndexOutdated: its tables are those of another version.
        IndexDamaged: it is another program's.
        ArchiveUnwritable: it cannot be opened for writing.
    """
    db = open_index(archive, write=True)
    try:
        yield db
        checkpoint(db, wait_s=_LAST_WAIT_S)
    except sqlite3.DatabaseError as error:
        note_damage(archive.index_path, error)
        raise
    finally:
        db.close()


def find_extractors(db: Database) -> set[str]:
    """Who has read the pages: versions of the extractor, with the digest of an outlet's rules."""
    return {row[0] for row in db.execute("SELECT version FROM extractors")}


def checkpoint(db: Database, *, wait_s: float = 0) -> bool:
    """Move what the write-ahead log holds into the file; True where all of it could be moved.

    Readers that look at an older state are waited for no longer than ``wait_s``: what is left is
    moved by the next commit that can.
    """
    db.execute(f"PRAGMA busy_timeout = {int(wait_s * 1000)}")
    try:
        ((busy, _, _),) = db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    except sqlite3.OperationalError as error:
        logger.info("the write-ahead log stays for now: %s", error)
        return False
    finally:
        db.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_S * 1000}")
    return not busy


def checkpoint_when_due(db: Database) -> None:
    """After a commit: move the log into the file once it is long, as far as readers let it."""
    (_, _, name) = db.execute("PRAGMA database_list").fetchone()
    with suppress(FileNotFoundError):
        if Path(f"{name}-wal").stat().st_size >= _LOG_BYTES:
            db.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
