"""Words as the full-text index compares them.

Letters lose their case, their accents and their other shapes, as ICU and Lucene fold them; digits
of all scripts are 0 to 9, Chinese characters the simplified ones. What punctuation holds together
is one word: ``U.S.``, ``O'Brien``, ``12,345``.

Source: Unicode UTR 30 (draft) and UAX 15; Lucene's ICUFoldingFilter, ASCIIFoldingFilter,
ArabicNormalizer, ElisionFilter and ApostropheFilter.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import cache, lru_cache

import opencc

from archive.text.segments import cut, needs_cutting, pieces

# Letters that Unicode does not take apart; Arabic as Persian and Urdu write it, teh marbuta and
# alef maksura as Lucene has them.
_LETTERS = {
    **dict(zip("łøđðıħŧŋĸəɛɔƙɓɗɖƴƒʒƶȷ", "loddihtnkeeokbddyfzzj", strict=True)),
    **dict(zip("ةىیېکہھە", "هيييكههه", strict=True)),
    **dict.fromkeys("\u2010\u2011\u2012\u2212", "-"),
    "þ": "th",
    "æ": "ae",
    "œ": "oe",
    "\u200b": " ",
    "_": " ",
}
# й, ї and their kind are letters of their own, as to SQLite's tokenizer.
_WHOLE = frozenset("йїўѓќӣӯ")
_HAN = re.compile("[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_OPTIONAL_MARKS = re.compile(
    "[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"
    "\u0591-\u05bd\u05bf-\u05c7"  # Hebrew points
    "\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed\u0640]"  # Arabic vowels, hamza, tatweel
)
_APOSTROPHES = re.compile("[’‘ʼʻʾʿ′´`＇׳]")
# The dots, apostrophes and separators within words, in words that are folded already.
_JOINING_MARKS = "'.,״\""
_JOINING = re.compile(f"[{_JOINING_MARKS}]")
_ACRONYM = re.compile(r"(?<![\w.])[^\W\d_](?:\.[^\W\d_])+(?!\w)\.?")
_THOUSANDS = re.compile(r"(?<![\w.,])[1-9]\d{0,2}([.,'])\d{3}(?:\1\d{3})*(?!\w)")
_HEBREW_ACRONYM = re.compile('(?<=[\u05d0-\u05ea])["״](?=[\u05d0-\u05ea])')
_UMLAUT = re.compile("[äöüÄÖÜ]")
# What stands before a noun in French, Italian and Catalan, and behind one in English.
_ELIDED = re.compile(
    r"\b([cdjlmnst]|qu|\w*(?:squ|equ|oiqu)|\w+ll|un|sant|quest|anch|tutt|com|dov|cos)'(?=\w)"
)
_CLITIC = re.compile(r"'(?=(?:s|d|m|re|ll|ve)\b)|(?<!n)'(?=t\b)")
_SUFFIXED = frozenset(("tr", "az"))
"""Languages that part a name from its endings: İzmir'den."""


def fold_text(text: str, language: str | None = None) -> str:
    """The text as the full text holds it: folded, in words that spaces or punctuation part.

    >>> fold_text("Élysée Straße Łódź Ёлка Άνοιξη й"), fold_text("U.S. O'Brien's 12,345.67")
    ('elysee strasse lodz елка ανοιξη й', 'us obrien s 12345.67')
    >>> fold_text("憂鬱 ﾊﾞﾙ"), fold_text("l'été İzmir'den", "tr"), fold_text("٢٥٠٠ مُحَمَّدٌ")
    ('忧 郁 バ ル', 'l ete izmir den', '2500 محمد')
    """
    return " ".join(cut(_joined(_letters(text), primary_of(language))).split())


def fold_word(word: str) -> tuple[str, ...]:
    """What to look for where people type it: its words folded, and as it may be written otherwise.

    >>> fold_word("O'Brien"), fold_word("e-mail"), fold_word("25000"), fold_word("U.S.")
    (('obrien', 'o brien'), ('e mail', 'email'), ('25000', '25 000'), ('us', 'u s'))
    >>> fold_word("Müller")
    ('muller', 'mueller')
    """
    letters = _letters(word)
    found = [" ".join(words_of(text)) for text in (fold_text(word), cut(letters))]
    if re.fullmatch(r"[^\W\d_]\w*(?:['-]\w+)+", letters):
        found.append(re.sub("['-]", "", letters))
    if _UMLAUT.search(word):
        found.append(" ".join(words_of(fold_text(_UMLAUT.sub(r"\g<0>e", word)))))
    number = found[0]
    # Four digits from 1500 on are years more often than not.
    if re.fullmatch(r"[1-9]\d{3,11}", number) and not 1500 <= int(number) < 2100:
        found.append(f"{int(number):,}".replace(",", " "))
    return tuple(dict.fromkeys(filter(None, found)))


@lru_cache(maxsize=65_536)
def fold(word: str) -> str:
    """One word folded, whatever language it is of: for names and keys.

    >>> fold("Élysée"), fold("Ljubičić")
    ('elysee', 'ljubicic')
    """
    return fold_text(word)


def words_of(folded: str) -> list[str]:
    """The words of a folded text, as the tokenizer of the full text has them.

    >>> words_of("e-mail 12345.67")
    ['e', 'mail', '12345', '67']
    """
    return _words().findall(folded)


