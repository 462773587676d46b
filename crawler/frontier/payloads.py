"""Which entities are kept already, looked up from the WARC writer's thread."""

import sqlite3
from pathlib import Path

from archive.errors import ArchiveUnwritable
from archive.warc.exchange import PayloadRef

_FIND = "SELECT record_id, target_uri, date FROM payloads WHERE digest = ?"


class PayloadMemory:
    """A read-only connection of its own: SQLite connections are not shared between threads.

    What it answers was committed after its record was durable, so a revisit never refers to a
    record that might be lost.
    """

    def __init__(self, frontier_path: Path) -> None:
        self._path = frontier_path
        self._connection = sqlite3.connect(
            f"{frontier_path.resolve().as_uri()}?mode=ro", uri=True, check_same_thread=False
        )

    def find(self, digest: str) -> PayloadRef | None:
        """The first capture of an entity, or None.

        Raises:
            ArchiveUnwritable: the database cannot be read.
        """
        try:
            row = self._connection.execute(_FIND, (digest,)).fetchone()
        except sqlite3.Error as error:
            raise ArchiveUnwritable(
                f"{self._path}: cannot be read: {error}; it is the crawler's memory only: move it "
                "away to start a new one, no capture depends on it"
            ) from error
        return PayloadRef(row[0], row[1], row[2], digest) if row else None

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()
