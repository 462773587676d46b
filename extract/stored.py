"""Text that only a script would set: JSON-LD's ``articleBody`` and the state of an application.

Read only where the HTML has no text of its own: on one page of the development sets
``articleBody`` holds three times the story, so it never replaces what the page shows.
"""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from lxml import etree
from lxml.html import HtmlElement

from extract.article import Evidence
from extract.errors import ExtractError
from extract.lines import Line, read_lines, weigh
from extract.structured import Structured, as_list, parse_json
from extract.tree import parse

# With less the page has no text of its own, with less there is no story stored.
MIN_OWN_CHARS = 100
MIN_STORED_CHARS = 250
_MIN_PIECE_CHARS = 25
_MAX_SCRIPT_CHARS = 4_000_000
_MAX_SCRIPTS = 40
_MAX_DEPTH = 16
_MAX_VALUES = 50_000
# "__NEXT_DATA__" and its kin are JSON, or assigned to a name of the window.
_ASSIGNED = re.compile(
    r"(?:window|self|globalThis)(?:\.|\[[\"'])(?:__)?[A-Za-z_$][\w$]*[\"'\]]*\s*=\s*(?=[{\[])"
)
_TEXT_KEYS = ("text", "content", "html", "value", "body", "children", "paragraph", "data")
# An item with an address of its own is another story, not a piece of this one.
_OTHER_KEYS = frozenset({"url", "slug", "href", "link", "headline", "title", "permalink"})
_MARKUP = re.compile(r"<(?:p|br|div|h\d|li|ul)\b", re.IGNORECASE)
_NO_PROSE = re.compile(r"^\s*(?:https?:|[{\[<]|function\b|data:)|[{};]\s*\w+\s*:")


@dataclass(frozen=True, slots=True)
class Story:
    """Paragraphs that stand in no element of the page, and where they stand."""

    paragraphs: tuple[str, ...]
    rule: str

    @property
    def chars(self) -> int:
        """Their weighed characters."""
        return sum(map(weigh, self.paragraphs))


def find_states(root: HtmlElement) -> tuple[str, ...]:
    """Collect the scripts that may hold the state of an application, before they are dropped."""
    scripts = (s.text for s in root.iter("script") if s.text and "ld+json" not in s.get("type", ""))
    large = (text for text in scripts if MIN_STORED_CHARS < len(text) <= _MAX_SCRIPT_CHARS)
    return tuple(text for text in large if text[:1] in "{[" or _ASSIGNED.search(text[:2_000]))[
        :_MAX_SCRIPTS
    ]


def add_stored(
    root: HtmlElement, lines: list[Line], said: Structured, states: tuple[str, ...]
) -> Evidence | None:
    """Add the stored text as chosen lines where the page has no text of its own.

    Args:
        root: the tree; the text is added at its end.
        lines: all lines, after the body was chosen.
        said: what the page says of itself.
        states: what ``find_states`` found.
    """
    if sum(line.chars for line in lines if line.chosen and line.is_told) >= MIN_OWN_CHARS:
        return None
    story = find_stored(said, states)
    if story is None:
        return None
    holder = etree.SubElement(root if root.find("body") is None else root.find("body"), "div")
    for paragraph in story.paragraphs:
        etree.SubElement(holder, "p").text = paragraph
    for line in read_lines(holder):
        line.chosen = True
        lines.append(line)
    return Evidence("text", story.paragraphs[0], story.rule)


def find_stored(said: Structured, states: tuple[str, ...]) -> Story | None:
    """Find the longest text of those that are stored: the article's own in JSON-LD comes first.

    >>> body = [{"type": "p", "text": "The ferry stopped on Monday, and nobody knew. " * 5}] * 2
    >>> import json
    >>> find_stored(Structured(), (json.dumps({"page": {"body": body}}),)).rule
    'application state'
    """
    body = next((b for b in as_list(said.article.get("articleBody")) if isinstance(b, str)), "")
    own = Story(_paragraphs(html.unescape(body)), "json-ld articleBody")
    if own.chars >= MIN_STORED_CHARS:
        return own
    found = [Story(texts, "application state") for state in states for texts in _iter_texts(state)]
    best = max(found, key=lambda story: story.chars, default=own)
    return best if best.chars >= MIN_STORED_CHARS else None


def _iter_texts(state: str) -> Iterator[tuple[str, ...]]:
    match = None if state[:1] in "{[" else _ASSIGNED.search(state)
    stack = [(parse_json(state[match.end() :] if match else state), 0)]
    seen = 0
    while stack and seen < _MAX_VALUES:
        value, depth = stack.pop()
        seen += 1
        if depth > _MAX_DEPTH:
            continue
        if isinstance(value, str):
            yield _paragraphs(value)
        elif isinstance(value, list):
            yield tuple(piece for item in value for piece in _pieces(item, 0))
            stack += [(item, depth + 1) for item in value]
        elif isinstance(value, dict):
            stack += [(item, depth + 1) for item in value.values()]


def _pieces(item: Any, depth: int) -> Iterator[str]:  # noqa: ANN401 - JSON
    """Give the prose of one piece of a body: a string, or a text under one of the usual names."""
    if isinstance(item, str):
        yield from _paragraphs(item)
    elif isinstance(item, dict) and not _OTHER_KEYS & item.keys() and depth < 4:
        for key in _TEXT_KEYS:
            if isinstance(item.get(key), str):
                yield from _paragraphs(item[key])
                return
        inner = next((item[k] for k in _TEXT_KEYS if isinstance(item.get(k), (list, dict))), None)
        parts = inner if isinstance(inner, list) else [inner]
        if text := " ".join(part for p in parts for part in _pieces(p, depth + 1)):
            yield text


def _paragraphs(text: str) -> tuple[str, ...]:
    """Cut a stored text into paragraphs; it may be HTML."""
    chars = weigh(text)
    if chars < _MIN_PIECE_CHARS or (" " not in text.strip() and chars == len(text)):
        return ()
    if _MARKUP.search(text):
        try:
            return tuple(line.text for line in read_lines(parse(f"<div>{text}</div>")))
        except ExtractError:
            return ()
    if _NO_PROSE.search(text):
        return ()
    return tuple(" ".join(part.split()) for part in text.split("\n") if part.strip())
