"""Dates read as they are written, to the precision they are written with."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from functools import cache

from babel import Locale, UnknownLocaleError
from babel.dates import get_month_names

from extract.article import PartialDate, When

_ISO = re.compile(
    r"^(\d{4})-?(\d{2})-?(\d{2})"
    r"(?:[T\s]+(\d{1,2}):?(\d{2})(?::?(\d{2})(?:[.,:]\d+)?)?\s*"
    r"(Z|UTC|GMT|[+-]\d{2}:?\d{2}|[+-]\d{2})?)?",
    re.IGNORECASE,
)
_PARTIAL = re.compile(r"^(\d{4})(?:-(\d{2}))?$")
_RFC = re.compile(
    r"(?:\w{3},?\s+)?(?:(\d{1,2})\s+([A-Za-z]{3})[a-z]*|([A-Za-z]{3})[a-z]*\s+(\d{1,2}),?)\s+(\d{4})"
    r"(?:,?\s+(?:at\s+)?(\d{1,2}):(\d{2})(?::(\d{2}))?\s*(AM|PM)?\s*(Z|UTC|GMT|[+-]\d{2}:?\d{2})?)?",
    re.IGNORECASE,
)
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
# The year comes first: 2026-03-05, 2026/3/5, 2026.03.05, 2026年3月5日, 2026년 3월 5일.
_YEAR_FIRST = (
    r"(?<!\d)(?P<y1>(?:1[6-9]|20)\d\d)(?:\s?[年년]\s?|[./-])(?P<m1>\d{1,2})"
    r"(?:\s?[月월]\s?|[./-])(?P<d1>\d{1,2})(?!\d)"
)
_YEAR_LAST = (
    r"(?<![\d/.-])(?P<a>\d{1,2})(?P<sep>[./-])(?P<b>\d{1,2})(?P=sep)(?P<y2>(?:1[6-9]|20)\d\d)(?!\d)"
)
_MONTH_OF_YEAR = r"(?<!\d)(?P<y5>(?:1[6-9]|20)\d\d)\s?[年년]\s?(?P<m5>\d{1,2})\s?[月월](?!\s?\d)"
# Hours are counted so only in North America.
_US_ZONE = re.compile(r"\b(?:E|C|M|P|AK|H)[SD]?T\b")
_US_LANGUAGE = re.compile(r"^(?:en|es)[-_]us\b|^fil\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Written:
    """A date found in a text: its value, and where in the text it stands."""

    when: When
    start: int
    end: int


def read_when(text: str) -> When | None:
    """Read a date as machines print it; aware, or a plain day where no zone is stated.

    A time without a zone is kept as its day: guessing the zone would invent an instant.

    >>> read_when("2024-04-30 16:17:29 +02:00").isoformat()
    '2024-04-30T16:17:29+02:00'
    >>> read_when("2024-04-30T16:17"), read_when("Tue, 12 Jul 2016 06:11:32 GMT").hour
    (datetime.date(2024, 4, 30), 6)
    >>> read_when("1987-03"), read_when("2024-02-30"), read_when("²²²²²²²²²²")
    (PartialDate(year=1987, month=3), None, None)
    """
    text = text.strip()
    if text.isascii() and text.isdigit() and len(text) in {10, 13}:
        seconds = int(text) / (1000 if len(text) == 13 else 1)
        return datetime.fromtimestamp(seconds, UTC)
    if match := _PARTIAL.match(text):
        return _make_partial(match[1], match[2])
    if match := _ISO.match(text):
        year, month, day, hour, minute, second, zone = match.groups()
        return _make((year, month, day), (hour, minute, second), zone)
    if match := _RFC.match(text):
        return _read_rfc(match)
    return None


def day_of(when: When) -> date:
    """Give the first day that a date may mean, to compare by.

    >>> day_of(PartialDate(1987)), day_of(date(2026, 3, 5))
    (datetime.date(1987, 1, 1), datetime.date(2026, 3, 5))
    """
    if isinstance(when, PartialDate):
        return date(when.year, when.month or 1, 1)
    return when.date() if isinstance(when, datetime) else when


def iter_written(text: str, language: str | None) -> Iterator[Written]:
    """Find the dates that a text of a language writes, in order.

    Args:
        text: a line.
        language: as the page declares it; decides which comes first, the month or the day.

    >>> [str(found.when) for found in iter_written("5. März 1848, 10/05/2026", "de")]
    ['1848-03-05', '2026-05-10']
    >>> [str(found.when) for found in iter_written("10/05/2026, May 3rd, 2026", "en-US")]
    ['2026-10-05', '2026-05-03']
    >>> [str(found.when) for found in iter_written("30. Februar 2026; mars 1987", "fr")]
    ['1987-03']
    """
    month_first = bool(_US_LANGUAGE.match(language or "") or _US_ZONE.search(text))
    names, pattern = _pattern((language or "").replace("-", "_").partition("_")[0].lower())
    for match in pattern.finditer(text):
        if when := _read_match(match.groupdict(), names, month_first=month_first):
            yield Written(when, match.start(), match.end())


def _read_match(
    g: dict[str, str | None], names: dict[str, int], *, month_first: bool
) -> When | None:
    if g["y1"] and g["m1"] and g["d1"]:
        return _make((g["y1"], g["m1"], g["d1"]))
    if g["y2"] and g["a"] and g["b"]:
        # "05/13/2026" can only be May.
        swapped = (month_first and g["sep"] == "/") or int(g["b"]) > 12
        return _make((g["y2"], g["a"], g["b"]) if swapped else (g["y2"], g["b"], g["a"]))
    for year, name, day in (("y3", "n3", "d3"), ("y4", "n4", "d4")):
        if (y := g[year]) and (n := g[name]) and (d := g[day]):
            return _make((y, str(names[n.casefold()]), d))
    if (y := g["y6"]) and (n := g["n6"]):
        return _make_partial(y, str(names[n.casefold()]))
    return _make_partial(g["y5"], g["m5"]) if g["y5"] else None


@cache
def _pattern(language: str) -> tuple[dict[str, int], re.Pattern[str]]:
    names = _months("en") | _months(language)
    name = "|".join(sorted(map(re.escape, names), key=lambda n: (-len(n), n)))
    year, of = r"(?:1[6-9]|20)\d\d", r"(?:\s?(?:de|del|di|of|of the|d[’'])\s|\s)?"
    day = r"\d{1,2}"
    return names, re.compile(
        rf"{_YEAR_FIRST}|{_YEAR_LAST}|{_MONTH_OF_YEAR}|"
        rf"(?<![\d.])(?P<d3>{day})(?:st|nd|rd|th|er|ère|º|ª)?[.\s-]?{of}\s?"
        rf"(?P<n3>{name})\b\.?,?[\s-]?{of}\s?(?P<y3>{year})(?!\d)|"
        rf"(?<![^\W\d_])(?P<n4>{name})\b\.?\s?(?P<d4>{day})(?:st|nd|rd|th|\.)?,?\s(?P<y4>{year})(?!\d)|"
        rf"(?<![^\W\d_])(?P<n6>{name})\b\.?,?\s{of}(?P<y6>{year})(?!\d)",
        re.IGNORECASE,
    )


@cache
def _months(language: str) -> dict[str, int]:
    """Name the months of a language, whole and shortened, in both their forms."""
    try:
        locale = Locale.parse(language)
    except (UnknownLocaleError, ValueError, TypeError):
        return {}
    names: dict[str, int] = {}
    for context in ("format", "stand-alone"):
        for width in ("wide", "abbreviated"):
            for number, name in get_month_names(width, context, locale).items():
                if any(map(str.isalpha, name)) and not name[0].isdigit():
                    names.setdefault(name.casefold().rstrip("."), number)
    return names


def _read_rfc(match: re.Match[str]) -> When | None:
    day, name, name2, day2, year, hour, minute, second, half, zone = match.groups()
    month = (name or name2).lower()
    if month not in _MONTHS:
        return None
    if hour and half:
        hour = str(int(hour) % 12 + (12 if half.upper() == "PM" else 0))
    number = str(_MONTHS.index(month) + 1)
    return _make((year, number, day or day2), (hour, minute, second), zone)


def _make(
    ymd: tuple[str, str, str],
    hms: tuple[str | None, str | None, str | None] = (None, None, None),
    zone: str | None = None,
) -> When | None:
    try:
        day = date(int(ymd[0]), int(ymd[1]), int(ymd[2]))
        if hms[0] is None or zone is None:
            return day
        clock = time(int(hms[0]), int(hms[1] or 0), int(hms[2] or 0), tzinfo=_zone(zone))
        return datetime.combine(day, clock)
    except (ValueError, OverflowError):
        return None


def _make_partial(year: str | None, month: str | None) -> When | None:
    try:
        return PartialDate(int(year or 0), int(month) if month else None)
    except ValueError:
        return None


def _zone(text: str) -> timezone:
    if text[0] not in "+-":
        return UTC
    digits = text[1:].replace(":", "").ljust(4, "0")
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(-offset if text[0] == "-" else offset)
