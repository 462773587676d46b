"""The words of the full text that begin so, and how many articles have each."""

from dataclasses import dataclass

from sqlite_utils import Database

from archive.search.memory import Memory

MAX_WORDS = 2_000


@dataclass(frozen=True, slots=True)
class Word:
    """A word as the index has it, folded, and in how many articles it is."""

    term: str
    articles: int


_MEMORY = Memory()


def words_beginning(db: Database, start: str) -> tuple[Word, ...] | None:
    """The words that begin so; None where there are more than `MAX_WORDS`.

    Counting costs 60 nanoseconds for each word of each article: 13 milliseconds for ``govern`` in
    a million articles, 230 for ``the``. It is kept in memory for some minutes.
    """
    return _MEMORY.recall(db, start, lambda: _read(db, start))


def _read(db: Database, start: str) -> tuple[Word, ...] | None:
    db.execute(
        "CREATE VIRTUAL TABLE IF NOT EXISTS temp.vocabulary "
        "USING fts5vocab(main, articles_fts, row)"
    )
    rows = db.execute(
        "SELECT term, doc FROM temp.vocabulary WHERE term >= ? AND term < ? LIMIT ?",
        [start, start + "\U0010ffff", MAX_WORDS + 1],
    ).fetchall()
    return tuple(Word(*row) for row in rows) if len(rows) <= MAX_WORDS else None
