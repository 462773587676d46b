"""The smaller fields: canonical URL, image, section, tags, languages."""

import re
from collections.abc import Iterable
from urllib.parse import urljoin, urlsplit

import py3langid
from lxml.html import HtmlElement

from extract.article import Evidence
from extract.structured import Structured, as_list, as_text

Found = tuple[str | None, Evidence | None]

_LANGUAGE = re.compile(r"^([a-zA-Z]{2,3})(?:[-_]([a-zA-Z]{2,8}))*$")
# Below this the identifier guesses; 60 letters name the language of 0.99 of the development pages.
_MIN_LETTERS = 60
# The identifier's time grows with the text, its answer does not change after this much.
_SAMPLE_CHARS = 400
_SECTION_META = (
    "article:section",
    "og:section",
    "section",
    "parsely-section",
    "sailthru.section",
    "cxenseparse:section",
    "dc.subject",
)
_MAX_TAGS = 30
_MAX_TAG_CHARS = 80


def find_canonical(root: HtmlElement, said: Structured, url: str) -> Found:
    """Find the address the page claims; absolute, http or https.

    >>> from extract.tree import parse
    >>> root = parse('<link rel="canonical" href="/a?x=1"><p>Text')
    >>> find_canonical(root, Structured(), "https://x.test/b")[0]
    'https://x.test/a?x=1'
    """
    stated = [("link canonical", link.get("href")) for link in _links(root, "canonical")]
    stated += [("meta og:url", said.find_meta("og:url"))]
    stated += [("json-ld url", as_text(said.article.get("url")))]
    return _first("canonical_url", _absolute(stated, url))


def find_image(said: Structured, url: str) -> Found:
    """Find the address of the article's main picture."""
    stated = [("meta og:image", said.find_meta("og:image:secure_url", "og:image"))]
    for image in as_list(said.article.get("image")):
        address = image.get("url") or image.get("contentUrl") if isinstance(image, dict) else image
        stated.append(("json-ld image", as_text(address)))
    stated.append(("meta twitter:image", said.find_meta("twitter:image", "twitter:image:src")))
    return _first("image", _absolute(stated, url))


def find_section(said: Structured) -> Found:
    """Find the section of the publication the article stands in."""
    stated = [
        ("json-ld articleSection", as_text(said.article.get("articleSection"))),
        *((f"meta {name}", said.find_meta(name)) for name in _SECTION_META),
        *(
            ("json-ld breadcrumb", _crumb(node.get("itemListElement")))
            for node in said.nodes
            if node.get("@type") == "BreadcrumbList"
        ),
    ]
    return _first("section", stated)


def find_tags(said: Structured) -> tuple[tuple[str, ...], Evidence | None]:
    """Find the keywords of the article, in the order stated.

    >>> find_tags(Structured(metas={"keywords": ["tax, Rates ,tax"]}))[0]
    ('tax', 'Rates')
    """
    keywords = [as_text(word) or "" for word in as_list(said.article.get("keywords"))]
    sources = (
        ("json-ld keywords", keywords),
        ("meta article:tag", said.metas.get("article:tag", [])),
        ("meta news_keywords", said.metas.get("news_keywords", [])),
        ("meta keywords", said.metas.get("keywords", [])),
    )
    stated = [(rule, _tags(texts)) for rule, texts in sources if _tags(texts)]
    if not stated:
        return (), None
    rule, tags = stated[0]
    rivals = tuple((r, "; ".join(t)) for r, t in stated[1:] if t != tags)
    return tags, Evidence("tags", "; ".join(tags), rule, rivals)


def find_declared_language(root: HtmlElement, said: Structured) -> Found:
    """Find the language the page declares, as a lower-case BCP 47 tag.

    >>> from extract.tree import parse
    >>> find_declared_language(parse('<html lang="de_AT"><p>Text'), Structured())[0]
    'de-at'
    """
    stated = [
        ("html lang", root.get("lang") or root.get("xml:lang")),
        ("json-ld inLanguage", as_text(said.article.get("inLanguage"))),
        (
            "meta language",
            said.find_meta("content-language", "language", "og:locale", "dc.language"),
        ),
    ]
    tags = [(rule, text.strip().replace("_", "-").lower()) for rule, text in stated if text]
    return _first("declared_language", [(r, t) for r, t in tags if _LANGUAGE.match(t)])


def detect_language(text: str, declared: str | None) -> Found:
    """Detect the language of a text: two or three letters; None when there is too little.

    >>> detect_language("Der Minister ist am Montag nach Wochen der Kritik zurückgetreten, "
    ...                 "wie die Regierung mitteilte.", "en")[0]
    'de'
    """
    sample = text[:_SAMPLE_CHARS]
    if sum(map(str.isalpha, sample)) < _MIN_LETTERS:
        return None, None
    detected = str(py3langid.classify(sample)[0])
    rivals = (("declared", declared),) if declared and declared[:2] != detected else ()
    return detected, Evidence("language", detected, "py3langid", rivals)


def _links(root: HtmlElement, rel: str) -> list[HtmlElement]:
    return [e for e in root.iter("link") if rel in e.get("rel", "").lower().split()]


def _absolute(stated: Iterable[tuple[str, str | None]], base: str) -> list[tuple[str, str | None]]:
    addresses: list[tuple[str, str | None]] = []
    for rule, text in stated:
        try:
            address = urljoin(base, (text or "").strip())
            if text and text.strip() and urlsplit(address).scheme in {"http", "https"}:
                addresses.append((rule, address))
        except ValueError:
            continue
    return addresses


def _first(field: str, stated: Iterable[tuple[str, str | None]]) -> Found:
    found = [(rule, text) for rule, text in stated if text]
    if not found:
        return None, None
    rule, value = found[0]
    rivals = tuple((r, v) for r, v in found[1:] if v != value)
    return value, Evidence(field, value, rule, rivals)


def _crumb(items: object) -> str | None:
    """Name the section in a breadcrumb: the last but the article itself, never the home page."""
    names = [
        as_text(item.get("name")) or as_text(item.get("item"))
        for item in as_list(items)
        if isinstance(item, dict)
    ]
    return names[1] if len(names) > 2 else None


def _tags(texts: Iterable[str]) -> tuple[str, ...]:
    tags = (tag.strip() for text in texts for tag in re.split(r"[,;，、]", text))
    kept: dict[str, str] = {}
    for tag in tags:
        if 0 < len(tag) <= _MAX_TAG_CHARS:
            kept.setdefault(tag.casefold(), tag)
    return tuple(kept.values())[:_MAX_TAGS]