def tokens(text: str, language: str | None = None) -> Iterator[tuple[str, int, int]]:
    """Each word folded, with where it begins and ends in the text.

    >>> list(tokens("l'Élan U.S.")), [t[0] for t in tokens("東京")]
    ([('l', 0, 1), ('elan', 2, 6), ('us', 7, 11)], ['东', '京'])
    """
    for match in _units().finditer(text):
        begin = match.start()
        for word, at, end in _words_in(match[0], language):
            yield word, begin + at, begin + end


@lru_cache(maxsize=16_384)
def _words_in(unit: str, language: str | None) -> tuple[tuple[str, int, int], ...]:
    words = words_of(fold_text(unit, language))
    parts = list(_parts(unit))
    if len(words) != len(parts):
        parts = [(0, len(unit))] * len(words)
    return tuple((word, at, end) for word, (at, end) in zip(words, parts, strict=True))


def _parts(unit: str) -> Iterator[tuple[int, int]]:
    for match in _words().finditer(unit.replace("_", " ")):
        if needs_cutting(match[0]):
            yield from ((match.start() + at, match.start() + end) for at, end in pieces(match[0]))
        else:
            yield match.span()


def primary_of(language: str | None) -> str:
    """The language itself, without its script and region.

    >>> primary_of("de-AT"), primary_of("pt_BR"), primary_of(None)
    ('de', 'pt', '')
    """
    return (language or "").replace("_", "-").partition("-")[0].lower()


def _letters(text: str) -> str:
    if text.isascii():
        return text.lower().replace("_", " ")
    text = _APOSTROPHES.sub("'", text)
    if "\u200c" in text:
        # Persian parts words by it, Indian scripts only letters.
        text = re.sub("(?<=[\u0600-\u06ff])\u200c", " ", text)
    return unicodedata.normalize("NFKC", text).translate(_TABLE)


def _joined(text: str, language: str) -> str:
    if not _JOINING.search(text):
        return text
    text = _ACRONYM.sub(lambda match: match[0].replace(".", ""), text)
    text = _THOUSANDS.sub(lambda match: match[0].replace(match[1], ""), text)
    text = _HEBREW_ACRONYM.sub("", text)
    if "'" not in text:
        return text
    text = _CLITIC.sub(" ", _ELIDED.sub(r"\1 ", text))
    return re.sub(r"(?<=\w)'(?=\w)", " " if language in _SUFFIXED else "", text)


def letters_of(text: str) -> str:
    """The text folded, without what may stand within words: to look whether a word may be in it.

    Every word that `tokens` gives is in it, and more; `fold_text` takes longer.

    >>> letters_of("O'Brien, U.S. Élan")
    'obrien us elan'
    """
    text = _letters(text)
    for joining in _JOINING_MARKS:
        text = text.replace(joining, "")
    return text


def fold_in_place(text: str) -> str:
    """The text with each letter folded to one letter in its place: to look in, not to compare.

    >>> fold_in_place("Élan Œuvre ﾊ")
    'elan ouvre ハ'
    """
    return text.lower() if text.isascii() else text.translate(_IN_PLACE)


class _Table(dict[int, str]):
    """What each character becomes, learnt as they come."""

    def __missing__(self, code: int) -> str:
        self[code] = found = _folded_character(chr(code))
        return found


_TABLE = _Table()


class _InPlace(dict[int, str]):
    """The same, one letter for each."""

    def __missing__(self, code: int) -> str:
        self[code] = found = (_letters(chr(code)).strip() or chr(code))[0]
        return found


_IN_PLACE = _InPlace()


def _folded_character(character: str) -> str:
    lower = character.lower() if character != "İ" else "i"
    if lower in _WHOLE:
        return lower
    if _HAN.match(character):
        return _simplified(character)
    if (digit := unicodedata.decimal(character, None)) is not None:
        return str(digit)
    if unicodedata.category(character) == "Cf":
        return ""
    bare = _OPTIONAL_MARKS.sub("", unicodedata.normalize("NFD", character)).casefold()
    return "".join(_LETTERS.get(c, c) for c in unicodedata.normalize("NFC", bare))


@cache
def _converter() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")


def _simplified(character: str) -> str:
    found: str = _converter().convert(character)
    return found


@cache
def word_characters() -> str:
    """What may stand in a word, as the inside of a set of characters.

    >>> re.findall(f"[{word_characters()}]+", "a1é-b")
    ['a1é', 'b']
    """
    # Python's \w has letters, numbers and the underscore, no marks. Those of the basic plane only:
    # a set with characters beyond it is matched ten times as slowly.
    marks = (chr(n) for n in range(0x300, 0x10000) if unicodedata.category(chr(n))[0] == "M")
    return f"\\w{''.join(marks)}\ue000-\uf8ff"


@cache
def _words() -> re.Pattern[str]:
    return re.compile(f"[{word_characters()}]+")


@cache
def _units() -> re.Pattern[str]:
    """Words, with the punctuation that may hold them together."""
    inside = f"[{word_characters()}\u200c\u200d\u00ad]"
    return re.compile(f"{inside}+(?:[.,'\"״’‘ʼʻʾʿ′´`＇׳]{inside}+)*(?:(?<=\\.[^\\W\\d_])\\.)?")
