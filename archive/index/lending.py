"""Connections that are narrowed once and lent to one reader after another, while nothing changes.

What rules keep back is listed for each connection, and with broad rules in a large archive that is
most of the work for an answer. So a server keeps a connection that it gets back: it is lent again
as long as the same rules keep out the same people, the index is the same file, and nothing was
committed to it. At rest it holds no transaction, so that the writer's log can be moved into the
file.

Source: SQLite, "PRAGMA data_version".
"""

import sqlite3
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from threading import Lock

from sqlite_utils import Database

from archive.index.integrity import require_unmarked
from archive.index.open import open_index, open_narrowed
from archive.layout import Archive
from archive.rights.narrow import closed_by
from archive.rights.read import rules_of
from archive.rights.rules import Audience, Rule
from archive.times import utc_now

# About as many as answer at one time; the others are closed.
_KEPT = 4
# However it should be held up: what a connection shows is never older.
_KEPT_S = 60.0

_File = tuple[str, int, int]


@dataclass(frozen=True, slots=True)
class _Narrowed:
    """A connection, and what it was narrowed by and to: file, rules, those that close, state."""

    connection: sqlite3.Connection
    file: _File
    rules: Sequence[Rule]
    closed: tuple[int, ...]
    version: int
    at: float


@dataclass(slots=True)
class Lender:
    """The connections of one server.

    Attributes:
        clock: In seconds.
    """

    clock: Callable[[], float] = time.monotonic
    _resting: list[_Narrowed] = field(default_factory=list)
    _lock: Lock = field(default_factory=Lock)

    def open_index(self, archive: Archive, *, audience: Audience) -> Database:
        """As `archive.index.open.open_index` for readers; closing it gives it back.

        Raises:
            As that does.
        """
        rules, moment, now = rules_of(archive), utc_now(), self.clock()
        closed = closed_by(rules, audience, moment)
        path = archive.index_path
        if not closed or not path.is_file():
            return open_index(archive, audience=audience)
        require_unmarked(path)
        found = path.stat()
        file = (str(path), found.st_dev, found.st_ino)
        while (one := self._take(file, rules, closed, now)) is not None:
            if _begin(one):
                return _Lent(one, self)
            one.connection.close()
        connection = open_narrowed(path, rules, audience, moment).conn
        return _Lent(_Narrowed(connection, file, rules, closed, _version(connection), now), self)

    def _take(
        self, file: _File, rules: Sequence[Rule], closed: tuple[int, ...], now: float
    ) -> _Narrowed | None:
        """One for the same people; what nobody will be lent again is closed."""
        with self._lock:
            before, self._resting = self._resting, []
            for one in before:
                if one.file == file and one.rules is rules and now - one.at <= _KEPT_S:
                    self._resting.append(one)
                else:
                    one.connection.close()
            for place, one in enumerate(self._resting):
                if one.closed == closed:
                    return self._resting.pop(place)
        return None

    def take_back(self, one: _Narrowed) -> None:
        """End what its user began, and keep it; of too many the oldest goes."""
        try:
            one.connection.set_progress_handler(None, 0)
            one.connection.commit()
            # Its pages would be kept in memory with it; the kernel has them, too.
            one.connection.execute("PRAGMA shrink_memory")
        except sqlite3.Error:
            one.connection.close()
            return
        with self._lock:
            self._resting.append(one)
            if len(self._resting) > _KEPT:
                self._resting.pop(0).connection.close()

    def __del__(self) -> None:
        for one in self._resting:
            one.connection.close()


class _Lent(Database):
    """A connection that goes back when it is closed."""

    def __init__(self, one: _Narrowed, lender: Lender) -> None:
        super().__init__(one.connection)
        self._one: _Narrowed | None = one
        self._lender = lender

    def close(self) -> None:
        """Give it back; from then on it is another reader's."""
        one, self._one = self._one, None
        if one is not None:
            del self.conn
            self._lender.take_back(one)


def _begin(one: _Narrowed) -> bool:
    """Hold on to the state of the index; False where that is another than it was narrowed in."""
    try:
        one.connection.execute("BEGIN")
        one.connection.execute("SELECT count(*) FROM main.sqlite_master").fetchone()
        return _version(one.connection) == one.version
    except sqlite3.Error:
        return False


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA data_version").fetchone()[0])
