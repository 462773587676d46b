"""What a page states of itself: that it is an article, and when it was published.

It outweighs all that can be counted on the page: a short report among forty links is no list.
"""

from dataclasses import dataclass
from enum import IntEnum
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from extract.structured import ARTICLE_TYPES, Node, Structured, as_list, as_text, types_of

# Of these a page has one, if it is an article; `date` and its like are on pages of all sorts.
_DATED_METAS = (
    "article:published_time",
    "article:published",
    "og:article:published_time",
    "og:published_time",
    "publishdate",
    "publish-date",
    "publish_date",
    "pubdate",
    "published_at",
    "publication_date",
    "parsely-pub-date",
    "sailthru.date",
    "dcterms.created",
    "dc.date.issued",
    "citation_publication_date",
    "article.published",
    "cxenseparse:recs:publishtime",
    "datepublished",
)
_NAMED_METAS = ("article:section", "article:author", "article:tag")
_LISTS = frozenset({"CollectionPage", "ItemList", "SearchResultsPage", "ProfilePage", "Blog"})
# A page that states this many articles may be a list of them.
_MIN_LISTED = 3


class Stated(IntEnum):
    """How firmly a page states that it is an article."""

    NOTHING = 0
    HINTED = 1
    """A type for sharing, an author, a section: templates put these on other pages, too."""
    TYPED = 2
    """A type of article for machines."""
    DATED = 3
    """The time it was published."""


@dataclass(frozen=True, slots=True)
class Statement:
    """What a page states of itself, by what, and the types of its microdata."""

    stated: Stated
    rule: str
    items: frozenset[str] = frozenset()


def find_statement(root: HtmlElement, said: Structured, url: str) -> Statement:
    """Tell how firmly a page states that it is an article, and by what.

    Args:
        root: the page, uncut.
        said: its statements for machines.
        url: its address.

    >>> from extract.structured import read_structured
    >>> from extract.tree import parse
    >>> root = parse('<meta property="article:published_time" content="2026-01-02"><p>Hi')
    >>> find_statement(root, read_structured(root), "").rule
    'meta article:published_time'
    """
    # Not what JSON-LD has as an address: that may be the first article of a list.
    links = [e.get("href") for e in root.iter("link") if e.get("rel") == "canonical"]
    addresses = [url, *filter(None, links), said.find_meta("og:url") or url]
    items = [(element, _type(element)) for element in root.iterfind(".//*[@itemtype]")]
    stated, rule = _find_stated(said, [e for e, name in items if name in ARTICLE_TYPES], addresses)
    return Statement(stated, rule, frozenset(name for _, name in items))


def _find_stated(
    said: Structured, items: list[HtmlElement], addresses: list[str]
) -> tuple[Stated, str]:
    own = _find_own(said, addresses)
    if own.get("datePublished") or own.get("dateCreated"):
        return Stated.DATED, "json-ld datePublished"
    for name in _DATED_METAS:
        if len(said.metas.get(name, ())) == 1:
            return Stated.DATED, f"meta {name}"
    item = _pick_item(items)
    if item is not None and any("datePublished" in (e.get("itemprop") or "") for e in item.iter()):
        return Stated.DATED, "microdata datePublished"
    if own or item is not None:
        return Stated.TYPED, "json-ld type" if own else "microdata type"
    if (said.find_meta("og:type") or "").lower() in {"article", "news", "blog", "news.article"}:
        return Stated.HINTED, "meta og:type"
    named = next((name for name in _NAMED_METAS if said.find_meta(name)), None)
    return (Stated.HINTED, f"meta {named}") if named else (Stated.NOTHING, "default")


def _find_own(said: Structured, addresses: list[str]) -> Node:
    """Find the article that is the page's, empty when there is none but those that it lists."""
    articles = [node for node in said.nodes if types_of(node) & ARTICLE_TYPES]
    is_list = any(types_of(node) & _LISTS for node in said.nodes)
    if len(articles) < _MIN_LISTED or not is_list:
        return said.article
    paths = {_path(address) for address in addresses}
    return next((node for node in articles if paths & set(_paths(node))), {})


def _paths(node: Node) -> list[str]:
    """List the paths of the addresses that a node names as its own."""
    places = [node.get("url"), node.get("@id"), *as_list(node.get("mainEntityOfPage"))]
    texts = [
        as_text(p.get("@id") or p.get("url")) if isinstance(p, dict) else as_text(p) for p in places
    ]
    return [path for text in texts if text and (path := _path(text))]


def _path(address: str) -> str:
    try:
        return urlsplit(address).path.strip("/")
    except ValueError:
        return ""


def _pick_item(items: list[HtmlElement]) -> HtmlElement | None:
    """Pick the one element marked up as an article; of several none is the page's own."""
    held = set(items)
    outer = [e for e in items if not any(a in held for a in e.iterancestors())]
    return outer[0] if len(outer) == 1 else None


def _type(element: HtmlElement) -> str:
    return (element.get("itemtype") or "").strip().rstrip("/").rpartition("/")[2]
