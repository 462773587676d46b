"""Bringing an index up to date with the WARC files: by catching up, or from nothing."""

import hashlib
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlite_utils import Database

from archive.config import Config
from archive.errors import ArchiveLocked, IndexDamaged, RebuildFailed, WarcError
from archive.index.integrity import forget_damage, is_marked
from archive.index.open import open_index_file, remove_index
from archive.index.sqlite_errors import is_damage
from archive.index.writing import checkpoint, find_extractors
from archive.indexer.found import Found
from archive.indexer.fulltext import for_bulk, merge
from archive.indexer.pool import Pool, PoolSettings
from archive.indexer.run import BULK, Indexer, indexed_to, iter_found
from archive.indexer.store import sync_sources, warc_number
from archive.indexer.unfinished import FILES_SUFFIX, goes_on, note_files
from archive.indexer.write import Totals
from archive.layout import Archive
from archive.lock import hold
from archive.rules import load_rules
from archive.warc.recovery import Recovered, recover
from extract.page import VERSION

# After a rebuild readers of the old index are waited for so long.
_READERS_WAIT_S = 5
_SUFFIXES = (".warc.gz", ".warc", ".warc.zst")


@dataclass(frozen=True, slots=True)
class Report:
    """What a run has read: files read to their end, bytes, and a line for each damaged place."""

    totals: Totals
    files: int
    bytes: int
    damaged: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a run is: bytes read of bytes to read, and what they gave."""

    bytes_done: int
    bytes_all: int
    totals: Totals


def recover_leftovers(archive: Archive) -> list[Recovered]:
    """Seal what a crash left open; nothing while a crawl runs."""
    try:
        with hold(archive.lock_path, purpose="recovery"):
            return recover(archive)
    except ArchiveLocked:
        return []


def iter_sealed(archive: Archive) -> Iterator[tuple[str, Path]]:
    """Every sealed WARC file, by name: the name relative to ``warcs/`` and the path."""
    for path in sorted(archive.warcs_dir.rglob("*")):
        if path.name.endswith(_SUFFIXES):
            yield path.relative_to(archive.warcs_dir).as_posix(), path


def catch_up(
    archive: Archive,
    db: Database,
    config: Config,
    *,
    on_progress: Callable[[Progress], None] = lambda _: None,
) -> Report:
    """Index whatever sealed files hold beyond what is indexed.

    The caller holds ``index_lock_path`` and gave a database open for writing. Damage is reported;
    what is whole before and after it is indexed.
    """
    walk = _Walk(db, list(iter_sealed(archive)))
    with Pool(pool_settings(config)) as pool:
        indexer = Indexer(db, pool, BULK, load_rules(archive).book)
        indexer.on_progress = lambda totals: on_progress(
            Progress(walk.bytes_done, walk.bytes_all, totals)
        )
        with db.atomic():
            sync_sources(db, config)
        indexer.run(walk.groups())
        indexer.settle()
    checkpoint(db)
    return Report(indexer.totals, walk.files_done, walk.bytes_done, tuple(walk.damaged))


class _Walk:
    """All files one after another, so that the workers never wait at the end of one."""

    def __init__(self, db: Database, files: list[tuple[str, Path]]) -> None:
        self._db = db
        self._files = [(name, path, indexed_to(db, name)) for name, path in files]
        self.bytes_all = sum(path.stat().st_size - start for _, path, start in self._files)
        self.bytes_done = 0
        self.files_done = 0
        self.damaged: list[str] = []

    def groups(self) -> Iterator[Found]:
        for name, path, start in self._files:
            size = path.stat().st_size
            if start >= size and _is_sealed(self._db, name):
                continue
            base = self.bytes_done
            try:
                for found in iter_found(path, name, start=start, on_damage=self._note):
                    self.bytes_done = base + found.end - start
                    yield found
            except WarcError as error:
                self._note(error)
            else:
                # Before its last batch is committed: `indexed_to` says what is indexed.
                seal(self._db, name, path)
                self.files_done += 1
            self.bytes_done = base + size - start

    def _note(self, damage: WarcError) -> None:
        self.damaged.append(str(damage))


def pool_settings(config: Config) -> PoolSettings:
    """The workers as ``[crawl]`` has them."""
    return PoolSettings(config.crawl.workers, config.crawl.extract_timeout.total_seconds())


def seal(db: Database, filename: str, path: Path) -> None:
    """Note that a file is complete, how large it is and its SHA-256."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    with db.atomic():
        db.execute(
            "INSERT INTO warcs (id, filename, sealed, size, sha256) "
            "VALUES (:id, :name, 1, :size, :sha256) ON CONFLICT (id) DO UPDATE SET "
            "sealed = 1, size = excluded.size, sha256 = excluded.sha256",
            {
                "id": warc_number(filename),
                "name": filename,
                "size": path.stat().st_size,
                "sha256": digest,
            },
        )


