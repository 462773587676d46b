"""What stands after the last line that looks like the body: other stories, the paper on itself."""

import re
from collections import Counter
from collections.abc import Iterator

from extract.article import BlockKind
from extract.body import find_container, is_appendix
from extract.lines import MIN_LINK_ONLY, Line

# This many links to other stories end the one they follow.
ENDING_LINKS = 3
# More than this share of the text after the last paragraph is a list that belongs to it.
MAX_OUTSKIRTS = 0.15
CORE_SHARE = 0.2
# Notes that nothing names: this many sentences with rising numbers before them.
MIN_NOTES = 3
_NUMBERED = re.compile(r"[\[(]?(\d{1,2})[\])]?[.:]?\s*(?=[^\W\d_]|[\"“„«'])")


def find_outskirts(lines: list[Line]) -> list[Line]:
    """Find the chosen lines behind the body: outside its container, or behind links to others.

    Notes are of the body, wherever they stand.
    """
    chosen = [line for line in lines if line.chosen]
    prose = [line for line in chosen if line.is_prose]
    weights: Counter[tuple[str | None, ...]] = Counter()
    for line in prose:
        weights[line.signature] += line.chars
    total = sum(weights.values()) or 1
    core = {s for s, w in weights.items() if w >= CORE_SHARE * total}
    inside = [
        line for line in chosen if line.signature in core and line.kind is not BlockKind.SUBHEAD
    ]
    if not inside:
        return []
    container = find_container(prose)
    behind = list(_behind(lines, inside[-1]))
    notes = _find_notes([line for line, _ in behind])
    after = [
        line
        for line, links in behind
        if id(line) not in notes
        and (
            links >= ENDING_LINKS
            or not (container in line.element.iterancestors() or is_appendix(line))
        )
    ]
    all_chars = sum(line.chars for line in chosen)
    return after if sum(line.chars for line in after) <= MAX_OUTSKIRTS * all_chars else []


def _find_notes(lines: list[Line]) -> set[int]:
    """Find the notes among some lines, by ``id``: sentences, numbered from one."""
    told = [line for line in lines if line.is_told]
    numbered = [(line, int(m[1])) for line in told if (m := _NUMBERED.match(line.text))]
    rising = [line for place, (line, number) in enumerate(numbered, 1) if number == place]
    return {id(line) for line in rising} if len(rising) >= MIN_NOTES else set()


def _behind(lines: list[Line], last: Line) -> Iterator[tuple[Line, int]]:
    """Give the chosen lines behind one, each with how many links to other stories stand between."""
    links = 0
    start = next(i for i, line in enumerate(lines) if line is last)
    for line in lines[start + 1 :]:
        links += not line.chosen and line.link_share >= MIN_LINK_ONLY
        if line.chosen:
            yield line, links
