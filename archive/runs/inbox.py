"""Addresses to be saved at once: left here by who asks, taken up by a watch within seconds."""

import json
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from archive.errors import ArchiveUnwritable
from archive.layout import Archive, write_atomically

_FOLDER = "inbox"
_DONE = ".done"


@dataclass(frozen=True, slots=True)
class Wish:
    """One address that somebody wants kept now."""

    name: str
    url: str


def post(archive: Archive, url: str) -> Wish:
    """Leave a wish.

    Raises:
        ArchiveUnwritable: it cannot be left.
    """
    folder = archive.runs_dir / _FOLDER
    name = f"{time.time_ns()}-{os.getpid()}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write_atomically(folder / f"{name}.json", json.dumps({"url": url}))
    except OSError as error:
        raise ArchiveUnwritable(f"{folder}: cannot be written: {error.strerror}") from error
    return Wish(name, url)


def take(archive: Archive) -> Iterator[Wish]:
    """The wishes left since, each once; what is no wish is taken away."""
    folder = archive.runs_dir / _FOLDER
    for path in sorted(folder.glob("[0-9]*-*.json")) if folder.is_dir() else ():
        try:
            url = json.loads(path.read_text("utf-8"))["url"]
        except (OSError, ValueError, KeyError, TypeError):
            url = None
        path.unlink(missing_ok=True)
        if isinstance(url, str):
            yield Wish(path.stem, url)


def answer(archive: Archive, wish: Wish, outcome: str) -> None:
    """Say what has become of a wish; nobody may be waiting for it any more."""
    path = _answer_path(archive, wish)
    write_atomically(path, json.dumps({"url": wish.url, "outcome": outcome}))


def find_answer(archive: Archive, wish: Wish) -> str | None:
    """What has become of a wish, once; None: nothing yet."""
    path = _answer_path(archive, wish)
    try:
        outcome = json.loads(path.read_text("utf-8"))["outcome"]
    except (OSError, ValueError, KeyError):
        return None
    path.unlink(missing_ok=True)
    return str(outcome)


def _answer_path(archive: Archive, wish: Wish) -> Path:
    return archive.runs_dir / _FOLDER / f"{wish.name}{_DONE}"
