"""Who wrote it: structured statements first, cleaned of roles, addresses and lists."""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from extract.article import Evidence
from extract.lines import Line
from extract.sift import looks_like_name
from extract.structured import Structured, as_list, as_text
from extract.title import fold

_BY = re.compile(
    r"^\s*(?:(?:written|story|words|text|article|report|reporting|posted|published)\s+)?"
    r"(?:by|von|par|por|di|da|door|av|af|przez|oleh|от|автор|autor(?:a|en|es|e|in)?|author|"
    r"texte?|texto|testo|tekst)\b\s*:?\s+|^\s*(?:文|記者|기자|作者)\s*[:：/／]\s*",
    re.IGNORECASE,
)
_SPLIT = re.compile(r"\s*[;,|·•、，]\s*")
_SPLIT_NAMES = re.compile(
    r"\s*/\s*|\s+(?:and|und|et|y|e|och|og|en|i|ve|ja|с|и|dan|&|\+)\s+", re.IGNORECASE
)
_ADDRESS = re.compile(
    r"^(?:https?:)?//|^www\.|@[\w.-]+\.\w|\.(?:com|org|net|de|co)\b", re.IGNORECASE
)
_ROLE = re.compile(
    r"\s*[,(–-]\s*(?:[\w\s]*\b(?:correspondent|editor|reporter|writer|columnist|chief|staff|"
    r"redakteur(?:in)?|korrespondent(?:in)?|journalist(?:e|a|in)?|contributor)\b.*)$",
    re.IGNORECASE,
)
_WRITTEN_BY = re.compile(
    r"(?:written|verfasst|geschrieben|escrito|écrit|scritto|geschreven|napisane|skriven|skrevet|"
    r"yazan|автор|написано|作者|執筆者|글쓴이|كُتب|द्वारा|ditulis)",
    re.IGNORECASE,
)
SITE_ITSELF = ", the site itself"
_MAX_NAME_CHARS = 60
_MAX_NAME_WORDS = 6
# How far above the first paragraph a byline stands.
_BYLINE_LINES = 12


def find_authors(
    root: HtmlElement, said: Structured, url: str = ""
) -> tuple[tuple[str, ...], Evidence | None]:
    """Find the authors, in the order the page names them.

    >>> from extract.structured import read_structured
    >>> from extract.tree import parse
    >>> root = parse('<meta name="author" content="By Jo Bloggs and Ann Lee"><p>Text')
    >>> find_authors(root, read_structured(root))[0]
    ('Jo Bloggs', 'Ann Lee')
    """
    stated: list[tuple[str, tuple[str, ...]]] = []
    for rule, texts in _iter_stated(root, said):
        if names := clean_names(texts):
            stated.append((rule, names))
    if not stated:
        return (), None
    # Many sites name themselves as the author and put the person in a meta element or a byline.
    site = {fold(name) for name in _iter_site_names(said, url)}
    persons = [(r, n) for r, n in stated if not {fold(name) for name in n} & site]
    rule, names = persons[0] if persons else (f"{stated[0][0]}{SITE_ITSELF}", stated[0][1])
    rivals = tuple((r, "; ".join(n)) for r, n in stated if n != names)
    return names, Evidence("authors", "; ".join(names), rule, rivals)


def clean_names(texts: list[str]) -> tuple[str, ...]:
    """Make names of what stands in author fields.

    >>> clean_names(["By JO BLOGGS, Political Editor", "https://x.test/jo", "Ann Lee; Bo Ek"])
    ('JO BLOGGS', 'Ann Lee', 'Bo Ek')
    >>> clean_names(["Le Figaro et AFP", "Ann Lee et Bo Ek"])
    ('Le Figaro et AFP', 'Ann Lee', 'Bo Ek')
    """
    names: dict[str, str] = {}
    for text in texts:
        if _ADDRESS.search(text):
            continue
        for part in _split(_ROLE.sub("", _BY.sub("", text))):
            name = _BY.sub("", part).strip(" \t.:–-\"'()")
            if _is_name(name):
                names.setdefault(fold(name), name)
    return tuple(names.values())


def _split(text: str) -> list[str]:
    """Split a list of names; by "and" and strokes only where both sides are whole names."""
    parts = []
    for part in _SPLIT.split(text):
        pieces = _SPLIT_NAMES.split(part)
        parts += pieces if all(len(piece.split()) > 1 for piece in pieces) else [part]
    return parts


