"""Rows of ``versions``: each distinct text of an article, as its earliest capture had it."""

import json
from collections.abc import Iterable
from typing import Any

from sqlite_utils import Database

from archive.indexer.reading import Reading
from archive.indexer.settling.whole import whole

Row = tuple[Any, ...]
"""A row of ``versions``, in the order of `COLUMNS`."""

COLUMNS = (
    *("id", "article", "digest", "last_capture", "captures", "title", "standfirst", "layout"),
    *("asides", "authors", "published", "modified", "language", "section", "tags", "image"),
    *("canonical_url", "credit", "paywall", "kind", "words", "title_digest", "text_digest"),
    *("fingerprint", "extractor", "text"),
)
_NAMES = ", ".join(COLUMNS)
INSERT = f"INSERT INTO versions ({_NAMES}) VALUES ({', '.join('?' * len(COLUMNS))})"  # noqa: S608


def version_row(article: int, capture: int, uri: str, reading: Reading, captures: int = 0) -> Row:
    """The row of a version that a capture shows.

    Args:
        article: The article's id.
        capture: The number of the capture.
        uri: Its address; a canonical one that is the same is not kept once more.
        reading: What the page said.
        captures: How many showed it, where that is known.
    """
    r = reading
    canonical = None if r.canonical_url == uri else r.canonical_url
    return (
        *(capture, article, r.digest, capture, captures, r.title, r.standfirst, r.layout),
        *(r.asides, r.authors, r.published, r.modified, r.language, r.section, r.tags, r.image),
        *(canonical, r.credit, r.paywall, r.kind, r.words, r.title_digest, r.text_digest),
        *(r.fingerprint, r.extractor, r.text),
    )


def store_versions(db: Database, rows: Iterable[Row]) -> list[int]:
    """Insert versions; one that is there already takes the content of its earliest capture.

    Returns:
        The article of each version that was not there before.
    """
    kept = list(rows)
    known = _known(db, {row[1] for row in kept})
    new = []
    for row in kept:
        capture, article, digest = row[:3]
        first = known.get((article, digest))
        if first is None:
            new.append(article)
        elif first <= capture:
            continue
        else:
            db.execute("DELETE FROM versions WHERE id = ?", (first,))
        known[article, digest] = capture
        db.execute(INSERT, row)
    return new


def _known(db: Database, articles: Iterable[int]) -> dict[tuple[int, int], int]:
    listed = json.dumps(sorted(articles))
    return {(article, digest): number for number, article, digest in db.execute(_KNOWN, [listed])}


_KNOWN = """
SELECT id, article, digest FROM versions WHERE article IN (SELECT value FROM json_each(?))
ORDER BY id
"""


def copied(db: Database, article: int, digest: int, *, to: int, capture: int) -> Row:
    """The row of a version of another article, made one of article ``to``."""
    sql = f"SELECT {_NAMES} FROM versions WHERE article = ? AND digest = ?"  # noqa: S608 - our names
    (row,) = whole(db, db.query(sql, (article, digest)))
    return (capture, to, digest, capture, 0, *(row[name] for name in COLUMNS[5:]))


def move_versions(db: Database, articles: Iterable[int], *, to: int) -> None:
    """Make every version of these articles one of article ``to``; equal texts become one."""
    seen: set[int] = set()
    rows = db.execute(_KNOWN, [json.dumps(sorted(articles))]).fetchall()
    for number, article, digest in rows:
        if digest in seen:
            db.execute("DELETE FROM versions WHERE id = ?", (number,))
        elif article != to:
            db.execute("UPDATE versions SET article = ? WHERE id = ?", (to, number))
        seen.add(digest)
