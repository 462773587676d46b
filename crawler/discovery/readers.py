"""Who reads a listing: built-in readers by what a document is; a package of one's own may add more.

A reader is an object with two methods, `ListingReader`. One that another package offers as an entry
point of the group ``microfiche.discovery`` is asked before ours, about each document that a source
names among its feeds, sitemaps or sections.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache, cached_property
from importlib.metadata import entry_points
from typing import Protocol

from crawler.discovery.found import Found, Listing, absolute, unique
from crawler.discovery.sitemaps import read_outline, read_sitemap, read_url_list
from crawler.discovery.sniff import DocumentKind, sniff

GROUP = "microfiche.discovery"

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class Document:
    """A document as it came from its address.

    Attributes:
        body: Without any content coding, and unpacked where it was a gzip file.
        url: Its address; relative references are read against it.
        headers: Of the response, names in lower case.
    """

    body: bytes
    url: str
    headers: Mapping[str, str]

    @cached_property
    def kind(self) -> DocumentKind:
        """What it is, by its first bytes."""
        return sniff(self.body)


class ListingReader(Protocol):
    """Reads documents of one kind."""

    def recognises(self, document: Document) -> bool:
        """Tell whether it can read a document; quickly, for it is asked about each listing."""

    def read(self, document: Document) -> Listing:
        """What the document names, with dates as far as it gives them; run in a thread."""


class Feeds:
    """RSS, Atom and RDF."""

    def recognises(self, document: Document) -> bool:
        """Tell whether it is one."""
        return document.kind is DocumentKind.FEED

    def read(self, document: Document) -> Listing:
        """Its entries."""
        # Sources without a feed do not pay for feedparser.
        from crawler.discovery.feeds import read_feed  # noqa: PLC0415

        content_type = document.headers.get("content-type", "")
        return Listing(read_feed(document.body, document.url, content_type=content_type))


class JsonFeeds:
    """JSON Feed."""

    def recognises(self, document: Document) -> bool:
        """Tell whether it is one."""
        return document.kind is DocumentKind.JSON_FEED

    def read(self, document: Document) -> Listing:
        """Its items."""
        from crawler.discovery.feeds import read_json_feed  # noqa: PLC0415 - as above

        return Listing(read_json_feed(document.body, document.url))


class Sitemaps:
    """Sitemaps, indexes of them, and plain lists of addresses."""

    def recognises(self, document: Document) -> bool:
        """Tell whether it is one."""
        return document.kind in (DocumentKind.SITEMAP, DocumentKind.URL_LIST)

    def read(self, document: Document) -> Listing:
        """Its pages and further sitemaps."""
        read = read_sitemap if document.kind is DocumentKind.SITEMAP else read_url_list
        return read(document.body, document.url)


class Outlines:
    """OPML: the feeds that a publisher, or a reader of feeds, lists."""

    def recognises(self, document: Document) -> bool:
        """Tell whether it is one."""
        return document.kind is DocumentKind.OUTLINE

    def read(self, document: Document) -> Listing:
        """The feeds, as further listings."""
        return Listing(listings=read_outline(document.body, document.url))


_BUILT_IN: tuple[ListingReader, ...] = (Feeds(), JsonFeeds(), Sitemaps(), Outlines())


@dataclass(frozen=True, slots=True)
class _Foreign:
    """A reader of another package: no fault of its own ends a crawl."""

    name: str
    reader: ListingReader

    def recognises(self, document: Document) -> bool:
        try:
            return self.reader.recognises(document)
        except Exception:  # noqa: BLE001 - whatever a stranger's code raises; logged
            _LOG.warning("reader %r failed on %s", self.name, document.url, exc_info=True)
            return False

    def read(self, document: Document) -> Listing:
        try:
            listing = self.reader.read(document)
            pages, further = tuple(listing.pages), tuple(listing.listings)
        except Exception:  # noqa: BLE001 - whatever a stranger's code raises; logged
            _LOG.warning("reader %r failed on %s", self.name, document.url, exc_info=True)
            return Listing()
        base = document.url
        return replace(listing, pages=_plain(pages, base), listings=_plain(further, base))


def _plain(found: tuple[Found, ...], base: str) -> tuple[Found, ...]:
    """Addresses as ours are spelled; those that are none of the web are left out."""
    resolved = ((entry, absolute(base, entry.url)) for entry in found)
    return unique(replace(entry, url=url) for entry, url in resolved if url)


@cache
def readers() -> tuple[ListingReader, ...]:
    """Every reader, in the order in which they are asked: those of other packages, then ours."""
    foreign = []
    for point in sorted(entry_points(group=GROUP), key=lambda point: point.name):
        try:
            loaded = point.load()
            reader = loaded() if isinstance(loaded, type) else loaded
        except Exception:  # noqa: BLE001 - whatever a stranger's code raises; logged
            _LOG.warning("reader %r cannot be loaded: %s", point.name, point.value, exc_info=True)
        else:
            foreign.append(_Foreign(point.name, reader))
    return (*foreign, *_BUILT_IN)


def read_listing(document: Document) -> Listing | None:
    """What a document names; None where no reader recognises it.

    >>> page = Document(b"<rss><channel><item><link>/a</link></item>", "http://a.example/f", {})
    >>> read_listing(page).pages
    (Found(url='http://a.example/a', published=None, modified=None),)
    >>> read_listing(Document(b"{}", "http://a.example/", {})) is None
    True
    """
    reader = next((reader for reader in readers() if reader.recognises(document)), None)
    return None if reader is None else reader.read(document)
