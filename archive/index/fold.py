"""Words as the full-text index compares them: lower case, without diacritics."""

import re
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
    found: list[tuple[str, int, int]] = []
    for match in _words().finditer(text):
        word, begin = match[0], match.start()
        if word.isascii() and "_" not in word:
            found.append((word.lower(), begin, begin + len(word)))
            continue
        for piece in word.split("_"):
            if needs_cutting(piece):
                found += _cut(piece, begin)
            elif piece:
                found.append((fold(piece), begin, begin + len(piece)))
            begin += len(piece) + 1
    return found


@cache
def word_characters() -> str:
    """What may stand in a word, and the underscore, as the inside of a set of characters.

    >>> re.findall(f"[{word_characters()}]+", "a1é_-b")
    ['a1é_', 'b']
    """
    # Python's \w has letters, numbers and the underscore, no marks. Those of the basic plane only:
    # a set with characters beyond it is matched ten times as slowly.
    marks = (chr(n) for n in range(0x300, 0x10000) if unicodedata.category(chr(n))[0] == "M")
    return f"\\w{''.join(marks)}\ue000-\uf8ff"


@cache
def _words() -> re.Pattern[str]:
    return re.compile(f"[{word_characters()}]+")


def _cut(run: str, begin: int) -> list[tuple[str, int, int]]:
    words = []
    for piece in searchable(run).split():
        words.append((fold(piece).strip(), begin, begin + len(piece)))
        begin += len(piece)
    return words
