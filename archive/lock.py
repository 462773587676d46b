"""One writer at a time, held by the operating system, so that a crash leaves no lock behind."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from archive.errors import ArchiveLocked, ArchiveUnwritable


@contextmanager
def hold(path: Path, *, purpose: str) -> Iterator[None]:
    """Hold the lock file at ``path`` for the life of the block.

    Args:
        path: Made where it is missing, and left there: it means nothing unless locked.
        purpose: What the holder does ("crawl"), told to whoever is refused.

    Raises:
        ArchiveLocked: another process holds it.
        ArchiveUnwritable: the file cannot be opened for writing.

    Source: flock(2); the lock goes with the last descriptor, however the process ends.
    """
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as error:
        raise ArchiveUnwritable(f"{path.parent}: cannot be written: {error.strerror}") from error
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            holder = os.pread(descriptor, 200, 0).decode("utf-8", "replace").strip() or "a process"
            raise ArchiveLocked(
                f"{path.parent}: in use by {holder}; wait until it ends, or end it"
            ) from error
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{purpose} (process {os.getpid()})\n".encode(), 0)
        yield
    finally:
        os.close(descriptor)


def holder_of(path: Path) -> str:
    """What the holder of a lock said of itself, as ``watch (process 17)``; empty: it is free.

    Raises:
        ArchiveUnwritable: the file is there and cannot be opened.
    """
    return path.read_text("utf-8", "replace").strip() if is_held(path) else ""


def is_held(path: Path) -> bool:
    """Tell whether another process holds the lock file at ``path``; nothing is written.

    Raises:
        ArchiveUnwritable: the file is there and cannot be opened.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    except OSError as error:
        raise ArchiveUnwritable(f"{path}: cannot be looked at: {error.strerror}") from error
    try:
        # Shared, so that two who look do not take each other for a writer.
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False
