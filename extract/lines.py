"""The lines of a page: runs of text between block-level tags, in document order."""

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from lxml import etree
from lxml.html import HtmlElement

from extract.article import BlockKind

BLOCK_TAGS = frozenset(
    {
        "address",
        "amp-story",
        "article",
        "aside",
        "blockquote",
        "body",
        "center",
        "dd",
        "details",
        "dialog",
        "dir",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hgroup",
        "hr",
        "html",
        "legend",
        "li",
        "main",
        "menu",
        "nav",
        "ol",
        "p",
        "pre",
        "section",
        "summary",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "tr",
        "ul",
    }
)
_TELLING_TAGS = BLOCK_TAGS | {"br", "a", "b", "strong"}
# Text standing directly in one of these is set in lines by single breaks; a paragraph is not.
_LOOSE_TAGS = frozenset({"div", "td", "body", "article", "section", "main", "center", "html"})
_KINDS = {
    **dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6", "summary"), BlockKind.SUBHEAD),
    **dict.fromkeys(("li", "dd", "dt"), BlockKind.LIST),
    **dict.fromkeys(("td", "th"), BlockKind.TABLE),
    "blockquote": BlockKind.QUOTE,
    "figcaption": BlockKind.CAPTION,
    "caption": BlockKind.CAPTION,
    "figure": BlockKind.CAPTION,
}
# Kana, Chinese characters and hangul, and how many Latin characters one of them is worth.
_DENSE = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_DENSE_WEIGHT = 2.5
# Half a line of print.
MIN_PROSE_CHARS = 60
MIN_SENTENCE_CHARS = 25
# "Read more." and "Go on here." are labels; of 9 lines that are one link and end in a full stop
# all were of the story, on 734 development pages.
MIN_STOPPED_CHARS = 12
_STOPS = frozenset(".!?。！？؟।")
_QUOTES = '"”’»)'
_FULL_STOPS = frozenset(".。।")
_CLOSING = _QUOTES + "]"
_BRACKETS = frozenset({"[]", "()", "（）", "【】", "［］"})
SENTENCE_ENDS = frozenset('.!?…。！？؟।"”’»')
# Of a line that is a link and no more.
MIN_LINK_ONLY = 0.85
# A cell of a data table is shorter; one that is not makes its table a layout.
MAX_CELL_CHARS = 200
# Invisible on screen, poison in a search index. ZWJ and ZWNJ spell words in Persian and Hindi.
INVISIBLE = re.compile("[\u00ad\u200b\u2060\ufeff\u200e\u200f\u202a-\u202e]")


@dataclass(slots=True)
class Line:
    """One line: its text, the block element that holds it, and how much of it is links."""

    text: str
    element: HtmlElement
    kind: BlockKind
    link_chars: int
    """Characters inside ``<a>``, weighed and without white space."""
    chars: int
    """Characters, weighed by script (see ``weigh``) and without white space."""
    strong_chars: int
    key: str
    """The text without white space, to compare by."""
    rule: str | None = None
    """Why it is no part of the article, None while nothing speaks against it."""
    marked: HtmlElement | None = None
    """The marked element it stands in, whose rule it carries."""
    chosen: bool = False
    """Whether it is part of the body, as far as the steps so far can tell."""
    is_standfirst: bool = False
    """Whether the outlet's own rules say so."""
    entry: int = -1
    """Which entry of a live blog it belongs to."""
    at: datetime | None = None
    """When that entry was posted."""

    def drop(self, rule: str) -> None:
        """Take the line out of the body, and say by which rule."""
        self.chosen, self.rule = False, rule

    @property
    def is_prose(self) -> bool:
        """Whether this is running text by its length and few links, not a label or a menu."""
        return self.chars >= MIN_PROSE_CHARS and 2 * self.link_chars <= self.chars

    @property
    def is_told(self) -> bool:
        """Whether this is running text, or a short sentence of it."""
        if self.is_prose:
            return True
        is_sentence = self.chars >= MIN_SENTENCE_CHARS and self.text[-1] in SENTENCE_ENDS
        return is_sentence and 2 * self.link_chars <= self.chars

    @property
    def is_sentence(self) -> bool:
        """Whether this is a sentence as long as prose, whatever of it is linked."""
        return self.chars >= MIN_PROSE_CHARS and self.text.rstrip(_QUOTES)[-1:] in _STOPS

    @property
    def is_stopped(self) -> bool:
        """Whether this ends in a full stop or stands in brackets, as no headline and label does."""
        if self.text[0] + self.text[-1] in _BRACKETS:
            return self.chars >= MIN_SENTENCE_CHARS
        text = self.text.rstrip(_CLOSING)
        return self.chars >= MIN_STOPPED_CHARS and text[-1:] in _FULL_STOPS and text[-2:] != ".."

    @property
    def signature(self) -> tuple[str | None, ...]:
        """Tag and class of the element and its parent: paragraphs of one body share them."""
        parent = self.element.getparent()
        outer = (None, None) if parent is None else (parent.tag, parent.get("class"))
        return (self.element.tag, self.element.get("class"), *outer)

    @property
    def link_share(self) -> float:
        """Share of the characters that are inside links."""
        return self.link_chars / self.chars if self.chars else 0.0


