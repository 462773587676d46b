"""When hits were published: bars on an axis, each a link, and how a range of them is chosen."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from archive.search.dates import span
from archive.search.facets import Facets, shares
from archive.web.chips import days_of, of_days
from archive.web.language import marked
from archive.web.narrow import with_condition

CHOOSE = "first"
"""``range`` of the search page while its first day is being chosen; after that it is this day."""
_TICKS = 3


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: ``height`` in hundredths of the highest, its days, and the search it leads to.

    ``on`` is its day, month or year as in `archive.search.facets.Bar`; ``tick``: that stands at
    the axis.
    """

    on: str
    articles: int
    height: int
    first: date
    last: date
    query: str
    tick: bool


@dataclass(frozen=True, slots=True)
class Move:
    """A link to other days than those shown: what it says, and the search."""

    label: str
    query: str


def bars_of(query: str, facets: Facets, *, chosen: str = "") -> list[Bar]:
    """The histogram; none where all hits are of one day, month or year.

    Args:
        query: As it is searched.
        facets: Of its hits.
        chosen: A day of the first bar of a range: each bar then leads to the range up to it.
    """
    found = facets.histogram
    if len(found) < 2:
        return []
    periods = [_days(bar.on) for bar in found]
    start = next((days for days in periods if days[0].isoformat() == chosen), None)
    ticks = ticks_of(len(found))
    return [
        Bar(
            bar.on,
            bar.count,
            max(round(share * 100), 2) if bar.count else 0,
            *days,
            _range(query, start, days) if start else with_condition(query, f"on:{bar.on}"),
            place in ticks,
        )
        for place, (bar, share, days) in enumerate(zip(found, shares(found), periods, strict=True))
    ]


def ticks_of(bars: int) -> Sequence[int]:
    """Which bars have their label at the axis: the first, the last and some between.

    >>> ticks_of(3), ticks_of(62)
    ([0, 1, 2], [0, 30, 61])
    """
    ticks = min(bars, _TICKS)
    return [round(n * (bars - 1) / (ticks - 1)) for n in range(ticks)] if ticks > 1 else [0]


def moves_of(query: str) -> list[Move]:
    """Where a search that is bounded by days goes on: before them, after them, around them.

    >>> [move.query for move in moves_of("quay after:2026-01-01 until:2026-01-10")][:2]
    ['quay after:2025-12-22 until:2025-12-31', 'quay after:2026-01-11 until:2026-01-20']
    >>> moves_of("quay")
    []
    """
    first, last = (date.fromisoformat(day) if _is_day(day) else None for day in days_of(query))
    if first is None or last is None or last < first:
        return []
    length = (last - first).days + 1
    if first.toordinal() <= length or last.toordinal() + length > date.max.toordinal():
        return []
    step = timedelta(days=length)
    around = {
        marked("Before"): (first - step, last - step),
        marked("After"): (first + step, last + step),
        marked("Around"): (first - step, last + step),
    }
    return [
        Move(label, of_days(query, *(day.isoformat() for day in days)))
        for label, days in around.items()
    ]


def _days(on: str) -> tuple[date, date]:
    found = span(on)
    assert found is not None
    assert found.first is not None
    assert found.end is not None
    return found.first, found.end - timedelta(days=1)


def _range(query: str, start: tuple[date, date], days: tuple[date, date]) -> str:
    first, last = min(start[0], days[0]), max(start[1], days[1])
    return of_days(query, first.isoformat(), last.isoformat())


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
