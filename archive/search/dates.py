"""Dates as people type them in a query: a year, a month, a day, a range, the last days."""

import re
from dataclasses import dataclass
from datetime import date, timedelta

_DATE = re.compile(r"(\d{4})(?:[-/.]?(\d{1,2})(?:[-/.]?(\d{1,2}))?)?")
_AGO = re.compile(r"(\d{1,4})([dwmy])", re.IGNORECASE)
_DAYS = {"d": 1, "w": 7, "m": 30, "y": 365}


@dataclass(frozen=True, slots=True)
class Span:
    """Days from the first to the one before ``end``; None: without a bound."""

    first: date | None
    end: date | None


def span(text: str, today: date | None = None) -> Span | None:
    """The days a date stands for; None for no date.

    Args:
        text: As typed: ``2026``, ``2026-02``, ``2026-02-03``, ``2020-01..2020-03``, ``7d``.
        today: What the last days are counted from.

    >>> str(span("2026-02").end), str(span("2020..2021-06").first), span("..1999").first
    ('2026-03-01', '2020-01-01', None)
    >>> str(span("7d", date(2026, 3, 10)).first), span("soon"), span("2026-13")
    ('2026-03-04', None, None)
    """
    text = text.strip()
    first, dots, last = text.partition("..")
    if dots:
        low, high = span(first), span(last)
        if (first and low is None) or (last and high is None) or not (first or last):
            return None
        return Span(low.first if low else None, high.end if high else None)
    ago = _AGO.fullmatch(text)
    if ago and today:
        days = min(int(ago[1]) * _DAYS[ago[2].lower()], today.toordinal() - 1)
        return Span(today - timedelta(days=max(days - 1, 0)), None)
    return _one(text)


def _one(text: str) -> Span | None:
    match = _DATE.fullmatch(text)
    if not match:
        return None
    year, month, day = int(match[1]), int(match[2] or 1), int(match[3] or 1)
    try:
        first = date(year, month, day)
        if match[3]:
            return Span(first, first + timedelta(days=1))
        if match[2]:
            return Span(first, date(year + month // 12, month % 12 + 1, 1))
        return Span(first, date(year + 1, 1, 1))
    except (ValueError, OverflowError):
        return None
