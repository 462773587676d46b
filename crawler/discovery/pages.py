"""What a page names: links, announced feeds, its own title and language."""

import re
from dataclasses import dataclass

from lxml import etree
from lxml.html import HtmlElement

from crawler.discovery.found import Found, absolute, unique
from extract.decode import decode
from extract.tree import parse

# A longer wait is a page that renews itself, such as a live blog.
_REFRESH = re.compile(r"\s*[0-9](?:\.\d*)?\s*[;,]\s*(?:url\s*=\s*)?(?P<url>\S.*)", re.IGNORECASE)
_FEED_TYPES = (
    "application/rss+xml",
    "application/atom+xml",
    "application/rdf+xml",
    "application/feed+xml",
)


@dataclass(frozen=True, slots=True)
class Page:
    """A parsed page and what its references are relative to."""

    root: HtmlElement
    url: str
    base: str
    encoding: str

    def resolve(self, reference: str) -> str | None:
        """The absolute address of a reference in this page; None where it is not http(s)."""
        return absolute(self.base, reference, encoding=self.encoding)


@dataclass(frozen=True, slots=True)
class AnnouncedFeed:
    """A feed that a page says it has."""

    url: str
    title: str


def read_page(html: bytes, url: str, *, content_type: str = "") -> Page:
    """Parse a page.

    >>> page = read_page(b"<base href='/sub/'><a href=x>x</a>", "http://a.example/")
    >>> [found.url for found in iter_links(page)]
    ['http://a.example/sub/x']

    Args:
        html: Content-decoded.
        url: Where it was found, after redirects.
        content_type: As the server sent it, for its charset.

    Raises:
        ExtractError: there is no HTML in it, or too much.
    """
    text, encoding = decode(html, {"Content-Type": content_type} if content_type else None)
    root = parse(text)
    declared = root.find(".//base[@href]")
    base = absolute(url, declared.get("href") or "") if declared is not None else None
    return Page(root, url, base or url, encoding.name)


def iter_links(page: Page) -> tuple[Found, ...]:
    """Every http(s) address that a reader could click on, in the order of the page."""
    hrefs = (element.get("href") or "" for element in page.root.iter("a", "area"))
    return unique(Found(target) for href in hrefs if (target := page.resolve(href)))


def iter_announced_feeds(page: Page) -> tuple[AnnouncedFeed, ...]:
    """The feeds that a page announces, comment feeds left out.

    >>> html = b'<link rel=alternate type=application/rss+xml href=/f title=News>'
    >>> iter_announced_feeds(read_page(html, "http://a.example/"))
    (AnnouncedFeed(url='http://a.example/f', title='News'),)

    Source: https://www.rssboard.org/rss-autodiscovery
    """
    found: dict[str, AnnouncedFeed] = {}
    for link in page.root.iter("link"):
        kinds = (link.get("type") or "").partition(";")[0].strip().lower()
        rel = (link.get("rel") or "").lower().split()
        target = page.resolve(link.get("href") or "")
        if kinds in _FEED_TYPES and "alternate" in rel and target and "/comments/" not in target:
            title = " ".join((link.get("title") or "").split())
            found.setdefault(target, AnnouncedFeed(target, title))
    return tuple(found.values())


def find_refresh(page: Page) -> str | None:
    """Where a page sends its reader on by itself within ten seconds; None: nowhere.

    >>> html = b'<meta http-equiv="Refresh" content="0; URL=/new.html"><p>moved'
    >>> find_refresh(read_page(html, "http://a.example/"))
    'http://a.example/new.html'

    Source: https://html.spec.whatwg.org/#attr-meta-http-equiv-refresh
    """
    for meta in page.root.iter("meta"):
        if (meta.get("http-equiv") or "").strip().lower() == "refresh":
            match = _REFRESH.match(meta.get("content") or "")
            target = page.resolve(match["url"].strip("\"' ")) if match else None
            return target if target != page.url else None
    return None


def find_name(page: Page) -> str | None:
    """What the site calls itself: its og:site_name, application name, or title."""
    for attribute, name in (("property", "og:site_name"), ("name", "application-name")):
        for meta in page.root.iter("meta"):
            content = " ".join((meta.get("content") or "").split())
            if (meta.get(attribute) or "").lower() == name and content:
                return content
    title = page.root.find(".//title")
    return " ".join(_text(title).split())[:200] or None if title is not None else None


def find_language(page: Page) -> str | None:
    """The language the page says it is in, such as ``en-GB``."""
    html = page.root.getroottree().getroot()
    return html.get("lang") or html.get("{http://www.w3.org/XML/1998/namespace}lang") or None


def _text(element: etree._Element) -> str:
    return "".join(str(text) for text in element.itertext())
