"""Titles as texts: folded to compare, and cut from the names of sites that stand around them."""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from itertools import islice

_PART = re.compile(r"\s*[:：|｜]\s+|\s+[–—-]\s+")
# Shorter, it may be a subhead as well.
_MIN_PART_CHARS = 20
_WORD = re.compile(r"\w+")
# "Headline | The Paper", "Headline - The Paper", "Headline :: The Paper"; also full-width.
BREAK = re.compile(
    r"\s+(?:[|\-–—·•›»«:/│]+)\s+|\s*[|｜│]\s*|\s*：\s*|"
    # Chinese sites; in other scripts it is part of a name.
    r"\s+_\s*|(?<=[^\x00-\x7f])_+|_+(?=[^\x00-\x7f])"
)
_COLON = re.compile(r":\s+")
_BARS = frozenset("|｜│")
# Themes of blogs set the headline last, behind this; as they print it in several languages.
_ARCHIVE = re.compile(r"^.* » [Bb]log[\s-]?[Aa]rch?i(?:v[eo]?s?|ef)? » ")
_MAX_SITE_WORDS = 6
_MIN_HEAD_CHARS = 3
# More is no title; the runs of its parts grow with the square.
_MAX_BREAKS = 12
# "Doom9's Forum" on doom9.org; shorter labels begin too many words.
_MIN_STEM_CHARS = 5


# Each rule asks for the same lines of a page again.
@lru_cache(maxsize=4096)
def fold(text: str) -> str:
    """Fold a text to compare: compatibility forms, case, punctuation and white space.

    >>> fold("„Nein“ – sagt  sie") == fold('"Nein" sagt sie')
    True
    """
    return " ".join(_WORD.findall(unicodedata.normalize("NFKC", text).casefold()))


def key_of(text: str) -> str:
    """Fold a text without its white space: elements of their own are often glued.

    >>> key_of("Time 4 Talks") == key_of("time4talks")
    True
    """
    return fold(text).replace(" ", "")


def title_parts(title: str) -> list[str]:
    """Give the kicker and the headline that a title joins: pages set them in lines of their own.

    >>> title_parts("Storm over the north: The ferry is late again")
    ['Storm over the north', 'The ferry is late again']
    >>> title_parts("Storm: The ferry is late again"), title_parts("The ferry: late")
    (['The ferry is late again'], [])
    """
    parts = _PART.split(title)
    return [part for part in parts if len(parts) > 1 and len(part) >= _MIN_PART_CHARS]


class SiteNames:
    """The names of a site, by which it is known again whatever the spelling.

    Args:
        names: in full, as stated.
        stems: labels of its host, which other names of it may begin with.

    >>> names = SiteNames(["Time 4 Talks"], ["time4talks"])
    >>> names.have("time4talks"), names.have("Time for talks"), names.begin("Time4talks, a blog")
    (True, False, True)
    """

    def __init__(self, names: Iterable[str], stems: Iterable[str] = ()) -> None:
        self._keys = {key_of(name) for name in names} - {""}
        self._stems = tuple(key_of(stem) for stem in stems if len(stem) >= _MIN_STEM_CHARS)

    def have(self, text: str) -> bool:
        """Whether the whole text is a name of the site."""
        return key_of(text) in self._keys

    def begin(self, text: str) -> bool:
        """Whether the text is a name of the site, or few words that its host's name begins."""
        key = key_of(text)
        short = len(text.split()) <= _MAX_SITE_WORDS
        return key in self._keys or (short and bool(self._stems) and key.startswith(self._stems))


def segments(title: str) -> list[str]:
    """Give every run of whole parts of a title, the longest first.

    >>> segments("News | Rates rise | The Paper")
    ['News | Rates rise | The Paper', 'Rates rise | The Paper', 'News | Rates rise', 'Rates rise',
     'The Paper', 'News']
    """
    breaks = list(islice(BREAK.finditer(title), _MAX_BREAKS))
    starts = [0, *(m.end() for m in breaks)]
    ends = [*(m.start() for m in breaks), len(title)]
    runs = {title[s:e] for i, s in enumerate(starts) for e in ends[i:]}
    return sorted(runs - {""}, key=lambda run: (-len(run), run))


def without_site(title: str, names: SiteNames, *, colon: bool = False) -> str:
    """Cut the name of the site, and what stands between bars, off the ends of a title.

    Args:
        title: as stated.
        names: of the site.
        colon: whether a colon may set the site's name off: in a headline it starts a kicker.

    >>> paper = SiteNames(["The Paper"])
    >>> without_site("Rates rise again - The Paper", paper)
    'Rates rise again'
    >>> without_site("The Paper » Rates rise again", paper)
    'Rates rise again'
    >>> without_site("Live: storm hits - follow it here", paper)
    'Live: storm hits - follow it here'
    >>> without_site("Rates rise again | News | The Paper", paper)
    'Rates rise again'
    """
    title = _ARCHIVE.sub("", title)
    if len(BREAK.findall(title)) > _MAX_BREAKS:
        return title
    while cut := _cut_end(title, names) or _cut_start(title, names, colon=colon):
        title = cut
    return title


def _cut_end(title: str, names: SiteNames) -> str | None:
    breaks = list(BREAK.finditer(title))
    for match in reversed(breaks):
        head, tail = title[: match.start()], title[match.end() :]
        last = match is breaks[-1]
        is_bar = last and bool(_BARS & set(match[0])) and len(tail.split()) <= _MAX_SITE_WORDS
        if len(fold(head)) >= _MIN_HEAD_CHARS and (is_bar or names.begin(tail)):
            return head
    return None


def _cut_start(title: str, names: SiteNames, *, colon: bool) -> str | None:
    for match in (*BREAK.finditer(title), *(_COLON.finditer(title) if colon else ())):
        head, tail = title[: match.start()], title[match.end() :]
        if len(fold(tail)) >= _MIN_HEAD_CHARS and names.have(head):
            return tail
    return None
