"""Dates as the page prints them around its headline: when it was published, when changed."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import islice

from lxml import etree
from lxml.html import HtmlElement

from extract.article import PartialDate, When
from extract.beside import is_beside
from extract.lines import BLOCK_TAGS
from extract.title import fold
from extract.when import iter_written, read_when
from extract.words import iter_phrases

_MAX_LINE_CHARS = 220
# A date in a longer line is one of the story's.
_MAX_LINE_AROUND = 90
_MAX_WORDS_AROUND = _MAX_LINE_AROUND // 2 + 1
_MAX_HEADINGS = 6
_MAX_ELEMENTS = 2_000
_BEHIND, _BEFORE = 60, 20
_MIN_PROSE_CHARS, _MAX_PROSE = 150, 2

_DATE = re.compile(r"date|datum|fecha|publi|time|meta|byline|dateline|posted", re.IGNORECASE)

Dated = tuple[tuple[str, When], ...]


@dataclass(frozen=True, slots=True)
class Datelines:
    """Dates printed around the headline, the nearest first, each with its rule."""

    published: Dated = ()
    modified: Dated = ()
    others: Dated = ()
    """Of a member, an event, a deadline: not of the story."""


def find_datelines(root: HtmlElement, language: str | None) -> Datelines:
    """Find the dates that a page prints around its headline.

    >>> from extract.tree import parse
    >>> page = "<h1>Tale</h1><p>Updated 6 May 2026 · Published 5 May 2026</p><p>It was in 2024."
    >>> found = find_datelines(parse(page), "en")
    >>> [str(when) for _, when in found.published], [str(when) for _, when in found.modified]
    (['2026-05-05'], ['2026-05-06'])
    """
    published: list[tuple[bool, str, When]] = []
    modified: list[tuple[bool, str, When]] = []
    others: list[tuple[str, When]] = []
    for line, block, is_place in _iter_lines(root):
        for label, rule, when in _read_line(line, block, language):
            if _updated().search(label):
                modified.append((is_place, f"{rule} of update", when))
            elif _others().search(label):
                others.append((rule, when))
            # A month alone may be of the story.
            elif is_place or not isinstance(when, PartialDate):
                published.append((is_place, rule, when))
    return Datelines(_first(published), _first(modified), tuple(others))


def _first(found: list[tuple[bool, str, When]]) -> Dated:
    """Take the first date in a place of dates, else the first of all."""
    ordered = sorted(found, key=lambda item: not item[0])
    return tuple((rule, when) for _, rule, when in ordered[:1])


def _read_line(
    line: str, block: HtmlElement, language: str | None
) -> Iterator[tuple[str, str, When]]:
    """Read the dates of a line: what stands before each, the rule, and the date."""
    if stamped := _read_time(block, line):
        yield stamped
        return
    before = 0
    for written in iter_written(line, language):
        yield fold(line[before : written.start]), "printed date", written.when
        before = written.end


def _iter_lines(root: HtmlElement) -> Iterator[tuple[str, HtmlElement, bool]]:
    headings = list(islice(root.iter("h1"), _MAX_HEADINGS)) or list(islice(root.iter("h2"), 1))
    for heading in headings:
        yield " ".join(heading.text_content().split())[:_MAX_LINE_CHARS], heading, False
        found = list(_iter_around(heading))
        yield from found
        if found:
            return


def _iter_around(heading: HtmlElement) -> Iterator[tuple[str, HtmlElement, bool]]:
    """Give the short lines with a digit below a heading, to the second paragraph, then above."""
    after, before = _window(heading)
    seen: set[HtmlElement] = {heading}
    prose = 0
    for element in (*after, *reversed(before)):
        if element.tag == "p" and prose < _MAX_PROSE:
            prose += len(element.text_content()) > _MIN_PROSE_CHARS
        block = element if _is_loose_time(element) else _block_of(element)
        if block is None or block in seen or (prose >= _MAX_PROSE and element not in before):
            continue
        seen.add(block)
        # A division may hold the whole story: what has too many words is not cut into all of them.
        words = block.text_content().split(None, _MAX_WORDS_AROUND)
        line = " ".join(words)
        if (
            len(words) <= _MAX_WORDS_AROUND
            and len(line) <= _MAX_LINE_AROUND
            and _has_date(block, line)
            and not is_beside(block, itself=True)
        ):
            yield line, block, _is_place(block)


def _is_loose_time(element: HtmlElement) -> bool:
    """Whether a time stands among paragraphs, in no block of its own."""
    parent = element.getparent()
    return (
        element.tag == "time"
        and parent is not None
        and parent.tag in {"article", "section", "main"}
    )


def _window(heading: HtmlElement) -> tuple[list[HtmlElement], list[HtmlElement]]:
    """Give the elements behind and before a heading, as far as a byline may stand from it."""
    outer = heading
    for step in heading.iterancestors():
        outer = step
        elements = list(islice(outer.iter(etree.Element), _MAX_ELEMENTS))
        if elements[-1:] != [heading] and len(elements) >= _BEHIND + _BEFORE:
            break
    elements = list(islice(outer.iter(etree.Element), _MAX_ELEMENTS))
    at = next((i for i, element in enumerate(elements) if element is heading), 0)
    return elements[at + 1 : at + 1 + _BEHIND], elements[max(0, at - _BEFORE) : at]


def _has_date(block: HtmlElement, line: str) -> bool:
    return any(map(str.isdigit, line)) or block.find(".//time") is not None


def _block_of(element: HtmlElement | None) -> HtmlElement | None:
    while element is not None and element.tag not in BLOCK_TAGS:
        element = element.getparent()
    return element


def _read_time(block: HtmlElement, line: str) -> tuple[str, str, When] | None:
    """Read the machine's time of a printed one, with what the line says before it."""
    times = [element for element in block.iter("time") if element.get("datetime")]
    if len(times) != 1:
        return None
    when = read_when(times[0].get("datetime") or "")
    shown = " ".join(times[0].text_content().split())
    label = fold(line.partition(shown)[0] if shown else line)
    return (label, "printed time", when) if when else None


def _is_place(block: HtmlElement) -> bool:
    """Whether the markup makes it the place of a date."""
    near = (*islice(block.iter(etree.Element), 4), *islice(block.iterancestors(), 2))
    return any(e.tag == "time" or _DATE.search(e.get("class") or "") for e in near)


@cache
def _others() -> re.Pattern[str]:
    """Compile what says that a date is none of the story: of a member, an event, a deadline."""
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, iter_phrases('other_date_label')))})\b")


@cache
def _updated() -> re.Pattern[str]:
    """Compile what says that a date is that of a change."""
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, iter_phrases('updated_label')))})")
