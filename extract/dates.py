"""When a page says it was published and changed.

Structured statements first: JSON-LD is right on 0.98 of the pages that have it. htmldate searches
the page only when nothing was stated, and is told the latest possible day, since its default is
today's.
"""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta, timezone
from itertools import islice

from htmldate import find_date
from htmldate.settings import CLEANING_LIST
from lxml.html import HtmlElement

from extract.article import Evidence
from extract.structured import Node, Structured, as_text

When = datetime | date

_PUBLISHED_META = (
    "article:published_time",
    "og:article:published_time",
    "og:published_time",
    "datepublished",
    "date_published",
    "article.published",
    "published_time",
    "publish-date",
    "publish_date",
    "publication_date",
    "pubdate",
    "parsely-pub-date",
    "sailthru.date",
    "cxenseparse:recs:publishtime",
    "cxenseparse:publishtime",
    "article_date_original",
    "originalpublicationdate",
    "dcterms.created",
    "dcterms.issued",
    "dc.date.issued",
    "dc.date.created",
    "dcterms.date",
    "dc.date",
    "date",
)
_MODIFIED_META = (
    "article:modified_time",
    "og:article:modified_time",
    "og:updated_time",
    "datemodified",
    "date_modified",
    "lastmod",
    "last-modified",
    "dcterms.modified",
    "dc.date.modified",
    "revision_date",
)
_ISO = re.compile(
    r"^(\d{4})-?(\d{2})-?(\d{2})"
    r"(?:[T\s]+(\d{1,2}):?(\d{2})(?::?(\d{2})(?:[.,:]\d+)?)?\s*"
    r"(Z|UTC|GMT|[+-]\d{2}:?\d{2}|[+-]\d{2})?)?",
    re.IGNORECASE,
)
_RFC = re.compile(
    r"(?:\w{3},?\s+)?(?:(\d{1,2})\s+([A-Za-z]{3})[a-z]*|([A-Za-z]{3})[a-z]*\s+(\d{1,2}),?)\s+(\d{4})"
    r"(?:,?\s+(?:at\s+)?(\d{1,2}):(\d{2})(?::(\d{2}))?\s*(AM|PM)?\s*(Z|UTC|GMT|[+-]\d{2}:?\d{2})?)?",
    re.IGNORECASE,
)
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
# A first of January as it is written: 2024-01-01, 2024/1/1, 20240101, 2024年1月1日, 01.01.2024;
# 1 January 2024, 1er janvier 2024, 1. Januar 2024; January 1, 2024; 2024. január 1.
_NEW_YEAR = (
    r"(?<!\d){year}\D{{0,3}}0?1\D{{0,3}}0?1(?!\d)|(?<!\d)0?1\D{{1,3}}0?1\D{{1,3}}{year}(?!\d)"
    r"|(?<!\d)0?1(?:st|er|º)?\W{{1,3}}(?:de\W)?[^\W\d_]{{3,12}}\W{{1,3}}(?:de\W)?{year}(?!\d)"
    r"|[^\W\d_]{{3,12}}\W{{1,3}}0?1(?:st)?\W{{1,3}}{year}(?!\d)"
    r"|(?<!\d){year}\W{{1,3}}[^\W\d_]{{3,12}}\W{{1,3}}0?1(?!\d)"
)
_STAMP = re.compile(r"\d{10}(?:\d{3})?")
# Nothing on the web is older; printed dates before are the story's, not the page's.
_FIRST_DAY = date(1995, 1, 1)
_MAX_SEARCHED_CHARS = 4_000_000
# Scripts, pictures and the like; the development pages have at most 274.
_MAX_CLEANED = 4_000
# A page may be stamped in a zone that is already a day ahead of the capture.
_AHEAD = timedelta(days=2)


def read_when(text: str) -> When | None:
    """Read a date as machines print it; aware, or a plain day where no zone is stated.

    A time without a zone is kept as its day: guessing the zone would invent an instant.

    >>> read_when("2024-04-30 16:17:29 +02:00").isoformat()
    '2024-04-30T16:17:29+02:00'
    >>> read_when("2024-04-30T16:17"), read_when("Tue, 12 Jul 2016 06:11:32 GMT").hour
    (datetime.date(2024, 4, 30), 6)
    >>> read_when("yesterday") is None
    True
    """
    text = text.strip()
    if text.isdigit() and len(text) in {10, 13}:
        seconds = int(text) / (1000 if len(text) == 13 else 1)
        return datetime.fromtimestamp(seconds, UTC)
    if match := _ISO.match(text):
        year, month, day, hour, minute, second, zone = match.groups()
        return _make((year, month, day), (hour, minute, second), zone)
    if match := _RFC.match(text):
        return _read_rfc(match)
    return None


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
    ymd: tuple[str, str, str], hms: tuple[str | None, str | None, str | None], zone: str | None
) -> When | None:
    try:
        day = date(int(ymd[0]), int(ymd[1]), int(ymd[2]))
        if hms[0] is None or zone is None:
            return day
        clock = time(int(hms[0]), int(hms[1] or 0), int(hms[2] or 0), tzinfo=_zone(zone))
        return datetime.combine(day, clock)
    except (ValueError, OverflowError):
        return None


