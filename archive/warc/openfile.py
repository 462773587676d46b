"""One WARC file from its first byte to its seal.

While it grows it is called ``….warc.gz.open``. Sealing makes its bytes durable, writes the
manifest beside it, takes the suffix away and makes that durable too: whatever is called
``.warc.gz`` is whole.
"""

import hashlib
import os
from collections.abc import Iterable
from pathlib import Path

from archive.errors import ArchiveUnwritable, OutOfRoom
from archive.layout import OPEN_SUFFIX, sync_directory, write_atomically

MANIFEST_SUFFIX = ".sha256"
STAMP_SUFFIX = ".tsr"
"""Of the time-stamp token beside a manifest, behind the name of that."""


class OpenWarc:
    """A new file below ``warcs_dir``; every failure is an ``ArchiveUnwritable``.

    Args:
        warcs_dir: The archive's ``warcs/``.
        filename: Relative to it, sealed form; neither it nor its open form may exist.
        min_free_bytes: Nothing is written that would leave less than this on the disk.

    Attributes:
        filename: As given.
        size: Bytes appended, durable or not.
        durable: Bytes that a power cut would leave.
    """

    def __init__(self, warcs_dir: Path, filename: str, *, min_free_bytes: int = 0) -> None:
        self.filename = filename
        self.size = 0
        self.durable = 0
        self._sealed = warcs_dir / filename
        self._path = warcs_dir / (filename + OPEN_SUFFIX)
        self._min_free = min_free_bytes
        self._sha256 = hashlib.sha256()
        try:
            _make_directories(warcs_dir, self._path.parent)
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
            self._descriptor = os.open(self._path, flags, 0o644)
            sync_directory(self._path.parent)
        except OSError as error:
            raise self._unwritable(error) from error

    def append(self, data: bytes) -> None:
        """Write at the end; durable only after `commit`."""
        try:
            self._check_space(len(data))
            left = memoryview(data)
            while left:
                left = left[os.write(self._descriptor, left) :]
        except OSError as error:
            raise self._unwritable(error) from error
        self._sha256.update(data)
        self.size += len(data)

    def commit(self) -> None:
        """Make everything appended durable, under its name."""
        try:
            os.fsync(self._descriptor)
            # A file whose directory was moved or deleted takes every write and keeps none.
            if not os.path.samestat(self._path.stat(), os.fstat(self._descriptor)):
                raise FileNotFoundError(2, "another file has taken its place")
        except OSError as error:
            raise self._unwritable(error) from error
        self.durable = self.size

    def seal(self) -> str:
        """Commit, write the manifest, take the suffix away; the SHA-256 in hexadecimal."""
        self.commit()
        digest = self._sha256.hexdigest()
        try:
            seal(self._path, self._sealed, digest)
        except OSError as error:
            raise self._unwritable(error) from error
        finally:
            os.close(self._descriptor)
        return digest

    def abandon(self) -> None:
        """Let go of a file that cannot be written any more; recovery takes care of it."""
        os.close(self._descriptor)

    def _check_space(self, wanted: int) -> None:
        disk = os.fstatvfs(self._descriptor)
        free = disk.f_bavail * disk.f_frsize
        if self._min_free and free - wanted < self._min_free:
            raise OutOfRoom(
                f"{self._path}: the disk has {free:,} bytes free, the floor is "
                f"{self._min_free:,} (crawl.min_free_bytes); make room or lower the floor, then "
                "run again"
            )

    def _unwritable(self, error: OSError) -> ArchiveUnwritable:
        return ArchiveUnwritable(
            f"{self._path}: cannot be written: {error.strerror or error}; what was acknowledged "
            "is safe; check the disk, then run again"
        )


def seal(path: Path, sealed: Path, digest: str) -> None:
    """Give a durable file its manifest and its final name.

    The manifest comes first: a sealed file is never without one. It is in the form of
    sha256sum(1), so that anybody can check it.

    Raises:
        OSError: as the file system says.
    """
    if sealed.exists():
        # Before the manifest, which would else be that of another file.
        raise FileExistsError(17, f"{sealed.name} exists already")
    manifest = sealed.with_name(sealed.name + MANIFEST_SUFFIX)
    write_atomically(manifest, f"{digest}  {sealed.name}\n")
    path.rename(sealed)
    sync_directory(sealed.parent)


def read_manifest(sealed: Path) -> str | None:
    """The SHA-256 that a file's manifest states; None where there is none or it says nothing."""
    manifest = sealed.with_name(sealed.name + MANIFEST_SUFFIX)
    try:
        words = manifest.read_text("utf-8").split()
    except (OSError, UnicodeDecodeError):
        return None
    return words[0].lower() if words and len(words[0]) == 64 else None


def sha256_of(pieces: Iterable[bytes]) -> str:
    """The SHA-256 of a file read in pieces, in hexadecimal.

    >>> sha256_of([b"micro", b"fiche"])[:8]
    '691572a2'
    """
    digest = hashlib.sha256()
    for piece in pieces:
        digest.update(piece)
    return digest.hexdigest()


def _make_directories(warcs_dir: Path, directory: Path) -> None:
    """Make ``directory`` and make every new name on the way durable."""
    missing = []
    while not directory.exists() and directory != warcs_dir:
        missing.append(directory)
        directory = directory.parent
    for path in reversed(missing):
        path.mkdir(exist_ok=True)
        sync_directory(path.parent)
