"""Live blogs: the entries of a running report, each with the time it was posted."""

import re
from bisect import bisect_right
from datetime import datetime
from functools import lru_cache

from lxml.html import HtmlElement

from extract.article import BlockKind
from extract.lines import Line
from extract.structured import Node, Structured, as_list, as_text
from extract.when import read_when

_NAMED = re.compile(
    r"(?:^|[\s_-])(?:live-?blog|live-?event|live-?ticker|ticker|live|liveticker|lb|timeline)"
    r"(?:__|-|_)?(?:entry|post|item|update|card|block)(?=$|[\s_-])",
    re.IGNORECASE,
)
_HOLDERS = frozenset({"div", "article", "li", "section"})
_MIN_KEY_CHARS = 12
_MIN_ENTRIES = 3
# The longest of the development pages holds 60,000; looking each line up takes time by its size.
MAX_SEARCHED_CHARS = 500_000


def mark_entries(lines: list[Line], said: Structured) -> int:
    """Turn the lines of live-blog entries into entries; give the number of entries found.

    Lines that the page states to be an update become chosen, whatever trafilatura thought of them.
    """
    nodes = [as_list(node["liveBlogUpdate"]) for node in said.nodes if "liveBlogUpdate" in node]
    updates = [u for some in nodes for u in some if isinstance(u, dict)]
    stated = _by_statement(lines, updates)
    entries = _between(stated, len(lines)) or _by_markup(lines)
    if len(set(entries.values())) < _MIN_ENTRIES:
        return 0
    numbers: dict[HtmlElement | int, int] = {}
    for index, (holder, at) in entries.items():
        line = lines[index]
        if line.rule is None and line.kind is not BlockKind.CAPTION:
            line.kind, line.at = BlockKind.ENTRY, at
            line.entry = numbers.setdefault(holder, len(numbers))
            line.chosen = line.chosen or index in stated
    return len(numbers)


Holder = tuple[HtmlElement | int, datetime | None]


def _by_statement(lines: list[Line], updates: list[Node]) -> dict[int, Holder]:
    """Find the lines that JSON-LD repeats in its updates."""
    if len(updates) < _MIN_ENTRIES:
        return {}
    headlines: dict[str, int] = {}
    bodies: list[str] = []
    starts: list[int] = []
    size = 0
    for number, update in enumerate(updates):
        headlines.setdefault("".join((as_text(update.get("headline")) or "").split()), number)
        body = _squash(update)
        if size + len(body) > MAX_SEARCHED_CHARS:
            break
        starts.append(size)
        bodies.append(f"{body}\n")
        size += len(body) + 1
    text = "".join(bodies)
    found: dict[int, Holder] = {}
    for index, line in enumerate(lines):
        if line.rule is not None or len(line.key) < _MIN_KEY_CHARS:
            continue
        number = headlines.get(line.key, -1)
        if number < 0 and (place := text.find(line.key)) >= 0:
            number = bisect_right(starts, place) - 1
        if number >= 0:
            found[index] = (number, _time(updates[number]))
    return found


def _between(stated: dict[int, Holder], size: int) -> dict[int, Holder]:
    """Give the lines between those that were stated to the entry above them."""
    found = dict(stated)
    if found:
        current = found[min(found)]
        for index in range(min(found), min(size, max(found) + 1)):
            current = found.setdefault(index, current)
    return found


def _squash(update: Node) -> str:
    body = as_text(update.get("articleBody")) or ""
    return "".join(re.sub(r"<[^>]{0,500}>", " ", body).split())


def _time(update: Node) -> datetime | None:
    stamp = as_text(update.get("datePublished"))
    when = read_when(stamp) if stamp else None
    return when if isinstance(when, datetime) else None


def _by_markup(lines: list[Line]) -> dict[int, Holder]:
    """Find the lines inside elements that are named like entries or marked up as such."""
    found: dict[int, Holder] = {}
    times: dict[HtmlElement, datetime | None] = {}
    known: dict[HtmlElement, HtmlElement | None] = {}
    for index, line in enumerate(lines):
        holder = line.element if _is_entry(line.element) else _entry(line.element, known)
        if holder is not None:
            if holder not in times:
                times[holder] = _stamp(holder)
            found[index] = (holder, times[holder])
    return found


def _entry(
    element: HtmlElement, known: dict[HtmlElement, HtmlElement | None]
) -> HtmlElement | None:
    """Find the entry around an element, each ancestor asked once."""
    nearest = element.getparent()
    if nearest in known:
        return known[nearest]
    passed: list[HtmlElement] = []
    holder: HtmlElement | None = None
    for parent in element.iterancestors():
        if parent in known:
            holder = known[parent]
            break
        passed.append(parent)
        if parent.tag in _HOLDERS and _is_entry(parent):
            holder = parent
            break
    known.update(dict.fromkeys(passed, holder))
    return holder


def _is_entry(element: HtmlElement) -> bool:
    name = element.get("class")
    return element.get("itemprop") == "liveBlogUpdate" or bool(name and _is_named(name))


@lru_cache(maxsize=8192)
def _is_named(name: str) -> bool:
    return bool(_NAMED.search(name))


def _stamp(holder: HtmlElement) -> datetime | None:
    for element in holder.iter("time"):
        when = read_when(element.get("datetime") or "")
        if isinstance(when, datetime):
            return when
    return None
