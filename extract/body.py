"""Which lines are the body: trafilatura's choice, completed where it stopped too early.

trafilatura takes the first container that fits; a body that is cut into several sibling
containers (around advertisements, galleries, paywall marks) loses the rest: 13 of 247
development pages.
"""

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice

from lxml import etree
from lxml.html import HtmlElement
from trafilatura import bare_extraction

from extract.article import BlockKind
from extract.lines import MIN_LINK_ONLY, SENTENCE_ENDS, Line
from extract.prune import NOTES

# A line shorter than this is only chosen as a whole line of trafilatura's, never as a part of one.
_MIN_PART_CHARS = 15
# The largest product of the development pages is 60 million.
MAX_PART_STEPS = 2_000_000_000
# Of the text that is surely the body, what the container of the body must hold.
CONTAINER_SHARE = 0.8
MAX_LINK_SHARE = 0.5
_ANNOUNCING = (":", "：")
_QUESTIONS = re.compile(r"\bfaqs?(?![a-z])", re.IGNORECASE)
MAX_APPENDIX_LEVELS = 4
# What trafilatura left out and is named like this is no part of the story that it overlooked.
_BOXED = re.compile(
    r"(?<![a-z])(?:banner|cta|teaser|preview\w*|dialog|layer|modal|widget|sidebar|premium|"
    r"expandable|promo|alert|img|pic-?box|paywall|hidden|register\w*|subscri\w*|offer)(?![a-z])",
    re.IGNORECASE,
)
# trafilatura's fallbacks walk up from every element, so their time grows with the depth; on pages
# of newspapers (at most 60 deep, 1,500 lines long) they are worth .004 F1.
MAX_FALLBACK_LINES = 8_000
MAX_FALLBACK_DEPTH = 200
# It handles the elements of a paragraph in time by their square; real ones hold 73 at most.
MAX_IN_PARAGRAPH = 2_000
# Deeper than this no page was written, only generated; its prose is taken as it stands.
MAX_DEPTH = 400
# trafilatura walks up from each line; the largest product of the development pages is 60,000.
MAX_DEPTH_LINES = 2_000_000


def choose_body(root: HtmlElement, lines: list[Line], url: str) -> None:
    """Mark the lines of the body as chosen.

    Args:
        root: the tree the lines came from, without what was pruned; trafilatura reads a copy.
        lines: all lines of the page; those with a rule are never chosen.
        url: the address of the page.
    """
    elements = list(root.iter(etree.Element))
    depth = _depth(elements)
    is_deep = depth > MAX_DEPTH or depth * len(lines) > MAX_DEPTH_LINES
    if is_deep or (len(elements) > MAX_IN_PARAGRAPH and _has_endless_paragraph(root)):
        for line in lines:
            line.chosen = line.rule is None and line.is_told
        complete(lines)
        return
    with _state_hidden(lines):
        document = bare_extraction(
            root,
            url=url,
            include_comments=False,
            include_tables=True,
            with_metadata=False,
            fast=depth > MAX_FALLBACK_DEPTH or len(lines) > MAX_FALLBACK_LINES,
        )
    if document is None or isinstance(document, dict):
        return
    choose_by_text(lines, document.text or "")
    complete(lines)


@contextmanager
def _state_hidden(lines: list[Line]) -> Iterator[None]:
    """Hide from trafilatura that the containers of the story are open for comments.

    It takes out what is named like comments, as most posts of a weblog are: "comments-open". What
    our own guard has left on the page, around the headline and the longest line, holds the story.
    """
    free = [line for line in lines if line.rule is None]
    longest = max((x for x in free if x.is_prose), key=lambda x: x.chars, default=None)
    held = [*(x for x in free if x.element.tag == "h1"), *filter(None, [longest])]
    outer = dict.fromkeys(e for x in held for e in (x.element, *x.element.iterancestors()))
    named = [(e, name, e.get(name) or "") for e in outer for name in ("class", "id")]
    hidden = [item for item in named if "comment" in item[2].lower()]
    for element, name, value in hidden:
        kept = (word for word in value.split() if "comment" not in word.lower())
        element.set(name, " ".join(kept))
    try:
        yield
    finally:
        for element, name, value in hidden:
            element.set(name, value)


def choose_below_headline(lines: list[Line]) -> None:
    """Choose the prose below the headline of a page of which nothing else is chosen."""
    heads = [i for i, line in enumerate(lines) if line.element.tag == "h1" and line.rule is None]
    if not heads or any(line.chosen for line in lines):
        return
    end = heads[1] if len(heads) > 1 else len(lines)
    for line in lines[heads[0] + 1 : end]:
        line.chosen = line.rule is None and line.is_prose


