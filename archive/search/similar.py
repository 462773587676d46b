"""More like an article: what shares its most telling words.

A word tells the more the oftener it stands in the article and the fewer articles have it (tf-idf).
The best of them are searched as one query, any of them, ranked by bm25.
"""

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice

from sqlite_utils import Database

from archive.errors import NotFound
from archive.index.ids import find_id
from archive.search.engine import Ranked
from archive.search.hits import hits_of
from archive.search.marks import Pattern
from archive.search.results import Hit
from archive.search.run import at_one_moment
from archive.text.fold import fold_text, words_of
from archive.text.segments import needs_cutting

# bm25 costs about 2.5 microseconds a match for eight words: 30 ms.
MAX_MATCHES = 12_000
_MATCHES_OF_A_WORD = 4_000
MAX_WORDS = 8
# The words looked up: 40 cost 5 ms. Two characters of a script without spaces are looked up as a
# phrase, which costs up to 8 ms each.
_CANDIDATES = 40
_CUT_CANDIDATES = 5
_CHARS_READ = 20_000
_TITLE_WEIGHT = 3
_SHORTEST = 4
# Copies of the article come first: so many more are looked at than are wanted.
_LONGEST_STORY = 100


@dataclass(frozen=True, slots=True)
class Similar:
    """The articles most like one, best first, and the folded words they were found by."""

    words: tuple[str, ...]
    hits: tuple[Hit, ...]


def find_similar(db: Database, article_id: str, *, limit: int = 10) -> Similar:
    """Find articles like one; copies of it are left out, and of other stories one copy is named.

    Args:
        db: The index.
        article_id: The whole id of an article.
        limit: So many at most.

    Raises:
        NotFound: there is no such article.
        MicroficheError: the database cannot be read.
    """
    with at_one_moment(db):
        row = db.execute(_ARTICLE, [find_id(article_id)]).fetchone()
        if row is None:
            raise NotFound(f"article {article_id[:80]!r}: not in the index; look for it by search")
        number, language, *texts = row
        words = telling_words(db, _counts(language, *texts), _copies(db, number))
        return Similar(words, _find(db, number, words, limit))


_ARTICLE = "SELECT number, language, title, standfirst, text FROM articles_current WHERE id = ?"


def _counts(language: str | None, title: str, standfirst: str, text: str) -> Counter[str]:
    counts: Counter[str] = Counter()
    for part, weight in ((title, _TITLE_WEIGHT), (standfirst, 1), (text[:_CHARS_READ], 1)):
        for word in _terms(part, language):
            counts[word] += weight
    return counts


def _terms(text: str, language: str | None = None) -> Iterable[str]:
    """The words of a text; of scripts without spaces, each two characters that follow each other.

    >>> list(_terms("The old bridges")), list(_terms("東京都"))
    (['bridges'], ['东 京', '京 都'])
    """
    before = ""
    for word in words_of(fold_text(text, language)):
        if needs_cutting(word):
            if before:
                yield f"{before} {word}"
            before = word
            continue
        before = ""
        if len(word) >= _SHORTEST and not word.isdigit():
            yield word


def telling_words(db: Database, counts: Counter[str], own: int) -> tuple[str, ...]:
    """The words that tell most: in more than its ``own`` copies, in few articles altogether."""
    every = _articles(db)
    scored = []
    cut = (word for word, _ in counts.most_common() if needs_cutting(word))
    left_out = set(islice(cut, _CUT_CANDIDATES, None))
    for word, count in counts.most_common(_CANDIDATES):
        if word in left_out:
            continue
        found = _articles_with(db, word)
        if own < found <= _MATCHES_OF_A_WORD:
            scored.append((count * math.log((every + 1) / found), found, word))
    chosen: list[str] = []
    matches = 0
    for score, found, word in sorted(scored, key=lambda row: (-row[0], row[2])):
        if score > 0 and matches + found <= MAX_MATCHES and len(chosen) < MAX_WORDS:
            chosen.append(word)
            matches += found
    return tuple(chosen)


def _copies(db: Database, number: int) -> int:
    row = db.execute(_STORY, [number]).fetchone()
    return int(row[0]) if row else 1


_STORY = """
SELECT s.articles FROM story_articles m JOIN stories s ON s.id = m.story WHERE m.article = ?
"""


def _articles(db: Database) -> int:
    return int(db.execute("SELECT count(*) FROM facets").fetchone()[0])


def _articles_with(db: Database, word: str) -> int:
    sql = "SELECT count(*) FROM (SELECT 1 FROM articles_fts WHERE articles_fts MATCH ? LIMIT ?)"
    return int(db.execute(sql, [_quoted(word), _MATCHES_OF_A_WORD + 1]).fetchone()[0])


def _quoted(word: str) -> str:
    return f'"{word}"'


def _find(db: Database, number: int, words: tuple[str, ...], limit: int) -> tuple[Hit, ...]:
    if not words:
        return ()
    told = {_story(db, number)} - {None}
    kept: list[Ranked] = []
    rows = db.execute(_LIKE, [" OR ".join(map(_quoted, words)), 5 * limit + _LONGEST_STORY])
    for item in (Ranked(*row) for row in rows.fetchall()):
        story = _story(db, item.number)
        if item.number != number and story not in told and len(kept) < limit:
            told |= {story} - {None}
            kept.append(item)
    return hits_of(db, kept, tuple(Pattern((tuple(word.split()),)) for word in words))


_LIKE = """
SELECT rowid, -bm25(articles_fts, 1.0, 8.0, 4.0, 1.0, 0.5) AS score
FROM articles_fts WHERE articles_fts MATCH ? ORDER BY score DESC, rowid DESC LIMIT ?
"""


def _story(db: Database, number: int) -> int | None:
    row = db.execute("SELECT story FROM story_articles WHERE article = ?", [number]).fetchone()
    return int(row[0]) if row else None
