"""Bylines as the markup of a page sets them off: its own, not those of the stories beside it."""

import re
from collections.abc import Iterator
from itertools import islice
from typing import Any

from lxml import etree
from lxml.html import HtmlElement

from extract.beside import is_beside, is_near_head, is_of_another
from extract.names import clean_names, is_person, without_label

# What an element that speaks of authors has in its class, and a link to one in its address.
_IN_CLASS = re.compile("uthor|yline|utor|uteur|riter|ontributor")
_IN_ADDRESS = re.compile(
    "/(?:author|autor|auteur|contributor|(?:people|profile|by|writers|staff|redaktion)/|journalist)"
)
_MARK = re.compile(
    r"(?:^|[\s_-]|(?<=[a-z]))(?:author(?:s|ed)?|by-?lines?|autor(?:en|e|a)?|auteurs?|autore|writers?|"
    r"contributors?)(?:$|[\s_-]|(?=[A-Z]))",
    re.IGNORECASE,
)
_NOT = re.compile(
    r"bio|about|box|descr|avatar|image|img|photo|pic(?:ture)?s?(?:$|[\s_-])|social|follow|count|job|"
    r"role|position|twitter|related|comment|recommend|teaser|card|widget|sidebar|popular|trending|"
    r"footer|nav(?:$|[\s_-])|menu|promo|newsletter|more|latest|list-item|reply|review",
    re.IGNORECASE,
)
_UNREAD = ("script", "style", "svg", "time", "noscript", "button", "figcaption")
_TEXTS = etree.XPath(f".//text()[not({' or '.join(f'ancestor::{t}' for t in _UNREAD)})]")
_MAX_CANDIDATES = 60
_MAX_BYLINE_CHARS = 160
# How far up the names of one byline meet.
_MAX_MEET_CHARS = 250
_MAX_NAMES = 6
_JOINS = r"(?:,|;|&|\+|and|und|et|y|e|och|og|en|i|ve|ja|и|dan|con|with)"
_JOIN_ONLY = re.compile(rf"^{_JOINS}$", re.IGNORECASE)
_JOIN_START = re.compile(rf"^{_JOINS}\s+\S")
_JOIN_END = re.compile(r"[,;&]$|\s(?:and|und|et|y|e|och|og|en|i|ve|ja|и|dan)$", re.IGNORECASE)

_STATING = ("rel author", "microdata author")
LINK = "link to an author"
Found = tuple[str, tuple[str, ...]]


def find_marked_bylines(root: HtmlElement) -> list[Found]:
    """Find the authors that the markup names: pairs of rule and names, the surest first.

    The first byline below the headline counts, and what stands in its row; those in boxes of other
    stories, in comments and in notes on the author do not.

    >>> from extract.tree import parse
    >>> page = "<h1>Tale</h1><p class=byline>By <a>Jo Bloggs</a> and <a>Ann Lee</a>, Staff Writers"
    >>> find_marked_bylines(parse(page))
    [('class byline', ('Jo Bloggs', 'Ann Lee'))]
    """
    marked: list[tuple[str, HtmlElement]] = []
    beside: list[tuple[str, HtmlElement]] = []
    for element in islice(_iter_candidates(root), 4 * _MAX_CANDIDATES):
        if (rule := _rule_of(element)) and not is_of_another(element):
            (beside if is_beside(element) else marked).append((rule, element))
        if len(marked) >= _MAX_CANDIDATES:
            break
    # What only speaks of authors may do so of any story's; what is made to state one may not.
    stating = [item for item in beside[:_MAX_NAMES] if item[0] in _STATING]
    return _read_rules(marked) or _read_rules(stating)


def _read_rules(marked: list[tuple[str, HtmlElement]]) -> list[Found]:
    found = []
    for rule in (*_STATING, "class byline", LINK):
        of_rule = [e for r, e in marked if r == rule and (rule != LINK or _is_named_near_head(e))]
        if names := _names_of_row(of_rule, is_stated=rule in _STATING):
            found.append((rule, names))
    return found


def _iter_candidates(root: HtmlElement) -> Iterator[HtmlElement]:
    for element in root.iter(etree.Element):
        name = element.get("class")
        if (
            (name and _IN_CLASS.search(name))
            or "author" in element.get("itemprop", "")
            or (element.tag == "a" and _leads_to_author(element))
        ):
            yield element


def _leads_to_author(link: HtmlElement) -> bool:
    return "author" in link.get("rel", "") or bool(_IN_ADDRESS.search(link.get("href") or ""))


def _rule_of(element: HtmlElement) -> str | None:
    if "author" in element.get("rel", "").split() and element.tag == "a":
        return "rel author"
    if "author" in element.get("itemprop", "").split():
        return "microdata author"
    marks = element.get("class", "")
    if _MARK.search(marks) and not _NOT.search(marks):
        return "class byline"
    if element.tag == "a" and not _NOT.search(marks):
        return LINK
    return None


def _names_of_row(elements: list[HtmlElement], *, is_stated: bool) -> tuple[str, ...]:
    """Read the names of the first element that has any, and of those that stand in its row."""
    for i, element in enumerate(elements):
        if names := _names_in(element):
            row = _row_of(element)
            for other in elements[i + 1 :]:
                if row is not None and _is_in(other, row):
                    names += tuple(n for n in _names_in(other) if is_stated or is_person(n))
            return clean_names(list(names))
    return ()


def _row_of(element: HtmlElement) -> HtmlElement | None:
    row = None
    for outer in element.iterancestors():
        if outer.tag in {"body", "main", "article"} or len(_text(outer)) > _MAX_MEET_CHARS:
            break
        row = outer
    return row


def _is_in(element: HtmlElement, outer: HtmlElement) -> bool:
    return any(step is outer for step in element.iterancestors())


def _text(element: HtmlElement) -> str:
    return " ".join(element.text_content().split())


def _is_named_near_head(link: HtmlElement) -> bool:
    return is_near_head(link) and is_person(_text(link))


def _names_in(element: HtmlElement) -> tuple[str, ...]:
    named = element.xpath(".//*[@itemprop='name']")
    if named:
        return clean_names([_text(e) for e in named[:_MAX_NAMES]])
    texts: Any = _TEXTS(element)
    parts = [part for text in texts if (part := " ".join(text.split()))]
    if not parts or len(" ".join(parts)) > _MAX_BYLINE_CHARS:
        return ()
    links = [_text(link) for link in element.iter("a")]
    linked = tuple(name for name in clean_names(links) if is_person(name))
    return linked or _read_parts(parts)


def _read_parts(parts: list[str]) -> tuple[str, ...]:
    """Read the names of a byline cut in parts: the first person, and who "and" or a comma adds.

    >>> _read_parts(["By", "Jo Bloggs", "and", "Ann Lee", "Staff Writers", "Friday", "The Paper"])
    ('Jo Bloggs', 'Ann Lee')
    """
    if all(" " not in part for part in parts) and is_person(without_label(" ".join(parts))):
        return clean_names([" ".join(parts)])
    names: tuple[str, ...] = ()
    expected = True
    for part in parts:
        read = clean_names([part])
        persons = tuple(name for name in read if is_person(name))
        if expected or _JOIN_START.match(part):
            names += persons
        if persons or read:
            expected = bool(_JOIN_END.search(part))
        if not names or _JOIN_ONLY.match(part):
            expected = True
    # An account or a desk may stand for a person; a phrase does not.
    return names or tuple(n for n in clean_names(parts) if not (" " in n and n[0].islower()))[:1]
