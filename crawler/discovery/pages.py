"""What a page names: links, announced feeds, its own title and language."""

import re
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from dataclasses import dataclass
from html import unescape

from crawler.discovery.found import Found, absolute, unique
from crawler.discovery.markup import Tag, iter_tags

# A longer wait is a page that renews itself, such as a live blog.
_REFRESH = re.compile(r"\s*[0-9](?:\.\d*)?\s*[;,]\s*(?:url\s*=\s*)?(?P<url>\S.*)", re.IGNORECASE)
_FEED_TYPES = (
    "application/rss+xml",
    "application/atom+xml",
    "application/rdf+xml",
    "application/feed+xml",
    "application/feed+json",
)
_CHARSET = re.compile(r"charset\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
_DECLARED = re.compile(rb"<meta\b[^>]{0,512}?charset\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
_PRESCAN_BYTES = 16_384
_LINKS = frozenset({"a", "area"})
_ABOUT = frozenset({"html", "title", "meta", "link", "base"})
_NEEDS = frozenset(
    {"link", "style", "source", "img", "input", "video", "audio", "track", "image"}
    | {"body", "table", "td", "base", "meta"}
)
#: Everything that is asked of pages here and in `crawler.discovery.requisites`.
ALL_TAGS = _LINKS | _ABOUT | _NEEDS
#: What an article is asked for: it is not read for its links.
ARTICLE_TAGS = _NEEDS


class NoMarkup(ValueError):
    """There is no HTML in what should be a page."""


@dataclass(frozen=True, slots=True)
class ScannedPage:
    """The tags of a page and what its references are relative to."""

    tags: tuple[Tag, ...]
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


def read_page(
    html: bytes, url: str, *, content_type: str = "", names: frozenset[str] = ALL_TAGS
) -> ScannedPage:
    """Read the tags of a page.

    >>> page = read_page(b"<base href='/sub/'><a href=x>x</a>", "http://a.example/")
    >>> [found.url for found in iter_links(page)]
    ['http://a.example/sub/x']

    Args:
        html: Content-decoded.
        url: Where it was found, after redirects.
        content_type: As the server sent it, for its charset.
        names: Of the elements that will be asked for: `ALL_TAGS` or `ARTICLE_TAGS`.

    Raises:
        NoMarkup: there is no tag in it.
    """
    text, encoding = _decode(html, content_type)
    # What styles refer to stands in url(), whatever the element.
    tags = tuple(iter_tags(text, names, mentioning="url"))
    if not tags and next(iter_tags(text, names, mentioning=""), None) is None:
        raise NoMarkup(f"{url}: no HTML in {len(html)} bytes")
    bases = (tag.attributes().get("href") for tag in tags if tag.name == "base")
    declared = next((href for href in bases if href is not None), None)
    base = absolute(url, declared) if declared is not None else None
    return ScannedPage(tags, url, base or url, encoding)


def iter_links(page: ScannedPage) -> tuple[Found, ...]:
    """Every http(s) address that a reader could click on, in the order of the page."""
    hrefs = (tag.attributes().get("href", "") for tag in page.tags if tag.name in _LINKS)
    return unique(Found(target) for href in hrefs if (target := page.resolve(href)))


def iter_announced_feeds(page: ScannedPage) -> tuple[AnnouncedFeed, ...]:
    """The feeds that a page announces, comment feeds left out.

    >>> html = b'<link rel=alternate type=application/rss+xml href=/f title=News>'
    >>> iter_announced_feeds(read_page(html, "http://a.example/"))
    (AnnouncedFeed(url='http://a.example/f', title='News'),)

    Source: https://www.rssboard.org/rss-autodiscovery
    """
    found: dict[str, AnnouncedFeed] = {}
    for link in (tag.attributes() for tag in page.tags if tag.name == "link"):
        kinds = link.get("type", "").partition(";")[0].strip().lower()
        rel = link.get("rel", "").lower().split()
        target = page.resolve(link.get("href", ""))
        if kinds in _FEED_TYPES and "alternate" in rel and target and "/comments/" not in target:
            title = " ".join(link.get("title", "").split())
            found.setdefault(target, AnnouncedFeed(target, title))
    return tuple(found.values())


def find_refresh(page: ScannedPage) -> str | None:
    """Where a page sends its reader on by itself within ten seconds; None: nowhere.

    >>> html = b'<meta http-equiv="Refresh" content="0; URL=/new.html"><p>moved'
    >>> find_refresh(read_page(html, "http://a.example/"))
    'http://a.example/new.html'

    Source: https://html.spec.whatwg.org/#attr-meta-http-equiv-refresh
    """
    for meta in (tag.attributes() for tag in page.tags if tag.name == "meta"):
        if meta.get("http-equiv", "").strip().lower() == "refresh":
            return read_refresh(meta.get("content", ""), page.url, base=page.base)
    return None


def read_refresh(value: str, url: str, *, base: str | None = None) -> str | None:
    """Where a ``Refresh`` sends the reader of a page within ten seconds; None: nowhere else.

    >>> read_refresh("0; url=/new", "http://a.example/old")
    'http://a.example/new'

    Source: https://html.spec.whatwg.org/#shared-declarative-refresh-steps
    """
    match = _REFRESH.match(value)
    target = absolute(base or url, match["url"].strip("\"' ")) if match else None
    return target if target != url else None


def find_name(page: ScannedPage) -> str | None:
    """What the site calls itself: its og:site_name, application name, or title."""
    metas = [tag.attributes() for tag in page.tags if tag.name == "meta"]
    for attribute, name in (("property", "og:site_name"), ("name", "application-name")):
        for meta in metas:
            content = " ".join(meta.get("content", "").split())
            if meta.get(attribute, "").lower() == name and content:
                return content
    titles = (unescape(tag.text) for tag in page.tags if tag.name == "title")
    return " ".join(next(titles, "").split())[:200] or None


def find_language(page: ScannedPage) -> str | None:
    """The language the page says it is in, such as ``en-GB``."""
    roots = (tag.attributes() for tag in page.tags if tag.name == "html")
    return next(
        (lang for root in roots if (lang := root.get("lang") or root.get("xml:lang"))), None
    )


def _decode(html: bytes, content_type: str) -> tuple[str, str]:
    """Text and the name of its encoding, that the page's query strings are escaped in."""
    if _is_said_to_be_utf8(html, content_type):
        try:
            return html.decode("utf-8-sig"), "utf-8"
        except UnicodeDecodeError:
            pass
    # Nearly every page is done already. Everything else is left to who knows all encodings, and
    # loaded for it only: the readers of articles come with it, 0.2 CPU-s and 30 MB.
    from extract.decode import decode  # noqa: PLC0415

    text, encoding = decode(html, {"Content-Type": content_type} if content_type else None)
    return text, encoding.name


def _is_said_to_be_utf8(html: bytes, content_type: str) -> bool:
    """Tell whether the first declaration names UTF-8; a byte order mark comes before all."""
    if html.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        return False
    if html.startswith(BOM_UTF8):
        return True
    stated, declared = _CHARSET.search(content_type), None
    if stated is None:
        declared = _DECLARED.search(html, 0, _PRESCAN_BYTES)
    label = stated[1] if stated else declared[1].decode("latin-1") if declared else ""
    return label.lower() in ("utf-8", "utf8")
