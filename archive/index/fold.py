"""Words as the full-text index compares them: lower case, without diacritics."""

import unicodedata
from functools import cache, lru_cache

from archive.index.segments import needs_cutting, searchable


@lru_cache(maxsize=65_536)
def fold(text: str) -> str:
    """The text in lower case and without diacritics, as the full-text index compares it.

    >>> fold("Élysée"), fold("Straße"), fold("Ёлка"), fold("Άνοιξη"), fold("й")
    ('elysee', 'straße', 'елка', 'ανοιξη', 'й')
    """
    folded = "".join(map(_without_latin_accent, searchable(text).lower()))
    return "".join(letter for letter in folded if not "\u0300" <= letter <= "\u036f")


@cache
def _without_latin_accent(letter: str) -> str:
    """SQLite's rule: Latin letters lose theirs; those of other scripts are letters of their own.

    Source: SQLite 3.40, unicode61 with remove_diacritics 2; compared in tests/archive/index.
    """
    if letter == "ς":
        return "σ"
    parts = unicodedata.normalize("NFD", letter)
    is_latin = letter < "\u0370" or "\u1e00" <= letter < "\u2000"
    return parts[0] if is_latin and len(parts) > 1 and "\u0300" <= parts[1] <= "\u036f" else letter


@cache
def is_word_character(character: str) -> bool:
    """Whether the tokenizer keeps it: letters, numbers, marks, private use.

    >>> [is_word_character(c) for c in "a1&_"]
    [True, True, False, False]
    """
    category = unicodedata.category(character)
    return category[0] in "LNM" or category == "Co"


def tokens(text: str) -> list[tuple[str, int, int]]:
    """Each word folded, with where it begins and ends.

    In scripts without spaces each character is a word.

    >>> tokens("Élan vital"), tokens("東京")
    ([('elan', 0, 4), ('vital', 5, 10)], [('東', 0, 1), ('京', 1, 2)])
    """
    found = []
    start: int | None = None
    for at, character in enumerate(text):
        if is_word_character(character):
            start = at if start is None else start
        elif start is not None:
            found.append((start, at))
            start = None
    if start is not None:
        found.append((start, len(text)))
    if not needs_cutting(text):
        return [(fold(text[begin:end]), begin, end) for begin, end in found]
    return [word for begin, end in found for word in _cut(text[begin:end], begin)]


def _cut(run: str, begin: int) -> list[tuple[str, int, int]]:
    words = []
    for piece in searchable(run).split():
        words.append((fold(piece).strip(), begin, begin + len(piece)))
        begin += len(piece)
    return words
