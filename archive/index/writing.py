"""The one writer of ``index.db``, from a look at whether it is whole to the seal it leaves."""

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from sqlite_utils import Database

from archive.index.integrity import note_damage, require_sound, write_seal
from archive.index.open import BUSY_TIMEOUT_S, WriterDatabase, open_index
from archive.layout import Archive
from extract.page import VERSION

logger = logging.getLogger(__name__)

# SQLite's own measure for moving the log into the file: 1,000 pages.
_LOG_BYTES = 4 << 20
# At the end of a run readers are waited for so long; without a seal the next one checks all.
_LAST_WAIT_S = 5


@contextmanager
def write_index(archive: Archive) -> Iterator[WriterDatabase]:
    """The index, open for writing; the caller holds ``archive.index_lock_path``.

    Raises:
        IndexUnsound: it is damaged; nothing was changed.
        IndexDamaged: it is another program's.
        ArchiveUnwritable: it cannot be opened for writing.
    """
    before = require_sound(archive.index_path)
    db = open_index(archive, write=True)
    assert isinstance(db, WriterDatabase)
    try:
        db.extractors = set(before.extractors) if before else find_extractors(db)
        yield db
    except sqlite3.DatabaseError as error:
        note_damage(archive.index_path, error)
        raise
    else:
        if checkpoint(db, wait_s=_LAST_WAIT_S):
            # Without a seal the next run has more to read, and nothing is lost.
            with suppress(OSError):
                readers = db.extractors | {VERSION}
                write_seal(archive.index_path, before, db.changed.chunks, extractors=readers)
    finally:
        db.close()


def find_extractors(db: Database) -> set[str]:
    """Who has read what is there; reads all of it, where no seal says."""
    rows = db.execute(
        "SELECT DISTINCT extractor FROM versions UNION SELECT extractor FROM extraction_failures"
    )
    return {extractor for (extractor,) in rows}


def checkpoint(db: Database, *, wait_s: float = 0) -> bool:
    """Move what the write-ahead log holds into the file; True where all of it could be moved.

    Readers that look at an older state are waited for no longer than ``wait_s``: what is left is
    moved by the next commit that can.
    """
    if isinstance(db, WriterDatabase):
        db.changed.note()
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
    if not isinstance(db, WriterDatabase):
        return
    log = db.changed.path.with_name(db.changed.path.name + "-wal")
    with suppress(FileNotFoundError):
        if log.stat().st_size >= _LOG_BYTES:
            db.changed.note()
            db.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
