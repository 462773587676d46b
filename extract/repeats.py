"""Paragraphs of the story that stood before, but for its refrains."""

from lxml.html import HtmlElement

from extract.article import BlockKind
from extract.lines import Line
from extract.prune import is_hidden

# The longest of the development pages, a live blog, has 38,000.
MAX_SEARCHED_CHARS = 100_000
_MIN_GLUED, _SAMPLE = 400, 60


def find_repeats(lines: list[Line]) -> list[Line]:
    """Find the chosen paragraphs that stood before: whole, cut short, or glued together.

    Short lines and list items may recur, and a list above the first paragraph is key points: the
    body says them again. A refrain stands among paragraphs that are new, set as they are.
    """
    before = _Before()
    below_head = False
    repeats = []
    for line in lines:
        # What another rule took counts: a copy that is glued together has it, too.
        if not line.chosen and (line.rule in {None, "standfirst"} or line.marked is not None):
            continue
        is_item = line.kind is BlockKind.LIST
        is_told = line.chosen and line.is_prose and not is_item
        below_head = below_head or is_told
        if is_told and before.holds(line.key):
            repeats.append(line)
        elif below_head or not is_item:
            before.add(line)
    known = {id(line) for line in repeats}
    told = [x for x in lines if x.chosen and x.is_prose and x.element.tag == "p"]
    new = {line.element.getparent() for line in told if id(line) not in known}
    return [line for line in repeats if not (before.is_same(line) and _parent(line) in new)]


def _parent(line: Line) -> HtmlElement | None:
    return line.element.getparent()


class _Before:
    """The text above, asked for pieces of it.

    Pieces are looked for anywhere in so much of it as a page has; in more, only whole lines are
    known again, so that the time does not grow with the square of the text.
    """

    def __init__(self) -> None:
        self._text = ""
        self._lines: dict[str, Line] = {}

    def add(self, line: Line) -> None:
        self._lines.setdefault(line.key, line)
        if len(self._text) < MAX_SEARCHED_CHARS:
            self._text += line.key

    def holds(self, key: str) -> bool:
        if key in self._lines:
            return True
        key = key.rstrip(".…")
        if key in self._text:
            return True
        # Glued from several: what is cut between them may be missing, what they say may not.
        starts = (0, *(len(key) * part // 8 for part in range(1, 8)), len(key) - _SAMPLE)
        samples = [key[start : start + _SAMPLE] for start in starts]
        known = sum(sample in self._text for sample in samples)
        return len(key) > _MIN_GLUED and known >= len(samples) - 2

    def is_same(self, line: Line) -> bool:
        """Tell whether a whole paragraph of the story stood before, set as this one is."""
        first = self._lines.get(line.key)
        alike = first is not None and first.chosen and first.signature == line.signature
        return alike and line.element.tag == "p" and not is_hidden(line.element)
