"""Lines that are furniture by what they say, in any language of the word lists."""

from dataclasses import dataclass
from functools import cache

from extract.title import fold
from extract.words import load_words

# A phrase with a star never takes a line longer than this: prose may begin like a prompt.
MAX_CHARS = 320
KINDS = ("comments", "newsletter", "consent", "share", "related", "paywall", "player", "ads", "app",
         "contact", "meta", "ui")


@dataclass(frozen=True, slots=True)
class _Phrases:
    whole: dict[str, str]
    starts: dict[str, str]
    ends: dict[str, str]
    inside: dict[str, str]
    start_tuple: tuple[str, ...]
    end_tuple: tuple[str, ...]


@cache
def _phrases() -> _Phrases:
    whole: dict[str, str] = {}
    starts: dict[str, str] = {}
    ends: dict[str, str] = {}
    inside: dict[str, str] = {}
    for language, kinds in load_words().items():
        for kind in KINDS:
            for phrase in kinds.get(kind, {}):
                text, rule = phrase.strip("*"), f"{kind} words ({language})"
                table = (whole, starts, ends, inside)[phrase.endswith("*") + 2 * phrase.startswith("*")]
                table.setdefault(fold(text), rule)
    return _Phrases(whole, starts, ends, inside, tuple(starts), tuple(ends))


def find_furniture_rule(text: str) -> str | None:
    """Name the rule by which a line is furniture, None when it is not.

    >>> find_furniture_rule("Leave a Reply"), find_furniture_rule("He left without a reply.")
    ('comments words (en)', None)
    >>> find_furniture_rule("Your email address will not be published. Required fields are marked *")
    'comments words (en)'
    """
    if len(text) > MAX_CHARS:
        return None
    key = fold(text)
    phrases = _phrases()
    if rule := phrases.whole.get(key):
        return rule
    if key.startswith(phrases.start_tuple):
        return next(rule for start, rule in phrases.starts.items() if key.startswith(start))
    if key.endswith(phrases.end_tuple):
        return next(rule for end, rule in phrases.ends.items() if key.endswith(end))
    return next((rule for part, rule in phrases.inside.items() if part in key), None)
