"""Cells: the articles of one source in one quarter of a year, of which a template is learned."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlite_utils import Database

from archive.index.ids import first_number, moment_of_number

# Of a cell with more articles so many are read. Furniture is on every article or on every tenth:
# 400 tell it from what is not, in 20 ms.
SAMPLE = 400
_LAST = first_number(datetime.max.replace(tzinfo=UTC))


@dataclass(frozen=True, slots=True, order=True)
class Cell:
    """The articles of a source in a quarter, by the moment they are sorted by."""

    source: str
    quarter: str

    @property
    def bounds(self) -> tuple[int, int]:
        """The first number in the quarter, and the first beyond it.

        >>> first, beyond = Cell("morning", "2026Q4").bounds
        >>> cell_of("morning", first).quarter, cell_of("morning", beyond).quarter
        ('2026Q4', '2027Q1')
        """
        year, quarter = int(self.quarter[:4]), int(self.quarter[5])
        begin = datetime(year, 3 * quarter - 2, 1, tzinfo=UTC)
        end = datetime(year + quarter // 4, 3 * (quarter % 4) + 1, 1, tzinfo=UTC)
        # Numbers end in 2617; what claims to be from later has the last of them.
        beyond = first_number(end)
        return first_number(begin), beyond if beyond < _LAST else 1 << 62


def cell_of(source: str, number: int) -> Cell:
    """The cell that an article is in."""
    moment = moment_of_number(number)
    return Cell(source, f"{moment.year}Q{(moment.month + 2) // 3}")


def numbers_in(db: Database, cell: Cell) -> list[int]:
    """All articles of a cell, by number."""
    rows = db.execute(
        "SELECT number FROM articles WHERE source = ? AND number >= ? AND number < ?",
        (cell.source, *cell.bounds),
    )
    return [row[0] for row in rows]


@dataclass(frozen=True, slots=True)
class Sample:
    """A bounded part of some articles, drawn by their numbers: who else came does not matter."""

    numbers: tuple[int, ...]
    is_all: bool

    def may_hold(self, changed: Iterable[int]) -> bool:
        """Whether one of these articles, come, gone or changed, is drawn or was before it went.

        >>> everybody = range(10**6, 10**6 + 5000)
        >>> drawn = draw(everybody)
        >>> left_out = next(number for number in everybody if number not in drawn.numbers)
        >>> drawn.may_hold([left_out]), drawn.may_hold([drawn.numbers[7]])
        (False, True)
        """
        if self.is_all:
            return True
        last = _key(self.numbers[-1])
        return any(_key(number) <= last for number in changed)


def draw(numbers: Iterable[int]) -> Sample:
    """Draw the articles that a template is learned from, those with the smallest keys.

    >>> len(draw(range(5000)).numbers) == SAMPLE, draw([3, 4]).is_all
    (True, True)
    """
    ordered = sorted(numbers, key=_key)
    return Sample(tuple(ordered[:SAMPLE]), len(ordered) <= SAMPLE)


def _key(number: int) -> int:
    # Fibonacci hashing: a permutation of the numbers that has nothing to do with time.
    return number * 0x9E3779B97F4A7C15 & 0xFFFFFFFFFFFFFFFF
