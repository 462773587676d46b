"""The standfirst: the lines between the headline and the body that sum the story up."""

import re
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise, takewhile

from lxml.html import HtmlElement

from extract.article import BlockKind
from extract.furniture import find_furniture_rule
from extract.lines import Line
from extract.structured import Structured, as_text
from extract.title import fold

_NAMED = re.compile(
    r"(?:^|[\s_-])(?:stand-?first|dek|deck|lede?|lead-?(?:text|in|paragraph)?|intro\w*|sub-?(?:title|head|heading|headline)|"
    r"summary|synopsis|excerpt|teaser-?text|abstract|strap-?line|tagline|kicker-?text|description|"
    r"vorspann|vorspan|unterzeile|untertitel|anrei(?:ss|ß)er|chapo|chapeau|accroche|entradilla|bajada|subtitulo|"
    r"sumario|sommario|sottotitolo|occhiello|catenaccio|linha-?fina|subtitulo|ingress|manchet|"
    r"inleiding|preamble|zajawka|wstep|spot|ozet|key-?points?|highlights|key-?facts|bullets?|bullet-?points?|sapo|perex|uvod|nut-?graf)(?=$|[\s_-])",
    re.IGNORECASE,
)
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_MAX_CHARS = 900
_MIN_CHARS = 25
_MAX_BETWEEN = 3
_MAX_LEVELS = 5

Place = tuple[HtmlElement | None, str]


@dataclass(frozen=True, slots=True)
class Standfirst:
    """Lines that are the standfirst, and the rule that found them."""

    lines: tuple[Line, ...]
    rule: str

    @property
    def text(self) -> str:
        """The lines as one text, a line each."""
        return "\n".join(line.text for line in self.lines)


def find_standfirst(
    lines: list[Line], said: Structured, titles: frozenset[str]
) -> Standfirst | None:
    """Find the standfirst among the lines of a page.

    Args:
        lines: all lines, after the body was chosen.
        said: what the page says of itself; its description is often the standfirst.
        titles: the title and its rivals, folded.
    """
    own = tuple(line for line in lines if line.is_standfirst)
    if own:
        return Standfirst(own, "outlet's rules")
    body = next(
        (i for i, line in enumerate(lines) if line.chosen and line.is_prose and line.entry < 0),
        None,
    )
    if body is None:
        return None
    start = _headline(lines, body, titles)
    stop = _first_of_body(lines, start, body)
    sisters = Counter(_place(line) for line in lines if line.chosen)
    head = [line for line in lines[start:stop] if _fits(line) and not _is_of_body(line, sisters)]
    found = _described(head, _descriptions(said)) or _named(head)
    if found is None and start > 0:
        above = [id(x) for x in takewhile(lambda x: not _begins(x, sisters), lines[start:stop])]
        found = _between(head, lines[body])
        if found is not None and not all(id(line) in above for line in found.lines):
            return None
    return found


def _place(line: Line) -> Place:
    """Give what the lines of one body share: the parent and the tag."""
    return line.element.getparent(), line.element.tag


def _begins(line: Line, sisters: Counter[Place]) -> bool:
    """Tell whether the body begins with a line: what stands below it is between its paragraphs."""
    return line.chosen and line.is_prose and _is_of_body(line, sisters)


def _is_of_body(line: Line, sisters: Counter[Place]) -> bool:
    """Tell whether a line is set like its next sisters, which are body."""
    if _NAMED.search(_CAMEL.sub("-", str(line.element.get("class") or ""))):
        return False
    return sisters[_place(line)] - line.chosen >= 2


def _headline(lines: list[Line], body: int, titles: frozenset[str]) -> int:
    """Find where to start: after the last line before the body that is the headline."""
    for index in range(min(len(lines) - 1, body + 8), -1, -1):
        line = lines[index]
        if line.element.tag == "h1" or (line.chars < 300 and fold(line.text) in titles):
            return index + 1
    return 0


def _first_of_body(lines: list[Line], start: int, body: int) -> int:
    """Find where the body's own paragraphs begin: two prose lines of one signature in a row."""
    chosen = [i for i, line in enumerate(lines) if line.chosen and line.is_prose and i >= start]
    for this, following in pairwise(chosen):
        if lines[this].signature == lines[following].signature:
            return this
    return chosen[-1] if len(chosen) > 1 else body


def _descriptions(said: Structured) -> list[str]:
    texts = [
        as_text(said.article.get("description")),
        as_text(said.article.get("alternativeHeadline")),
        said.find_meta("og:description"),
        said.find_meta("description"),
        said.find_meta("twitter:description"),
    ]
    return [fold(text) for text in texts if text and len(text) >= _MIN_CHARS]


def _described(lines: list[Line], described: list[str]) -> Standfirst | None:
    for line in lines:
        if not _fits(line):
            continue
        key = fold(line.text)
        # Descriptions are cut short, and lines may begin with the place.
        if any(
            key == d or (len(d) >= 40 and (key.startswith(d[:-12]) or d.startswith(key)))
            for d in described
        ):
            return Standfirst((line,), "description")
    return None


def _named(lines: list[Line]) -> Standfirst | None:
    for line in lines:
        holder = _holder(line.element)
        if holder is not None and _fits(line):
            same = tuple(
                other for other in lines if _fits(other) and _holder(other.element) is holder
            )
            return Standfirst(same, "class")
    return None


def _between(lines: list[Line], body: Line) -> Standfirst | None:
    """Take the prose of another signature between headline and body, when there is little."""
    fitting = [
        line
        for line in lines
        if line.is_prose and line.signature != body.signature and not find_furniture_rule(line.text)
    ]
    if not 0 < len(fitting) <= _MAX_BETWEEN or len({line.signature for line in fitting}) > 1:
        return None
    return Standfirst(tuple(fitting), "between headline and body")


def _fits(line: Line) -> bool:
    usable = line.rule is None or line.rule.startswith("class 'sub")
    return (
        usable
        and _MIN_CHARS <= len(line.text) <= _MAX_CHARS
        and line.link_share < 0.5
        and line.kind not in {BlockKind.CAPTION, BlockKind.TABLE}
    )


def _holder(element: HtmlElement) -> HtmlElement | None:
    """Find the element named like a standfirst: this one, or one of two around it."""
    node: HtmlElement | None = element
    for _ in range(_MAX_LEVELS):
        if node is None or node.tag in {"body", "article", "main"}:
            return None
        name = _CAMEL.sub(
            "-", f"{node.get('class', '')} {node.get('itemprop', '')} {node.get('data-testid', '')}"
        )
        if _NAMED.search(name):
            return node
        node = node.getparent()
    return None
