"""What changed between two versions: paragraphs added, removed, moved, and words within them.

By difflib, over words; what differs in white space, punctuation or quote styles only is the same.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import Enum

from archive.index.articles import VersionRow
from extract.fingerprint import essence

# Two paragraphs are one that was changed when this share of their words, in order, is the same:
# difflib's own rule of thumb for "close" is 0.6; a rewritten sentence keeps fewer.
SAME_PARAGRAPH = 0.5

_PIECES = re.compile(r"\s+|\w+|[^\w\s]")


class Kind(Enum):
    """What became of a paragraph."""

    SAME = "same"
    CHANGED = "changed"
    ADDED = "added"
    REMOVED = "removed"
    MOVED = "moved"


@dataclass(frozen=True, slots=True)
class Piece:
    """Words in a row that share a fate: ``same``, ``removed`` or ``added``."""

    kind: Kind
    text: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One paragraph and what became of it.

    ``part`` is ``title``, ``standfirst`` or ``text``. A moved paragraph stands where it is now;
    where it was, it is not repeated. ``pieces`` joined without the removed ones are the new text.
    """

    part: str
    kind: Kind
    pieces: tuple[Piece, ...]


def diff_versions(before: VersionRow, after: VersionRow) -> tuple[Paragraph, ...]:
    """Title, standfirst and every paragraph of the text, in the order of the newer version."""
    found: list[Paragraph] = []
    for part in ("title", "standfirst", "text"):
        old, new = (
            [line for line in getattr(version, part).split("\n") if line]
            for version in (before, after)
        )
        found += diff_paragraphs(old, new, part=part)
    return tuple(found)


def diff_paragraphs(
    old: Sequence[str], new: Sequence[str], *, part: str = "text"
) -> tuple[Paragraph, ...]:
    """Compare two lists of paragraphs.

    >>> [p.kind.value for p in diff_paragraphs(["One.", "Two.", "Three."], ["Three.", "One."])]
    ['moved', 'same', 'removed']
    """
    old_keys, new_keys = ([_key(text) for text in texts] for texts in (old, new))
    matcher = SequenceMatcher(None, old_keys, new_keys, autojunk=False)
    rows: list[Paragraph] = []
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        if tag == "equal":
            rows += [_whole(part, Kind.SAME, text) for text in new[j1:j2]]
        else:
            rows += _replaced(old[i1:i2], new[j1:j2], part)
    return tuple(_with_moves(rows))


def diff_words(old: str, new: str) -> tuple[Piece, ...]:
    """Compare two texts word by word.

    >>> [(p.kind.value, p.text) for p in diff_words("the old bridge", "the new bridge")]
    [('same', 'the '), ('removed', 'old'), ('added', 'new'), ('same', ' bridge')]
    """
    a, b = _PIECES.findall(old), _PIECES.findall(new)
    pieces: list[Piece] = []
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        if tag == "equal":
            pieces.append(Piece(Kind.SAME, "".join(b[j1:j2])))
            continue
        if i2 > i1:
            pieces.append(Piece(Kind.REMOVED, "".join(a[i1:i2])))
        if j2 > j1:
            pieces.append(Piece(Kind.ADDED, "".join(b[j1:j2])))
    return tuple(pieces)


def _replaced(old: Sequence[str], new: Sequence[str], part: str) -> Iterator[Paragraph]:
    """Pair changed paragraphs with what they were; what finds no partner is added or removed."""
    waiting = list(old)
    for text in new:
        partner = next((n for n, was in enumerate(waiting) if _similar(was, text)), None)
        if partner is None and part == "text":
            yield _whole(part, Kind.ADDED, text)
            continue
        # A title or standfirst has one predecessor, however little is left of it.
        partner = partner or 0
        if not waiting:
            yield _whole(part, Kind.ADDED, text)
            continue
        for was in waiting[:partner]:
            yield _whole(part, Kind.REMOVED, was)
        yield Paragraph(part, Kind.CHANGED, diff_words(waiting[partner], text))
        del waiting[: partner + 1]
    for was in waiting:
        yield _whole(part, Kind.REMOVED, was)


def _similar(old: str, new: str) -> bool:
    matcher = SequenceMatcher(None, old.split(), new.split(), autojunk=False)
    return matcher.real_quick_ratio() >= SAME_PARAGRAPH and matcher.ratio() >= SAME_PARAGRAPH


def _with_moves(rows: Sequence[Paragraph]) -> Iterator[Paragraph]:
    """A paragraph removed here and added there has moved."""
    removed: dict[str, list[int]] = defaultdict(list)
    for n, row in enumerate(rows):
        if row.kind is Kind.REMOVED:
            removed[_key(row.pieces[0].text)].append(n)
    gone: set[int] = set()
    moved: set[int] = set()
    for n, row in enumerate(rows):
        if row.kind is Kind.ADDED and (places := removed.get(_key(row.pieces[0].text))):
            gone.add(places.pop(0))
            moved.add(n)
    for n, row in enumerate(rows):
        if n in moved:
            yield _whole(row.part, Kind.MOVED, row.pieces[0].text)
        elif n not in gone:
            yield row


def _whole(part: str, kind: Kind, text: str) -> Paragraph:
    piece = kind if kind in (Kind.ADDED, Kind.REMOVED) else Kind.SAME
    return Paragraph(part, kind, (Piece(piece, text),))


def _key(text: str) -> str:
    return essence(text) or text
