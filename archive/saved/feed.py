"""What a saved search has found, as an Atom feed. Pure.

Source: RFC 4287; RFC 4122, 4.3 (ids from names).
"""

import re
import uuid
from dataclasses import dataclass
from typing import cast

from lxml import etree

from archive.saved.memory import Entry, Memory

_ATOM = "http://www.w3.org/2005/Atom"
# lxml's stubs know no default namespace.
_NAMES = cast("dict[str, str]", {None: _ATOM})
_NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)")


@dataclass(frozen=True, slots=True)
class About:
    """What a feed is about: the search's name, its title, and whose archive it is."""

    name: str
    title: str
    archive: str
    contact: str


def write_feed(about: About, memory: Memory) -> str:
    """The feed as text.

    Its id is made of the archive's contact and the search's name, those of its entries of the
    articles' ids: they stay, whenever and wherever the feed is written.

    >>> feed = write_feed(About("b", "Bridges", "", "mailto:a@b.example"), Memory("bridge", "2026"))
    >>> feed.splitlines()[0]
    "<?xml version='1.0' encoding='utf-8'?>"
    """
    root = etree.Element(f"{{{_ATOM}}}feed", nsmap=_NAMES)
    name = f"{about.contact}/searches/{about.name}"
    _add(root, "id", _urn(name))
    _add(root, "title", about.title)
    _add(root, "subtitle", memory.query)
    # Entries come in the order of being told, newest first.
    _add(root, "updated", max((entry.at for entry in memory.entries), default=memory.since))
    _person(root, about.archive or "microfiche")
    _add(root, "generator", "microfiche")
    for entry in memory.entries:
        _entry(root, entry)
    text: str = etree.tostring(root, encoding="unicode", pretty_print=True)
    return f"<?xml version='1.0' encoding='utf-8'?>\n{text}"


def _entry(root: etree._Element, entry: Entry) -> None:
    element = etree.SubElement(root, f"{{{_ATOM}}}entry")
    _add(element, "id", _urn(f"microfiche/articles/{entry.article_id}"))
    _add(element, "title", entry.title)
    _add(element, "updated", entry.at)
    if entry.published and _MOMENT.fullmatch(entry.published):
        _add(element, "published", entry.published)
    _person(element, entry.source)
    link = etree.SubElement(element, f"{{{_ATOM}}}link", rel="alternate")
    link.set("href", _clean(entry.url))
    _add(element, "summary", entry.summary)


def _person(element: etree._Element, name: str) -> None:
    author = etree.SubElement(element, f"{{{_ATOM}}}author")
    _add(author, "name", name)


def _add(element: etree._Element, name: str, text: str) -> None:
    etree.SubElement(element, f"{{{_ATOM}}}{name}").text = _clean(text)


def _urn(name: str) -> str:
    return uuid.uuid5(uuid.NAMESPACE_URL, name).urn


def _clean(text: str) -> str:
    return _NOT_IN_XML.sub(" ", text)
