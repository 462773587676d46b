"""What was kept back or erased, when and why: one line of JSON each, never changed again."""

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from archive.errors import ArchiveUnwritable
from archive.layout import Archive, sync_directory

IN_FORCE, LIFTED = "rule in force", "rule lifted"
"""What an entry about a rule says was done."""


def note_takedown(archive: Archive, entry: Mapping[str, Any]) -> None:
    """Add a line to the log, durably; the same one is not added twice.

    Raises:
        ArchiveUnwritable: it cannot be written.
    """
    path = archive.takedowns_path
    line = json.dumps(entry, ensure_ascii=False)
    try:
        before = _read(path)
        if line in before.split("\n"):
            return
        # A line that a crash cut short stays by itself.
        start = "\n" if before and not before.endswith("\n") else ""
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC
        descriptor = os.open(path, flags, 0o644)
        try:
            os.write(descriptor, f"{start}{line}\n".encode())
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        sync_directory(path.parent)
    except OSError as error:
        raise ArchiveUnwritable(f"{path}: cannot be written: {error.strerror}") from error


def note_rules(archive: Archive, rules: Sequence[str], *, at: str) -> None:
    """Log which rules have come and gone since they were last looked at; nothing where none have.

    Args:
        archive: Whose.
        rules: Those in force, each as one line.
        at: A timestamp.

    Raises:
        ArchiveUnwritable: it cannot be written.
    """
    if not rules and not archive.takedowns_path.exists():
        return
    known: list[str] = []
    for entry in iter_takedowns(archive):
        rule = entry.get("rule")
        if entry.get("did") == IN_FORCE and isinstance(rule, str):
            known.append(rule)
        elif entry.get("did") == LIFTED and rule in known:
            known.remove(rule)
    for rule in dict.fromkeys(rules):
        if rule not in known:
            note_takedown(archive, {"at": at, "did": IN_FORCE, "rule": rule})
    for rule in known:
        if rule not in rules:
            note_takedown(archive, {"at": at, "did": LIFTED, "rule": rule})


def iter_takedowns(archive: Archive) -> Iterator[dict[str, Any]]:
    """Every entry of the log, the oldest first; a line that is none is left out."""
    for line in _read(archive.takedowns_path).split("\n"):
        try:
            entry = json.loads(line)
        except ValueError:
            continue
        if isinstance(entry, dict):
            yield entry


def _read(path: Path) -> str:
    """The log; a damaged byte spoils its line alone."""
    try:
        return path.read_text("utf-8", "replace")
    except FileNotFoundError:
        return ""
