"""Sitemaps, news sitemaps, sitemap indexes and lists of addresses.

Source: https://www.sitemaps.org/protocol.html and Google's news extension.
"""

import io
import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from lxml import etree

from crawler.discovery.found import Found, Listing, moment, unique, written
from crawler.discovery.sniff import URL_LINE, as_utf8

#: The protocol allows 50,000 in a file; twice that is no sitemap any more.
MAX_ENTRIES = 100_000

# The commonest fault of sitemaps; the parser's recovery would drop the parameter after it.
_BARE_AMPERSAND = re.compile(rb"&(?!#?\w{1,32};)")
_ROOT = re.compile(rb"<(?:\w+:)?(?:urlset|sitemapindex|opml)[\s>/]", re.IGNORECASE)
_DECLARATION = re.compile(rb"<\?xml\b[^>]{0,200}\?>")
_ENTRIES = ("url", "sitemap")
_ROOTS = {"urlset": "url", "sitemapindex": "sitemap"}
#: What a list of pages names may be further lists, by their names.
LISTING_NAME = re.compile(
    r"\.xml(?:\.gz)?$|/[^/]*sitemap[^/]*\.(?:txt|gz|php|aspx?|ashx|cgi|do)$", re.IGNORECASE
)
_DATE_BESIDE = re.compile(r"\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2})?(?:Z|[+-]\d{2}:\d{2})?)?")
_DATES = {"lastmod": "modified", "publication_date": "published"}


def read_sitemap(body: bytes, url: str) -> Listing:
    """Read a sitemap or sitemap index, as far as it can be read.

    Name spaces are not looked at, since many are wrong. Entities are not expanded, nothing is
    loaded from elsewhere.

    >>> read_sitemap(b"<urlset><url><loc>http://a.example/1</loc></url>", "http://a.example/s")
    Listing(pages=(Found(url='http://a.example/1', ...),), listings=(), is_complete=True)

    Args:
        body: Unpacked XML.
        url: Of the sitemap.
    """
    pages: list[Found] = []
    sitemaps: list[Found] = []
    for name, fields in _entries(body):
        if (loc := fields.get("loc")) and (target := written(url, loc)):
            published, modified = moment(fields.get("published", "")), fields.get("modified", "")
            entry = Found(target, published, moment(modified) or published)
            is_list = name == "sitemap" or LISTING_NAME.search(urlsplit(target).path)
            (sitemaps if is_list else pages).append(entry)
        if len(pages) + len(sitemaps) >= MAX_ENTRIES:
            break
    return Listing(unique(pages), unique(sitemaps), is_complete=True)


def read_url_list(body: bytes, url: str) -> Listing:
    r"""Read a sitemap that is plain text, one address a line; a date may stand beside it.

    >>> read_url_list(b"http://a.example/1\r\nnonsense:\n", "http://a.example/s.txt").pages[0].url
    'http://a.example/1'
    >>> read_url_list(b"url,lastmod\nwww.a.example/1,1970-01-02", "http://a.example/").pages
    (Found(url='http://www.a.example/1', published=None, modified=86400.0),)
    """
    lines = as_utf8(body).decode("utf-8", "replace").replace("\0", "").splitlines()
    found = []
    for line in lines[:MAX_ENTRIES]:
        if (cells := URL_LINE.match(line)) and (target := written(url, cells[1])):
            dated = _DATE_BESIDE.search(line, cells.end(1))
            found.append(Found(target, None, moment(dated[0]) if dated else None))
    return Listing(unique(found), is_complete=True)


def read_outline(body: bytes, url: str) -> tuple[Found, ...]:
    """The feeds that an OPML document lists.

    >>> read_outline(b"<opml><body><outline xmlUrl='/f'/></body></opml>", "http://a.example/")
    (Found(url='http://a.example/f', published=None, modified=None),)

    Source: http://opml.org/spec2.opml
    """
    found = []
    for element in _elements(body):
        if _local(element.tag) == "outline":
            named = next((v for k, v in element.attrib.items() if str(k).lower() == "xmlurl"), "")
            if named and (target := written(url, str(named))):
                found.append(Found(target))
        if len(found) >= MAX_ENTRIES:
            break
    return unique(found)


def _elements(body: bytes) -> Iterator[etree._Element]:
    """Each element as it ends, as far as the document can be read."""
    events = etree.iterparse(
        io.BytesIO(_BARE_AMPERSAND.sub(b"&amp;", _from_root(as_utf8(body)))),
        events=("end",),
        recover=True,
        resolve_entities=False,
        no_network=True,
    )
    try:
        for _, element in events:
            yield element
    except etree.XMLSyntaxError:
        # Recovery has its limits; what came before the fault is read.
        return


def _entries(body: bytes) -> list[tuple[str, dict[str, str]]]:
    entries: list[tuple[str, dict[str, str]]] = []
    fields: dict[str, str] = {}
    for element in _elements(body):
        name, parent = _local(element.tag), _parent(element)
        if name == "loc":
            # image:loc and video:loc are no pages; they come inside an element of their own.
            if parent in _ENTRIES:
                fields["loc"] = _text(element)
            elif parent in _ROOTS:
                entries.append((_ROOTS[parent], {"loc": _text(element)}))
        elif name in _DATES:
            fields.setdefault(_DATES[name], _text(element))
        elif name in _ENTRIES and parent != "loc":
            # Some write the address where <loc> should be.
            fields.setdefault("loc", _own_text(element))
            entries.append((name, fields))
            fields = {}
            element.clear()
            if len(entries) >= MAX_ENTRIES:
                break
    return entries + ([("url", fields)] if fields else [])


def _from_root(body: bytes) -> bytes:
    """A document without what a program has printed before it: warnings, blank lines."""
    root = _ROOT.search(body)
    declared = _DECLARATION.search(body, 0, root.start()) if root else None
    return (declared[0] if declared else b"") + body[root.start() :] if root else body


def _parent(element: etree._Element) -> str:
    parent = element.getparent()
    return "" if parent is None else _local(parent.tag)


def _own_text(element: etree._Element) -> str:
    """The text of an element that is an address; else nothing."""
    text = (element.text or "").strip()
    return text if text.startswith(("http://", "https://", "/")) else ""


def _text(element: etree._Element) -> str:
    return "".join(str(text) for text in element.itertext()).strip()


def _local(tag: object) -> str:
    return tag.rpartition("}")[2].lower() if isinstance(tag, str) else ""
