"""What a page says about itself for machines: JSON-LD, Open Graph and other meta elements.

JSON-LD is read with the standard parser and repaired only where it fails: cleaning every string
took one live blog of 1.3 MB over a second elsewhere.
"""

import html
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from lxml.html import HtmlElement

Node = dict[str, Any]

ARTICLE_TYPES = frozenset(
    {
        "Article",
        "NewsArticle",
        "AnalysisNewsArticle",
        "AskPublicNewsArticle",
        "BackgroundNewsArticle",
        "OpinionNewsArticle",
        "ReportageNewsArticle",
        "ReviewNewsArticle",
        "AdvertiserContentArticle",
        "SatiricalArticle",
        "ScholarlyArticle",
        "TechArticle",
        "BlogPosting",
        "LiveBlogPosting",
        "SocialMediaPosting",
        "Report",
        "Review",
        "Recipe",
    }
)
_LISTING = ("itemListElement", "hasPart", "mentions", "citation", "comment", "relatedLink")
# A graph deeper or larger than this is an attack or a product catalogue, not an article.
_MAX_DEPTH = 12
_MAX_NODES = 5_000
_MAX_JSON_CHARS = 8_000_000

# ``(self.__next_s=self.__next_s||[]).push([0,{"type":"application/ld+json",...``
_PUSHED = re.compile(r"__next_s\s*\|\|\s*\[\]\)\.push\((?=\[)")
_MAX_PUSH_CHARS = 200
_TRAILING_COMMA = re.compile(r",(\s*[}\]])")
_COMMENT = re.compile(r"^\s*(?:<!--|//\s*<!\[CDATA\[|/\*.*?\*/|<!\[CDATA\[)", re.DOTALL)
_COMMENT_END = re.compile(r"(?:-->|//\s*\]\]>|\]\]>|;)\s*$")
_BAD_ESCAPE = re.compile(r"\\(?![\"\\/bfnrtu])")


@dataclass(frozen=True, slots=True)
class Structured:
    """Statements of a page about itself.

    ``article`` is the JSON-LD node that describes the article, empty when there is none;
    ``nodes`` are all nodes with a type; ``metas`` maps lower-case ``property``, ``name`` or
    ``itemprop`` to the contents in page order.
    """

    article: Node = field(default_factory=dict)
    nodes: tuple[Node, ...] = ()
    metas: dict[str, list[str]] = field(default_factory=dict)

    def find_meta(self, *names: str) -> str | None:
        """Find the first content under the first of ``names`` that has one."""
        for name in names:
            for content in self.metas.get(name, ()):
                return content
        return None


def read_structured(root: HtmlElement) -> Structured:
    """Read the statements of a parsed page.

    >>> from extract.tree import parse
    >>> page = '<script type="application/ld+json">{"@type":"Article","headline":"Hi",}</script>'
    >>> read_structured(parse(page)).article["headline"]
    'Hi'
    """
    nodes = tuple(_iter_nodes(root))
    return Structured(_pick_article(nodes), nodes, _read_metas(root))


def types_of(node: Node) -> frozenset[str]:
    """Name the types of a node, without their vocabulary's address.

    >>> sorted(types_of({"@type": ["https://schema.org/NewsArticle", "Report"]}))
    ['NewsArticle', 'Report']
    """
    return frozenset(
        str(name).rpartition("/")[2] for name in as_list(node.get("@type")) if isinstance(name, str)
    )


