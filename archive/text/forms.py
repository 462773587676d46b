"""Stems: what the forms of a word have in common, each in its own language.

Snowball's stemmers where there is one for the language, simplemma's word lists for others. A stem
is marked by its language (``haus0de``), so that German forms are found in German articles only.
"""

import re
from collections.abc import Callable, Iterable
from functools import cache, lru_cache, partial

import Stemmer

from archive.text.fold import fold_text, primary_of, word_characters

# Letters of a word that is stemmed: alphabets write short words for what has no forms.
_SHORTEST = {"latin": 3, "cyrillic": 3, "greek": 3}

# Snowball's algorithms by script and language.
_LATIN = """
    ca catalan, cs czech, da danish, de german, en english, eo esperanto, es spanish, et estonian,
    eu basque, fi finnish, fr french, ga irish, hu hungarian, id indonesian, it italian,
    lt lithuanian, nb norwegian, nl dutch, nn norwegian, no norwegian, pl polish, pt portuguese,
    ro romanian, st sesotho, sv swedish, tr turkish, bs serbian, hr serbian, sr serbian
"""
_SNOWBALL: dict[str, dict[str, str]] = {
    "latin": dict(pair.split() for pair in _LATIN.split(",")),
    "cyrillic": {"ru": "russian", "sr": "serbian", "bs": "serbian"},
    "greek": {"el": "greek"},
    "arabic": {"ar": "arabic", "fa": "persian"},
    "armenian": {"hy": "armenian"},
    "devanagari": {"hi": "hindi", "ne": "nepali"},
    "tamil": {"ta": "tamil"},
    "hebrew": {"yi": "yiddish"},
}
# Word lists take 30 to 110 MB of memory each and up to 0.7 seconds to unpack: only where Snowball
# has nothing.
_WORD_LISTS = {
    "latin": {"cy", "gl", "is", "lb", "lv", "ms", "sk", "sl", "sq", "sw", "tl"},
    "cyrillic": {"bg", "mk", "uk"},
    "hebrew": {"he"},
    "georgian": {"ka"},
    "malayalam": {"ml"},
}
_SCRIPTS = {
    "latin": "a-zß-\u024f\u1e00-\u1eff",
    "cyrillic": "\u0400-\u052f",
    "greek": "\u0370-\u03ff\u1f00-\u1fff",
    "arabic": "\u0600-\u06ff",
    "armenian": "\u0530-\u058f",
    "devanagari": "\u0900-\u097f",
    "tamil": "\u0b80-\u0bff",
    "hebrew": "\u0590-\u05ff",
    "georgian": "\u10a0-\u10ff",
    "malayalam": "\u0d00-\u0d7f",
}
# What Arabic writes before a noun: and, with, for, as, the.
_ARABIC_ARTICLE = re.compile("^[وف]?(?:[بك]?ال|لل)(?=..)")


def forms_of(text: str, language: str | None) -> str:
    """The distinct stems of a text, each marked with its language; nothing where it has none.

    Compounds with hyphens are in it as one word, too: ``email`` finds e-mail.

    >>> forms_of("Die Häuser, das Haus: E-Mails", "de-AT")
    'das0de die0de email0de haus0de mail0de'
    >>> forms_of("東京", "ja"), forms_of("house", None)
    ('', '')
    """
    base = primary_of(language)
    if not _stemmers(base):
        return ""
    lower = text.lower()
    words = set(_words().findall(lower))
    words.update(word.replace("-", "") for word in _HYPHENED.findall(lower))
    stems = {stem for word in words for stem in stems_of(word, base)}
    return " ".join(sorted(f"{stem}0{base}" for stem in stems))


def forms_of_word(word: str, languages: Iterable[str]) -> tuple[str, ...]:
    """The stems of a word as articles of these languages have them, and the word as if it were one.

    >>> forms_of_word("Haus", ["de", "en-GB", "ru", "ja"]), forms_of_word("zamach", ["pl"])
    (('haus0de', 'haus0en'), ('zam0pl', 'zamach0pl'))
    >>> forms_of_word("حزب", ["ar", "de"]), forms_of_word("2024", ["de"])
    (('حزب0ar',), ())
    """
    lower, folded = word.lower(), fold_text(word)
    found = {base: stems_of(lower, base) for base in dict.fromkeys(map(primary_of, languages))}
    own = (folded,) if folded.isalpha() else ()
    return tuple(
        f"{stem}0{base}"
        for base, stems in found.items()
        for stem in dict.fromkeys(stems + own if stems else ())
    )


def is_expensive(language: str) -> bool:
    """Whether asking for the forms of any word in Latin letters unpacks a word list.

    >>> is_expensive("sk-SK"), is_expensive("uk"), is_expensive("de")
    (True, False, False)
    """
    return primary_of(language) in _WORD_LISTS["latin"]


@lru_cache(maxsize=65_536)
def stems_of(word: str, language: str) -> tuple[str, ...]:
    """The stems of a word in small letters: as written, and as written without its accents.

    >>> stems_of("élèves", "fr"), stems_of("häuser", "de"), stems_of("хата", "de")
    (('elev',), ('haus',), ())
    """
    script = _script(word)
    stems = _stemmers(primary_of(language)).get(script)
    if stems is None or len(word) < _SHORTEST.get(script, 2):
        return ()
    found = [fold_text(stem) for stem in stems(word)]
    bare = fold_text(word, language)
    if bare != word:
        found += stems(bare)
    return tuple(dict.fromkeys(stem for stem in found if stem and " " not in stem))


Stems = Callable[[str], tuple[str, ...]]


@cache
def _stemmers(language: str) -> dict[str, Stems]:
    """What stems the words of a language, by script."""
    found: dict[str, Stems] = {}
    for script, algorithms in _SNOWBALL.items():
        if language in algorithms:
            found[script] = _arabic if language == "ar" else _snowball(algorithms[language])
    for script, languages in _WORD_LISTS.items():
        if language in languages:
            found[script] = partial(_lemma, language)
    return found


@cache
def _snowball(algorithm: str) -> Stems:
    stem = Stemmer.Stemmer(algorithm).stemWord
    return lambda word: (stem(word),)


def _lemma(language: str, word: str) -> tuple[str, ...]:
    from simplemma import lemmatize  # noqa: PLC0415 - few archives need it

    return (lemmatize(word, lang=language).lower(),)


def _arabic(word: str) -> tuple[str, ...]:
    """An Arabic word as if it had the article, by which Snowball tells endings apart, and without.

    >>> _arabic("الخزانات"), _arabic("خزان")
    (('خزان', 'خزانا'), ('خز', 'خزان'))
    """
    bare = _ARABIC_ARTICLE.sub("", word)
    stems = (stem for typed in ("ال" + bare, bare) for stem in _snowball("arabic")(typed))
    return tuple(_ARABIC_ARTICLE.sub("", stem) for stem in stems)


@cache
def _script(word: str) -> str:
    first = word[:1]
    for script, letters in _SCRIPTS.items():
        if re.match(f"[{letters}]", first):
            return script
    return ""


@cache
def _words() -> re.Pattern[str]:
    # Words of letters and their marks alone: numbers have no forms.
    return re.compile(f"(?<![\\d_])(?:(?![\\d_])[{word_characters()}])+(?![\\d_])")


_HYPHENED = re.compile(r"\b[^\W\d_]+(?:-[^\W\d_]+)+\b")
