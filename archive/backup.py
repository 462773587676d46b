"""A copy of a whole archive that can be opened as one, made while others work on it, and back."""

import filecmp
import os
import re
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from archive.errors import ArchiveNotFound, ArchiveUnwritable, IndexDamaged
from archive.layout import (
    DOWNLOADS,
    OPEN_SUFFIX,
    PARTIAL_SUFFIX,
    Archive,
    open_archive,
    sync_directory,
)
from archive.lock import is_held
from archive.staff.notes import explaining_notes
from archive.warc.openfile import MANIFEST_SUFFIX, STAMP_SUFFIX

# What stands beside WARC files: manifests, those of before an erasing, and their time-stamp tokens.
_BESIDE = re.compile(rf"{re.escape(MANIFEST_SUFFIX)}(\.\d{{14}})?({re.escape(STAMP_SUFFIX)})?$")
_MARK = ".microfiche-backup"
"""An empty file that says that a directory was made by `back_up`."""


@dataclass(frozen=True, slots=True)
class BackupReport:
    """What a backup did: WARC files copied, those that were there already, bytes copied.

    ``left_open`` are files that a crawl is still writing, and then the frontier, which speaks of
    what is in them: they are for the next backup.
    """

    copied: int
    present: int
    bytes: int
    left_open: tuple[str, ...]


def back_up(archive: Archive, target: Path) -> BackupReport:
    """Copy configuration, staff, rules, WARC files, databases and run reports to ``target``.

    Sealed WARC files never change: those that an earlier backup has are not copied again. The
    databases are copied by SQLite's own API, consistent while they are written. What is no longer
    in the archive stays in the backup.

    Raises:
        ArchiveUnwritable: the target cannot be written, lies within the archive, or holds anything
            but an earlier backup; or the crawler's memory cannot be copied.
        IndexDamaged: the index cannot be read.
        NotesDamaged: the notes cannot be read.
    """
    target = target.resolve()
    if target == archive.root or target.is_relative_to(archive.root):
        raise ArchiveUnwritable(f"{target}: lies within the archive; name a directory outside it")
    with _explained(archive, target):
        _require_free(target)
        return _copy_archive(archive, target)


def restore(backup: Path, target: Path) -> BackupReport:
    """Make an archive at ``target``, a new or empty directory, from a backup.

    The backup stays as it is, and nothing in it depends on where it, or the archive, once lay.

    Raises:
        ArchiveNotFound: ``backup`` was not made by `back_up`.
        ArchiveUnwritable: the target cannot be written, or holds something.
        IndexDamaged: the index of the backup cannot be read.
    """
    if not (backup / _MARK).is_file():
        raise ArchiveNotFound(
            f"{backup}: expected a directory that `microfiche backup` has made; an archive itself "
            "is used as it is, or copied with `microfiche backup`"
        )
    archive, target = open_archive(backup), target.resolve()
    with _explained(archive, target):
        if target.exists() and (not target.is_dir() or any(target.iterdir())):
            raise ArchiveUnwritable(f"{target}: expected a new or empty directory; name another")
        for directory in (archive.warcs_dir, archive.runs_dir):
            (target / directory.name).mkdir(parents=True, exist_ok=True)
        return _copy_archive(archive, target)


