"""Who wrote it: structured statements first, cleaned of roles, addresses and lists."""

import re
from collections.abc import Iterator

from lxml.html import HtmlElement

from extract.article import Evidence
from extract.byline import LINK, find_marked_bylines
from extract.lines import Line
from extract.names import clean_names, has_label, is_login, is_person, may_be_person
from extract.site import read_site
from extract.structured import Structured, as_list, as_text
from extract.title import SiteNames, fold

_WRITTEN_BY = re.compile(
    r"(?:written|verfasst|geschrieben|escrito|écrit|scritto|geschreven|napisane|skriven|skrevet|"
    r"yazan|автор|написано|作者|執筆者|글쓴이|كُتب|द्वारा|ditulis)",
    re.IGNORECASE,
)
_JSON = "json-ld author"
SITE_ITSELF = ", the site itself"
# How far above the first paragraph a byline stands, and how far below the last one.
_LINES_ABOVE, _LINES_BELOW = 12, 2
_MAX_BYLINE_CHARS = 120
_HEADS = frozenset({"h1", "h2", "h3", "h4", "li", "td", "th"})
_DATED = re.compile(r"\b(?:19|20)\d\d\b|\d{1,2}[./]\d{1,2}[./]\d{2,4}")

Stated = tuple[str, tuple[str, ...]]


def find_authors(
    root: HtmlElement, said: Structured, url: str = ""
) -> tuple[tuple[str, ...], Evidence | None]:
    """Find the authors, in the order the page names them.

    People come before accounts, organisations and the site. A ``meta`` element often holds who
    entered the story: a person whom the printed byline names instead comes before it.

    >>> from extract.structured import read_structured
    >>> from extract.tree import parse
    >>> root = parse('<meta name="author" content="By Jo Bloggs and Ann Lee"><p>Text')
    >>> find_authors(root, read_structured(root))[0]
    ('Jo Bloggs', 'Ann Lee')
    """
    site = read_site(said, url)
    stated = [(rule, names) for rule, texts in _iter_stated(said) if (names := clean_names(texts))]
    # A person stated in JSON-LD is who wrote it: what is printed says the same.
    sure = stated and stated[0][0] == _JSON and all(map(is_person, stated[0][1]))
    sure = sure and not any(map(site.have, stated[0][1]))
    printed = [] if sure else find_marked_bylines(root)
    every = [*stated, *printed]
    creators = clean_names(_json_names(said, "creator"))
    every += [("json-ld creator", creators)] if creators else []
    if not every:
        return (), None
    rule, names = _choose(every, printed, site)
    rivals = tuple((r, "; ".join(n)) for r, n in every if n != names)
    return names, Evidence("authors", "; ".join(names), rule, rivals)


def _choose(every: list[Stated], printed: list[Stated], site: SiteNames) -> Stated:
    named = [(rule, names) for rule, names in every if not any(map(site.have, names))]
    if not named:
        return f"{every[0][0]}{SITE_ITSELF}", every[0][1]
    first = named[0]
    sure = [item for item in printed if item in named and item[0] != LINK]
    people = next((item for item in sure if all(map(is_person, item[1]))), None)
    if people is None or first in printed:
        return first
    if _is_part(first[1], people[1]) or (
        first[0].startswith("meta") and not {*map(fold, first[1])} & {*map(fold, people[1])}
    ):
        return people
    return first


def _is_part(names: tuple[str, ...], of: tuple[str, ...]) -> bool:
    """Whether a single name is a part of a fuller one: "Todd" of "Todd Bates"; or no name."""
    if len(names) != 1 or len(of) != 1:
        return False
    words, fuller = fold(names[0]).split(), fold(of[0]).split()
    return is_login(names[0]) or (len(words) < len(fuller) and set(words) <= set(fuller))


def _iter_stated(said: Structured) -> Iterator[tuple[str, list[str]]]:
    yield _JSON, _json_names(said, "author")
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


def _iter_card(said: Structured) -> Iterator[str]:
    """Read the pairs of label and value that the commonest WordPress plugin writes."""
    for number in "1234":
        label = said.find_meta(f"twitter:label{number}")
        if label and _WRITTEN_BY.match(label):
            yield from said.metas.get(f"twitter:data{number}", ())


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


def find_byline(
    lines: list[Line], evidence: Evidence | None
) -> tuple[tuple[str, ...], Evidence] | None:
    """Find authors in the lines around the body, where nothing was stated but the site.

    Args:
        lines: all lines, the body chosen and sifted.
        evidence: of the authors found so far.
    """
    if evidence is not None and not evidence.rule.endswith(SITE_ITSELF):
        return None
    body = [i for i, line in enumerate(lines) if line.chosen and line.is_prose]
    first, last = (body[0], body[-1]) if body else (len(lines), len(lines))
    above = lines[max(0, first - _LINES_ABOVE) : first + 1]
    below = lines[last + 1 : last + 1 + _LINES_BELOW]
    for rule, names in (
        *(("byline in the text", _read_byline(line)) for line in reversed(above)),
        *(("signature", _read_signature(line)) for line in below),
    ):
        if names:
            rivals = ((evidence.rule, evidence.value),) if evidence else ()
            return names, Evidence("authors", "; ".join(names), rule, rivals)
    return None


def _read_byline(line: Line) -> tuple[str, ...]:
    """Read a line that a label, its class or its place makes a byline."""
    if line.is_prose or line.chars > _MAX_BYLINE_CHARS:
        return ()
    named = line.rule is not None and ("byline" in line.rule or "author" in line.rule)
    read = clean_names([line.text])
    if has_label(line.text):
        return tuple(filter(may_be_person, read))
    names = tuple(filter(is_person, read))
    if named or line.rule == "name above the text":
        return names
    # "Jo Bloggs · The Paper · 5 May 2026": a name before a date, in one line.
    dated = _DATED.search(line.text) and not line.link_chars and line.element.tag not in _HEADS
    return names[:1] if dated and names and line.text.startswith(names[0]) else ()


def _read_signature(line: Line) -> tuple[str, ...]:
    """Read the name that stands alone under the last paragraph, or behind a label."""
    if line.chars > _MAX_BYLINE_CHARS or line.link_chars or line.element.tag in _HEADS:
        return ()
    names = clean_names([line.text])
    alone = len(names) == 1 and fold(names[0]) == fold(line.text) and " " in names[0]
    # A name in a paragraph of its own may be a heading: a signature is set off as one.
    signed = alone and (line.text[0] in "—–-(~" or _slanted_chars(line) >= line.chars)
    return tuple(n for n in names if is_person(n)) if signed or has_label(line.text) else ()


def _slanted_chars(line: Line) -> int:
    slanted = [e.text_content() for e in line.element.iter("em", "i")]
    return sum(len("".join(text.split())) for text in slanted)
