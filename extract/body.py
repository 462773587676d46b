"""Which lines are the body: trafilatura's choice, completed where it stopped too early.

trafilatura takes the first container that fits; a body that is cut into several sibling
containers (around advertisements, galleries, paywall marks) loses the rest: 13 of 247
development pages.
"""

from itertools import islice

from lxml import etree
from lxml.html import HtmlElement
from trafilatura import bare_extraction

from extract.article import BlockKind
from extract.lines import Line

# A line shorter than this is only chosen as a whole line of trafilatura's, never as a part of one.
_MIN_PART_CHARS = 15
# The largest product of the development pages is 60 million.
MAX_PART_STEPS = 2_000_000_000
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
    depth = _depth(root)
    if depth > MAX_DEPTH or depth * len(lines) > MAX_DEPTH_LINES or _has_endless_paragraph(root):
        for line in lines:
            line.chosen = line.rule is None and line.is_prose
        return
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


def _has_endless_paragraph(root: HtmlElement) -> bool:
    """Tell whether a paragraph holds so many elements that trafilatura would take seconds on it."""
    return any(
        sum(1 for _ in islice(p.iter(etree.Element), MAX_IN_PARAGRAPH + 1)) > MAX_IN_PARAGRAPH
        for p in root.iter("p")
    )


def _depth(root: HtmlElement) -> int:
    """Measure the depth of a tree, by a sample of its elements where it is large."""
    elements = list(root.iter(etree.Element))
    sample = (*elements[:: len(elements) // 200 + 1], elements[-1])
    return max(sum(1 for _ in element.iterancestors()) for element in sample)


def choose_by_text(lines: list[Line], text: str) -> None:
    """Choose the lines that stand in a text, however it is cut into lines."""
    keys = ["".join(line.split()) for line in text.replace("|", "").split("\n")]
    whole, single = "".join(keys), set(keys)
    # Looking for parts takes time by lines and text; whole lines are known again in any case.
    if len(lines) * len(whole) > MAX_PART_STEPS:
        whole = ""
    for line in lines:
        key = _printable(line.key.replace("|", ""))
        if line.rule is None:
            line.chosen = key in single or (len(key) >= _MIN_PART_CHARS and key in whole)


def _printable(key: str) -> str:
    """Leave out what trafilatura does: the joiners of Persian, Hindi and emoji, private use."""
    return key if key.isprintable() else "".join(filter(str.isprintable, key))


def complete(lines: list[Line]) -> None:
    """Choose the paragraphs that look like the chosen ones, up to the next article.

    Between the first and the last chosen paragraph: paragraphs with the parent or the signature
    of a chosen one. After the last: with the signature only, in the same ``<article>``, before
    the next h1.
    """
    prose = [i for i, line in enumerate(lines) if line.chosen and _is_body(line)]
    if not prose:
        return
    first, last = prose[0], prose[-1]
    signatures = {lines[i].signature for i in prose}
    parents = {lines[i].element.getparent() for i in prose}
    articles = {_article(lines[i].element) for i in prose}
    for index in range(first, len(lines)):
        line = lines[index]
        if index > last and line.element.tag == "h1":
            break
        if line.chosen or line.rule or line.element.tag != "p" or line.link_share > 0.5:
            continue
        alike = line.signature in signatures and _article(line.element) in articles
        if alike or (index < last and line.element.getparent() in parents):
            line.chosen = True


def _is_body(line: Line) -> bool:
    return line.kind in {BlockKind.PARAGRAPH, BlockKind.QUOTE} and line.chars >= 40


def _article(element: HtmlElement) -> HtmlElement | None:
    return next(element.iterancestors("article"), None)
