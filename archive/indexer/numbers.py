"""Numbers of articles: dense enough for a small full text, and the same in any order of reading.

The rowid of an article is its day and a place in it: its moment among as many places as the day
needs (`archive.index.ids.slots_of`). Where two want the same number, the one that comes first (by
moment, then by id) has it, and the others follow it on the next free ones: ordered linear probing,
whose layout depends on the set of keys only. So an arrival or a departure may shift its neighbours,
and a day that outgrows its places is laid out anew. Thousands of one second (undated pages whose
records all bear the same date) are a crowd that each batch moves about.

Source: Amble and Knuth, "Ordered hash tables", The Computer Journal 17 (1974).
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlite_utils import Database

from archive.index.ids import (
    article_number,
    day_of_fine,
    day_of_number,
    fine_moment,
    numbers_of_day,
    slots_of,
    sort_moment,
)

Key = tuple[int, int]
"""The moment of an article, as `archive.index.ids.fine_moment` has it, and its id."""

# Of a day that gets so many more, a quarter of what it has, all articles are read at once: a query
# costs as much as reading a dozen rows. For the same reason a look at one number reads some more.
_WHOLE = 4
_AT_ONCE = 16


def moment_of(article_id: int, published: str | None, first_captured: str) -> int:
    """The moment by which an article is numbered; in the unit of `fine_moment`.

    >>> moment_of(7, None, "20260102030405") < moment_of(7, None, "20260102030406")
    True
    """
    moment = sort_moment(published, _read(first_captured), article_id)
    return fine_moment(moment, article_id)


def _read(timestamp: str) -> datetime:
    # A tenth of the time of `archive.times.from_timestamp`; it is one of ours, and sound.
    year, month, day = int(timestamp[:4]), int(timestamp[4:6]), int(timestamp[6:8])
    hour, minute, second = int(timestamp[8:10]), int(timestamp[10:12]), int(timestamp[12:14])
    return datetime(year, month, day, hour, minute, second, tzinfo=UTC)


def place(
    db: Database, moments: Mapping[int, int], freed: Iterable[int]
) -> tuple[dict[int, int], dict[int, int]]:
    """Find numbers for articles that come, and for those that must move.

    Args:
        db: The index; the articles that come are not in ``articles`` (any more).
        moments: The moment of each article that comes, by id.
        freed: Numbers that articles have left.

    Returns:
        The number of each article that comes, and the new number of each that must move.
    """
    gone = set(freed)
    table = _Table(db, moments.values(), gone)
    entering = [(moment, article) for article, moment in moments.items()]
    for number, key in table.outgrown():
        gone.add(number)
        entering.append(key)
    numbers = _sweep(table, sorted(entering), gone)
    come = {article: numbers[article] for article in moments}
    moved = {
        article: number
        for article, number in numbers.items()
        if article not in moments and table.original[article] != number
    }
    return come, moved


def _sweep(table: "_Table", entering: list[Key], gone: Set[int]) -> dict[int, int]:
    """Lay out what comes among what stands there, in one walk; gives who was met, and where to.

    Both come in the order of their keys: those who come, and those who stand, by their numbers.
    ``at`` is the next number to be given, ``old`` the next whose occupant has not been met; behind
    ``at`` it is only where more have come than went.
    """
    numbers: dict[int, int] = {}
    wanted = [table.wanted(key) for key in entering]
    next_in, at, old = 0, -1, -1
    for begin in sorted({*gone, *wanted}):
        if begin < at:
            continue
        at = old = begin
        while True:
            while old in gone or (old < at and table.at(old) is None):
                old += 1
            comes = next_in < len(entering) and wanted[next_in] <= at
            if not comes and old == at:
                break
            standing = table.at(old)
            rests = standing if standing and table.wanted(standing) <= at else None
            if comes and not (rests and rests < entering[next_in]):
                numbers[entering[next_in][1]] = at
                next_in += 1
            elif rests:
                numbers[rests[1]] = at
                old += 1
            else:
                # Nobody wants this one: on to the next that somebody wants.
                at = table.wanted(standing) if standing else old
                if next_in < len(entering):
                    at = min(at, wanted[next_in])
                continue
            at += 1
    return numbers


@dataclass(slots=True)
class _Day:
    """How many articles a day has, how many more it gets, and its slots before and after."""

    count: int
    before: int
    after: int


class _Table:
    """Who has which number in the table, read as it is asked for."""

    def __init__(self, db: Database, moments: Iterable[int], freed: Set[int]) -> None:
        self._db = db
        self._key_at: dict[int, Key | None] = {}
        self._days: dict[int, _Day] = {}
        self._whole: set[int] = set()
        self.original: dict[int, int] = {}
        come = Counter(map(day_of_fine, moments))
        left = Counter(map(day_of_number, freed))
        self._count(come.keys() | left.keys(), come, left)
        for day, found in self._days.items():
            if found.before != found.after or found.count <= _WHOLE * come[day]:
                self._read_day(day, found)

    def outgrown(self) -> list[tuple[int, Key]]:
        """Number and key of everyone on a day that gets other slots."""
        days = {day for day, found in self._days.items() if found.before != found.after}
        return [
            (number, key)
            for number, key in self._key_at.items()
            if key is not None and day_of_number(number) in days
        ]

    def wanted(self, key: Key) -> int:
        """The number a key would have if it were alone on its day."""
        day = day_of_fine(key[0])
        if day not in self._days:
            self._count([day], Counter(), Counter())
        return article_number(key[0], self._days[day].after)

    def at(self, number: int) -> Key | None:
        """Who has a number."""
        if number not in self._key_at:
            if day_of_number(number) in self._whole:
                return None
            self._read(range(number, number + _AT_ONCE))
        return self._key_at[number]

    def _count(self, days: Iterable[int], come: Counter[int], left: Counter[int]) -> None:
        bounds = [(day, numbers_of_day(day)) for day in days]
        listed = json.dumps([[day, numbers.start, numbers.stop] for day, numbers in bounds])
        for day, count in self._db.execute(_COUNTS, [listed]):
            before, after = slots_of(count + left[day]), slots_of(count + come[day])
            self._days[day] = _Day(count, before, after)

    def _read_day(self, day: int, found: _Day) -> None:
        self._whole.add(day)
        if found.count:
            self._note(numbers_of_day(day))

    def _read(self, numbers: range) -> None:
        for number in numbers:
            self._key_at.setdefault(number, None)
        self._note(numbers)

    def _note(self, numbers: range) -> None:
        rows = self._db.execute(_BETWEEN, (numbers.start, numbers.stop))
        for number, article, published, first in rows:
            self._key_at[number] = (moment_of(article, published, first), article)
            self.original[article] = number


_COUNTS = """
SELECT d.value ->> 0, (
    SELECT count(*) FROM facets WHERE number >= d.value ->> 1 AND number < d.value ->> 2
) FROM json_each(?) d
"""
_BETWEEN = """
SELECT number, id, published, first_captured FROM articles WHERE number >= ? AND number < ?
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
    away = [(~number, number) for number in old.values()]
    home = [(moved[article], ~number) for article, number in old.items()]
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