def as_list(value: Any) -> list[Any]:  # noqa: ANN401 - JSON
    """Give a list of what may be one value, a list, or nothing."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def as_text(value: Any) -> str | None:  # noqa: ANN401 - JSON
    """Give the text of a JSON value, entities resolved and white space folded.

    >>> as_text({"@value": "Fish &amp;  chips"}), as_text([]), as_text("  ")
    ('Fish & chips', None, None)
    """
    if isinstance(value, list):
        return next((text for item in value if (text := as_text(item))), None)
    if isinstance(value, dict):
        return as_text(value.get("@value") or value.get("name"))
    if not isinstance(value, str):
        return None
    return " ".join(html.unescape(value).split()) or None


def parse_json(text: str) -> Any:  # noqa: ANN401 - JSON
    r"""Read JSON as found on pages, repairing the usual faults; None when nothing helps.

    >>> parse_json('<!-- {"a": "tab\there", "b": [1,],} -->')
    {'a': 'tab\there', 'b': [1]}
    """
    if len(text) > _MAX_JSON_CHARS:
        return None
    try:
        return json.loads(text, strict=False)
    except (ValueError, RecursionError):
        pass
    text = _COMMENT_END.sub("", _COMMENT.sub("", text.strip())).strip()
    text = _TRAILING_COMMA.sub(r"\1", _BAD_ESCAPE.sub(r"\\\\", text))
    for attempt in (text, html.unescape(text)):
        try:
            # raw_decode forgives what follows the first value: a second object, a stray brace.
            return json.JSONDecoder(strict=False).raw_decode(attempt)[0]
        except (ValueError, RecursionError):
            continue
    return None


def _iter_nodes(root: HtmlElement) -> Iterator[Node]:
    for script in root.iter("script"):
        kind, text = script.get("type", ""), script.text or ""
        if "ld+json" in kind.lower() and text:
            yield from _walk(parse_json(text))
        elif match := _PUSHED.search(text[:_MAX_PUSH_CHARS]):
            yield from _pushed(parse_json(text[match.end() :]))


def _pushed(value: Any) -> Iterator[Node]:  # noqa: ANN401 - JSON
    """Yield the nodes of JSON-LD that a script of Next.js adds to the page."""
    for item in as_list(value):
        if isinstance(item, dict) and "ld+json" in str(item.get("type")):
            yield from _walk(parse_json(str(item.get("children"))))


def _walk(value: Any) -> Iterator[Node]:  # noqa: ANN401 - JSON
    """Yield the typed nodes of a value in document order, to a bounded depth and number."""
    stack, seen = [(value, 0)], 0
    while stack and seen < _MAX_NODES:
        item, depth = stack.pop()
        if depth > _MAX_DEPTH:
            continue
        if isinstance(item, dict):
            seen += 1
            if "@type" in item:
                yield item
            item = [child for child in item.values() if isinstance(child, (dict, list))]
        if isinstance(item, list):
            stack.extend((child, depth + 1) for child in reversed(item))


def _pick_article(nodes: tuple[Node, ...]) -> Node:
    """Pick the node that describes this page's article: the richest of the first few."""
    listed = {id(node) for outer in nodes for node in _iter_listed(outer)}
    own = [node for node in nodes if id(node) not in listed]
    articles = [node for node in own if types_of(node) & ARTICLE_TYPES]
    if not articles:
        articles = [n for n in own if "headline" in n and "datePublished" in n]
    keys = ("headline", "datePublished", "author", "articleBody", "mainEntityOfPage", "description")
    # max() keeps the first of equals: related articles in a list come after their page's own.
    return max(articles, key=lambda n: sum(k in n for k in keys[:3]), default={})


def _iter_listed(node: Node) -> Iterator[Node]:
    """Give the nodes that a node only lists or mentions: other stories, comments on this one."""
    for key in _LISTING:
        yield from _walk(node.get(key))


def _read_metas(root: HtmlElement) -> dict[str, list[str]]:
    metas: dict[str, list[str]] = {}
    for meta in root.iter("meta"):
        content = meta.get("content")
        content = content and " ".join(content.split())
        if not content:
            continue
        # RDFa lists several properties in one attribute.
        given = [*(meta.get("property") or "").split(), meta.get("name"), meta.get("itemprop")]
        for name in filter(None, given):
            metas.setdefault(name.strip().lower(), []).append(content)
    return metas
