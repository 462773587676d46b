"""Rows of ``versions``: each distinct text of an article, as its earliest capture had it."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from sqlite_utils import Database

from archive.index.ids import text_id
from archive.indexer.reading import Reading
from archive.indexer.settling.whole import whole

_UPSERT = """
INSERT INTO versions (id, article, digest, first_capture, last_capture, captures, title,
    standfirst, text, layout, asides, authors, published, modified, language, section, tags,
    image, canonical_url, credit, paywall, kind, words, title_digest, text_digest, fingerprint,
    extractor)
VALUES (:id, :article, :digest, :first_capture, :first_capture, 0, :title, :standfirst, :text,
    :layout, :asides, :authors, :published, :modified, :language, :section, :tags, :image,
    :canonical_url, :credit, :paywall, :kind, :words, :title_digest, :text_digest, :fingerprint,
    :extractor)
ON CONFLICT (id) DO UPDATE SET
    first_capture = excluded.first_capture, title = excluded.title,
    standfirst = excluded.standfirst, text = excluded.text, layout = excluded.layout,
    asides = excluded.asides, authors = excluded.authors, published = excluded.published,
    modified = excluded.modified, language = excluded.language, section = excluded.section,
    tags = excluded.tags, image = excluded.image, canonical_url = excluded.canonical_url,
    credit = excluded.credit, paywall = excluded.paywall, kind = excluded.kind,
    words = excluded.words, title_digest = excluded.title_digest,
    text_digest = excluded.text_digest, fingerprint = excluded.fingerprint,
    extractor = excluded.extractor
WHERE excluded.first_capture < versions.first_capture
"""


_OF_ARTICLES = "SELECT * FROM versions WHERE article IN (SELECT value FROM json_each(?))"


def version_id(article_id: str, digest: str) -> str:
    """The id of a version: its article's, and what tells it from the others."""
    return text_id(article_id, digest)


def version_row(article_id: str, capture: int, reading: Reading) -> dict[str, Any]:
    """The row of a version that a capture shows."""
    row = asdict(reading)
    del row["is_article"]
    return row | {
        "id": version_id(article_id, reading.digest),
        "article": article_id,
        "first_capture": capture,
    }


def store_versions(db: Database, rows: Iterable[Mapping[str, Any]]) -> list[str]:
    """Insert versions; one that is there already takes the content of its earliest capture.

    Returns:
        The article of each version that was not there before.
    """
    kept = list(rows)
    ids = json.dumps([row["id"] for row in kept])
    known = {
        row[0]
        for row in db.execute(
            "SELECT id FROM versions WHERE id IN (SELECT value FROM json_each(?))", [ids]
        )
    }
    db.conn.executemany(_UPSERT, kept)
    new = {row["id"]: row["article"] for row in kept if row["id"] not in known}
    return list(new.values())


def copied(db: Database, article_id: str, digest: str, *, to: str, capture: int) -> dict[str, Any]:
    """The row of a version of another article, made one of article ``to``."""
    found = db.query("SELECT * FROM versions WHERE id = ?", [version_id(article_id, digest)])
    (row,) = whole(db, found)
    return row | {"id": version_id(to, digest), "article": to, "first_capture": capture}


def move_versions(db: Database, articles: Iterable[str], *, to: str) -> None:
    """Make every version of these articles one of article ``to``; equal texts become one."""
    names = json.dumps(sorted(articles))
    rows = whole(db, db.query(_OF_ARTICLES, [names]))
    db.execute("DELETE FROM versions WHERE article IN (SELECT value FROM json_each(?))", [names])
    store_versions(db, [row | {"id": version_id(to, row["digest"]), "article": to} for row in rows])
