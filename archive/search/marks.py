"""Marking what a query found: plain text in segments, never HTML."""

from collections.abc import Iterable, Iterator, Sequence

from archive.search.finds import Find, Pattern, folded_in_place, iter_finds
from archive.search.results import Segment

SNIPPET_CHARS = 240
_BEFORE_CHARS = 60
# A text that is full of the word is not read to its end to find the best place in it.
_FINDS_COMPARED = 200


def mark(text: str, patterns: Sequence[Pattern]) -> tuple[Segment, ...]:
    """The whole text in segments.

    >>> from archive.search.finds import patterns_of; from archive.search.query import Text
    >>> bridge = patterns_of([Text("old bridge", is_phrase=True)])
    >>> [s.text for s in mark("The old bridge.", bridge) if s.marked]
    ['old bridge']
    """
    return _segments(text, iter_finds(text, patterns), 0, len(text))


def snippet(text: str, patterns: Sequence[Pattern]) -> tuple[Segment, ...]:
    """The first piece of the text with the most different finds in it, cut at spaces, in segments.

    >>> from archive.search.finds import patterns_of; from archive.search.query import Text
    >>> piece = snippet("word " * 99 + "harbour " + "word " * 99, patterns_of([Text("harbour")]))
    >>> piece[0].text.startswith("… word"), [s.text for s in piece if s.marked]
    (True, ['harbour'])
    """
    folded = folded_in_place(text)
    first = _best_place(iter_finds(text, patterns, folded=folded), patterns)
    begin, end = _window(text, first)
    finds = iter_finds(text, patterns, begin, folded=folded)
    segments = _segments(text, finds, begin, end)
    return _with_dots(segments, before=begin > 0, after=end < len(text))


def _best_place(finds: Iterator[Find], patterns: Sequence[Pattern]) -> Find | None:
    """The find to begin at: most different texts of the query follow closely, then the first."""
    wanted = len({pattern.group for pattern in patterns})
    best, most = None, 0
    near: list[Find] = []
    for compared, find in enumerate(finds):
        near = [other for other in near if find.end - other.begin <= SNIPPET_CHARS - _BEFORE_CHARS]
        near.append(find)
        different = len({other.group for other in near})
        if different > most:
            best, most = near[0], different
        if most == wanted or compared == _FINDS_COMPARED:
            break
    return best


def _window(text: str, find: Find | None) -> tuple[int, int]:
    """Where the piece around a find begins and ends."""
    begin = 0
    if find and find.begin > _BEFORE_CHARS + 40:
        begin = find.begin - _BEFORE_CHARS
        space = _first_space(text, begin, find.begin)
        begin = begin if space is None else space + 1
    end = begin + SNIPPET_CHARS
    if end >= len(text):
        return begin, len(text)
    kept = min(find.end, end) if find else begin
    space = max(text.rfind(" ", kept, end), text.rfind("\n", kept, end))
    return begin, space if space > begin else end


def _first_space(text: str, begin: int, end: int) -> int | None:
    found = [at for at in (text.find(" ", begin, end), text.find("\n", begin, end)) if at >= 0]
    return min(found, default=None)


def _segments(text: str, finds: Iterable[Find], begin: int, end: int) -> tuple[Segment, ...]:
    segments: list[Segment] = []
    at = begin
    for find in _within(finds, end):
        if find.begin < at or find.end > end:
            continue
        if find.begin > at:
            segments.append(Segment(text[at : find.begin], marked=False))
        segments.append(Segment(text[find.begin : find.end], marked=True))
        at = find.end
    if at < end:
        segments.append(Segment(text[at:end], marked=False))
    return tuple(segments)


def _within(finds: Iterable[Find], end: int) -> Iterator[Find]:
    for find in finds:
        if find.begin >= end:
            return
        yield find


def _with_dots(segments: tuple[Segment, ...], *, before: bool, after: bool) -> tuple[Segment, ...]:
    dots = (
        ((Segment("… ", marked=False),) if before else ()),
        ((Segment(" …", marked=False),) if after else ()),
    )
    joined = [*dots[0], *segments, *dots[1]]
    merged: list[Segment] = []
    for segment in joined:
        if merged and merged[-1].marked == segment.marked:
            merged[-1] = Segment(merged[-1].text + segment.text, segment.marked)
        else:
            merged.append(segment)
    return tuple(merged)
