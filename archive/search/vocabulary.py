"""The words of the index: how many articles have one, which start alike, which are nearest."""

import re
from functools import partial
from itertools import islice

from rapidfuzz import process
from rapidfuzz.distance import OSA
from sqlite_utils import Database

from archive.search.memory import Memory
from archive.text.fold import fold_text
from archive.text.forms import is_expensive

MAX_WORDS = 200
"""Words that a pattern may stand for."""

FEW_ARTICLES = 50_000
"""Up to so many articles the whole vocabulary is looked through, if need be.

It costs 60 nanoseconds for each word of each article.
"""

_NEAREST = 4
_LETTERS_OFF = 2
# So many letters of a word tell how it goes on.
_BEGINNING = 5

_MEMORY = Memory()


def languages(db: Database) -> tuple[str, ...]:
    """The languages of the archive's articles, the commonest first.

    One that has a word list for its forms, in Latin letters, which take half a second to unpack,
    only where one article in a hundred is in it: a few are there by mistake.
    """
    rows = db.execute("SELECT language, articles FROM languages ORDER BY articles DESC, language")
    counts = dict(rows.fetchall())
    few = sum(counts.values()) // 100
    return tuple(name for name, n in counts.items() if n > few or not is_expensive(name))


def is_small(db: Database) -> bool:
    """Whether the whole vocabulary may be looked through."""
    found = db.execute("SELECT max(number) FROM facets").fetchone()[0]
    return int(found or 0) <= FEW_ARTICLES


def fitting(db: Database, pattern: str) -> tuple[str, ...]:
    """The commonest words that fit a pattern of ``*`` and ``?``; one more than `MAX_WORDS` at most.

    Args:
        db: The index.
        pattern: Folded, such as ``*burg`` or ``te?t``.
    """
    start = re.split(r"[*?]", pattern)[0]
    return _MEMORY.recall(db, ("fitting", pattern), partial(_fitting, db, start, pattern))


def _fitting(db: Database, start: str, pattern: str) -> tuple[str, ...]:
    rows = db.execute(
        "SELECT term FROM vocabulary WHERE term >= ? AND term < ? AND term GLOB ? "
        "ORDER BY doc DESC, term LIMIT ?",
        [start, start + "\U0010ffff", pattern, MAX_WORDS + 1],
    )
    return tuple(row[0] for row in rows)


def nearest(db: Database, word: str) -> tuple[str, ...]:
    """The words of the index that go on after it, else those that differ least, by two letters.

    What goes on are compounds: Rahmedetalbrücke for Rahmede. Of those that differ only words with
    the same first letter are compared, in large archives with the same two.
    """
    if len(word) < 4 or not word.isalpha():
        return ()
    return _MEMORY.recall(db, ("nearest", word), partial(_nearest, db, word))


def _nearest(db: Database, word: str) -> tuple[str, ...]:
    if len(word) >= _BEGINNING and (begun := _fitting(db, word, f"{word}*")):
        return begun[:_NEAREST]
    start = word[: 1 if is_small(db) else 2]
    rows = db.execute(
        "SELECT term, doc FROM vocabulary WHERE term >= ? AND term < ? "
        "AND length(term) BETWEEN ? AND ?",
        [start, start + "\U0010ffff", len(word) - _LETTERS_OFF, len(word) + _LETTERS_OFF],
    )
    counts = dict(rows.fetchall())
    # One letter of a short word is as much as two of a long one.
    off = _LETTERS_OFF if len(word) > 5 else 1
    found = process.extract(word, list(counts), scorer=OSA.distance, score_cutoff=off, limit=None)
    least = min((distance for _, distance, _ in found), default=0)
    near = [term for term, distance, _ in found if distance == least and term != word]
    # What rules keep back stands in the vocabulary, too.
    seen = filter(partial(_is_seen, db), sorted(near, key=lambda term: (-counts[term], term)))
    return tuple(islice(seen, _NEAREST))


def _is_seen(db: Database, term: str) -> bool:
    """Whether an article has a word that whoever asks may see."""
    asked = "SELECT 1 FROM articles_fts WHERE articles_fts MATCH ? LIMIT 1"
    return db.execute(asked, [f'"{term}"']).fetchone() is not None


def folded_pattern(word: str) -> str:
    """A pattern of ``*`` and ``?`` whose letters are folded.

    >>> folded_pattern("Wo*ÁN"), folded_pattern("te?t")
    ('wo*an', 'te?t')
    """
    parts = re.split(r"([*?])", word)
    folded = (part if part in ("*", "?") else fold_text(part) for part in parts)
    return re.sub(r"\*+", "*", "".join(folded))
