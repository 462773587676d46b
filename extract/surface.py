"""What a page shows and holds besides its body, read from its text a second time.

Only pages with little text are: there the form, the dialog, the script and the notice for browsers
without script are what the page is, and all of these are cut before the body is read.
"""

import re
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from lxml import etree
from lxml.html import HtmlElement

from extract.lines import Line, read_lines, weigh
from extract.title import fold
from extract.tree import parse

# Half a line of print: a label or a button is shorter.
MIN_PROSE = 60
_HIDDEN = ("script", "style", "template", "svg", "head", "noscript", "select", "datalist", "iframe")
_PART = re.compile(r"\s+[|\-–—·•»›]+\s+|\s*[|｜]\s*|\s+::\s+")
_CHOICES = ("button", "a", "input", "label")
_MAX_CHOICE_CHARS = 60
_MAX_HEADINGS = 5
# Two hundred markers are looked for in them; the largest wall of the labelled pages has 2,000.
_HEAD_CHARS = 40_000
_TAIL_CHARS = 10_000
# Where the frameworks for applications put what their scripts bring.
_ROOTS = frozenset(
    {"root", "app", "__next", "__nuxt", "___gatsby", "svelte", "main-app", "react-root", "app-root"}
    | {"application", "ember-app", "q-app", "reactroot", "approot", "app-container", "react-app"}
    | {"vue-app", "page-root"}
)
_LEADS_ELSEWHERE = re.compile(r"\blocation(?:\.href)?\s*=|\blocation\.(?:replace|assign|reload)\(")
_PLAYER = re.compile(r"player|youtube\.com/embed|vimeo\.com|dailymotion\.com|jwplatform|brightcove")
_MIN_HEADLINE_CHARS = 12
_HOST = re.compile(r"[\w-]+(?:\.[\w-]+)+$")


@dataclass(frozen=True)
class Heading:
    """A title or heading, the text of it and its parts beside the name of a site folded."""

    plain: str
    is_title: bool = True
    is_main: bool = True
    """Whether it is the title or of the first order."""

    @cached_property
    def text(self) -> str:
        """The whole, folded."""
        return fold(self.plain)

    @cached_property
    def parts(self) -> tuple[str, ...]:
        """What stands between its bars and dashes, folded."""
        return tuple(filter(None, map(fold, _PART.split(self.plain))))


@dataclass(frozen=True, slots=True)
class Surface:
    """A page as it meets the eye, and what its markup tells."""

    markup: str
    """The beginning and the end of the page, in lower case; walls have no middle."""
    lines: tuple[Line, ...]
    """What can be read, dialogs and forms with it."""
    headings: tuple[Heading, ...]
    choices: frozenset[str]
    """What its buttons and short links say, folded."""
    has_password: bool
    has_frames: bool
    has_application: bool
    """Whether a script is to bring its text: an empty root, or a notice that says so."""
    leads_elsewhere: bool
    """Whether it sends the reader to another address at once."""
    pictures: int
    figures: int
    has_player: bool

    @property
    def weight(self) -> int:
        """Characters that can be read, weighed by script."""
        return sum(weigh(line.text) for line in self.lines)


def read_surface(text: str, title: str | None) -> Surface:
    """Read a page again, as it meets the eye.

    Args:
        text: the page, decoded.
        title: the title it was found to have, a heading like the others.

    >>> page = "<title>Oops | The Paper</title><body><p>Accept?<button>Yes</button>"
    >>> surface = read_surface(page, None)
    >>> surface.headings[0].parts, [line.text for line in surface.lines], surface.choices
    (('oops', 'the paper'), ['Accept?Yes'], frozenset({'yes'}))
    """
    root = parse(text)
    facts = _read_facts(root)
    titles = [" ".join(e.text_content().split()) for e in root.iter("title")][:1]
    etree.strip_elements(root, *_HIDDEN, with_tail=False)
    lines = tuple(read_lines(root))
    headings = tuple(_iter_headings([*titles, title or ""], lines))
    markup = text if len(text) <= _HEAD_CHARS + _TAIL_CHARS else _ends(text)
    return Surface(markup.lower(), lines, headings, **facts)


def _ends(text: str) -> str:
    return f"{text[:_HEAD_CHARS]}\n{text[-_TAIL_CHARS:]}"


def _read_facts(root: HtmlElement) -> dict[str, Any]:
    tags = Counter(element.tag for element in root.iter(etree.Element))
    texts = (_label(e) for e in root.iter(*_CHOICES))
    notice = fold(" ".join(e.text_content() for e in root.iter("noscript")))
    has_root = any(map(_is_empty_root, root.iter("div", "main", "app-root")))
    return {
        "choices": frozenset(fold(text) for text in texts if 0 < len(text) <= _MAX_CHOICE_CHARS),
        "has_password": any(
            (e.get("type") or "").lower() == "password" for e in root.iter("input")
        ),
        "has_frames": tags["frameset"] > 0,
        "has_application": "script" in notice or has_root,
        "leads_elsewhere": _leads_elsewhere(root),
        "pictures": tags["img"] + tags["picture"] + tags["object"],
        "figures": tags["figure"],
        "has_player": tags["video"] > 0
        or any(_PLAYER.search(e.get("src") or "") for e in root.iter("iframe")),
    }


def _leads_elsewhere(root: HtmlElement) -> bool:
    if any((e.get("http-equiv") or "").lower() == "refresh" for e in root.iter("meta")):
        return True
    return any(_LEADS_ELSEWHERE.search(e.text or "") for e in root.iter("script"))


def _iter_headings(stated: list[str], lines: tuple[Line, ...]) -> list[Heading]:
    shown = [x for x in lines if x.element.tag in {"h1", "h2", "legend"}][:_MAX_HEADINGS]
    first = min((str(line.element.tag) for line in shown), default="")
    titles = [Heading(text) for text in dict.fromkeys(stated)]
    others = [Heading(x.text, is_title=False, is_main=x.element.tag == first) for x in shown]
    return [heading for heading in (*titles, *others) if heading.text]


def _label(element: HtmlElement) -> str:
    if element.tag == "input":
        kind = (element.get("type") or "").lower()
        return element.get("value") or "" if kind in {"submit", "button"} else ""
    return " ".join(element.text_content().split())


def _is_empty_root(element: HtmlElement) -> bool:
    identity = (element.get("id") or "").lower()
    is_root = identity in _ROOTS or element.tag == "app-root"
    return is_root and not element.text_content().strip()


def headline_of(surface: Surface) -> str | None:
    """Find what the page has as its headline: a heading that its title repeats.

    >>> page = "<title>The crane stays - The Paper</title><h1>The crane stays</h1>"
    >>> headline_of(read_surface(page, None))
    'the crane stays'
    """
    titles = [part for h in surface.headings if h.is_title for part in (*h.parts[:1], h.text)]
    own = [title for title in titles if weigh(title) >= _MIN_HEADLINE_CHARS]
    # A logo is a link, a host one word.
    h1s = (
        x
        for x in surface.lines
        if x.element.tag == "h1" and 2 * x.link_chars < x.chars and not _HOST.match(x.text)
    )
    texts = (
        text for text in map(fold, (x.text for x in h1s)) if weigh(text) >= _MIN_HEADLINE_CHARS
    )
    return next((text for text in texts if any(text in t or t in text for t in own)), None)
