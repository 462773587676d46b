"""Lines that are furniture by what they say, in any language of the word lists.

All languages are asked on every page: a German page has an English player, and a short line tells
no detector its language.
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache

from extract.title import fold
from extract.words import load_words

KINDS = (
    "comments",
    "newsletter",
    "consent",
    "share",
    "related",
    "paywall",
    "player",
    "ads",
    "app",
    "contact",
    "meta",
    "ui",
)
# How long a line may be that only begins or ends like a phrase, by the words of the phrase: prose
# may begin with "Published", it does not begin with "Your email address will not be published".
MAX_CHARS = (0, 60, 140, 320)
MAX_GAP_CHARS = 40
# In a sentence of the story only phrases of more words are sure: "Lesen Sie auch die Bibel." has
# three. Of the development pages this costs one line, and saves none of theirs.
MAX_UNSURE_WORDS = 3
# Who uses cookies, says so to a reader: of these, two words are sure.
_SURER = {"consent": 1}
MIN_WORDS_BEYOND = 2
# Scripts without spaces, with how many of their letters weigh as one word.
_CJK = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]"
)
# A name among them is a word, too: "此站点使用Akismet".
_LATIN = re.compile("[a-z]+")
_THAI = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]")


@dataclass(frozen=True, slots=True)
class _Phrase:
    """A phrase with stars: what must stand in a line, in order."""

    parts: tuple[str, ...]
    at_start: bool
    at_end: bool
    max_chars: int
    words: int
    rule: str

    def fits(self, key: str, chars: int) -> bool:
        if chars > self.max_chars:
            return False
        position = 0
        for number, part in enumerate(self.parts):
            # Between the parts of a phrase stand a few words, not half a paragraph.
            reach = None if number == 0 else position + MAX_GAP_CHARS + len(part)
            found = key.find(part, position, reach)
            if found < 0 or (number == 0 and self.at_start and found):
                return False
            position = found + len(part)
            if not _is_edge(key, position):
                return False
        return not self.at_end or key.endswith(self.parts[-1])

    def may_be_said(self, text: str, key: str) -> bool:
        """Tell whether a sentence that it fits says more than the phrase, and is no label."""
        if self.words > _SURER.get(self.rule.split()[0], MAX_UNSURE_WORDS):
            return False
        begun = text.split()[: self.words + 1]
        if any(word.endswith((":", "：")) for word in begun):
            return False
        letters = " ".join(word for word in key.split() if len(word) > 1 and not word[0].isdigit())
        return _words(letters) - self.words >= MIN_WORDS_BEYOND


def _is_edge(key: str, position: int) -> bool:
    """Tell whether a word ends here; scripts without spaces end one anywhere."""
    if position >= len(key) or key[position] == " ":
        return True
    around = key[position - 1 : position + 1]
    return bool(_CJK.search(around) or _THAI.search(around))


@dataclass(slots=True)
class _Phrases:
    whole: dict[str, str] = field(default_factory=dict)
    # By their first or last word (in scripts without spaces: by two characters), so that a line
    # meets a handful and not a thousand.
    starts: dict[str, list[_Phrase]] = field(default_factory=lambda: defaultdict(list))
    ends: dict[str, list[_Phrase]] = field(default_factory=lambda: defaultdict(list))
    inside: dict[str, list[_Phrase]] = field(default_factory=lambda: defaultdict(list))

    def add(self, phrase: str, rule: str) -> None:
        parts = tuple(fold(part) for part in phrase.split("*") if fold(part))
        if not parts:
            return
        if "*" not in phrase:
            self.whole.setdefault(parts[0], rule)
            return
        at_start, at_end = not phrase.startswith("*"), not phrase.endswith("*")
        words = _words(phrase)
        sure = words + (len(_LATIN.findall(phrase)) if _UNSPACED.search(phrase) else 0)
        item = _Phrase(parts, at_start, at_end, MAX_CHARS[min(3, words)], sure, rule)
        if not at_start and not at_end:
            self.inside[_edge(parts[0], 0)].append(item)
        elif at_start:
            self.starts[_edge(parts[0], 0)].append(item)
        else:
            self.ends[_edge(parts[-1], -1)].append(item)

    def near(self, key: str) -> Iterator[_Phrase]:
        """Give the phrases that a line may fit."""
        words = key.split(" ")
        yield from self.starts.get(words[0], ())
        yield from self.ends.get(words[-1], ())
        for word in dict.fromkeys(words):
            yield from self.inside.get(word, ())
        if _UNSPACED.search(key):
            yield from self.starts.get(key[:2], ())
            yield from self.ends.get(key[-2:], ())
            for place in range(len(key) - 1):
                yield from self.inside.get(key[place : place + 2], ())


def _edge(part: str, place: int) -> str:
    if _UNSPACED.search(part):
        return part[:2] if place == 0 else part[-2:]
    return part.split(" ")[place]


def _words(phrase: str) -> int:
    """Count the words of a phrase; two characters of Chinese or Korean weigh as one, five Thai."""
    cjk, thai = len(_CJK.findall(phrase)), len(_THAI.findall(phrase))
    return (cjk + 1) // 2 + (thai + 4) // 5 or len(phrase.replace("*", " ").split())


@cache
def _phrases() -> _Phrases:
    phrases = _Phrases()
    for language, kinds in load_words().items():
        for kind in KINDS:
            for phrase in kinds.get(kind, {}):
                phrases.add(phrase, f"{kind} words ({language})")
    return phrases


def find_furniture_rule(text: str, *, is_said: bool = False) -> str | None:
    """Name the rule by which a line is furniture, None when it is not.

    Args:
        text: the line.
        is_said: whether it is a sentence among sentences of the story, without a link; of these
            a phrase of few words takes none.

    >>> find_furniture_rule("Leave a Reply"), find_furniture_rule("He left without a reply.")
    ('comments words (en)', None)
    >>> find_furniture_rule("Your email address will not be published. Required fields: *")
    'comments words (en)'
    >>> find_furniture_rule("Published in 1922, the novel was first taken for a joke by critics.")
    >>> find_furniture_rule("Loading took two hours.", is_said=True)
    """
    if len(text) > MAX_CHARS[-1]:
        return None
    key = fold(text)
    if not key:
        return None
    phrases = _phrases()
    if rule := phrases.whole.get(key):
        return rule
    chars = len(key)
    fitting = (phrase for phrase in phrases.near(key) if phrase.fits(key, chars))
    return next((p.rule for p in fitting if not (is_said and p.may_be_said(text, key))), None)
