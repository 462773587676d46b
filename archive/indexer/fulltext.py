"""The full text follows the articles: what was indexed before is taken out word for word."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter

from sqlite_utils import Database

from archive.index.rows import PAGES, StoredPage
from archive.indexer.reading import FullText, full_text
from archive.text.fold import fold_text

_COLUMNS = "text, title, standfirst, asides, earlier"


@dataclass(frozen=True, slots=True)
class Indexed:
    """What the full text is made of, of one article."""

    number: int
    language: str | None
    text: str
    title: str
    standfirst: str
    asides: str
    earlier: str

    def full_text(self) -> FullText:
        """As it goes in: folded, and with its forms."""
        texts = (self.text, self.title, self.standfirst, self.asides, self.earlier)
        return full_text(*texts, language=self.language)


_CURRENT = f"""
SELECT id, number, language, {_COLUMNS} FROM articles_current
WHERE id IN (SELECT value FROM json_each(?))
"""  # noqa: S608 - our names


def read_indexed(db: Database, articles: Iterable[int]) -> dict[int, Indexed]:
    """What the full text must hold of these articles, as the tables are now."""
    rows = db.execute(_CURRENT, [json.dumps(sorted(articles))])
    return {row[0]: Indexed(*row[1:]) for row in rows}


def follow(db: Database, before: Mapping[int, Indexed], after: Mapping[int, Indexed]) -> None:
    """Bring the full text from ``before`` to ``after``; articles in neither are left alone."""
    gone = [old for key, old in before.items() if after.get(key) != old]
    come = [new for key, new in after.items() if before.get(key) != new]
    _write(db, ((old.number, old.full_text()) for old in gone), remove=True)
    add(db, {new.number: new.full_text() for new in come})


def add(db: Database, come: Mapping[int, FullText]) -> None:
    """Put articles into the full text that are not in it, by number."""
    # FTS5 is fastest when rowids grow.
    _write(db, sorted(come.items(), key=itemgetter(0)))


def add_pages(db: Database, pages: Iterable[StoredPage]) -> None:
    """Put pages that are no articles into their table, and their words into their full text."""
    rows = list(pages)
    PAGES.insert(db, rows)
    _write_words(db, "pages_fts", [(page.capture, _page_text(page)) for page in rows])


def remove_pages(db: Database, captures: Iterable[int]) -> None:
    """Take out what these captures showed that was no article."""
    listed = json.dumps(list(captures))
    rows = PAGES.read(db.execute(_PAGES, [listed]))
    texts = [(page.capture, _page_text(page)) for page in rows]
    _write_words(db, "pages_fts", texts, remove=True)
    db.execute("DELETE FROM pages WHERE capture IN (SELECT value FROM json_each(?))", [listed])


_PAGES = f"SELECT {PAGES.names} FROM pages WHERE capture IN (SELECT value FROM json_each(?))"  # noqa: S608 - our names


def _page_text(page: StoredPage) -> FullText:
    text, title = (fold_text(text, page.language) for text in (page.text, page.title))
    return FullText(text, title, standfirst="", asides="", earlier="", forms="")


def _write_words(
    db: Database, table: str, rows: Sequence[tuple[int, FullText]], *, remove: bool = False
) -> None:
    what = (f"{table}, ", "'delete', ") if remove else ("", "")
    db.conn.executemany(
        f"INSERT INTO {table} ({what[0]}rowid, {_COLUMNS}) "  # noqa: S608 - our names
        f"VALUES ({what[1]}?, ?, ?, ?, ?, ?)",
        [(n, t.text, t.title, t.standfirst, t.asides, t.earlier) for n, t in rows],
    )


def _write(db: Database, texts: Iterable[tuple[int, FullText]], *, remove: bool = False) -> None:
    rows = list(texts)
    _write_words(db, "articles_fts", rows, remove=remove)
    what = ("article_forms, ", "'delete', ") if remove else ("", "")
    db.conn.executemany(
        f"INSERT INTO article_forms ({what[0]}rowid, forms) VALUES ({what[1]}?, ?)",  # noqa: S608 - our names
        [(number, text.forms) for number, text in rows],
    )


def for_bulk(db: Database) -> None:
    """Set a database up for making an index as a whole; `merge` ends it.

    Merging as it goes, FTS5 reads and writes everything three times over for a million articles.
    256 MB of pages hold what keys in no order change again and again.
    """
    db.execute("PRAGMA cache_size = -262144")
    _configure(db, automerge=0, crisismerge=512)


def merge(db: Database) -> None:
    """Merge all there is into one, and go on merging as it goes."""
    for table in ("articles_fts", "article_forms", "pages_fts"):
        db.execute(f"INSERT INTO {table} ({table}) VALUES ('optimize')")  # noqa: S608 - our names
    _configure(db, automerge=4, crisismerge=16)


def _configure(db: Database, **settings: int) -> None:
    for table in ("articles_fts", "article_forms"):
        db.conn.executemany(
            f"INSERT INTO {table} ({table}, rank) VALUES (?, ?)",  # noqa: S608 - our names
            list(settings.items()),
        )
    db.conn.commit()
