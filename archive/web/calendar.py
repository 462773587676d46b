"""The captures of one address as a calendar: years, months, and the days that have any."""

from collections.abc import Iterable
from dataclasses import dataclass

from archive.index.captures import Capture

CAPTURES_SHOWN = 20_000
"""The most captures of one address that the calendar shows, the first."""


@dataclass(frozen=True, slots=True)
class Day:
    """A day with captures: the one to look at ``first``, and whether it brought new bytes."""

    on: str
    captures: int
    first: Capture
    is_changed: bool


@dataclass(frozen=True, slots=True)
class Month:
    """A month with captures: ``2026-01``, and its days."""

    on: str
    days: tuple[Day, ...]


@dataclass(frozen=True, slots=True)
class Year:
    """A year with captures, and its months."""

    on: str
    captures: int
    months: tuple[Month, ...]


def calendar_of(captures: Iterable[Capture]) -> list[Year]:
    """Years, the newest first, of captures in order of time; failed requests are left out.

    An error page is nothing new.
    """
    days: dict[str, list[Capture]] = {}
    for capture in captures:
        if not capture.failure:
            days.setdefault(capture.timestamp[:8], []).append(capture)
    years: dict[str, dict[str, list[Day]]] = {}
    before: str | None = None
    for on, found in days.items():
        served = [c for c in found if c.status != 304 and (c.status or 0) < 400]
        new = [c for c in served if c.digest != before]
        before = served[-1].digest if served else before
        shown = new[0] if new else found[0]
        day = Day(f"{on[:4]}-{on[4:6]}-{on[6:]}", len(found), shown, bool(new))
        years.setdefault(on[:4], {}).setdefault(day.on[:7], []).append(day)
    return [
        Year(
            on,
            sum(day.captures for listed in months.values() for day in listed),
            tuple(Month(month, tuple(listed)) for month, listed in months.items()),
        )
        for on, months in reversed(years.items())
    ]
