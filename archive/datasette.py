"""A plugin for Datasette: its search box finds articles with our folding; canned queries.

Datasette loads it by its entry point where it is installed beside us, and it touches no database
but ``index.db``.
"""

import sqlite3
from pathlib import Path
from typing import Any

from datasette import hookimpl

from archive.index.schema import APPLICATION_ID
from archive.search.compile import match_expression
from archive.text.fold import fold_text

_TABLES = {
    "articles": {
        "description": "One story at one source, as a reader thinks of it; search it with the box.",
        "fts_table": "articles_fts",
        "fts_pk": "number",
        "label_column": "title",
        "sort_desc": "dated",
        "facets": ["source", "language"],
    },
    "articles_current": {
        "description": "Each article with its current text.",
        "fts_table": "articles_fts",
        "fts_pk": "number",
        "sort_desc": "dated",
    },
    "versions": {"description": "The distinct texts of articles.", "label_column": "title"},
    "captures": {"description": "Responses and revisits: a CDX.", "label_column": "uri"},
    "events": {"description": "What happened to articles, and when.", "sort_desc": "at"},
    "links": {"description": "The outgoing links of texts."},
    "sources": {"label_column": "name"},
    "people": {"label_column": "name"},
}

_QUERIES = {
    "find": {
        "title": "Search, the best first",
        "sql": """
SELECT a.title, a.dated, a.source, a.url, a.hex AS id
FROM articles_fts JOIN articles a ON a.number = articles_fts.rowid
WHERE articles_fts MATCH microfiche_query(:words)
ORDER BY bm25(articles_fts, 1, 8, 4, 1, 0.5) LIMIT 100""",
    },
    "silent_edits": {
        "title": "Silent edits by an author, in a month such as 202603",
        "sql": """
SELECT e.at, e.kind, a.title, a.source, a.url
FROM people p JOIN article_people ap ON ap.person = p.id
JOIN articles a ON a.number = ap.article JOIN events e ON e.article = a.id
WHERE p.folded = microfiche_fold(:author) AND e.silent = 1 AND e.at LIKE :month || '%'
ORDER BY e.at""",
    },
    "share_of_a_word": {
        "title": "Articles with a word, by month",
        "sql": """
SELECT substr(a.dated, 1, 7) AS month, count(f.rowid) AS with_it, count(*) AS articles
FROM articles a LEFT JOIN (
    SELECT rowid FROM articles_fts WHERE articles_fts MATCH microfiche_query(:word)
) f ON f.rowid = a.number GROUP BY month ORDER BY month""",
    },
    "who_cites": {
        "title": "Who links to a host, such as bbc.co.uk",
        "sql": """
SELECT a.source, count(*) AS links, count(DISTINCT a.id) AS articles
FROM links l JOIN versions v ON v.id = l.version JOIN articles a ON a.id = v.article
WHERE l.url LIKE '%://' || :host || '/%' OR l.url LIKE '%.' || :host || '/%'
GROUP BY a.source ORDER BY links DESC""",
    },
    "no_longer_said": {
        "title": "What articles said and do not say any more",
        "sql": """
SELECT a.dated, a.source, a.title, a.url FROM articles a
WHERE a.number IN (
    SELECT rowid FROM articles_fts WHERE articles_fts MATCH microfiche_query('earlier:' || :word)
) ORDER BY a.dated DESC LIMIT 1000""",
    },
}


def is_index(path: str | None) -> bool:
    """Whether a file is an index of ours, by the mark in SQLite's header."""
    try:
        with Path(path or "").open("rb") as file:
            return int.from_bytes(file.read(72)[68:72]) == APPLICATION_ID
    except OSError:
        return False


# Datasette's own escape_fts is registered by the same hook; ours has to come after it.
@hookimpl(trylast=True)  # type: ignore[untyped-decorator]
def prepare_connection(conn: sqlite3.Connection, database: str, datasette: Any) -> None:  # noqa: ANN401 - it ships no types
    """Give SQL our folding and query language, and the search box as well."""
    if _is_ours(datasette, database):
        for name in ("microfiche_query", "escape_fts"):
            conn.create_function(name, 1, match_expression, deterministic=True)
        conn.create_function("microfiche_fold", 1, fold_text, deterministic=True)


@hookimpl  # type: ignore[untyped-decorator]
def get_metadata(datasette: Any) -> dict[str, Any]:  # noqa: ANN401 - as above
    """What the tables are, and which full text is theirs."""
    ours = [name for name in getattr(datasette, "databases", {}) if _is_ours(datasette, name)]
    return {"databases": {name: {"tables": _TABLES} for name in ours}}


@hookimpl  # type: ignore[untyped-decorator]
def canned_queries(datasette: Any, database: str) -> dict[str, Any]:  # noqa: ANN401 - as above
    """Questions that archivists ask."""
    return _QUERIES if _is_ours(datasette, database) else {}


def _is_ours(datasette: Any, database: str) -> bool:  # noqa: ANN401 - as above
    found = datasette.databases.get(database)
    return bool(found) and is_index(found.path)
