"""Rows of ``index.db`` as dataclasses: a column is named once, as a field."""

import sqlite3
from collections.abc import Iterable
from dataclasses import fields
from operator import attrgetter
from typing import Any, Generic, TypeVar

from sqlite_utils import Database

Row = TypeVar("Row")


def shared(row: object, kind: type) -> dict[str, Any]:
    """The values of the fields that a row has from a dataclass, by name."""
    return {field.name: getattr(row, field.name) for field in fields(kind)}


class Table(Generic[Row]):
    """A table, or some of its columns: those that the fields of a dataclass name.

    >>> from archive.index.rows import EVENTS, StoredEvent
    >>> EVENTS.columns[:3]
    ('capture', 'kind', 'at')
    """

    def __init__(self, name: str, row: type[Row], *, conflict: str = "") -> None:
        self.row = row
        self.columns = tuple(field.name for field in fields(row))  # type: ignore[arg-type]
        self.names = ", ".join(self.columns)
        marks = ", ".join("?" * len(self.columns))
        # Our own names; ``conflict`` is an ON CONFLICT clause.
        self.insert_sql = f"INSERT INTO {name} ({self.names}) VALUES ({marks}) {conflict}"  # noqa: S608
        # `dataclasses.astuple` copies every value: 30 times as slow.
        self.values = attrgetter(*self.columns)

    def named(self, alias: str) -> str:
        """The columns for a SELECT from a table that is called so there."""
        return ", ".join(f"{alias}.{column}" for column in self.columns)

    def insert(self, db: Database, rows: Iterable[Row]) -> None:
        """Insert rows; the caller holds a transaction."""
        db.conn.executemany(self.insert_sql, map(self.values, rows))

    def read(self, found: Iterable[tuple[Any, ...]] | sqlite3.Cursor) -> list[Row]:
        """Rows of a SELECT of `names`, in that order."""
        return [self.row(*values) for values in found]
