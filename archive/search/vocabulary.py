"""The words of the full text that begin so, and how many articles have each."""

from dataclasses import dataclass

from sqlite_utils import Database

MAX_WORDS = 2_000


@dataclass(frozen=True, slots=True)
class Word:
    """A word as the index has it, folded, and in how many articles it is."""

    term: str
    articles: int


def words_beginning(db: Database, start: str) -> list[Word] | None:
    """The words that begin so; None where there are more than `MAX_WORDS`.

    Counting costs 60 nanoseconds for each word of each article: 13 milliseconds for ``govern`` in
    a million articles, 230 for ``the``.
    """
    db.execute(
        "CREATE VIRTUAL TABLE IF NOT EXISTS temp.vocabulary "
        "USING fts5vocab(main, articles_fts, row)"
    )
    rows = db.execute(
        "SELECT term, doc FROM temp.vocabulary WHERE term >= ? AND term < ? LIMIT ?",
        [start, start + "\U0010ffff", MAX_WORDS + 1],
    ).fetchall()
    return [Word(*row) for row in rows] if len(rows) <= MAX_WORDS else None
