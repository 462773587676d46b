"""Rows of ``versions``: each distinct text of an article, as its earliest capture had it."""

import json
from collections.abc import Iterable
from dataclasses import replace

from sqlite_utils import Database

from archive.index.rows import LINKS, VERSIONS, Said, StoredLink, StoredVersion
from archive.index.table import shared
from archive.indexer.reading import Reading
from archive.indexer.revisits import Resolved
from archive.indexer.settling.whole import whole


def version_of(
    article: int, capture: int, uri: str, reading: Reading, *, is_cut: bool
) -> StoredVersion:
    """The version that a capture shows."""
    values = shared(reading, Said)
    values["canonical_url"] = _beside(uri, reading.canonical_url)
    return StoredVersion(
        **values,
        id=capture,
        article=article,
        last_capture=capture,
        captures=1,
        shown_as=capture,
        is_cut=is_cut,
    )


def _beside(uri: str, canonical: str | None) -> str | None:
    """A canonical address as a version at an address keeps it: empty for that one."""
    return "" if canonical == uri else canonical


def links_of(version: int, reading: Reading) -> list[StoredLink]:
    """The links of a version."""
    return [StoredLink(version, place, *link) for place, link in enumerate(reading.links)]


def store_versions(
    db: Database, found: Iterable[tuple[StoredVersion, list[StoredLink]]]
) -> list[int]:
    """Insert versions; one that is there already takes the content of its earliest capture.

    Returns:
        The article of each version that was not there before.
    """
    kept = list(found)
    known = _known(db, {version.article for version, _ in kept})
    new = []
    for version, links in kept:
        first = known.get((version.article, version.digest))
        if first is None:
            new.append(version.article)
        elif first <= version.id:
            continue
        else:
            remove_versions(db, [first])
        known[version.article, version.digest] = version.id
        VERSIONS.insert(db, [version])
        LINKS.insert(db, links)
    return new


def remove_versions(db: Database, versions: Iterable[int]) -> None:
    """Take versions out, with what belongs to them."""
    listed = json.dumps(list(versions))
    for sql in _REMOVE:
        db.execute(sql, [listed])


_REMOVE = (
    "DELETE FROM template_lines WHERE version IN (SELECT value FROM json_each(?))",
    "DELETE FROM links WHERE version IN (SELECT value FROM json_each(?))",
    "DELETE FROM versions WHERE id IN (SELECT value FROM json_each(?))",
)


def _known(db: Database, articles: Iterable[int]) -> dict[tuple[int, int], int]:
    listed = json.dumps(sorted(articles))
    return {(article, digest): number for number, article, digest in db.execute(_KNOWN, [listed])}


_KNOWN = """
SELECT id, article, digest FROM versions WHERE article IN (SELECT value FROM json_each(?))
ORDER BY id
"""
_ONE = f"SELECT {VERSIONS.names} FROM versions WHERE article = ? AND digest = ?"  # noqa: S608 - our names
_URI = "SELECT uri FROM captures WHERE id = ?"
_LINKS = f"SELECT {LINKS.names} FROM links WHERE version = ?"  # noqa: S608 - our names


def copied(db: Database, item: Resolved, *, to: int) -> tuple[StoredVersion, list[StoredLink]]:
    """The version that a revisit shows, which is another article's, made one of article ``to``."""
    (found,) = VERSIONS.read(db.execute(_ONE, (item.article, item.digest)))
    (version,) = whole(db, [found])
    links = LINKS.read(db.execute(_LINKS, (found.id,)))
    canonical = version.canonical_url
    if canonical == "":
        (canonical,) = db.execute(_URI, (found.id,)).fetchone()
    return (
        replace(
            version,
            id=item.capture,
            article=to,
            last_capture=item.capture,
            captures=1,
            shown_as=item.capture,
            canonical_url=_beside(item.uri, canonical),
        ),
        [replace(link, version=item.capture) for link in links],
    )


def move_versions(db: Database, articles: Iterable[int], *, to: int) -> None:
    """Make every version of these articles one of article ``to``; equal texts become one."""
    seen: set[int] = set()
    rows = db.execute(_KNOWN, [json.dumps(sorted(articles))]).fetchall()
    for number, article, digest in rows:
        if digest in seen:
            remove_versions(db, [number])
        elif article != to:
            db.execute("UPDATE versions SET article = ? WHERE id = ?", (to, number))
        seen.add(digest)
