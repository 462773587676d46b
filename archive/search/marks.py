"""Marking what a query found: plain text in segments, never HTML."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from archive.index.fold import tokens
from archive.search.query import Text
from archive.search.results import Segment

SNIPPET_WORDS = 32
_SNIPPET_CHARS = 320


@dataclass(frozen=True, slots=True)
class Pattern:
    """Words that follow each other; ``prefix``: the last may go on."""

    words: tuple[str, ...]
    prefix: bool


def patterns_of(wanted: Iterable[Text]) -> tuple[Pattern, ...]:
    """What to mark for the texts of a query."""
    found = []
    for text in wanted:
        words = tuple(word for word, _, _ in tokens(text.words))
        if words:
            found.append(Pattern(words, text.prefix))
    return tuple(dict.fromkeys(found))


def mark(text: str, patterns: Sequence[Pattern]) -> tuple[Segment, ...]:
    """The whole text in segments.

    >>> [s.text for s in mark("The old bridge.", [Pattern(("old", "bridge"), False)]) if s.marked]
    ['old bridge']
    """
    return _segments(text, _spans(tokens(text), patterns), 0, len(text))


def snippet(text: str, patterns: Sequence[Pattern]) -> tuple[Segment, ...]:
    """The piece of the text with the most different finds in it, cut at words, in segments.

    >>> piece = snippet("word " * 99 + "harbour " + "word " * 99, [Pattern(("harbour",), False)])
    >>> piece[0].text.startswith("… word"), [s.text for s in piece if s.marked]
    (True, ['harbour'])
    """
    words = tokens(text)
    spans = _spans(words, patterns)
    first = _best_start(words, spans)
    begin = words[first][1] if words else 0
    end = words[min(first + SNIPPET_WORDS, len(words)) - 1][2] if words else 0
    end = min(end, begin + _SNIPPET_CHARS)
    if not words or first + SNIPPET_WORDS >= len(words):
        end = min(len(text), begin + _SNIPPET_CHARS)
    segments = _segments(text, spans, begin if first else 0, end)
    return _with_dots(segments, before=first > 0, after=end < len(text))


Span = tuple[int, int, int]
"""Where a find begins and ends, and which pattern it is of."""


def _spans(words: Sequence[tuple[str, int, int]], patterns: Sequence[Pattern]) -> list[Span]:
    by_first: dict[str, list[int]] = {}
    open_ended: list[int] = []
    for number, pattern in enumerate(patterns):
        if pattern.prefix and len(pattern.words) == 1:
            open_ended.append(number)
        else:
            by_first.setdefault(pattern.words[0], []).append(number)
    spans: list[Span] = []
    for at, (word, begin, _) in enumerate(words):
        candidates = [*by_first.get(word, ()), *open_ended]
        lengths = [
            (len(patterns[number].words), number)
            for number in candidates
            if _fits(words, at, patterns[number])
        ]
        if lengths:
            length, number = max(lengths)
            spans.append((begin, words[at + length - 1][2], number))
    return spans


def _fits(words: Sequence[tuple[str, int, int]], at: int, pattern: Pattern) -> bool:
    last = len(pattern.words) - 1
    if at + last >= len(words):
        return False
    if any(words[at + n][0] != pattern.words[n] for n in range(last)):
        return False
    word = words[at + last][0]
    wanted = pattern.words[last]
    return word.startswith(wanted) if pattern.prefix else word == wanted


def _best_start(words: Sequence[tuple[str, int, int]], spans: Sequence[Span]) -> int:
    """The word to begin at: most different finds within a snippet, then most finds, then first."""
    if not spans:
        return 0
    starts = {begin: number for number, (_, begin, _) in enumerate(words)}
    finds = [(starts[begin], which) for begin, _, which in spans]
    best, best_start = (0, 0), 0
    for n, (start, _) in enumerate(finds):
        within = [which for at, which in finds[n : n + 50] if at < start + SNIPPET_WORDS]
        score = (len(set(within)), len(within))
        if score > best:
            best, best_start = score, start
    # A few words of what comes before.
    return max(0, best_start - 6) if best_start > 8 else 0


def _segments(text: str, spans: Iterable[Span], begin: int, end: int) -> tuple[Segment, ...]:
    segments: list[Segment] = []
    at = begin
    for first, last, _ in spans:
        if first < at or last > end:
            continue
        if first > at:
            segments.append(Segment(text[at:first], marked=False))
        segments.append(Segment(text[first:last], marked=True))
        at = last
    if at < end:
        segments.append(Segment(text[at:end], marked=False))
    return tuple(segments)


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
