"""The title: the headline the page states to machines, unless others state the same more fully.

JSON-LD ``headline`` is the one statement made to be the headline: ``og:title`` is written for
sharing and often a mere copy of the ``h1``, so that these two agreeing says little. On the 44
development pages where all three stand and differ, the publishers' own parsers side with JSON-LD
29 times, with ``og:title`` 21, with ``h1`` 15. By this order 0.89 of titles are found, by two of
three 0.85, by trafilatura 0.69.
"""

import re
import unicodedata
from collections.abc import Iterator

from lxml.html import HtmlElement

from extract.article import Evidence
from extract.structured import Structured, as_list, as_text

# "Headline | The Paper", "Headline - The Paper", "Headline : The Paper"; also full-width.
_SUFFIX = re.compile(r"\s*(?:\s[|\-–—·•›»:]+\s|[|｜：])\s*(?=[^|｜：]*$)")
_DASH = re.compile(r"\s+[|\-–—·•»]\s+|\s*[:：｜]\s*")
_KICKER = re.compile(r"[^:–—-]{3,60}(?::|\s[–—-])\s+(.{15,})$")
_PART = re.compile(r"\s*[:：|｜]\s+|\s+[–—-]\s+")
# Shorter, it may be a subhead as well.
_MIN_PART_CHARS = 20
_WORD = re.compile(r"\w+")
_MAX_SITE_WORDS = 6
_MAX_TITLE_CHARS = 500
_STRONG = ("json-ld headline", "meta og:title", "h1")
_OWN = ("json-ld headline", "h1")


def fold(text: str) -> str:
    """Fold a text to compare: compatibility forms, case, punctuation and white space.

    >>> fold("„Nein“ – sagt  sie") == fold('"Nein" sagt sie')
    True
    """
    return " ".join(_WORD.findall(unicodedata.normalize("NFKC", text).casefold()))


def title_parts(title: str) -> list[str]:
    """Give the kicker and the headline that a title joins: pages set them in lines of their own.

    >>> title_parts("Storm over the north: The ferry is late again")
    ['Storm over the north', 'The ferry is late again']
    >>> title_parts("Storm: The ferry is late again"), title_parts("The ferry: late")
    (['The ferry is late again'], [])
    """
    parts = _PART.split(title)
    return [part for part in parts if len(parts) > 1 and len(part) >= _MIN_PART_CHARS]


def find_title(root: HtmlElement, said: Structured) -> tuple[str | None, Evidence | None]:
    """Choose the title of a page, with the rivals it beat.

    >>> from extract.structured import read_structured
    >>> from extract.tree import parse
    >>> root = parse("<title>Big news | The Paper</title><h1>Big news</h1>")
    >>> find_title(root, read_structured(root))[0]
    'Big news'
    """
    site = said.find_meta("og:site_name", "application-name")
    stated = _iter_candidates(root, said, site)
    candidates = [(r, t) for r, t in stated if len(t) <= _MAX_TITLE_CHARS and fold(t)]
    if not candidates:
        return None, None
    # Templates put the name of the site into what ought to be the headline.
    names = {fold(name) for name in (site, *_publishers(said)) if name}
    headlines = [(r, t) for r, t in candidates if r not in _OWN or fold(t) not in names]
    rule, title = _vote(_without_tails(headlines or candidates))
    rivals = tuple((r, t) for r, t in candidates if t != title)
    return title, Evidence("title", title, rule, rivals)


def _publishers(said: Structured) -> Iterator[str | None]:
    return map(as_text, as_list(said.article.get("publisher")))


def _iter_candidates(
    root: HtmlElement, said: Structured, site: str | None
) -> Iterator[tuple[str, str]]:
    if headline := as_text(said.article.get("headline")):
        yield "json-ld headline", headline
    if (meta := said.find_meta("og:title")) and len(meta) <= _MAX_TITLE_CHARS:
        yield "meta og:title", without_site(meta, site)
    yield from _iter_h1(root)
    for name in ("twitter:title", "title", "dc.title", "headline"):
        if (meta := said.find_meta(name)) and len(meta) <= _MAX_TITLE_CHARS:
            yield f"meta {name}", without_site(meta, site)
    element = root.find(".//title")
    text = "" if element is None else " ".join(element.text_content().split())
    if 0 < len(text) <= _MAX_TITLE_CHARS:
        yield "title element", without_site(text, site)


def _iter_h1(root: HtmlElement) -> Iterator[tuple[str, str]]:
    for h1 in root.iter("h1"):
        text = " ".join(h1.text_content().split())
        # One word in an h1 is a logo or the name of a section.
        if len(text) > 12 or len(text.split()) > 2:
            yield "h1", text
            return


def without_site(title: str, site: str | None) -> str:
    """Cut the name of the site off the end of a title.

    >>> without_site("Rates rise again - The Paper", "The Paper")
    'Rates rise again'
    >>> without_site("Live: storm hits - follow it here", None)
    'Live: storm hits - follow it here'
    >>> without_site("Rates rise again | News | The Paper", None)
    'Rates rise again'
    """
    while match := _SUFFIX.search(title):
        head, tail = title[: match.start()], title[match.end() :]
        is_site = site is not None and fold(tail) == fold(site)
        is_bar = any(c in match[0] for c in "|｜") and len(tail.split()) <= _MAX_SITE_WORDS
        if not fold(head) or not (is_site or is_bar):
            return title
        title = head
    return title


def _without_tails(candidates: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Cut `` - Anything`` off a title where another candidate is exactly the rest."""
    keys = {fold(text) for _, text in candidates}
    cut = []
    for rule, text in candidates:
        heads = [text[: m.start()] for m in _DASH.finditer(text)]
        cut.append((rule, next((h for h in heads if fold(h) in keys), text)))
    return cut


def _vote(candidates: list[tuple[str, str]]) -> tuple[str, str]:
    """Take the JSON-LD headline, unless two others agree on the same with more words.

    Without one, what two statements repeat; without that, the first.
    """
    strong = [(rule, text) for rule, text in candidates if rule in _STRONG]
    agreed = _agreed(strong)
    headline = next((item for item in strong if item[0] == _STRONG[0]), None)
    if headline is None:
        return agreed or (strong or candidates)[0]
    if agreed is None:
        return _shared_tail(strong) or headline
    return agreed if _key(headline[1]) in _key(agreed[1]) else headline


def _agreed(strong: list[tuple[str, str]]) -> tuple[str, str] | None:
    """Find the first of the strong statements that another repeats."""
    for rule, title in strong:
        seconds = [r for r, t in strong if r != rule and _key(t) == _key(title)]
        if seconds:
            return f"{rule}, and {seconds[0]}", title
    return None


def _key(title: str) -> str:
    """Fold a title to compare: a kicker in an element of its own is often glued to its headline."""
    return fold(title).replace(" ", "")


def _shared_tail(strong: list[tuple[str, str]]) -> tuple[str, str] | None:
    """Find what two statements say after different kickers: "Vote: He won", "Iran - He won"."""
    tails: dict[str, str] = {}
    for rule, text in strong:
        match = _KICKER.match(text)
        if match and (key := fold(match[1])):
            if key in tails:
                return f"{tails[key]}, and {rule}, without their kickers", match[1]
            tails[key] = rule
    return None