def weigh(text: str) -> int:
    """Count the characters of a text without white space, by what each is worth in Latin ones.

    A story of 15 Latin characters is two words, one of 15 Chinese characters a sentence.

    >>> weigh("late ferry"), weigh("渡し船")
    (9, 7)
    """
    return _weigh("".join(text.split()))


def _weigh(key: str) -> int:
    dense = 0 if key.isascii() else len(_DENSE.findall(key))
    return len(key) + int(dense * (_DENSE_WEIGHT - 1))


def unlinked(element: HtmlElement) -> int:
    """Weigh the text of an element that is in no link."""
    links = sum(weigh(link.text_content()) for link in element.iter("a"))
    return max(0, weigh(element.text_content()) - links)


class _Reader:
    """Collects text and link counts of one line at a time."""

    def __init__(self, marks: Mapping[HtmlElement, str]) -> None:
        self.marks = marks
        self.rule: str | None = None
        self.marked: HtmlElement | None = None
        self.lines: list[Line] = []
        self.parts: list[str] = []
        self.stack: list[tuple[HtmlElement, BlockKind]] = []
        self.in_link = self.in_strong = 0
        self.link_chars = self.strong_chars = 0
        self.broke = False

    def add(self, text: str) -> None:
        if not text.isspace():
            self.parts.append(text)
            self.broke = False
            if self.in_link:
                self.link_chars += weigh(text)
            if self.in_strong:
                self.strong_chars += weigh(text)
        elif self.parts:
            self.parts.append(" ")

    def flush(self) -> None:
        if self.parts:
            text = "".join(self.parts)
            words = (text if text.isascii() else INVISIBLE.sub("", text)).split()
            if words and self.stack:
                key = "".join(words)
                element, kind = self.stack[-1]
                self.lines.append(
                    Line(
                        " ".join(words),
                        element,
                        kind,
                        self.link_chars,
                        _weigh(key),
                        self.strong_chars,
                        key,
                        self.rule,
                        self.marked,
                    )
                )
            self.parts.clear()
            self.link_chars = self.strong_chars = 0
            self.broke = False

    def line_break(self) -> None:
        loose = self.stack and self.stack[-1][0].tag in _LOOSE_TAGS
        if loose or self.broke:
            self.flush()
        else:
            self.parts.append(" ")
            self.broke = True


