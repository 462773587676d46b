"""Articles computed again from captures and versions, for whatever was touched."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlite_utils import Database

from archive.index.rows import VERSIONS, StoredVersion
from archive.indexer.article import Derived, Home, derive
from archive.indexer.events import Outcome, Sight
from archive.indexer.identity import ADDRESSES_OF, plain_url
from archive.indexer.rows import insert_articles, remove_articles
from archive.urls import article_key

_ADDRESSES = f"""
SELECT d.id, c.uri, d.source FROM ({ADDRESSES_OF}) d CROSS JOIN captures c ON c.id = d.first_capture
"""  # noqa: S608 - our own text
_SIGHTS = f"""
SELECT d.article, ac.capture, c.timestamp, ac.address, ac.outcome, ac.digest, ac.published,
       c.redirect, c.truncated
FROM ({ADDRESSES_OF}) d CROSS JOIN article_captures ac ON ac.address = d.id
CROSS JOIN captures c ON c.id = ac.capture ORDER BY ac.capture
"""  # noqa: S608 - our own text
_VERSIONS = f"""
SELECT {VERSIONS.names} FROM versions
WHERE article IN (SELECT value FROM json_each(?)) ORDER BY id
"""  # noqa: S608 - our names
_LEFT = """
SELECT t.version, t.text_digest FROM json_each(?) n JOIN template_lines t ON t.version = n.value
"""


def derive_again(db: Database, articles: Iterable[int], main: Mapping[int, int]) -> dict[int, str]:
    """Compute these articles and write them; those without a version left are removed.

    Args:
        db: The index, in a transaction.
        articles: Their ids.
        main: The main address of each article that is left, by the article's id.

    Returns:
        The source of each article that was not there before, by its id.
    """
    names = sorted(articles)
    listed = json.dumps(names)
    urls = {row[0]: row[1:] for row in db.execute(_ADDRESSES, {"articles": listed})}
    versions: dict[int, list[StoredVersion]] = defaultdict(list)
    for version in VERSIONS.read(db.execute(_VERSIONS, [listed])):
        versions[version.article].append(version)
    ids = [version.id for found in versions.values() for version in found]
    left = dict(db.execute(_LEFT, [json.dumps(ids)]))
    rows: dict[int, list[tuple[Any, ...]]] = defaultdict(list)
    for row in db.execute(_SIGHTS, {"articles": listed}):
        rows[row[0]].append(row)
    known = dict(db.execute(_KNOWN, [listed]))
    fresh = [name for name in names if versions[name] and name not in known]
    numbers = known | dict(zip(fresh, next_numbers(db, len(fresh)), strict=True))
    derived = []
    for name in filter(versions.__getitem__, names):
        uri, source = urls[main[name]]
        home = Home(numbers[name], name, source, plain_url(uri))
        sights = _sights(rows[name], versions[name], urls)
        own = {v.id: left[v.id] for v in versions[name] if v.id in left}
        derived.append(derive(home, versions[name], sights, own))
    # Whatever it is now called, what happened at a capture is told again.
    captures = [(row[1],) for found in rows.values() for row in found]
    db.conn.executemany("DELETE FROM events WHERE capture = ?", captures)
    remove_articles(db, known.values())
    _update_versions(db, {v.id: v for found in versions.values() for v in found}, derived)
    insert_articles(db, derived)
    return {item.article.id: item.article.source for item in derived if item.article.id in fresh}


_KNOWN = "SELECT id, number FROM articles WHERE id IN (SELECT value FROM json_each(?))"


def next_numbers(db: Database, count: int) -> range:
    """Numbers that no article has had."""
    row = db.execute("SELECT seq FROM sqlite_sequence WHERE name = 'articles'").fetchone()
    first = (row[0] if row else 0) + 1
    return range(first, first + count)


def _sights(
    rows: Iterable[tuple[Any, ...]],
    versions: Iterable[StoredVersion],
    urls: Mapping[int, tuple[str, str]],
) -> list[Sight]:
    by_digest = {version.digest: version for version in versions}
    return [
        Sight(
            article=article,
            capture=capture,
            timestamp=timestamp,
            address=address,
            outcome=Outcome(outcome),
            version=by_digest.get(digest),
            published=published,
            target=redirect,
            is_cut=truncated is not None,
        )
        for article, capture, timestamp, address, outcome, digest, published, redirect, truncated
        in rows
        # From http to https or to www is no move: it is the same address.
        if outcome != Outcome.MOVED or article_key(redirect) != article_key(urls[address][0])
    ]  # fmt: skip


def _update_versions(
    db: Database, before: Mapping[int, StoredVersion], derived: Sequence[Derived]
) -> None:
    """Note how often each version was seen, when last, and what it is shown as."""
    db.conn.executemany(
        "UPDATE versions SET last_capture = ?, captures = ?, shown_as = ?, is_cut = ? WHERE id = ?",
        [
            (v.last_capture, v.captures, v.shown_as, v.is_cut, v.id)
            for item in derived
            for v in item.versions
            if v != before[v.id]
        ],
    )
