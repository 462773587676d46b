"""Writing articles that were computed: their rows, events, facets and names."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlite_utils import Database

from archive.index.fold import fold
from archive.index.ids import facet_id, number_id
from archive.indexer.events import Event

COLUMNS = (
    *("id", "source", "url", "title", "current_version", "published", "first_captured"),
    *("last_captured", "versions", "captures", "kind", "language", "section", "credit"),
    *("paywall", "words", "edited", "removed", "earlier_text"),
)
"""Of ``articles``, all but its number."""

_INSERT = (
    f"INSERT INTO articles (number, {', '.join(COLUMNS)}) "  # noqa: S608 - our names
    f"VALUES (?, {', '.join('?' * len(COLUMNS))})"
)
_FACETS = tuple(COLUMNS.index(name) for name in ("source", "language", "section", "credit"))


@dataclass(frozen=True, slots=True)
class Derived:
    """One article computed: its row, its events, and the names that lead to it.

    ``moment`` is what it is numbered by (`archive.indexer.numbers`); ``row`` is in the order of
    `COLUMNS`.
    """

    id: int
    moment: int
    source: str
    row: tuple[Any, ...]
    events: tuple[Event, ...]
    people: tuple[str, ...]
    tags: tuple[str, ...]


def insert_articles(db: Database, derived: Sequence[Derived], numbers: Mapping[int, int]) -> None:
    """Insert articles that are not there, under these numbers (by id), with all about them."""
    placed = sorted(((numbers[item.id], item) for item in derived), key=lambda pair: pair[0])
    db.conn.executemany(_INSERT, [(number, *item.row) for number, item in placed])
    # No trigger: for one, SQLite lays every page aside that a row changes, to be able to undo that
    # row alone. With pages of 64 kB that was 280 kB written for each article.
    db.conn.executemany(
        "INSERT INTO unsettled (source, number) VALUES (?, ?) ON CONFLICT DO NOTHING",
        sorted((item.source, number) for number, item in placed),
    )
    db.conn.executemany(
        _INSERT_EVENT,
        [
            (
                *(e.capture, e.kind, e.at, item.id, e.version_before, e.version_after),
                *(e.silent, e.detail),
            )
            for _, item in placed
            for e in item.events
        ],
    )
    _insert_facets(db, placed)
    _insert_names(db, "person", [(number, item.people) for number, item in placed if item.people])
    _insert_names(db, "tag", [(number, item.tags) for number, item in placed if item.tags])


def remove_articles(db: Database, numbers: Iterable[int]) -> None:
    """Take articles out, with all about them but their events."""
    listed = json.dumps(list(numbers))
    for sql in _REMOVE:
        db.execute(sql, [listed])


_REMOVE = (
    "DELETE FROM article_people WHERE article IN (SELECT value FROM json_each(?))",
    "DELETE FROM article_tags WHERE article IN (SELECT value FROM json_each(?))",
    "DELETE FROM facets WHERE number IN (SELECT value FROM json_each(?))",
    "DELETE FROM articles WHERE number IN (SELECT value FROM json_each(?))",
)
_INSERT_EVENT = """
INSERT INTO events (capture, kind, at, article, version_before, version_after, silent, detail)
VALUES (?, ?, ?, ?, ?, ?, ?, ?)
"""
_INSERT_NAMES = {
    "person": (
        "INSERT INTO people (id, name, folded) VALUES (?, ?, ?) ON CONFLICT (id) DO NOTHING",
        "INSERT INTO article_people (article, person) VALUES (?, ?)",
    ),
    "tag": (
        "INSERT INTO tags (id, name, folded) VALUES (?, ?, ?) ON CONFLICT (id) DO NOTHING",
        "INSERT INTO article_tags (article, tag) VALUES (?, ?)",
    ),
}


def _insert_facets(db: Database, placed: Sequence[tuple[int, Derived]]) -> None:
    """What hits are counted by, as few bytes an article."""
    names = {item.row[column] for _, item in placed for column in _FACETS}
    ids = {name: facet_id(name) for name in names}
    db.conn.executemany(
        "INSERT INTO facet_names (id, name) VALUES (?, ?) ON CONFLICT (id) DO NOTHING",
        [(number, name) for name, number in ids.items() if number is not None],
    )
    db.conn.executemany(
        "INSERT INTO facets (number, source, language, section, credit) VALUES (?, ?, ?, ?, ?)",
        [(number, *(ids[item.row[column]] for column in _FACETS)) for number, item in placed],
    )


def _insert_names(db: Database, kind: str, names_of: Sequence[tuple[int, tuple[str, ...]]]) -> None:
    names = {name for _, found in names_of for name in found}
    ids = {name: number_id(name, bits=47) for name in names}
    insert_name, insert_link = _INSERT_NAMES[kind]
    db.conn.executemany(
        insert_name, [(number, name, fold(name)) for name, number in sorted(ids.items())]
    )
    db.conn.executemany(
        insert_link, [(number, ids[name]) for number, found in names_of for name in found]
    )
