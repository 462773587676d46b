"""Cells: the articles of one source in one quarter of a year, of which a template is learned."""

import json
from collections.abc import Iterable
from dataclasses import dataclass

from sqlite_utils import Database

# Of a cell with more articles so many are read. Furniture is on every article or on every tenth:
# 400 tell it from what is not, in 20 ms.
SAMPLE = 400


@dataclass(frozen=True, slots=True, order=True)
class Cell:
    """The articles of a source in a quarter, by the moment they are ordered by.

    ``quarter`` is that of the column of ``articles``: ``2026Q4``, ``1987Q0`` where only the year
    is known.
    """

    source: str
    quarter: str

    @property
    def bounds(self) -> tuple[str, str]:
        """The first ``dated`` in the quarter, and the first beyond it.

        >>> Cell("morning", "2026Q4").bounds, Cell("morning", "1987Q0").bounds
        (('2026-10', '2026-13'), ('1987', '1987-01'))
        """
        year, quarter = self.quarter[:4], int(self.quarter[5])
        if not quarter:
            return year, f"{year}-01"
        return f"{year}-{3 * quarter - 2:02}", f"{year}-{3 * quarter + 1:02}"


def ids_in(db: Database, cell: Cell) -> list[int]:
    """All articles of a cell, by id."""
    rows = db.execute(
        "SELECT id FROM articles WHERE source = ? AND dated >= ? AND dated < ?",
        (cell.source, *cell.bounds),
    )
    return [row[0] for row in rows]


def numbers_of(db: Database, ids: Iterable[int]) -> list[int]:
    """The numbers of articles, in the order of their ids; without those that are not there."""
    rows = db.execute(
        "SELECT number FROM articles WHERE id IN (SELECT value FROM json_each(?)) ORDER BY id",
        [json.dumps(list(ids))],
    )
    return [row[0] for row in rows]


@dataclass(frozen=True, slots=True)
class Sample:
    """A bounded part of some articles, drawn by their ids: who else came does not matter."""

    ids: tuple[int, ...]
    is_all: bool

    def may_hold(self, changed: Iterable[int]) -> bool:
        """Whether one of these articles, come, gone or changed, is drawn or was before it went.

        >>> everybody = range(10**6, 10**6 + 5000)
        >>> drawn = draw(everybody)
        >>> left_out = next(name for name in everybody if name not in drawn.ids)
        >>> drawn.may_hold([left_out]), drawn.may_hold([drawn.ids[7]])
        (False, True)
        """
        return self.is_all or any(name <= self.ids[-1] for name in changed)


def draw(ids: Iterable[int]) -> Sample:
    """Draw the articles that a template is learned from: an id says nothing of a time.

    >>> len(draw(range(5000)).ids) == SAMPLE, draw([3, 4]).is_all
    (True, True)
    """
    ordered = sorted(ids)
    return Sample(tuple(ordered[:SAMPLE]), len(ordered) <= SAMPLE)
