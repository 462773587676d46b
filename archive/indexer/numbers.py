"""Numbers of articles: dense enough for a small full text, and the same in any order of reading.

The rowid of an article is its moment in seconds with a few bits of its id behind. Where two want
the same number, the one that comes first (by number wanted, then by id) has it, and the others
follow it on the next free ones: ordered linear probing, whose layout depends on the set of keys
only. So an arrival or a departure may shift its neighbours, seldom more than one.

Source: Amble and Knuth, "Ordered hash tables", The Computer Journal 17 (1974).
"""

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from sqlite_utils import Database

from archive.index.ids import article_number, sort_moment

Key = tuple[int, int]
"""The number an article wants, and its id."""


def wanted_number(article_id: int, published: str | None, first_captured: str) -> int:
    """The number an article would have if it were alone.

    >>> first = wanted_number(7, None, "20260102030405")
    >>> first < wanted_number(7, None, "20260102030406")
    True
    """
    moment = sort_moment(published, _moment(first_captured), article_id)
    return article_number(moment, article_id)


def _moment(timestamp: str) -> datetime:
    # A tenth of the time of `archive.times.from_timestamp`; it is one of ours, and sound.
    year, month, day = int(timestamp[:4]), int(timestamp[4:6]), int(timestamp[6:8])
    hour, minute, second = int(timestamp[8:10]), int(timestamp[10:12]), int(timestamp[12:14])
    return datetime(year, month, day, hour, minute, second, tzinfo=UTC)


def place(
    db: Database, wanted: Mapping[int, int], freed: Iterable[int]
) -> tuple[dict[int, int], dict[int, int]]:
    """Find numbers for articles that come, and for those that must move.

    Args:
        db: The index; the articles that come are not in ``articles`` (any more).
        wanted: The number each article that comes wants, by id.
        freed: Numbers that articles have left.

    Returns:
        The number of each article that comes, and the new number of each that must move.
    """
    slots = _Slots(db, wanted.values(), freed)
    # The last first: what follows closes up over several gaps in a row, one after the other.
    for number in sorted(freed, reverse=True):
        slots.leave(number)
    for article, number in wanted.items():
        slots.enter((number, article))
    come = {article: slots.number_of[article] for article in wanted}
    moved = {
        article: number
        for article, number in slots.number_of.items()
        if article not in wanted and slots.original[article] != number
    }
    return come, moved


class _Slots:
    """Who has which number: the table, and what has changed over it."""

    def __init__(self, db: Database, wanted: Iterable[int], freed: Iterable[int]) -> None:
        self._db = db
        self._key_at: dict[int, Key | None] = {}
        self.number_of: dict[int, int] = {}
        self.original: dict[int, int] = {}
        self._fetch([*wanted, *(number + 1 for number in freed), *freed])

    def enter(self, key: Key) -> None:
        """Let an article in; whoever comes after it by key makes room."""
        number = key[0]
        while (occupant := self._at(number)) is not None:
            if key < occupant:
                self._put(number, key)
                key = occupant
            number += 1
        self._put(number, key)

    def leave(self, number: int) -> None:
        """Close the gap an article has left, if the next one would rather be there."""
        if self._at(number) is not None:
            return
        while (follower := self._at(number + 1)) is not None and follower[0] <= number:
            self._put(number, follower)
            number += 1
            self._key_at[number] = None

    def _put(self, number: int, key: Key) -> None:
        self._key_at[number] = key
        self.number_of[key[1]] = number

    def _at(self, number: int) -> Key | None:
        if number not in self._key_at:
            self._fetch([number])
        return self._key_at[number]

    def _fetch(self, numbers: Iterable[int]) -> None:
        listed = list(numbers)
        for number in listed:
            self._key_at.setdefault(number, None)
        for number, article, published, first in self._db.execute(_AT, [json.dumps(listed)]):
            self._key_at[number] = (wanted_number(article, published, first), article)
            self.original[article] = number


_AT = """
SELECT number, id, published, first_captured FROM articles
WHERE number IN (SELECT value FROM json_each(?))
"""


def renumber(db: Database, moved: Mapping[int, int]) -> dict[int, int]:
    """Give articles other numbers, in a transaction; gives the ones they had."""
    if not moved:
        return {}
    old = dict(
        db.execute(
            "SELECT id, number FROM articles WHERE id IN (SELECT value FROM json_each(?))",
            [json.dumps(list(moved))],
        )
    )
    # By way of negative numbers: the new number of one is the old one of another.
    away = [(-number, number) for number in old.values()]
    home = [(moved[article], -number) for article, number in old.items()]
    for steps in (away, home):
        for sql in _RENUMBER:
            db.conn.executemany(sql, steps)
    return old


_RENUMBER = (
    "UPDATE articles SET number = ? WHERE number = ?",
    "UPDATE facets SET number = ? WHERE number = ?",
    "UPDATE article_people SET article = ? WHERE article = ?",
    "UPDATE article_tags SET article = ? WHERE article = ?",
)
