"""The full text follows the articles: what was indexed before is taken out word for word."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from operator import itemgetter

from sqlite_utils import Database

from archive.index.segments import searchable

_AT_ONCE = 1_000


Row = tuple[int, str, str, str, str, str]
"""Number, text, title, standfirst, asides, earlier text, as they are indexed."""


@dataclass(frozen=True, slots=True)
class Indexed:
    """What the full text holds of one article."""

    number: int
    text: str
    title: str
    standfirst: str
    asides: str
    earlier: str

    def row(self) -> Row:
        """As it goes into the full text: scripts without spaces cut into characters."""
        texts = (self.text, self.title, self.standfirst, self.asides, self.earlier)
        return (self.number, *map(searchable, texts))  # type: ignore[return-value]


_CURRENT = """
SELECT id, number, text, title, standfirst, asides, earlier FROM articles_current
WHERE id IN (SELECT value FROM json_each(?))
"""


def read_indexed(db: Database, articles: Iterable[int]) -> dict[int, Indexed]:
    """What the full text must hold of these articles, as the tables are now."""
    rows = db.execute(_CURRENT, [json.dumps(sorted(articles))])
    return {row[0]: Indexed(*row[1:]) for row in rows}


def follow(db: Database, before: dict[int, Indexed], after: dict[int, Indexed]) -> None:
    """Bring the full text from ``before`` to ``after``; articles in neither are left alone."""
    gone = [old for key, old in before.items() if after.get(key) != old]
    come = [new for key, new in after.items() if before.get(key) != new]
    _delete(db, gone)
    add(db, come)


def _delete(db: Database, gone: Iterable[Indexed]) -> None:
    db.conn.executemany(
        "INSERT INTO articles_fts (articles_fts, rowid, text, title, standfirst, asides, earlier) "
        "VALUES ('delete', ?, ?, ?, ?, ?, ?)",
        (old.row() for old in gone),
    )


def take_out(
    db: Database, articles: Iterable[int], numbers: Mapping[int, int] | None = None
) -> None:
    """Take out articles that get other numbers and stay as they are, some at a time.

    A day that is laid out anew may have tens of thousands.

    Args:
        db: The index.
        articles: Their ids.
        numbers: Under which they are there, where the tables have other ones by now.
    """
    for some in _batched(sorted(articles)):
        texts = read_indexed(db, some).items()
        _delete(db, (replace(t, number=numbers[a]) if numbers else t for a, t in texts))


def put_in(db: Database, articles: Iterable[int]) -> None:
    """Put articles in that have other numbers now, some at a time."""
    for some in _batched(sorted(articles)):
        add(db, read_indexed(db, some).values())


def _batched(articles: Sequence[int]) -> Iterator[Sequence[int]]:
    for at in range(0, len(articles), _AT_ONCE):
        yield articles[at : at + _AT_ONCE]


def for_bulk(db: Database) -> None:
    """Set a database up for making an index as a whole; `merge` ends it.

    Merging as it goes, FTS5 reads and writes everything three times over for a million articles.
    256 MB of pages hold what keys in no order change again and again.
    """
    db.execute("PRAGMA cache_size = -262144")
    _configure(db, automerge=0, crisismerge=512)
    db.conn.commit()


def merge(db: Database) -> None:
    """Merge all there is into one, and go on merging as it goes."""
    db.execute("INSERT INTO articles_fts (articles_fts) VALUES ('optimize')")
    _configure(db, automerge=4, crisismerge=16)
    db.conn.commit()


def _configure(db: Database, **settings: int) -> None:
    db.conn.executemany(
        "INSERT INTO articles_fts (articles_fts, rank) VALUES (?, ?)", list(settings.items())
    )


def add(db: Database, come: Iterable[Indexed]) -> None:
    """Put articles into the full text that are not in it."""
    add_rows(db, [new.row() for new in come])


def add_rows(db: Database, rows: Iterable[Row]) -> None:
    """The same for rows in which scripts without spaces are cut already."""
    # By number: FTS5 is fastest when rowids grow.
    db.conn.executemany(
        "INSERT INTO articles_fts (rowid, text, title, standfirst, asides, earlier) "
        "VALUES (?, ?, ?, ?, ?, ?)",
        sorted(rows, key=itemgetter(0)),
    )
