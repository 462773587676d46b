"""What was kept back or erased, when and why: one line of JSON each, never changed again."""

import json
import os
from collections.abc import Iterator, Mapping
from typing import Any

from archive.errors import ArchiveUnwritable
from archive.layout import Archive, sync_directory


def note_takedown(archive: Archive, entry: Mapping[str, Any]) -> None:
    """Add a line to the log, durably; the same one is not added twice.

    Raises:
        ArchiveUnwritable: it cannot be written.
    """
    path = archive.takedowns_path
    line = json.dumps(entry, ensure_ascii=False) + "\n"
    try:
        if path.is_file() and line in path.read_text("utf-8"):
            return
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC
        descriptor = os.open(path, flags, 0o644)
        try:
            os.write(descriptor, line.encode())
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        sync_directory(path.parent)
    except OSError as error:
        raise ArchiveUnwritable(f"{path}: cannot be written: {error.strerror}") from error


def iter_takedowns(archive: Archive) -> Iterator[dict[str, Any]]:
    """Every entry of the log, the oldest first; a line that is none is left out."""
    try:
        lines = archive.takedowns_path.read_text("utf-8").splitlines()
    except FileNotFoundError:
        return
    for line in lines:
        try:
            entry = json.loads(line)
        except ValueError:
            continue
        if isinstance(entry, dict):
            yield entry