def _is_name(text: str) -> bool:
    if not text or len(text) > _MAX_NAME_CHARS or len(text.split()) > _MAX_NAME_WORDS:
        return False
    return (
        bool(fold(text)) and ":" not in text and not _ADDRESS.search(text) and not text[0].isdigit()
    )


def _iter_stated(root: HtmlElement, said: Structured) -> Iterator[tuple[str, list[str]]]:
    yield "json-ld author", _json_names(said, "author")
    for name in (
        "author",
        "article:author",
        "dc.creator",
        "dcterms.creator",
        "parsely-author",
        "articleauthor",
        "article_author",
        "twitter:misc:written by",
        "sailthru.author",
        "byl",
        "cxenseparse:author",
        "twitter:creator:name",
    ):
        yield f"meta {name}", list(said.metas.get(name, ()))
    yield "meta twitter:data", list(_iter_card(said))
    yield from _iter_markup(root)
    yield "json-ld creator", _json_names(said, "creator")


def _iter_card(said: Structured) -> Iterator[str]:
    """Read the pairs of label and value that the commonest WordPress plugin writes."""
    for number in "1234":
        label = said.find_meta(f"twitter:label{number}")
        if label and _WRITTEN_BY.match(label):
            yield from said.metas.get(f"twitter:data{number}", ())


def _iter_site_names(said: Structured, url: str) -> Iterator[str]:
    host = (urlsplit(url).hostname or "").removeprefix("www.")
    yield host
    yield from (label for label in host.split(".")[:-1] if len(label) > 2)
    yield from said.metas.get("og:site_name", ())
    for key in ("publisher", "sourceOrganization"):
        for publisher in as_list(said.article.get(key)):
            if name := as_text(publisher):
                yield name


def _json_names(said: Structured, key: str) -> list[str]:
    by_id = {node["@id"]: node for node in said.nodes if isinstance(node.get("@id"), str)}
    names = []
    for stated in as_list(said.article.get(key)):
        author = stated
        if isinstance(stated, dict) and "name" not in stated:
            author = {**by_id.get(str(stated.get("@id")), {}), **stated}
        if isinstance(author, dict) and not author.get("name"):
            parts = (as_text(author.get("givenName")), as_text(author.get("familyName")))
            names.append(" ".join(part for part in parts if part))
        elif isinstance(author, dict):
            names.extend(text for item in as_list(author["name"]) if (text := as_text(item)))
        elif text := as_text(author):
            names.append(text)
    return names


def _iter_markup(root: HtmlElement) -> Iterator[tuple[str, list[str]]]:
    yield "rel author", _texts(root, ".//a[@rel='author']")
    yield "microdata author", _texts(root, ".//*[@itemprop='author']//*[@itemprop='name']")
    yield "microdata author", _texts(root, ".//*[@itemprop='author']")
    yield (
        "class author",
        _texts(
            root,
            ".//*[@class='author' or @class='byline__name' "
            "or @class='author-name' or @class='author vcard']",
        ),
    )


def _texts(root: HtmlElement, path: str) -> list[str]:
    found = root.xpath(path)
    texts = [" ".join(element.text_content().split()) for element in found[:6]]
    return [text for text in texts if 0 < len(text) <= 2 * _MAX_NAME_CHARS]


def find_byline(
    lines: list[Line], evidence: Evidence | None
) -> tuple[tuple[str, ...], Evidence] | None:
    """Find authors in the lines around the headline, where nothing was stated but the site.

    Args:
        lines: all lines, the body chosen and sifted.
        evidence: of the authors found so far.
    """
    if evidence is not None and not evidence.rule.endswith(SITE_ITSELF):
        return None
    body = next((i for i, line in enumerate(lines) if line.chosen and line.is_prose), len(lines))
    for line in reversed(lines[max(0, body - _BYLINE_LINES) : body + 1]):
        if line.is_prose or line.chars > 2 * _MAX_NAME_CHARS:
            continue
        stands_alone = line.rule in {"name above the text", "byline"} or _is_named_byline(line)
        names = clean_names([line.text]) if stands_alone or _BY.match(line.text) else ()
        names = tuple(name for name in names if looks_like_name(name))
        if names:
            rivals = ((evidence.rule, evidence.value),) if evidence else ()
            return names, Evidence("authors", "; ".join(names), "byline in the text", rivals)
    return None


def _is_named_byline(line: Line) -> bool:
    return line.rule is not None and ("byline" in line.rule or "author" in line.rule)
