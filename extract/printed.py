"""The headline as the page prints it: the heading that what the page states of itself repeats."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Any
from urllib.parse import urljoin, urlsplit

from lxml import etree
from lxml.html import HtmlElement

from extract.lines import INVISIBLE
from extract.title import BREAK, SiteNames, key_of, segments

# Beyond this many a page is a list of other stories.
_MAX_HEADINGS = 60
_MAX_HEADING_CHARS = 400
# How far up a class still speaks of the heading.
_MAX_STEPS = 4
_GRAM = 3
# Shares of the heading's letter triples that a statement has: an h1 is made to be the headline,
# any other heading must be a whole part of one. From .5 to .7 the h1s found are the same.
_MIN_OVERLAP = 0.5
_MIN_COVER = 0.3
_MIN_LIKENESS = 0.15
# Shorter, an h1 that no statement knows is a section or a slogan.
_MIN_HEADLINE_CHARS, _MIN_LIKE_CHARS = 35, 12
_MIN_COVER_BELOW = 0.3
_UNREAD = ("script", "style", "rt", "rp", "noscript", "template", "svg", "button")
_PRINTED_TEXT = etree.XPath(f".//text()[not({' or '.join(f'ancestor::{tag}' for tag in _UNREAD)})]")
# The same where none of them is: asking each text for its ancestors takes most of the time.
_TEXT = etree.XPath(".//text()")
_OTHERS = frozenset({"nav", "aside", "footer", "dialog"})
_FURNITURE = re.compile(
    r"(?:^|[\s_-])(?:logo|brand|branding|(?:site|blog)-?(?:title|name|header)|menu-title)(?:$|[\s_-])|"
    r"(?:^|\s)(?:goog-|related|modal|cookie|widget|sidebar|footer|nav(?:$|[\s_-]))",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Printed:
    """A heading that may be the headline."""

    text: str
    tag: str
    is_known: bool
    """Whether a statement of the page repeats it, wholly or mostly."""
    is_like: bool = True
    """Whether it has the length of a headline, or some of the words of a statement."""


def find_printed(
    root: HtmlElement, statements: Iterable[str], url: str, names: SiteNames
) -> Printed | None:
    """Find the printed headline: the h1 that the page's statements know, else another heading.

    Args:
        root: the page.
        statements: its titles as stated to machines, with the names of the site.
        url: its address: a heading that links elsewhere belongs to another story.
        names: of the site, which are no headline.

    >>> from extract.tree import parse
    >>> page = parse("<h1><a href=/>Islands</a></h1><h2>Ferry to stop</h2><p>Text")
    >>> found = find_printed(page, ["Ferry to stop - Islands"], "https://x.test/a", SiteNames([]))
    >>> found.text, found.tag, found.is_known
    ('Ferry to stop', 'h2', True)
    """
    texts = list(statements)
    stated = [_grams(text) for text in texts]
    runs = {key_of(run) for text in texts for run in segments(text)} - _find_tails(texts)
    found: list[tuple[float, str, str]] = []
    first = None
    headings = list(_iter_headings(root, url, names))
    banners = _find_banners(texts, headings)
    for tag, text in headings:
        if key_of(text) in banners:
            continue
        grams = _grams(text)
        overlap = max((len(grams & other) / len(grams) for other in stated), default=0.0)
        cover = max((len(grams & other) / len(other) for other in stated), default=0.0)
        is_head = tag == "h1"
        if first is None and is_head:
            is_like = len(text) >= _MIN_HEADLINE_CHARS or (
                overlap >= _MIN_LIKENESS and len(text) >= _MIN_LIKE_CHARS
            )
            first = Printed(text, tag, is_known=False, is_like=is_like)
        if is_head and overlap >= _MIN_OVERLAP and (cover >= _MIN_COVER or key_of(text) in runs):
            # The fuller by eighths; of equals max() keeps the first.
            found.append((1 + round(4 * overlap * cover) / 8, tag, text))
        elif key_of(text) in runs and cover >= _MIN_COVER_BELOW:
            found.append((round(4 * cover) / 8, tag, text))
    if not found:
        return first
    _, tag, text = max(found, key=lambda item: item[0])
    return Printed(text, tag, is_known=True)


def _find_banners(statements: list[str], headings: list[tuple[str, str]]) -> set[str]:
    """Find the h1 that is one end of a statement, where a later h1 is its other end.

    A site prints its name above the headline, in whatever order its titles have them.
    """
    places: dict[str, int] = {}
    for place, (tag, text) in enumerate(headings):
        if tag == "h1":
            places.setdefault(key_of(text), place)
    ends = (
        {key_of(text[: match.start()]), key_of(text[match.end() :])}
        for text in statements
        for match in BREAK.finditer(text)
    )
    return {
        min(both, key=places.__getitem__)
        for both in ends
        if both <= places.keys() and len(both) == 2
    }


def _find_tails(statements: list[str]) -> set[str]:
    """Find what follows, in one statement, the whole of another: the name of the site."""
    heads = {key_of(text) for text in statements}
    tails = set()
    for text in statements:
        for match in BREAK.finditer(text):
            if key_of(text[: match.start()]) in heads:
                tails.add(key_of(text[match.end() :]))
    return tails - heads


def text_of_heading(element: HtmlElement) -> str:
    """Read a heading as it is printed: without readings of characters, styles and buttons."""
    holds_unread = next(element.iter(*_UNREAD), None) is not None
    is_read = not holds_unread and next(element.iterancestors(*_UNREAD), None) is None
    texts: Any = (_TEXT if is_read else _PRINTED_TEXT)(element)
    # Words on both sides of a break are two.
    parts = [f" {t}" if t.is_tail and t.getparent().tag == "br" else t for t in texts]
    return " ".join(INVISIBLE.sub("", "".join(parts)).replace("¶", "").split())


def _grams(text: str) -> set[str]:
    key = key_of(text)
    return {key[i : i + _GRAM] for i in range(len(key) - _GRAM + 1)} or {key}


def _iter_headings(root: HtmlElement, url: str, names: SiteNames) -> Iterator[tuple[str, str]]:
    for number, element in enumerate(root.iter("h1", "h2", "h3")):
        if number >= _MAX_HEADINGS:
            return
        text = text_of_heading(element)
        if len(text) > _MAX_HEADING_CHARS or not key_of(text) or names.have(text):
            continue
        if not _leads_away(element, url) and not _is_furniture(element):
            yield element.tag, text


def _leads_away(element: HtmlElement, url: str) -> bool:
    """Whether it links to a home page of the site, or, below an h1, to any other page."""
    link = next(element.iter("a"), None)
    if link is None:
        link = next(element.iterancestors("a"), None)
    href = None if link is None else link.get("href")
    if not href:
        return False
    try:
        target, own = urlsplit(urljoin(url, href.strip())), urlsplit(url)
    except ValueError:
        return True
    there, here = target.path.rstrip("/"), own.path.rstrip("/")
    if here.startswith(there) and here != there and not target.query and not target.fragment:
        return True
    return bool(element.tag != "h1" and there != here)


def _is_furniture(element: HtmlElement) -> bool:
    steps = (element, *islice(element.iterancestors(), _MAX_STEPS))
    return any(
        step.tag in _OTHERS or _names_furniture(f"{step.get('class', '')} {step.get('id', '')}")
        for step in steps
        # Their classes speak of the layout of the whole page.
        if step.tag not in {"body", "html"}
    )


@lru_cache(maxsize=1024)
def _names_furniture(marks: str) -> bool:
    return bool(_FURNITURE.search(marks))
