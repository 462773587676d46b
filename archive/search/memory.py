"""What was learnt of an index, kept for some minutes: the words it has change slowly.

The pages of one search, and its facets, ask for the same words again; and a page must not turn
because a new form of a word has come in between.
"""

import time
from collections.abc import Callable, Hashable
from contextlib import suppress
from pathlib import Path
from threading import Lock
from typing import TypeVar, cast

from sqlite_utils import Database

from archive.rights.withheld import narrowed_by

KEPT_S = 300.0
DEAR_S = 0.002
"""What took less is learnt again each time: in a small archive nothing is ever out of date."""

_ENTRIES = 500

T = TypeVar("T")


class Memory:
    """Answers by index file and question."""

    def __init__(self, kept_s: float = KEPT_S, clock: Callable[[], float] = time.monotonic) -> None:
        self._kept_s, self._clock, self._lock = kept_s, clock, Lock()
        self._known: dict[Hashable, tuple[float, object]] = {}

    def recall(self, db: Database, question: Hashable, learn: Callable[[], T]) -> T:
        """The answer from memory, or else as learnt now. An answer is never changed by its user."""
        key = (identity_of(db), narrowed_by(db), question)
        now = self._clock()
        with self._lock:
            at, answer = self._known.get(key, (None, None))
        if at is not None and now - at < self._kept_s:
            return cast(T, answer)
        learnt = learn()
        if self._clock() - now < DEAR_S:
            return learnt
        with self._lock:
            if len(self._known) >= _ENTRIES:
                self._known.clear()
            self._known[key] = now, learnt
        return learnt


def identity_of(db: Database) -> Hashable:
    """The file of an index: another one once it is rebuilt or replaced."""
    (path,) = (row[2] for row in db.execute("PRAGMA database_list") if row[1] == "main")
    with suppress(OSError):
        found = Path(path).stat()
        return path, found.st_dev, found.st_ino
    return path, id(db)