def _has_endless_paragraph(root: HtmlElement) -> bool:
    """Tell whether a paragraph holds so many elements that trafilatura would take seconds on it."""
    return any(
        sum(1 for _ in islice(p.iter(etree.Element), MAX_IN_PARAGRAPH + 1)) > MAX_IN_PARAGRAPH
        for p in root.iter("p")
    )


def _depth(elements: list[HtmlElement]) -> int:
    """Measure the depth of a tree, by a sample of its elements where it is large."""
    sample = (*elements[:: len(elements) // 200 + 1], elements[-1])
    return max(len(list(element.iterancestors())) for element in sample)


def choose_by_text(lines: list[Line], text: str) -> None:
    """Choose the lines that stand in a text, however it is cut into lines.

    An item of a list and a cell of a table are pieces of their own there; a short one counts only
    where most of its list or table stands in the text: menus say "Home", too.
    """
    pieces = ["".join(piece.split()) for line in text.split("\n") for piece in line.split("|")]
    whole, single = "".join(pieces), {*pieces, *(piece.lstrip("-") for piece in pieces)}
    # Looking for parts takes time by lines and text; whole lines are known again in any case.
    if len(lines) * len(whole) > MAX_PART_STEPS:
        whole = ""
    free = [line for line in lines if line.rule is None]
    for line in free:
        key = _printable(line.key.replace("|", ""))
        line.chosen = key in single or (line.chars >= _MIN_PART_CHARS and key in whole)
    _leave_menus(free)


def _leave_menus(lines: list[Line]) -> None:
    """Take back lines of menus: short ones of lists and tables that are not chosen as a whole.

    In layout tables also what is no running text, in cells that hold none.
    """
    held, found = Counter(map(_holder, lines)), Counter(_holder(x) for x in lines if x.chosen)
    told = {_cell(line) for line in lines if line.chosen and line.is_told} - {None}
    for line in lines:
        holder = _holder(line)
        if holder is not None:
            is_menu = line.chars < _MIN_PART_CHARS and 2 * found[holder] <= held[holder]
        else:
            cell = _cell(line) if told and line.kind is BlockKind.PARAGRAPH else None
            is_menu = cell is not None and cell not in told
        if is_menu:
            line.chosen = False


def _cell(line: Line) -> HtmlElement | None:
    return next((e for e in (line.element, *line.element.iterancestors()) if e.tag == "td"), None)


def _holder(line: Line) -> HtmlElement | None:
    """Find the list or table of an item or cell."""
    if line.kind is BlockKind.LIST:
        return next(line.element.iterancestors("ul", "ol", "dl"), None)
    if line.kind is BlockKind.TABLE:
        return next(line.element.iterancestors("table"), None)
    return None


def _printable(key: str) -> str:
    """Leave out what trafilatura does: the joiners of Persian, Hindi and emoji, private use."""
    return key if key.isprintable() else "".join(filter(str.isprintable, key))


def complete(lines: list[Line]) -> None:
    """Choose what belongs to the chosen paragraphs, up to the next article.

    Between the first and the last of them: see ``_joins``, then the subheads of what is chosen.
    Right above the first: see ``begins_with``. After the last, before the next h1: ``ends_with``.
    """
    prose = [i for i, line in enumerate(lines) if line.chosen and _is_body(line)]
    if not prose:
        return
    body = _Body([lines[i] for i in prose])
    # Short lines set as its paragraphs may begin and end it.
    alike = [i for i, x in enumerate(lines) if x.chosen and x.signature in body.signatures]
    first, last = alike[0], alike[-1]
    for line in reversed(lines[:first]):
        if line.chosen or not body.begins_with(line, lines[first]):
            break
        line.chosen = True
    between = lines[first + 1 : last]
    for line, above in zip(between, lines[first:last], strict=False):
        if not line.chosen and line.rule is None:
            line.chosen = body.joins(line, above)
    _choose_subheads(lines[first : last + 1], body)
    for line, above in zip(lines[last + 1 :], lines[last:], strict=False):
        if line.element.tag == "h1":
            break
        if line.rule is None and not line.chosen:
            line.chosen = body.ends_with(line, above)


def _choose_subheads(lines: list[Line], body: "_Body") -> None:
    """Choose the other subheads in the body's own container, of what is chosen below them."""
    parents = {line.element.getparent() for line in lines if line.chosen}
    below = None
    for line in reversed(lines):
        if line.rule is not None:
            continue
        heads = line.kind is BlockKind.SUBHEAD and below is not None and below.chosen
        if heads and not line.chosen and line.link_share <= MAX_LINK_SHARE:
            line.chosen = line.element.getparent() in parents or body.holds(line)
        below = line


def is_note(line: Line) -> bool:
    """Tell whether a line is one of the notes at the foot of a text."""
    return _is_named(line, NOTES)


def is_appendix(line: Line) -> bool:
    """Tell whether a line stands among the notes or the questions at the foot of a text."""
    return _is_named(line, NOTES) or _is_named(line, _QUESTIONS)


def _is_named(line: Line, pattern: re.Pattern[str]) -> bool:
    around = (line.element, *islice(line.element.iterancestors(), MAX_APPENDIX_LEVELS))
    return any(pattern.search(f"{e.get('role')} {e.get('class')} {e.get('id')}") for e in around)


class _Body:
    """The paragraphs that are surely of the body, and what stands like them."""

    def __init__(self, prose: list[Line]) -> None:
        self.signatures = {line.signature for line in prose}
        self.articles = {_article(line.element) for line in prose}
        self._parents = {line.element.getparent() for line in prose}
        self._container = find_container(prose)

    def joins(self, line: Line, above: Line) -> bool:
        """Tell whether a line between chosen paragraphs is of the body, too.

        Set as they are, or beside them: paragraphs, subheads, and lists, of links too. In the
        same container, and in no box: running text, tables, the items of other lists.
        """
        holder = _holder(line)
        beside = (line.element if holder is None else holder).getparent() in self._parents
        alike = line.signature in self.signatures
        if line.link_share > MAX_LINK_SHARE and not (line.is_sentence or line.is_stopped):
            if line.kind is BlockKind.LIST:
                return beside and above.chosen
            return alike and line.kind is BlockKind.PARAGRAPH and line.link_share < MIN_LINK_ONLY
        match line.kind:
            case BlockKind.PARAGRAPH | BlockKind.QUOTE:
                is_set = alike or (beside and line.element.tag == "p")
                return is_set or (line.is_prose and self.holds(line))
            case BlockKind.LIST | BlockKind.TABLE:
                return self.holds(line)
            case BlockKind.SUBHEAD:
                return beside
        return False

    def begins_with(self, line: Line, first: Line) -> bool:
        """Tell whether a line right above the first paragraph is one: a short sentence set so."""
        beside = line.element.getparent() is first.element.getparent()
        is_set = line.rule is None and beside and line.signature in self.signatures
        return is_set and not line.link_chars and line.text[-1] in SENTENCE_ENDS

    def ends_with(self, line: Line, above: Line) -> bool:
        """Tell whether a line after the last paragraph is of the body, too.

        Notes at the foot; what is set as its paragraphs, in the same ``<article>``; the list that
        the line above announces, or goes on with, beside the paragraphs.
        """
        holder = _holder(line)
        if line.kind is BlockKind.LIST and holder is not None and above.chosen:
            is_next = above.text.endswith(_ANNOUNCING) or _holder(above) is holder
            if is_next and holder.getparent() in self._parents:
                return True
        if line.link_share > MAX_LINK_SHARE:
            return False
        alike = line.signature in self.signatures and _article(line.element) in self.articles
        return (alike and line.element.tag == "p") or is_note(line)

    def holds(self, line: Line) -> bool:
        """Tell whether a line stands in the container, and in no box within it by any name."""
        for element in (line.element, *line.element.iterancestors()):
            if element is self._container:
                return True
            if _BOXED.search(element.get("class") or ""):
                return False
        return False


def find_container(lines: list[Line]) -> HtmlElement | None:
    """Find the smallest element that holds most of the text of some lines."""
    below: Counter[HtmlElement | None] = Counter()
    for line in lines:
        below[line.element.getparent()] += line.chars
    held: Counter[HtmlElement] = Counter()
    for parent, chars in below.items():
        for outer in () if parent is None else (parent, *parent.iterancestors()):
            held[outer] += chars
    enough = CONTAINER_SHARE * sum(line.chars for line in lines)
    # Of elements that hold the same, the innermost is met first.
    return min((e for e, n in held.items() if n >= enough), key=held.__getitem__, default=None)


def _is_body(line: Line) -> bool:
    return line.kind in {BlockKind.PARAGRAPH, BlockKind.QUOTE} and line.chars >= 40


def _article(element: HtmlElement) -> HtmlElement | None:
    return next(element.iterancestors("article"), None)
