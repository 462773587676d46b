"""When a page says it was published and changed.

Structured statements first: JSON-LD is right on 0.98 of the pages that have it; then what is
printed around the headline. htmldate searches the page only when nothing was found there, and is
told the latest possible day, since its default is today's.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from copy import deepcopy
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import islice

from htmldate import find_date
from htmldate.settings import CLEANING_LIST
from lxml.html import HtmlElement

from extract.article import Evidence, When
from extract.beside import is_beside, is_near_head, is_of_another
from extract.datelines import Datelines, find_datelines
from extract.structured import Node, Structured, as_text
from extract.when import day_of, read_when

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
# A first day of a month as it is written, here of January: 2024-01-01, 2024/1/1, 20240101,
# 2024年1月1日, 01.01.2024, 1/1/2024; 1 January 2024, 1er janvier 2024, 1. Januar 2024;
# January 1, 2024; 2024. január 1.
_FIRST_OF_MONTH = (
    r"(?<!\d){year}\D{{0,3}}0?{month}\D{{0,3}}0?1(?!\d)"
    r"|(?<!\d)0?1\D{{1,3}}0?{month}\D{{1,3}}{year}(?!\d)"
    r"|(?<!\d)0?{month}\D{{1,3}}0?1\D{{1,3}}{year}(?!\d)"
    r"|(?<!\d)0?1(?:st|er|º)?\W{{1,3}}(?:de\W)?[^\W\d_]{{3,12}}\W{{1,3}}(?:de\W)?{year}(?!\d)"
    r"|[^\W\d_]{{3,12}}\W{{1,3}}0?1(?:st)?\W{{1,3}}{year}(?!\d)"
    r"|(?<!\d){year}\W{{1,3}}[^\W\d_]{{3,12}}\W{{1,3}}0?1(?!\d)"
)
# Longer than any of these.
_REACH = 40
_BOX = re.compile(
    r"(?:^|[\s_-])(?:comments?|commentlist|related|recommend\w*|popular|trending|most-?read)"
    r"(?:$|[\s_-])",
    re.IGNORECASE,
)
# The first newspapers are of 1605.
_FIRST_DAY = date(1600, 1, 1)
# What systems write for no date: where their clocks start.
_EPOCHS = frozenset(
    map(date.fromisoformat, ("1970-01-01", "1969-12-31", "1900-01-01", "1899-12-30"))
)
_MAX_SEARCHED_CHARS = 4_000_000
# Scripts, pictures and the like; the development pages have at most 274.
_MAX_STEPS = 8
_MAX_CLEANED = 4_000
# A page may be stamped in a zone that is already a day ahead of the capture.
_AHEAD = timedelta(days=2)
# A page states its own date above and below its text; more are those of a list.
_MAX_STAMPS = 2

Dated = tuple[When | None, Evidence | None]
Printed = Callable[[], Datelines]


def find_dates(
    root: HtmlElement, said: Structured, *, url: str, latest: date
) -> tuple[Dated, Dated]:
    """Find when the page was published, and when it was last changed; never before that.

    Args:
        root: the parsed page; not changed.
        said: its structured statements.
        url: its address, which may hold a date.
        latest: the day of the capture; what is later was not published then.
    """
    # Asked by both, and by neither of them where the page states its dates.
    printed = cache(lambda: find_datelines(root, _language(root, said)))
    published = _find_published(root, said, printed, url=url, latest=latest)
    return published, _find_modified(said, printed, published[0], latest)


def _find_published(
    root: HtmlElement, said: Structured, printed: Printed, *, url: str, latest: date
) -> Dated:
    stated = _plausible(_read(_iter_published(said)), latest)
    if not stated:
        stated = _plausible(_read(_iter_marked_up(root)), latest)
    if not stated:
        stated = _plausible(printed().published, latest)
    if not stated:
        others = (*printed().modified, *printed().others, *_read(_iter_modified(said)))
        known = {day_of(when) for _, when in others}
        found = _plausible(_read(_search(root, url, latest)), latest)
        stated = [(rule, when) for rule, when in found if when not in known]
    return _choose("published", stated)


def _find_modified(
    said: Structured, printed: Printed, published: When | None, latest: date
) -> Dated:
    stated = _plausible(_read(_iter_modified(said)), latest)
    if not stated:
        stated = _plausible(printed().modified, latest)
    if published is not None:
        stated = [(rule, when) for rule, when in stated if day_of(when) >= day_of(published)]
    return _choose("modified", stated)


def _language(root: HtmlElement, said: Structured) -> str | None:
    return root.get("lang") or root.get("xml:lang") or said.find_meta("og:locale", "language")


def _choose(field: str, stated: list[tuple[str, When]]) -> Dated:
    if not stated:
        return None, None
    rule, when = stated[0]
    # The same day with its time and zone is the same statement, more precise.
    for other_rule, other in stated[1:]:
        if not isinstance(when, datetime) and isinstance(other, datetime) and other.date() == when:
            rule, when = other_rule, other
    rivals = tuple((r, w.isoformat()) for r, w in stated if w != when)
    return when, Evidence(field, when.isoformat(), rule, rivals)


def _read(stated: Iterable[tuple[str, str]]) -> Iterator[tuple[str, When]]:
    for rule, text in stated:
        if when := read_when(text):
            yield rule, when


def _plausible(stated: Iterable[tuple[str, When]], latest: date) -> list[tuple[str, When]]:
    days = [(rule, when, day_of(when)) for rule, when in stated]
    return [
        (rule, when)
        for rule, when, day in days
        if _FIRST_DAY <= day <= latest + _AHEAD and day not in _EPOCHS
    ]


def _iter_published(said: Structured) -> Iterator[tuple[str, str]]:
    yield from _iter_json(said, ("datePublished", "dateCreated", "uploadDate"))
    for name in _PUBLISHED_META:
        if content := said.find_meta(name):
            yield f"meta {name}", content


def _iter_marked_up(root: HtmlElement) -> Iterator[tuple[str, str]]:
    """Read the times that the markup calls published, but for those of other stories."""
    found = []
    for element in root.iter("time", "abbr", "span", "div", "p", "meta"):
        if rule := _time_rule(element):
            stamp = element.get("datetime") or element.get("content") or element.get("title")
            others = is_of_another(element) or (is_beside(element) and _in_box(element))
            if stamp and not others:
                found.append((rule, stamp, element))
    # Where there are several, some are of other stories; where there is one, it is the page's.
    if len({stamp[:10] for _, stamp, _ in found}) > 1:
        found = [item for item in found if not is_beside(item[2])]
    if len({stamp[:10] for _, stamp, _ in found}) > 1 or len(found) > _MAX_STAMPS:
        found = [item for item in found if is_near_head(item[2])]
    yield from ((rule, stamp) for rule, stamp, _ in found)


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
    own = _without_others(root)
    found = find_date(
        own,
        extensive_search=size <= _MAX_SEARCHED_CHARS // 4,
        url=url,
        original_date=True,
        max_date=datetime(latest.year, latest.month, latest.day, tzinfo=UTC),
        outputformat="%Y-%m-%d",
    )
    if found and (not found.endswith("-01") or _says(own, url, found)):
        yield "htmldate", found
    elif found and f"/{found[:4]}/{found[5:7]}/" in url:
        yield "month in the address", found[:7]


def _without_others(root: HtmlElement) -> HtmlElement:
    """Copy a page without the boxes of other stories and the comments: their dates are not its."""
    own = deepcopy(root)
    boxes = [e for e in own.iter("aside", "div", "section", "ul", "ol") if _is_box(e)]
    for box in boxes:
        box.clear()
    return own


def _in_box(element: HtmlElement) -> bool:
    return any(_is_box(e) for e in islice(element.iterancestors(), _MAX_STEPS) if e.tag != "body")


def _is_box(element: HtmlElement) -> bool:
    marks = f"{element.get('class', '')} {element.get('id', '')}"
    return element.tag == "aside" or bool(_BOX.search(marks))


def _says(root: HtmlElement, url: str, first: str) -> bool:
    """Whether this first day is stated: htmldate makes it of any year or month that is named."""
    pattern = _FIRST_OF_MONTH.format(year=first[:4], month=int(first[5:7]))
    stated = re.compile(pattern, re.IGNORECASE)
    values = [value for element in root.iter() for value in element.attrib.values()]
    named = [value for value in values if first[:4] in value]
    texts = (url, root.text_content(), *named)
    stamps = [value for value in values if len(value) in {10, 13} and value.isdecimal()]
    return any(_says_near(first[:4], stated, text) for text in texts) or any(
        datetime.fromtimestamp(int(value[:10]), UTC).date().isoformat() == first for value in stamps
    )


def _says_near(year: str, stated: re.Pattern[str], text: str) -> bool:
    """Whether a text has a pattern around a year: over a whole page the pattern takes long."""
    places = (match.span() for match in re.finditer(year, text))
    return any(stated.search(text, max(0, a - _REACH), b + _REACH) for a, b in places)