def read_lines(root: HtmlElement, marks: Mapping[HtmlElement, str] | None = None) -> list[Line]:
    """Cut a tree into its lines.

    Args:
        root: where to read; not changed.
        marks: elements that are furniture, with the rule; their lines carry it.

    >>> from extract.tree import parse
    >>> page = parse("<div>Loose<p>A <b>bold</b> <a href=x>link</a></p>tail<ul><li>one</li></ul>")
    >>> [(line.text, line.kind.value, line.link_chars) for line in read_lines(page)]
    [('Loose', 'paragraph', 0), ('A bold link', 'paragraph', 4), ('tail', 'paragraph', 0),
     ('one', 'list', 0)]
    """
    reader = _Reader(marks or {})
    for event, element in etree.iterwalk(root, events=("start", "end")):
        is_telling = element.tag in _TELLING_TAGS or element in reader.marks
        if event == "start":
            if is_telling:
                _open(reader, element)
            text = element.text
        else:
            if is_telling:
                _close(reader, element)
            text = element.tail
        if text:
            reader.add(text)
    reader.flush()
    _read_layout_tables(reader.lines)
    _read_layout_lists(reader.lines)
    return reader.lines


def _read_layout_tables(lines: list[Line]) -> None:
    """Read tables that set a page in columns as what they are: their lines are paragraphs.

    Such a table holds another one, the h1, several paragraphs in a cell, or (when it has no
    heading cells) a long one.
    """
    if not lines or next(lines[0].element.getroottree().iter("table"), None) is None:
        return
    within = {line.element: list(line.element.iterancestors("table")) for line in lines}
    cells: dict[HtmlElement | None, list[Line]] = defaultdict(list)
    layout: set[HtmlElement] = set()
    for line in lines:
        tables = within[line.element]
        layout.update(tables[1:])
        if tables and line.element.tag == "h1":
            layout.add(tables[0])
        elif line.kind is BlockKind.TABLE:
            cells[_cell(line.element)].append(line)
    for held in cells.values():
        table = next(iter(within[held[0].element]), None)
        several = sum(line.is_told for line in held) > 1
        is_long = sum(line.chars for line in held) >= MAX_CELL_CHARS
        if table is not None and is_long and (several or not _has_headings(table)):
            layout.add(table)
    for line in lines:
        if line.kind is BlockKind.TABLE and layout.intersection(within[line.element][:1]):
            line.kind = BlockKind.PARAGRAPH


def _cell(element: HtmlElement) -> HtmlElement | None:
    return element if element.tag in {"td", "th"} else next(element.iterancestors("td", "th"), None)


def _has_headings(table: HtmlElement) -> bool:
    return next(table.iter("th", "caption"), None) is not None


def _open(reader: _Reader, element: HtmlElement) -> None:
    tag = element.tag
    if reader.marked is None and element in reader.marks:
        reader.flush()
        reader.marked, reader.rule = element, reader.marks[element]
    if tag in BLOCK_TAGS:
        reader.flush()
        outer = reader.stack[-1][1] if reader.stack else BlockKind.PARAGRAPH
        kind = _KINDS.get(tag)
        if kind is None:
            kind = BlockKind.PARAGRAPH if outer is BlockKind.SUBHEAD else outer
        reader.stack.append((element, kind))
    elif tag == "br":
        reader.line_break()
    elif tag == "a":
        reader.in_link += _is_away(element)
    elif tag in {"b", "strong"}:
        reader.in_strong += 1


def _close(reader: _Reader, element: HtmlElement) -> None:
    tag = element.tag
    if tag in BLOCK_TAGS:
        reader.flush()
        reader.stack.pop()
    elif tag == "a":
        reader.in_link -= _is_away(element)
    elif tag in {"b", "strong"}:
        reader.in_strong -= 1
    if element is reader.marked:
        reader.flush()
        reader.marked = reader.rule = None


def _is_away(link: HtmlElement) -> bool:
    """Tell whether a link leads off the page: the anchors of subheads and notes do not."""
    return not (link.get("href") or "#").startswith("#")


def _read_layout_lists(lines: list[Line]) -> None:
    """Read list items that hold several paragraphs as what they are: boxes of a layout."""
    items: dict[HtmlElement | None, list[Line]] = defaultdict(list)
    for line in lines:
        if line.kind is BlockKind.LIST:
            items[next(line.element.iterancestors("li"), None)].append(line)
    for item, held in items.items():
        if item is not None and sum(x.is_prose and x.element.tag == "p" for x in held) >= 3:
            for line in held:
                line.kind = BlockKind.PARAGRAPH
