"""Lists in pages: each names where it ends, by the last thing on it, never by a count.

So what is added meanwhile moves nothing.
"""

from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from typing import Annotated, TypeVar

from fastapi import Query

from archive.errors import NotFound

Row = TypeVar("Row")

Limit = Annotated[int, Query(ge=1, le=1000, description="How many at most.", examples=[2])]
After = Annotated[
    str, Query(max_length=200, description="`after` of the page before; empty: the first page.")
]


def first_of(
    rows: Iterable[Row], limit: int, place: Callable[[Row], str]
) -> tuple[list[Row], str | None]:
    """The rows of one page, and the place of the last where more follow.

    >>> first_of("abc", 2, str.upper), first_of("ab", 2, str.upper)
    ((['a', 'b'], 'B'), (['a', 'b'], None))
    """
    taken = list(islice(rows, limit + 1))
    return taken[:limit], place(taken[limit - 1]) if len(taken) > limit else None


def behind(rows: Sequence[Row], after: str, place: Callable[[Row], str]) -> Sequence[Row]:
    """The rows behind the one at a place.

    Raises:
        NotFound: none is there.

    >>> behind("abc", "B", str.upper)
    'c'
    """
    if not after:
        return rows
    for number, row in enumerate(rows, 1):
        if place(row) == after:
            return rows[number:]
    raise NotFound(f"{after[:60]!r} is no place in this list; give back `after` of a page of it")
