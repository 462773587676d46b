"""Where the words of a query stand in a text, as the full-text index would find them.

The index compares folded words. Cutting a whole text into its words and folding each costs a
millisecond; here the text is folded at once, letter by letter, the words are looked for in it as
they are, and only what stands around a find is examined.
"""

import heapq
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from operator import attrgetter

from archive.index.fold import fold, is_word_character, tokens, word_characters
from archive.index.segments import is_attached, needs_cutting
from archive.search.query import Text


@dataclass(frozen=True, slots=True)
class Pattern:
    """Words that follow each other; ``prefix``: the last may go on.

    ``group`` is the text of the query it belongs to: the forms of a word are one group.
    """

    words: tuple[str, ...]
    prefix: bool
    group: int = 0


@dataclass(frozen=True, slots=True)
class Find:
    """Where a pattern was found, in characters, how many words it has, and whose it is."""

    begin: int
    end: int
    words: int
    group: int


def patterns_of(wanted: Iterable[Text]) -> tuple[Pattern, ...]:
    """What to mark for the texts of a query.

    >>> patterns_of([Text("Élysée"), Text("elysee")])
    (Pattern(words=('elysee',), prefix=False, group=0),)
    """
    found: dict[tuple[tuple[str, ...], bool], Pattern] = {}
    for group, text in enumerate(wanted):
        for words in (text.words, *text.forms):
            folded = tuple(word for word, _, _ in tokens(words))
            # A lone accent folds to nothing.
            if folded and all(folded):
                key = (folded, text.prefix)
                found.setdefault(key, Pattern(folded, text.prefix, group))
    return tuple(found.values())


def iter_finds(
    text: str, patterns: Sequence[Pattern], start: int = 0, *, folded: str | None = None
) -> Iterator[Find]:
    """Every find from a place on, in order; of those that begin together the longest.

    ``folded`` is what `folded_in_place` gives, where that is known already.
    """
    folded = folded_in_place(text) if folded is None else folded
    if folded is None or any(is_attached(word[0]) for p in patterns for word in p.words):
        by_words = finds_by_words(text, patterns)
        found: Iterable[Find] = (find for find in by_words if find.begin >= start)
    else:
        each = [
            _iter_pattern(folded, pattern, start)
            for pattern in patterns
            if _may_be_in(folded, pattern, start)
        ]
        found = heapq.merge(*each, key=attrgetter("begin"))
    waiting: Find | None = None
    for find in found:
        if waiting is None or find.begin > waiting.begin:
            if waiting:
                yield waiting
            waiting = find
        elif (find.words, find.group) > (waiting.words, waiting.group):
            waiting = find
    if waiting:
        yield waiting


def _may_be_in(folded: str, pattern: Pattern, start: int) -> bool:
    # Of a dozen forms of a word a text has two or three: this is a tenth of looking for each.
    return ACCENT in folded or all(folded.find(word, start) >= 0 for word in pattern.words)


def finds_by_words(text: str, patterns: Sequence[Pattern]) -> Iterator[Find]:
    """The same by cutting the text into words: for texts that cannot be folded letter by letter."""
    words = tokens(text)
    for at, (_, begin, _) in enumerate(words):
        for pattern in patterns:
            last = at + len(pattern.words) - 1
            if last < len(words) and _fits(words[at : last + 1], pattern):
                yield Find(begin, words[last][2], len(pattern.words), pattern.group)


def _fits(words: Sequence[tuple[str, int, int]], pattern: Pattern) -> bool:
    *first, (last, _, _) = words
    if any(word != wanted for (word, _, _), wanted in zip(first, pattern.words, strict=False)):
        return False
    wanted = pattern.words[-1]
    return last.startswith(wanted) if pattern.prefix else last == wanted


def _iter_pattern(folded: str, pattern: Pattern, start: int) -> Iterator[Find]:
    accented = ACCENT in folded
    expression = _expression(pattern.words, accented)
    match = expression.search(folded, start)
    while match:
        begin, end = match.span()
        if accented and not needs_cutting(folded[begin]):
            while begin and folded[begin - 1] == ACCENT:
                begin -= 1
        if begin >= start and _begins_word(folded, begin):
            if pattern.prefix:
                end = _word_end(folded, end)
            if _ends_word(folded, end):
                yield Find(begin, end, len(pattern.words), pattern.group)
        match = expression.search(folded, match.start() + 1)


@cache
def _expression(words: tuple[str, ...], accented: bool) -> re.Pattern[str]:
    gap = f"(?:_|[^{word_characters()}])"
    parts = [_letters(words[0]) if accented else re.escape(words[0])]
    for before, after in pairwise(words):
        # Characters that are words of their own need nothing between them.
        parts.append(gap + ("*" if needs_cutting(before) or needs_cutting(after) else "+"))
        if not accented:
            parts.append(re.escape(after))
            continue
        parts.append(_letters(after) if needs_cutting(after) else f"{ACCENT}*{_letters(after)}")
    return re.compile("".join(parts))


def _letters(word: str) -> str:
    """Each letter with what folding took away behind it."""
    if needs_cutting(word):
        return re.escape(word)
    return "".join(f"{re.escape(letter)}{ACCENT}*" for letter in word)


def _begins_word(folded: str, begin: int) -> bool:
    return begin == 0 or needs_cutting(folded[begin]) or _separates(folded[begin - 1])


def _ends_word(folded: str, end: int) -> bool:
    if end == len(folded):
        return True
    if needs_cutting(folded[end - 1]):
        return not is_attached(folded[end])
    return _separates(folded[end])


def _word_end(folded: str, end: int) -> int:
    """Where the word ends whose beginning ends there."""
    goes_on = is_attached if needs_cutting(folded[end - 1]) else _continues
    while end < len(folded) and goes_on(folded[end]):
        end += 1
    return end


def _continues(character: str) -> bool:
    return not _separates(character)


@cache
def _separates(character: str) -> bool:
    """Whether a word of letters ends before it."""
    return character == "_" or not is_word_character(character) or needs_cutting(character)


ACCENT = "\u0301"
"""Stands, in a folded text, for every letter that folding takes away."""


def folded_in_place(text: str) -> str | None:
    """The text folded, each letter in its place; None where that cannot be.

    >>> folded_in_place("Élysée İzmir Ё")
    'elysee izmir е'
    """
    # The one letter whose small form is two. A table for str.translate would serve as well, at
    # 340 microseconds for 4,000 characters that are not all ASCII; this takes 90.
    lowered = text.lower() if text.isascii() else text.replace("İ", "i").lower()
    if lowered.isascii():
        return lowered
    folded = _foldable().sub(lambda match: _FOLDED[match[0]], lowered)
    return folded if len(folded) == len(text) else None


class _Folded(dict[str, str]):
    def __missing__(self, letter: str) -> str:
        self[letter] = fold(letter) or ACCENT
        return self[letter]


_FOLDED = _Folded()


@cache
def _foldable() -> re.Pattern[str]:
    """The small letters that folding changes: none beyond the scripts looked through."""
    codes = (*range(0x80, 0x530), *range(0x1E00, 0x2000))
    small = {letter for code in codes for letter in chr(code).lower()}
    changed = sorted(letter for letter in small if fold(letter) != letter)
    return re.compile(f"[{re.escape(''.join(changed))}]")
