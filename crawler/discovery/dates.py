"""Dates as listings spell them: W3C's, RFC 822's, and what programs write instead."""

import re
from datetime import UTC, datetime, timedelta, timezone

_MONTHS = {
    name: number
    for number, name in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), 1
    )
}
# Hours from UTC; a name that several zones share is read as the American press uses it.
_ZONES = {
    "": 0, "z": 0, "utc": 0, "gmt": 0, "ut": 0, "wet": 0, "bst": 1, "west": 1, "cet": 1, "cest": 2,
    "eet": 2, "eest": 3, "msk": 3, "jst": 9, "est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7,
    "mdt": -6, "pst": -8, "pdt": -7,
}  # fmt: skip
_TIME = r"""(?:[T\s,]+(?:at\s+)?(?P<hour>\d{1,2})[:.](?P<minute>\d{2})
    (?:[:.](?P<second>\d{2})(?:[.,]\d+)?)?\s*(?P<half>[ap]\.?m\.?)?
    \s*(?P<zone>[A-Z]{1,4})?\s*(?:(?P<sign>[+-])(?P<off>\d{1,2}):?(?P<offmin>\d{2})?)?
    (?:\s*\([^)]*\))?)?"""
_SPELLINGS = tuple(
    re.compile(pattern + _TIME, re.VERBOSE | re.IGNORECASE)
    for pattern in (
        r"(?P<year>\d{4})([-/.])(?P<month>\d{1,2})\2(?P<day>\d{1,2})",
        r"(?P<day>\d{1,2})([-.])(?P<month>\d{1,2})\2(?P<year>\d{4})",
        r"(?P<one>\d{1,2})/(?P<two>\d{1,2})/(?P<year>\d{4})",
        r"(?:[a-z]{3,9},?\s+)?(?P<day>\d{1,2})[\s-](?P<name>[a-z]{3,9})\.?,?[\s-](?P<year>\d{4})",
        r"(?:[a-z]{3,9},?\s+)?(?P<name>[a-z]{3,9})\.?\s+(?P<day>\d{1,2}),?\s+(?P<year>\d{4})",
    )
)
_EPOCH = re.compile(r"\d{10}(?:\d{3})?(?:\.\d+)?")
_LONGEST = 80


def moment(text: str) -> float | None:
    """Seconds since 1970 of a date; None for what is none, or could be two.

    >>> moment("1970-01-02"), moment("1970-01-01T01:00:00+01:00"), moment("1970-01")
    (86400.0, 0.0, 0.0)
    >>> moment("Fri, 2 Jan 1970 00:00:00 GMT"), moment("02.01.1970"), moment("01/31/1970")
    (86400.0, 86400.0, 2592000.0)
    >>> moment("yesterday"), moment("03/04/2021")
    (None, None)

    Source: https://www.w3.org/TR/NOTE-datetime, RFC 822, and sitemaps of news sites.
    """
    text = " ".join(text[:_LONGEST].split())
    if _EPOCH.fullmatch(text):
        return float(text) if len(text.partition(".")[0]) == 10 else float(text) / 1000
    if len(text) in (4, 7):
        text = f"{text}-01-01"[:10] if len(text) == 4 else f"{text}-01"
    try:
        parsed = datetime.fromisoformat(text)
        return (parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        pass
    found = next((m for spelling in _SPELLINGS if (m := spelling.fullmatch(text))), None)
    return _read(found.groupdict()) if found else None


def _read(parts: dict[str, str | None]) -> float | None:
    day = _day(parts)
    zone = _zone(parts)
    if day is None or zone is None:
        return None
    hour, minute = int(parts["hour"] or 0), int(parts["minute"] or 0)
    half = (parts["half"] or "")[:1].lower()
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    # 24:00 is the next midnight, and a leap second no second of ours.
    second = min(int(parts["second"] or 0), 59)
    if hour > 24 or minute > 59 or (hour == 24 and minute):
        return None
    try:
        at = datetime(*day, tzinfo=zone) + timedelta(hours=hour, minutes=minute, seconds=second)
        return at.timestamp()
    except (ValueError, OverflowError):
        return None


def _day(parts: dict[str, str | None]) -> tuple[int, int, int] | None:
    year = int(parts["year"] or 0)
    if name := parts.get("name"):
        month = _MONTHS.get(name[:3].lower())
        return (year, month, int(parts["day"] or 0)) if month else None
    if parts.get("one"):
        one, two = int(parts["one"] or 0), int(parts["two"] or 0)
        # Day first in Europe, month first in America: only one of them can be a month, or none.
        if one > 12 or one == two:
            return year, two, one
        return (year, one, two) if two > 12 else None
    return year, int(parts["month"] or 0), int(parts["day"] or 0)


def _zone(parts: dict[str, str | None]) -> timezone | None:
    hours = _ZONES.get((parts["zone"] or "").lower())
    if hours is None:
        return None
    offset = timedelta(hours=int(parts["off"] or 0), minutes=int(parts["offmin"] or 0))
    offset = -offset if parts["sign"] == "-" else offset
    try:
        return timezone(timedelta(hours=hours) + offset)
    except ValueError:
        return None
