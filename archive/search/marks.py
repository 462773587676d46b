"""Marking what a query found: plain text in segments, never HTML.

The index compares folded words and stems. Cutting a whole text into its words costs a millisecond
and more, so a text is first looked through for what may be a find, and cut around it.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

from archive.search.results import Segment
from archive.text.fold import fold_in_place, letters_of, primary_of, tokens
from archive.text.forms import stems_of
from archive.text.segments import needs_cutting

SNIPPET_CHARS = 240
_BEFORE_CHARS = 60
# A text that is full of the word is not read to its end to find the best place in it.
_FINDS_COMPARED = 200
# Letters that the forms of a word share at least.
_SHARED = 3


@dataclass(frozen=True, slots=True)
class Pattern:
    """What to mark for one word or phrase of a query.

    Attributes:
        ways: The ways it may be written, each as folded words that follow each other.
        prefix: Whether the last word may go on.
        forms: Stems, marked with their language, any of which a word may have instead.
    """

    ways: tuple[tuple[str, ...], ...]
    prefix: bool = False
    forms: frozenset[str] = frozenset()

    def may_be_in(self, letters: str, language: str | None) -> bool:
        """Whether a folded text holds the letters of it."""
        if any(all(word in letters for word in way) for way in self.ways):
            return True
        return any(stem in letters for stem in _beginnings(self.forms, language))


@dataclass(frozen=True, slots=True)
class Find:
    """Where a pattern was found, in characters, how many words it has, and which it is."""

    begin: int
    end: int
    words: int
    group: int


@dataclass(frozen=True, slots=True)
class Marker:
    """Marks the texts of articles in one language."""

    patterns: tuple[Pattern, ...]
    language: str | None = None

    def mark(self, text: str) -> tuple[Segment, ...]:
        """The whole text in segments.

        >>> bridge = Marker((Pattern((("old", "bridge"),)),))
        >>> [s.text for s in bridge.mark("The old bridge.") if s.marked]
        ['old bridge']
        """
        return _segments(text, self.finds(text), 0, len(text))

    def snippet(self, text: str) -> tuple[Segment, ...]:
        """The first piece of the text with the most different finds in it, cut at spaces.

        >>> harbour = Marker((Pattern((("harbour",),)),))
        >>> piece = harbour.snippet("word " * 99 + "harbour " + "word " * 99)
        >>> piece[0].text.startswith("… word"), [s.text for s in piece if s.marked]
        (True, ['harbour'])
        """
        finds = islice(self._likely(text), _FINDS_COMPARED)
        for _ in range(2):
            begin, end = _window(text, _best_place(finds, len(self.patterns)))
            shown = list(self.finds(text[begin:end]))
            if shown or not self.patterns:
                break
            # Written otherwise than letter by letter, such as O'Brien for OBrien.
            finds = islice(self.finds(text), _FINDS_COMPARED)
        moved = (Find(f.begin + begin, f.end + begin, f.words, f.group) for f in shown)
        segments = _segments(text, moved, begin, end)
        return _with_dots(segments, before=begin > 0, after=end < len(text))

    def _likely(self, text: str) -> Iterator[Find]:
        """What looks like finds: cutting a whole text into its words takes ten times as long."""
        expression = _expression(self.patterns, self.language)
        begin = 0
        for line in text.split("\n"):
            folded = fold_in_place(line)
            if self._groups_in(folded):
                for match in expression.finditer(folded):
                    group = int((match.lastgroup or "g0")[1:])
                    yield Find(match.start() + begin, match.end() + begin, 1, group)
            begin += len(line) + 1

    def finds(self, text: str) -> Iterator[Find]:
        """Every find, in order; of those that begin together the longest."""
        begin = 0
        for line in text.split("\n"):
            if likely := self._groups_in(letters_of(line)):
                for find in self._in_line(line, likely):
                    yield Find(find.begin + begin, find.end + begin, find.words, find.group)
            begin += len(line) + 1

    def _groups_in(self, letters: str) -> list[int]:
        """The patterns that may be in a folded text."""
        return [n for n, p in enumerate(self.patterns) if p.may_be_in(letters, self.language)]

    def _in_line(self, line: str, likely: Sequence[int]) -> Iterator[Find]:
        places = list(tokens(line, self.language))
        words = tuple(word for word, _, _ in places)
        language = primary_of(self.language)
        patterns = [self.patterns[group] for group in likely]
        stems = [_stems(pattern.forms, language) for pattern in patterns]
        for at, (_, begin, end) in enumerate(places):
            best: Find | None = None
            for group, pattern, forms in zip(likely, patterns, stems, strict=True):
                size = _size_at(words, at, pattern)
                if not size and forms:
                    size = int(not forms.isdisjoint(stems_of(line[begin:end].lower(), language)))
                if size and (best is None or size > best.words):
                    best = Find(begin, places[at + size - 1][2], size, group)
            if best:
                yield best


def _size_at(words: tuple[str, ...], at: int, pattern: Pattern) -> int:
    """How many of the very words of a pattern stand there; 0: it does not."""
    size = 0
    for way in pattern.ways:
        here = words[at : at + len(way)]
        if here == way or (
            pattern.prefix
            and len(here) == len(way)
            and here[:-1] == way[:-1]
            and here[-1].startswith(way[-1])
        ):
            size = max(size, len(way))
    return size


@lru_cache(maxsize=1024)
def _stems(forms: frozenset[str], language: str) -> frozenset[str]:
    """Those of a language, without its mark."""
    ending = f"0{language}"
    return frozenset(form.removesuffix(ending) for form in forms if form.endswith(ending))


@lru_cache(maxsize=1024)
def _beginnings(forms: frozenset[str], language: str | None) -> tuple[str, ...]:
    """What words of a language with one of these stems begin with."""
    stems = _stems(forms, primary_of(language))
    return tuple(stem[: max(len(stem) - 1, _SHARED)] for stem in stems)


@lru_cache(maxsize=256)
def _expression(patterns: tuple[Pattern, ...], language: str | None) -> re.Pattern[str]:
    """What a folded text looks like where it has one of them; more than it has, or less."""
    groups = []
    for group, pattern in enumerate(patterns):
        ways = [
            r"[\W_]*".join(map(re.escape, way)) + (r"\w*" if pattern.prefix else r"(?!\w)")
            for way in pattern.ways
            if not needs_cutting("".join(way))
        ]
        ways += [rf"{re.escape(stem)}\w*" for stem in _beginnings(pattern.forms, language)]
        cut_ways = (way for way in pattern.ways if needs_cutting("".join(way)))
        cut = [r"\s*".join(map(re.escape, way)) for way in cut_ways]
        both = [*([rf"(?<!\w)(?:{'|'.join(ways)})"] if ways else []), *cut]
        groups.append(rf"(?P<g{group}>{'|'.join(both) or '(?!)'})")
    return re.compile("|".join(groups) or "(?!)")


def _are_close(first: Find, last: Find) -> bool:
    return last.end - first.begin <= SNIPPET_CHARS - _BEFORE_CHARS


def _best_place(finds: Iterable[Find], wanted: int) -> Find | None:
    """The find to begin at: most different texts of the query follow closely, then the first."""
    best, most = None, 0
    near: list[Find] = []
    for find in finds:
        near = [*(other for other in near if _are_close(other, find)), find]
        different = len({other.group for other in near})
        if different > most:
            best, most = near[0], different
        if most == wanted:
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
    for find in finds:
        if find.begin < at or find.end > end:
            continue
        if find.begin > at:
            segments.append(Segment(text[at : find.begin], marked=False))
        segments.append(Segment(text[find.begin : find.end], marked=True))
        at = find.end
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
