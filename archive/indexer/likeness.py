"""How much two texts of one address have in common: an edit, another language, another story."""

import re

from archive.index.rows import Said
from archive.indexer.settling.copies import runs_of
from extract.fingerprint import essence

# Of the shorter text's runs of four words: translations and other stories share hardly any, an
# article that was written again keeps its quotations.
_OTHER_RUNS = 0.05
_OTHER_TITLE = 0.5
# A teaser is so much shorter than what it leads to. A story that develops is added to bit by bit.
_TEASER = 3
COVERED = 0.8
"""Of a text that was cut off, what a whole one must have."""

_WORD = re.compile(r"\w{3,}")


def is_other_text(one: Said, other: Said) -> bool:
    """Whether two texts have no more in common than any two; not so where one is too short to tell.

    In scripts without spaces a run is four clauses, and pairs of characters are compared.
    """
    shorter, longer = sorted((runs_of(one.text), runs_of(other.text)), key=len)
    if len(shorter) < _TEASER:
        few, many = sorted((_pairs(one.text), _pairs(other.text)), key=len)
        return bool(few) and len(few & many) < COVERED / 2 * len(few)
    return len(shorter & longer) < _OTHER_RUNS * len(shorter)


def is_other_story(one: Said, other: Said) -> bool:
    """Whether another story stands where one was: text, title and date are other ones."""
    if one.published and one.published == other.published:
        return False
    old, new = (set(_WORD.findall(said.title.casefold())) for said in (one, other))
    if old & new and len(old & new) >= _OTHER_TITLE * min(len(old), len(new)):
        return False
    return essence(one.title) != essence(other.title) and is_other_text(one, other)


def is_teaser(one: Said, other: Said) -> bool:
    """Whether one text is the beginning of the other, which is several times as long."""
    if one.words * _TEASER > other.words:
        return False
    first = one.text.rstrip(" .…[]()\n")
    return essence(other.text).startswith(essence(first)) or is_begun_in(one, other)


def is_begun_in(cut: Said, whole: Said) -> bool:
    """Whether a text that was cut off is another one as far as it goes."""
    return share_begun(cut, whole) >= COVERED


def share_begun(cut: Said, whole: Said) -> float:
    """How much of a text that was cut off another one has: 0.0 to 1.0.

    Most of its lines have to be there; the last one may end in the midst of a word, and what is
    furniture cannot always be told without the rest of the page.
    """
    lines = [essence(line) for line in cut.text.split("\n") if line]
    if not lines:
        return float(essence(cut.title) == essence(whole.title))
    there = {essence(line) for line in whole.text.split("\n")}
    all_of_it = essence(whole.text)
    *full, last = lines
    kept = sum(len(line) for line in full if line in there)
    kept += len(last) if last in all_of_it else 0
    return kept / max(1, sum(map(len, lines)))


def _pairs(text: str) -> set[str]:
    letters = essence(text).casefold()
    return {letters[at : at + 2] for at in range(len(letters) - 1)}