def _zone(text: str) -> timezone:
    if text[0] not in "+-":
        return UTC
    digits = text[1:].replace(":", "").ljust(4, "0")
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(-offset if text[0] == "-" else offset)


def _day(when: When) -> date:
    return when.date() if isinstance(when, datetime) else when


def find_published(
    root: HtmlElement, said: Structured, *, url: str, latest: date
) -> tuple[When | None, Evidence | None]:
    """Find when the page was published.

    Args:
        root: the parsed page; not changed.
        said: its structured statements.
        url: its address, which may hold a date.
        latest: the day of the capture; what is later was not published then.
    """
    stated = _plausible(_iter_published(said), latest)
    if not stated:
        stated = _plausible(_iter_marked_up(root), latest)
    if not stated:
        stated = _plausible(_search(root, url, latest), latest)
    return _choose("published", stated)


def find_modified(
    said: Structured, published: When | None, *, latest: date
) -> tuple[When | None, Evidence | None]:
    """Find when the page was last changed; never before it was published."""
    stated = _plausible(_iter_modified(said), latest)
    if published is not None:
        stated = [(rule, when) for rule, when in stated if _day(when) >= _day(published)]
    return _choose("modified", stated)


def _choose(field: str, stated: list[tuple[str, When]]) -> tuple[When | None, Evidence | None]:
    if not stated:
        return None, None
    rule, when = stated[0]
    # The same day with its time and zone is the same statement, more precise.
    for other_rule, other in stated[1:]:
        if not isinstance(when, datetime) and isinstance(other, datetime) and other.date() == when:
            rule, when = other_rule, other
    rivals = tuple((r, w.isoformat()) for r, w in stated if w != when)
    return when, Evidence(field, when.isoformat(), rule, rivals)


def _plausible(stated: Iterator[tuple[str, str]], latest: date) -> list[tuple[str, When]]:
    read = [(rule, when) for rule, text in stated if (when := read_when(text))]
    return [(r, w) for r, w in read if _FIRST_DAY <= _day(w) <= latest + _AHEAD]


def _iter_published(said: Structured) -> Iterator[tuple[str, str]]:
    yield from _iter_json(said, ("datePublished", "dateCreated", "uploadDate"))
    for name in _PUBLISHED_META:
        if content := said.find_meta(name):
            yield f"meta {name}", content


def _iter_marked_up(root: HtmlElement) -> Iterator[tuple[str, str]]:
    for element in root.iter("time", "abbr", "span", "div", "p"):
        if rule := _time_rule(element):
            stamp = element.get("datetime") or element.get("content") or element.get("title")
            if stamp:
                yield rule, stamp


def _time_rule(element: HtmlElement) -> str | None:
    if "datePublished" in element.get("itemprop", ""):
        return "microdata datePublished"
    if element.tag == "time" and element.get("pubdate") is not None:
        return "time pubdate"
    if element.tag in {"time", "abbr"} and "published" in element.get("class", "").split():
        return "hAtom published"
    return None


def _iter_modified(said: Structured) -> Iterator[tuple[str, str]]:
    yield from _iter_json(said, ("dateModified",))
    for name in _MODIFIED_META:
        if content := said.find_meta(name):
            yield f"meta {name}", content


def _iter_json(said: Structured, keys: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    nodes: list[Node] = [said.article, *(n for n in said.nodes if n is not said.article)]
    for node in nodes if said.article else [n for n in nodes if "datePublished" in n]:
        for key in keys:
            if stamp := as_text(node.get(key)):
                yield f"json-ld {key}", stamp
        if node is said.article:
            return


def _search(root: HtmlElement, url: str, latest: date) -> Iterator[tuple[str, str]]:
    # Its last resort runs dozens of patterns over the whole page: seconds on megabytes.
    size = len(root.text_content())
    # It takes elements out one by one, joining the texts around each.
    cleaned = sum(1 for _ in islice(root.iter(*CLEANING_LIST), _MAX_CLEANED + 1))
    if size > _MAX_SEARCHED_CHARS or cleaned > _MAX_CLEANED:
        return
    found = find_date(
        root,
        extensive_search=size <= _MAX_SEARCHED_CHARS // 4,
        url=url,
        original_date=True,
        max_date=datetime(latest.year, latest.month, latest.day, tzinfo=UTC),
        outputformat="%Y-%m-%d",
    )
    if found and (not found.endswith("-01-01") or _says(root, url, found)):
        yield "htmldate", found


def _says(root: HtmlElement, url: str, new_year: str) -> bool:
    """Whether this first of January is stated: htmldate makes it of any year a sentence names."""
    stated = re.compile(_NEW_YEAR.format(year=new_year[:4]), re.IGNORECASE)
    values = [value for element in root.iter() for value in element.attrib.values()]
    return any(map(stated.search, (url, root.text_content(), *values))) or any(
        datetime.fromtimestamp(int(value[:10]), UTC).date().isoformat() == new_year
        for value in values
        if _STAMP.fullmatch(value)
    )
