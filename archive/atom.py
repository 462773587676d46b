"""Atom feeds: of saved searches, of any search, of what happened. Pure.

Source: RFC 4287; RFC 4122, 4.3 (ids from names).
"""

import re
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import cast

from lxml import etree

MEDIA_TYPE = "application/atom+xml"
_ATOM = "http://www.w3.org/2005/Atom"
# lxml's stubs know no default namespace.
_NAMES = cast("dict[str, str]", {None: _ATOM})
_NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry; ``name`` makes its id, ``updated`` and ``published`` are moments of ISO 8601.

    A date of publication that is no moment is left out: Atom has no other.
    """

    name: str
    title: str
    updated: str
    link: str
    author: str
    published: str | None = None
    summary: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """What a feed is about; ``name`` makes its id, ``address`` is where it is found."""

    name: str
    title: str
    subtitle: str
    updated: str
    author: str
    address: str = ""


def moment_of(timestamp: str) -> str:
    """A timestamp of 14 digits as RFC 3339 has it.

    >>> moment_of("20260102030405")
    '2026-01-02T03:04:05Z'
    """
    date, time = timestamp[:8], timestamp[8:]
    return f"{date[:4]}-{date[4:6]}-{date[6:]}T{time[:2]}:{time[2:4]}:{time[4:]}Z"


def write_atom(feed: Feed, entries: Iterable[Entry]) -> str:
    """The feed as text; ids stay the same wherever and whenever it is written.

    >>> about = Feed(name="b", title="Bridges", subtitle="", updated="2026", author="Press")
    >>> write_atom(about, []).splitlines()[0]
    "<?xml version='1.0' encoding='utf-8'?>"
    """
    root = etree.Element(f"{{{_ATOM}}}feed", nsmap=_NAMES)
    _add(root, "id", _urn(feed.name))
    _add(root, "title", feed.title)
    _add(root, "subtitle", feed.subtitle)
    _add(root, "updated", feed.updated)
    _person(root, feed.author)
    _add(root, "generator", "microfiche")
    if feed.address:
        etree.SubElement(root, f"{{{_ATOM}}}link", rel="self", href=_clean(feed.address))
    for entry in entries:
        _entry(root, entry)
    text: str = etree.tostring(root, encoding="unicode", pretty_print=True)
    return f"<?xml version='1.0' encoding='utf-8'?>\n{text}"


def _entry(root: etree._Element, entry: Entry) -> None:
    element = etree.SubElement(root, f"{{{_ATOM}}}entry")
    _add(element, "id", _urn(entry.name))
    _add(element, "title", entry.title)
    _add(element, "updated", entry.updated)
    if entry.published and _MOMENT.fullmatch(entry.published):
        _add(element, "published", entry.published)
    _person(element, entry.author)
    etree.SubElement(element, f"{{{_ATOM}}}link", rel="alternate", href=_clean(entry.link))
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
