"""Sitemaps, news sitemaps, sitemap indexes and lists of addresses.

Source: https://www.sitemaps.org/protocol.html and Google's news extension.
"""

import io
import re
from urllib.parse import urlsplit

from lxml import etree

from crawler.discovery.found import Found, Listing, absolute, moment, unique
from crawler.discovery.sniff import as_utf8

#: The protocol allows 50,000 in a file; twice that is no sitemap any more.
MAX_ENTRIES = 100_000

# The commonest fault of sitemaps; the parser's recovery would drop the parameter after it.
_BARE_AMPERSAND = re.compile(rb"&(?!#?\w{1,32};)")
_ROOT = re.compile(rb"<(?:\w+:)?(?:urlset|sitemapindex)[\s>/]", re.IGNORECASE)
_DECLARATION = re.compile(rb"<\?xml\b[^>]{0,200}\?>")
_ENTRIES = ("url", "sitemap")
_ROOTS = {"urlset": "url", "sitemapindex": "sitemap"}
#: What a list of pages names may be further lists, by their names.
LISTING_NAME = re.compile(r"\.xml(?:\.gz)?$|/sitemap[^/]*\.(?:txt|gz)$", re.IGNORECASE)
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
        if (loc := fields.get("loc")) and (target := absolute(url, loc)):
            published, modified = moment(fields.get("published", "")), fields.get("modified", "")
            entry = Found(target, published, moment(modified) or published)
            is_list = name == "sitemap" or LISTING_NAME.search(urlsplit(target).path)
            (sitemaps if is_list else pages).append(entry)
        if len(pages) + len(sitemaps) >= MAX_ENTRIES:
            break
    return Listing(unique(pages), unique(sitemaps), is_complete=True)


def read_url_list(body: bytes, url: str) -> Listing:
    r"""Read a sitemap that is plain text, one address a line.

    >>> read_url_list(b"http://a.example/1\r\nnonsense:\n", "http://a.example/s.txt").pages[0].url
    'http://a.example/1'
    """
    lines = body.decode("utf-8", "replace").lstrip("\ufeff").splitlines()[:MAX_ENTRIES]
    found = unique(Found(target) for line in lines if (target := absolute(url, line)))
    return Listing(found, is_complete=True)


def _entries(body: bytes) -> list[tuple[str, dict[str, str]]]:
    entries: list[tuple[str, dict[str, str]]] = []
    fields: dict[str, str] = {}
    events = etree.iterparse(
        io.BytesIO(_BARE_AMPERSAND.sub(b"&amp;", _from_root(as_utf8(body)))),
        events=("end",),
        recover=True,
        resolve_entities=False,
        no_network=True,
    )
    try:
        for _, element in events:
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
    except etree.XMLSyntaxError:
        # Recovery has its limits; what came before the fault is read.
        pass
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