@contextmanager
def _explained(archive: Archive, target: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.DatabaseError as error:
        raise IndexDamaged(
            f"{archive.index_path}: cannot be copied: {error}; run `microfiche index`"
        ) from error
    except OSError as error:
        raise ArchiveUnwritable(
            f"{target}: cannot be written: {error.strerror or error}"
        ) from error


def _require_free(target: Path) -> None:
    """Take a directory that is new, empty or an earlier backup: never another archive."""
    mark = target / _MARK
    if target.is_dir() and any(target.iterdir()) and not mark.is_file():
        raise ArchiveUnwritable(
            f"{target}: holds something, and no earlier backup; nothing was changed: name a new "
            "directory, or that of an earlier backup"
        )
    target.mkdir(parents=True, exist_ok=True)
    mark.touch()


def _copy_archive(archive: Archive, target: Path) -> BackupReport:
    copied = present = size = 0
    (target / archive.warcs_dir.name).mkdir(parents=True, exist_ok=True)
    # First, so that whatever it speaks of is sealed by the time when WARC files are copied.
    left_open = [] if _copy_frontier(archive, target) else [archive.frontier_path.name]
    for path in sorted(archive.warcs_dir.rglob("*")):
        name = path.relative_to(archive.root)
        if path.is_dir():
            continue
        if path.name.endswith(OPEN_SUFFIX):
            left_open.append(path.relative_to(archive.warcs_dir).as_posix())
        elif path.name.endswith(PARTIAL_SUFFIX) or path.parent.name == DOWNLOADS:
            continue  # somebody is writing it
        elif _is_there(path, target / name):
            present += not _BESIDE.search(path.name)
        else:
            size += _copy(path, target / name)
            copied += not _BESIDE.search(path.name)
        _drop_stale_token(path, target / name)
    kept = (archive.runs_dir, archive.saved_dir, archive.rules_dir)
    for path in sorted(path for folder in kept for path in folder.glob("*")):
        if path.is_file() and not _is_there(path, target / path.relative_to(archive.root)):
            size += _copy(path, target / path.relative_to(archive.root))
    if archive.index_path.is_file():
        _copy_database(archive.index_path, target / archive.index_path.name)
    if archive.notes_path.is_file():
        with explaining_notes(archive):
            _copy_database(archive.notes_path, target / archive.notes_path.name)
    beside = (archive.staff_path, archive.takedowns_path)
    size += sum(_copy(path, target / path.name) for path in beside if path.is_file())
    # The configuration comes last: it is what makes the directory an archive.
    size += _copy(archive.config_path, target / archive.config_path.name)
    return BackupReport(copied, present, size, tuple(left_open))


def _drop_stale_token(path: Path, manifest: Path) -> None:
    """Where a record was erased since, the token of the copy is that of a manifest of before."""
    token = manifest.with_name(manifest.name + STAMP_SUFFIX)
    # Where the manifest has a token, that takes the place of the copy's.
    has_token = path.with_name(path.name + STAMP_SUFFIX).exists()
    if not path.name.endswith(MANIFEST_SUFFIX) or has_token or not token.is_file():
        return
    # Most archives have no tokens, and then no backup pays for the loading of cryptography.
    from archive.seal.beside import is_token_of  # noqa: PLC0415

    if not is_token_of(token.read_bytes(), manifest):
        token.unlink()
        sync_directory(token.parent)


def _copy_frontier(archive: Archive, target: Path) -> bool:
    """Copy the crawler's memory; False: it speaks of records in files that are still open.

    With such a memory the copy would take pages for fetched, and make revisits of records, that it
    does not hold. Without one, or with that of an earlier backup, it only visits them again.
    """
    if not archive.frontier_path.is_file():
        return True
    copy = target / archive.frontier_path.name
    if _is_crawled(archive):
        return False
    try:
        _copy_database(archive.frontier_path, copy)
    except sqlite3.DatabaseError as error:
        # Not an error of the index, which would be marked as damaged for it.
        raise ArchiveUnwritable(
            f"{archive.frontier_path}: cannot be copied: {error}; it is the crawler's memory only: "
            "move it away to start a new one, no capture depends on it"
        ) from error
    if _is_crawled(archive):
        copy.unlink()
        return False
    return True


def _is_crawled(archive: Archive) -> bool:
    """Tell whether a crawl is running, or was killed and has left a file open."""
    return is_held(archive.lock_path) or any(archive.warcs_dir.rglob(f"*{OPEN_SUFFIX}"))


def _is_there(path: Path, copy: Path) -> bool:
    # By size and time as `copy2` keeps them; a changed file is copied again.
    return copy.is_file() and filecmp.cmp(path, copy, shallow=True)


def _copy(path: Path, copy: Path) -> int:
    copy.parent.mkdir(parents=True, exist_ok=True)
    partial = copy.with_name(f".{copy.name}.part")
    partial.unlink(missing_ok=True)
    # As private as the original from the first byte on.
    mode = path.stat().st_mode & 0o777 | 0o200
    os.close(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode))
    shutil.copy2(path, partial)
    with partial.open("rb") as file:
        os.fsync(file.fileno())
    partial.replace(copy)
    sync_directory(copy.parent)
    return copy.stat().st_size


def _copy_database(path: Path, copy: Path) -> None:
    copy.parent.mkdir(parents=True, exist_ok=True)
    partial = copy.with_name(f".{copy.name}.part")
    partial.unlink(missing_ok=True)
    with (
        closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, timeout=30)) as source,
        closing(sqlite3.connect(partial)) as into,
    ):
        source.backup(into)
        # One file that needs no companion.
        into.execute("PRAGMA journal_mode = DELETE")
    for suffix in ("-wal", "-shm"):
        copy.with_name(copy.name + suffix).unlink(missing_ok=True)
    partial.replace(copy)
    sync_directory(copy.parent)
