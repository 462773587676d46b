"""What a page needs to look as it did: style sheets, pictures, fonts, the favicon.

Scripts and frames are not among them: replay runs no script, and frames are pages. Video and audio
are only where they are asked for: one film outweighs a year of articles.
"""

from collections.abc import Iterator

from lxml.html import HtmlElement

from archive.replay.css import decode_css, find_addresses
from archive.replay.srcset import iter_candidates
from crawler.discovery.found import Found, absolute, unique
from crawler.discovery.pages import Page

#: A page that wants more is a trap or a gallery of galleries.
MAX_REQUISITES = 400
_LINK_RELS = frozenset(
    {"stylesheet", "icon", "shortcut", "apple-touch-icon", "apple-touch-icon-precomposed"}
)
_PRELOADED = frozenset({"style", "image", "font"})
_PLAYERS = frozenset({"video", "audio"})
# Lazy loaders keep the real address there until a script runs; replay runs none, but a copy of
# the archive elsewhere may.
_SOURCES = {
    "img": ("src", "data-src"),
    "input": ("src",),
    "video": ("poster",),
    "image": ("href", "{http://www.w3.org/1999/xlink}href", "xlink:href"),
    "body": ("background",),
    "table": ("background",),
    "td": ("background",),
}


def iter_requisites(page: Page, *, media: bool = False) -> tuple[Found, ...]:
    """What a page needs, in its order; at most `MAX_REQUISITES`. ``media``: video and audio too.

    Every candidate of a ``srcset`` is taken: which one a reader's screen will ask for is not known.
    """
    found: list[Found] = []
    icon = False
    for element in page.root.iter("*"):
        references = (
            _references(element) if not media else (*_references(element), *_media(element))
        )
        targets = (page.resolve(reference) for reference in references)
        found.extend(Found(target) for target in targets if target)
        icon = icon or "icon" in (element.get("rel") or "").lower().split()
    if not icon and (favicon := absolute(page.url, "/favicon.ico")):
        found.append(Found(favicon))
    return unique(found)[:MAX_REQUISITES]


def iter_css(css: bytes, url: str, *, charset: str | None = None) -> tuple[Found, ...]:
    """What a style sheet imports and refers to.

    >>> sheet = b"@import 'b.css'; a { background: url(c.png) } @font-face { src: url('d.woff2') }"
    >>> [found.url.rpartition("/")[2] for found in iter_css(sheet, "http://a.example/s/a.css")]
    ['b.css', 'c.png', 'd.woff2']
    """
    references = find_addresses(decode_css(css, charset=charset))
    targets = (absolute(url, reference) for reference in references)
    return unique(Found(target) for target in targets if target)[:MAX_REQUISITES]


def _references(element: HtmlElement) -> Iterator[str]:
    tag = element.tag
    if tag == "link":
        yield from _link(element)
    elif tag == "style":
        yield from find_addresses(element.text or "")
    elif tag == "source":
        if (parent := element.getparent()) is not None and parent.tag == "picture":
            yield from _pictures(element, ("src",))
    elif tag in _SOURCES:
        yield from _pictures(element, _SOURCES[tag])
    if "url" in (style := element.get("style") or ""):
        yield from find_addresses(style)


def _media(element: HtmlElement) -> Iterator[str]:
    parent = element.getparent()
    played = element.tag in _PLAYERS or (
        element.tag in ("source", "track") and parent is not None and parent.tag in _PLAYERS
    )
    if played and (source := element.get("src")):
        yield source


def _link(link: HtmlElement) -> Iterator[str]:
    rel = set((link.get("rel") or "").lower().split())
    preloaded = "preload" in rel and (link.get("as") or "").lower() in _PRELOADED
    if (rel & _LINK_RELS or preloaded) and (href := link.get("href")):
        yield href
    if preloaded and (srcset := link.get("imagesrcset")):
        yield from _candidates(srcset)


def _pictures(element: HtmlElement, attributes: tuple[str, ...]) -> Iterator[str]:
    for attribute in attributes:
        if value := element.get(attribute):
            yield value
    for attribute in ("srcset", "data-srcset"):
        yield from _candidates(element.get(attribute) or "")


def _candidates(srcset: str) -> Iterator[str]:
    return (address for address, _ in iter_candidates(srcset))
