"""What politeness remembers from one run to the next: pace, refusals, robots.txt."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from sqlite_utils import Database

from archive.errors import ArchiveUnwritable


@dataclass(frozen=True, slots=True)
class HostState:
    """What is remembered of a host. Moments are seconds since 1970, UTC."""

    last_start: float | None = None
    retry_until: float | None = None
    refusals: int = 0
    rebuffs: int = 0
    """Answers in a row that served nothing: 403, 5xx, challenges."""


@dataclass(frozen=True, slots=True)
class StoredRobots:
    """The robots.txt of an origin, content-decoded; empty where it has none."""

    fetched_at: float
    status: int
    body: bytes


@contextmanager
def transaction(db: Database, path: Path) -> Iterator[None]:
    """All of it or nothing; inside another one, part of that.

    Raises:
        ArchiveUnwritable: the database cannot be written.
    """
    if db.conn.in_transaction:
        # No savepoint: nobody goes on after a part has failed, and three statements a page are
        # saved.
        yield
        return
    # A damaged file, too: what is not settled stays due, and would be fetched without an end.
    with usable(path, "written"), db.atomic():
        yield


@contextmanager
def usable(path: Path, use: Literal["read", "written"]) -> Iterator[None]:
    """Stop the run where the database refuses: without its frontier it knows no manners.

    Raises:
        ArchiveUnwritable: it cannot be read, or written.
    """
    try:
        yield
    except sqlite3.DatabaseError as error:
        raise ArchiveUnwritable(
            f"{path}: cannot be {use}: {error}; check the disk, then crawl again"
        ) from error


class HostMemory:
    """The tables ``hosts`` and ``robots`` of the frontier."""

    def __init__(self, db: Database, path: Path) -> None:
        self._db, self._path = db, path

    def get(self, host: str) -> HostState:
        """What is remembered of a host; nothing, for a new one."""
        with usable(self._path, "read"):
            row = self._db.execute(
                "SELECT last_start, retry_until, refusals, rebuffs FROM hosts WHERE host = ?",
                [host],
            ).fetchone()
        return HostState(*row) if row else HostState()

    def note_start(self, host: str, at: float) -> None:
        """A request to a host starts: the next run keeps its distance from it."""
        with transaction(self._db, self._path):
            self._db.execute(
                "INSERT INTO hosts (host, last_start) VALUES (?, ?)"
                " ON CONFLICT (host) DO UPDATE SET last_start = excluded.last_start",
                [host, at],
            )

    def note_refusals(self, host: str, refusals: int, retry_until: float | None) -> None:
        """How often in a row a host has asked to be left alone, and until when it is."""
        with transaction(self._db, self._path):
            self._db.execute(
                "INSERT INTO hosts (host, retry_until, refusals) VALUES (?, ?, ?)"
                " ON CONFLICT (host) DO UPDATE SET retry_until = excluded.retry_until,"
                " refusals = excluded.refusals",
                [host, retry_until, refusals],
            )

    def note_rebuffs(self, host: str, rebuffs: int, retry_until: float | None) -> None:
        """How often in a row a host has served nothing, and until when it rests."""
        with transaction(self._db, self._path):
            self._db.execute(
                "INSERT INTO hosts (host, retry_until, rebuffs) VALUES (?, ?, ?)"
                " ON CONFLICT (host) DO UPDATE SET retry_until = excluded.retry_until,"
                " rebuffs = excluded.rebuffs",
                [host, retry_until, rebuffs],
            )

    def find_robots(self, origin: str) -> StoredRobots | None:
        """When robots.txt of an origin was fetched, its status and its text; None: never."""
        with usable(self._path, "read"):
            row = self._db.execute(
                "SELECT fetched_at, status, body FROM robots WHERE origin = ?", [origin]
            ).fetchone()
        return StoredRobots(*row) if row else None

    def keep_robots(self, origin: str, robots: StoredRobots) -> None:
        """Keep the robots.txt of an origin; the caller has seen its capture made durable."""
        with transaction(self._db, self._path):
            self._db.execute(
                "INSERT OR REPLACE INTO robots VALUES (?, ?, ?, ?)",
                [origin, robots.fetched_at, robots.status, robots.body],
            )
