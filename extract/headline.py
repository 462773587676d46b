"""The title: the headline as printed where the page's statements know it, else as stated.

``og:title`` and the title element are written for sharing and for search engines. Of 161 pages of
the development sets that print another headline than their ``og:title`` and state none in JSON-LD,
the truth is the printed one 75 times, ``og:title`` 33 times. A JSON-LD ``headline`` yields only
where ``og:title`` repeats the printed one (21 of 26 such pages).
"""

import re
from collections.abc import Iterator

from lxml.html import HtmlElement

from extract.article import Evidence
from extract.lines import INVISIBLE
from extract.printed import Printed, find_printed
from extract.site import read_site
from extract.structured import Structured, as_text
from extract.title import fold, key_of, segments, without_site

_KICKER = re.compile(r"[^:–—-]{3,60}(?::|\s[–—-])\s+(.{15,})$")
_SPACED = re.compile(r"\S*\w\S*")
_SET_OFF = re.compile(r"[:：|–—-]\s*$")
_MAX_TITLE_CHARS = 500
_HEADLINE, _SHARED = "json-ld headline", "meta og:title"
_METAS = ("og:title", "twitter:title", "title", "dc.title", "dc:title", "headline", "parsely-title")
_ELEMENT = "title element"
# The other elements may hold a standfirst or what a template left there.
_OF_PAGES = frozenset({_HEADLINE, _SHARED, _ELEMENT, "meta twitter:title"})

Stated = list[tuple[str, str]]


def find_title(
    root: HtmlElement, said: Structured, url: str = ""
) -> tuple[str | None, Evidence | None]:
    """Choose the title of a page, with the rivals it beat.

    >>> from extract.structured import read_structured
    >>> from extract.tree import parse
    >>> root = parse("<title>Big news | The Paper</title><h1>Big news</h1>")
    >>> find_title(root, read_structured(root))[0]
    'Big news'
    """
    names = read_site(said, url)
    texts = [(rule, INVISIBLE.sub("", text)) for rule, text in _iter_stated(root, said)]
    stated = [(rule, text) for rule, text in texts if len(text) <= _MAX_TITLE_CHARS and fold(text)]
    # Some templates write the title where the name of the site ought to be.
    if len(stated) > 1 and len({key_of(text) for _, text in stated}) == 1:
        names = read_site(Structured(), url)
    printed = find_printed(root, [t for r, t in stated if r in _OF_PAGES], url, names)
    cut = [(rule, without_site(text, names, colon=rule == _ELEMENT)) for rule, text in stated]
    candidates = _without_tails([(r, t) for r, t in cut if not names.have(t)], printed)
    if not candidates and printed is None:
        candidates = cut
    if not candidates and printed is None:
        return None, None
    rule, title = _choose(candidates, printed)
    every = [*candidates, *([(printed.tag, printed.text)] if printed else [])]
    rivals = tuple((r, t) for r, t in every if t != title)
    return title, Evidence("title", title, rule, rivals)


def _iter_stated(root: HtmlElement, said: Structured) -> Iterator[tuple[str, str]]:
    if headline := as_text(said.article.get("headline")):
        yield _HEADLINE, headline
    for name in _METAS:
        if meta := said.find_meta(name):
            yield f"meta {name}", meta
    element = root.find(".//title")
    if element is not None:
        yield _ELEMENT, " ".join(element.text_content().split())


def _without_tails(candidates: Stated, printed: Printed | None) -> Stated:
    """Cut a statement to the run of its parts that another, or the printed headline, is exactly."""
    keys = {key_of(text) for _, text in candidates}
    if printed is not None:
        keys.add(key_of(printed.text))
    cut = []
    for rule, text in candidates:
        if printed is not None and _same(text, printed.text):
            cut.append((rule, text))
            continue
        # A kicker stated as part of the headline is part of it, a site's name behind it is not.
        runs = [r for r in segments(text)[1:] if rule != _HEADLINE or text.startswith(r)]
        cut.append((rule, next((run for run in runs if key_of(run) in keys), text)))
    return cut


def _choose(candidates: Stated, printed: Printed | None) -> tuple[str, str]:
    stated = dict(reversed(candidates))
    headline, shared = stated.get(_HEADLINE), stated.get(_SHARED)
    if printed is not None and printed.is_known:
        if headline is None or _same(headline, printed.text):
            part = _without_kicker(candidates, printed) or _part_stated(candidates, printed)
            return part or _as_printed(candidates, printed)
        element = stated.get(_ELEMENT)
        if shared and _same(shared, printed.text) and not (element and _same(element, headline)):
            return _as_printed(candidates, printed)
    if headline is not None:
        once = not any(_same(text, headline) for rule, text in candidates if rule != _HEADLINE)
        return (_shared_tail(candidates, printed) if once else None) or (_HEADLINE, headline)
    likely = not candidates or candidates[0][0] == _ELEMENT
    if printed is not None and likely and (printed.is_like or not candidates):
        return printed.tag, printed.text
    return candidates[0]


def _without_kicker(candidates: Stated, printed: Printed) -> tuple[str, str] | None:
    """Find what ``og:title`` says of a heading that glues to it what others set off as a kicker."""
    shared = dict(candidates).get(_SHARED)
    if not shared or not printed.text.endswith(shared):
        return None
    glued = not _SET_OFF.search(printed.text.removesuffix(shared))
    before = [t.removesuffix(shared) for _, t in candidates if t.endswith(shared) and t != shared]
    if glued and any(map(_SET_OFF.search, before)):
        return f"{_SHARED}, and part of {printed.tag}", shared
    return None


def _part_stated(candidates: Stated, printed: Printed) -> tuple[str, str] | None:
    """Find the part of a printed headline that is stated whole: a kicker is glued to it."""
    if any(_same(text, printed.text) for _, text in candidates):
        return None
    runs = {key_of(run) for run in segments(printed.text)}
    key = key_of(printed.text)
    for rule, text in candidates:
        part = key_of(text)
        again = any(r != rule and key_of(t) == part for r, t in candidates)
        if part in runs or (again and (key.endswith(part) or key.startswith(part))):
            return f"{rule}, and part of {printed.tag}", text
    return None


def _as_printed(candidates: Stated, printed: Printed) -> tuple[str, str]:
    same = [(r, t) for r, t in candidates if _same(t, printed.text)]
    if not same:
        return printed.tag, printed.text
    # Lines set in elements of their own are often glued: the statement has the white space.
    text = max((printed.text, same[0][1]), key=lambda t: (len(fold(t)), len(_SPACED.findall(t))))
    return f"{same[0][0]}, and {printed.tag}", text


def _same(one: str, other: str) -> bool:
    return key_of(one) == key_of(other)


def _shared_tail(candidates: Stated, printed: Printed | None) -> tuple[str, str] | None:
    """Find what two statements say after different kickers: "Vote: He won", "Iran - He won"."""
    every = [(r, t) for r, t in candidates if r in {_HEADLINE, _SHARED}]
    if printed is not None:
        every.append((printed.tag, printed.text))
    tails: dict[str, tuple[str, str]] = {}
    for rule, text in every:
        match = _KICKER.match(text)
        if match and (key := fold(match[1])):
            if key in tails and not _same(tails[key][1], text):
                return f"{tails[key][0]}, and {rule}, without their kickers", match[1]
            tails.setdefault(key, (rule, text))
    return None
