"""Writing articles that were computed: their rows, events, facets and names."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from sqlite_utils import Database

from archive.index.dating import day_of
from archive.index.ids import facet_id, number_id
from archive.index.rows import ARTICLES, EVENTS
from archive.indexer.article import Derived
from archive.text.fold import fold

_FACETS = ("source", "language", "section", "credit")


def insert_articles(db: Database, derived: Sequence[Derived]) -> None:
    """Insert articles that are not there, with all about them; the second passes look at them."""
    articles = [item.article for item in derived]
    ARTICLES.insert(db, articles)
    EVENTS.insert(db, (event for item in derived for event in item.events))
    _mark(db, [article.number for article in articles])
    _count_languages(db, Counter(a.language for a in articles if a.language))
    _insert_facets(db, derived)
    _insert_names(db, "people", "person", {item.article.number: item.people for item in derived})
    _insert_names(db, "tags", "tag", {item.article.number: item.tags for item in derived})


def remove_articles(db: Database, numbers: Iterable[int]) -> None:
    """Take articles out, with all about them but their events; the second passes look at them."""
    kept = list(numbers)
    listed = json.dumps(kept)
    _mark(db, kept)
    gone = dict(db.execute(_LANGUAGES, [listed]))
    _count_languages(db, {name: -count for name, count in gone.items()})
    for sql in _REMOVE:
        db.execute(sql, [listed])


_REMOVE = (
    "DELETE FROM article_people WHERE article IN (SELECT value FROM json_each(?))",
    "DELETE FROM article_tags WHERE article IN (SELECT value FROM json_each(?))",
    "DELETE FROM facets WHERE number IN (SELECT value FROM json_each(?))",
    "DELETE FROM articles WHERE number IN (SELECT value FROM json_each(?))",
)
_MARK = """
INSERT INTO unsettled (source, quarter, id, number)
SELECT a.source, a.quarter, a.id, a.number FROM json_each(?) n JOIN articles a ON a.number = n.value
WHERE true ON CONFLICT DO NOTHING
"""
_LANGUAGES = """
SELECT a.language, count(*) FROM json_each(?) n JOIN articles a ON a.number = n.value
WHERE a.language IS NOT NULL GROUP BY a.language
"""


def _mark(db: Database, numbers: Sequence[int]) -> None:
    # No trigger: for one, SQLite lays every page aside that a row changes, to be able to undo that
    # row alone. With pages of 64 kB that was 280 kB written for each article.
    db.execute(_MARK, [json.dumps(numbers)])


def _count_languages(db: Database, counts: Mapping[str, int]) -> None:
    db.conn.executemany(
        "INSERT INTO languages (language, articles) VALUES (?, ?) "
        "ON CONFLICT (language) DO UPDATE SET articles = articles + excluded.articles",
        sorted(counts.items()),
    )
    db.execute("DELETE FROM languages WHERE articles = 0")


def _insert_facets(db: Database, derived: Sequence[Derived]) -> None:
    names = {getattr(item.article, facet) for item in derived for facet in _FACETS}
    ids = {name: facet_id(name) for name in names}
    db.conn.executemany(
        "INSERT INTO facet_names (id, name) VALUES (?, ?) ON CONFLICT (id) DO NOTHING",
        [(number, name) for name, number in ids.items() if number is not None],
    )
    db.conn.executemany(
        "INSERT INTO facets (number, source, language, section, credit, day) "
        "VALUES (?, ?, ?, ?, ?, ?)",
        [
            (a.number, *(ids[getattr(a, facet)] for facet in _FACETS), day_of(a.dated))
            for a in (item.article for item in derived)
        ],
    )


def _insert_names(
    db: Database, names: str, link: str, names_of: Mapping[int, tuple[str, ...]]
) -> None:
    """Names into the table ``names``, and which articles have them into ``article_names``."""
    ids = {name: number_id(name, bits=47) for found in names_of.values() for name in found}
    db.conn.executemany(
        f"INSERT INTO {names} (id, name, folded) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",  # noqa: S608 - our names
        [(number, name, fold(name)) for name, number in sorted(ids.items())],
    )
    db.conn.executemany(
        f"INSERT INTO article_{names} (article, {link}) VALUES (?, ?)",  # noqa: S608 - our names
        [(number, ids[name]) for number, found in sorted(names_of.items()) for name in found],
    )
