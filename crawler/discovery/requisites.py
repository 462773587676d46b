"""What a page needs to look as it did: style sheets, pictures, fonts, the favicon.

Scripts and frames are not among them: replay runs no script, and frames are pages. Video and audio
are only where they are asked for: one film outweighs a year of articles.
"""

from collections.abc import Iterator

from archive.replay.css import decode_css, find_addresses
from archive.replay.srcset import iter_candidates
from crawler.discovery.found import Found, absolute, unique
from crawler.discovery.markup import Tag
from crawler.discovery.pages import ScannedPage
from crawler.discovery.styles import find_in_style

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
    "image": ("href", "xlink:href"),
    "body": ("background",),
    "table": ("background",),
    "td": ("background",),
}
_BACKGROUNDS = frozenset({"body", "table", "td"})


def iter_requisites(page: ScannedPage, *, media: bool = False) -> tuple[Found, ...]:
    """What a page needs, in its order; at most `MAX_REQUISITES`. ``media``: video and audio too.

    Every candidate of a ``srcset`` is taken: which one a reader's screen will ask for is not known.
    """
    found: dict[str, Found] = {}
    has_icon = False
    for tag in page.tags:
        if not _may_refer(tag):
            continue
        attributes = tag.attributes()
        has_icon = has_icon or (tag.name == "link" and "icon" in _words(attributes, "rel"))
        for reference in _references(tag, attributes, media=media):
            if target := page.resolve(reference):
                found.setdefault(target, Found(target))
        if len(found) >= MAX_REQUISITES:
            break
    if not has_icon and (favicon := absolute(page.url, "/favicon.ico")):
        found.setdefault(favicon, Found(favicon))
    return tuple(found.values())[:MAX_REQUISITES]


def iter_css(css: bytes, url: str, *, charset: str | None = None) -> tuple[Found, ...]:
    """What a style sheet imports and refers to.

    >>> sheet = b"@import 'b.css'; a { background: url(c.png) } @font-face { src: url('d.woff2') }"
    >>> [found.url.rpartition("/")[2] for found in iter_css(sheet, "http://a.example/s/a.css")]
    ['b.css', 'c.png', 'd.woff2']
    """
    references = find_addresses(decode_css(css, charset=charset))
    targets = (absolute(url, reference) for reference in references)
    return unique(Found(target) for target in targets if target)[:MAX_REQUISITES]


def _may_refer(tag: Tag) -> bool:
    """Pass over what cannot need anything before its attributes are read."""
    if tag.name in _BACKGROUNDS:
        return "url" in tag.source or "background" in tag.source.lower()
    return tag.name not in ("meta", "base") or "url" in tag.source


def _references(tag: Tag, attributes: dict[str, str], *, media: bool) -> Iterator[str]:
    name = tag.name
    if name == "link":
        yield from _link(attributes)
    elif name == "style":
        yield from find_in_style(tag.text)
    elif name == "source":
        if tag.holder == "picture":
            yield from _pictures(attributes, ("src",))
    elif name in _SOURCES:
        yield from _pictures(attributes, _SOURCES[name])
    if "url" in (style := attributes.get("style", "")):
        yield from find_in_style(style)
    played = name in _PLAYERS or (name in ("source", "track") and tag.holder in _PLAYERS)
    if media and played and (source := attributes.get("src")):
        yield source


def _link(link: dict[str, str]) -> Iterator[str]:
    rel = _words(link, "rel")
    preloaded = "preload" in rel and link.get("as", "").lower() in _PRELOADED
    if (rel & _LINK_RELS or preloaded) and (href := link.get("href")):
        yield href
    if preloaded and (srcset := link.get("imagesrcset")):
        yield from _candidates(srcset)


def _pictures(attributes: dict[str, str], names: tuple[str, ...]) -> Iterator[str]:
    for name in names:
        if value := attributes.get(name):
            yield value
    for name in ("srcset", "data-srcset"):
        if value := attributes.get(name):
            yield from _candidates(value)


def _words(attributes: dict[str, str], name: str) -> set[str]:
    return set(attributes.get(name, "").lower().split())


def _candidates(srcset: str) -> Iterator[str]:
    return (address for address, _ in iter_candidates(srcset))