def other_extractors(db: Database) -> str | None:
    """One line where pages were read by another extractor than this version's."""
    others = sorted({reader.partition("+")[0] for reader in find_extractors(db)} - {VERSION})
    if not others:
        return None
    return f"index.db has pages read by extractor {', '.join(others)}, this one is {VERSION}"


def rebuild(
    archive: Archive,
    config: Config,
    *,
    on_progress: Callable[[Progress], None] = lambda _: None,
) -> Report:
    """Rebuild the index from the WARC files, beside the old one, then put it in its place.

    A run that was cut short goes on where it stopped, unless files have gone, were replaced, or the
    extractor or an outlet's rules are others since. The caller holds ``index_lock_path``.

    Raises:
        RebuildFailed: what was being made got damaged, and is removed; the old one is as it was.
    """
    beside = _beside(archive)
    files, rules = dict(iter_sealed(archive)), load_rules(archive).book.digest
    with closing(_opened(beside)) as db, _blaming(beside):
        may_go_on = goes_on(beside, db, files, rules)
    if not may_go_on:
        remove_beside(beside)
    note_files(beside, files, rules)
    with closing(_opened(beside)) as db:
        with _blaming(beside):
            for_bulk(db)
            report = catch_up(archive, db, config, on_progress=on_progress)
            merge(db)
            checkpoint(db)
        switch(db, archive.index_path)
    remove_beside(beside)
    return report


def is_left_to_rebuild(archive: Archive, db: Database) -> bool:
    """Whether a rebuild was killed when the old index had gone and the new one was not there."""
    is_empty = db.execute("SELECT 1 FROM captures LIMIT 1").fetchone() is None
    return is_empty and _beside(archive).exists()


def _beside(archive: Archive) -> Path:
    return archive.index_path.with_name("index.db.rebuild")


@contextmanager
def _blaming(beside: Path) -> Iterator[None]:
    """Lay damage to the index that is being made, and remove it: the one in use may be sound."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        if not is_damage(error):
            raise
        remove_beside(beside)
        raise RebuildFailed(
            f"{beside}: damaged while it was being made ({error}), and removed; the index in use "
            "is as it was: look at the disk and the memory, then run `microfiche index --rebuild`"
        ) from error


def switch(new: Database, path: Path) -> None:
    """Make the index at ``path`` the same as ``new``.

    By SQLite's backup, as one transaction of the old file: readers go on with what they see
    until it is committed, and a kill leaves the old index whole. A file that is damaged, or no
    index any more, is removed first: nobody is served from it.
    """
    with closing(_opened(path)) as old:
        # SQLite copies one database into another only where their pages are of one size.
        same_pages = _page_size(old) == _page_size(new)
    if not same_pages:
        remove_beside(path)
    with closing(_opened(path)) as old:
        new.conn.backup(old.conn)
        old.execute("PRAGMA journal_mode = WAL")
        checkpoint(old, wait_s=_READERS_WAIT_S)
    forget_damage(path)


def _page_size(db: Database) -> int:
    return int(db.execute("PRAGMA page_size").fetchone()[0])


def _opened(path: Path) -> Database:
    """An index to be written; a new one in the place of one that is damaged."""
    if is_marked(path):
        remove_beside(path)
    try:
        return open_index_file(path, write=True)
    except IndexDamaged:
        remove_beside(path)
        return open_index_file(path, write=True)


def remove_beside(path: Path) -> None:
    """Remove an index that is being made, with all that stands beside it."""
    remove_index(path)
    forget_damage(path)
    path.with_name(path.name + FILES_SUFFIX).unlink(missing_ok=True)


def _is_sealed(db: Database, filename: str) -> bool:
    row = db.execute("SELECT sealed FROM warcs WHERE filename = ?", [filename]).fetchone()
    return bool(row and row[0])
