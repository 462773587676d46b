"""What leaves the archive: articles, versions, events, stories and links, as rows."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any

from sqlite_utils import Database

from archive.index.rows import PRINTED, Printed
from archive.search import select_matching


# Without slots, and not the last of the bases: so what is printed comes behind these columns.
@dataclass(frozen=True)
class _Facts:
    id: str
    url: str
    source: str
    source_name: str
    title: str
    standfirst: str
    text: str
    authors: tuple[str, ...]
    published: str | None
    modified: str | None
    language: str | None
    section: str | None
    tags: tuple[str, ...]
    credit: str | None
    kind: str
    paywall: str
    words: int
    first_captured: str
    last_captured: str
    edited: str | None
    removed: str | None
    versions: int
    captures: int
    version_id: str
    record_id: str


@dataclass(frozen=True)
class Exported(Printed, _Facts):
    """One article with its current text, as it leaves the archive.

    Moments of the archive are timestamps of 14 digits, dates of the page ISO 8601. ``record_id``
    is the WARC-Record-ID of the first capture that showed this text: with it the page is found.
    """


@dataclass(frozen=True, slots=True)
class ExportedVersion:
    """One distinct text of an article; ``is_cut``: no capture has it whole."""

    article_id: str
    version_id: str
    url: str
    title: str
    standfirst: str
    text: str
    authors: tuple[str, ...]
    published: str | None
    modified: str | None
    language: str | None
    paywall: str
    words: int
    is_cut: bool
    first_captured: str
    last_captured: str
    captures: int
    extractor: str
    record_id: str


@dataclass(frozen=True, slots=True)
class ExportedEvent:
    """Something that happened to an article, at the capture that shows it."""

    article_id: str
    at: str
    kind: str
    silent: bool
    flips: int
    detail: str | None
    version_before: str | None
    version_after: str | None
    url: str
    title: str
    source: str
    record_id: str


@dataclass(frozen=True, slots=True)
class ExportedStory:
    """One article of a story; ``story`` is the id of the story's first article."""

    story: str
    article_id: str
    source: str
    url: str
    title: str
    published: str | None
    credit: str | None
    first_captured: str


@dataclass(frozen=True, slots=True)
class ExportedLink:
    """An outgoing link of the text of an article, as it is now."""

    article_id: str
    url: str
    title: str
    source: str
    target: str
    words: str


Row = Exported | ExportedVersion | ExportedEvent | ExportedStory | ExportedLink

_ARTICLES = f"""
SELECT a.hex AS id, a.url, a.source, s.name AS source_name, v.title, v.standfirst, v.text,
       v.authors, a.published, v.modified, a.language, a.section, v.tags, a.credit, a.kind,
       a.paywall, a.words, a.first_captured, a.last_captured, a.edited, a.removed, a.versions,
       a.captures, v.hex AS version_id, c.record_id{"".join(f", v.{name}" for name in PRINTED)}
FROM articles a JOIN sources s ON s.id = a.source JOIN versions v ON v.id = a.current_version
JOIN captures c ON c.id = v.first_capture WHERE a.number = ?
"""  # noqa: S608 - our own text
_VERSIONS = """
SELECT a.hex AS article_id, v.hex AS version_id, f.uri AS url, v.title, v.standfirst, v.text,
       v.authors, v.published, v.modified, v.language, v.paywall, v.words, v.is_cut,
       f.timestamp AS first_captured, l.timestamp AS last_captured, v.captures, v.extractor,
       f.record_id
FROM articles a JOIN versions v ON v.article = a.id AND v.shown_as = v.id
JOIN captures f ON f.id = v.id JOIN captures l ON l.id = v.last_capture
WHERE a.number = ? ORDER BY v.id
"""
_EVENTS = """
SELECT a.hex AS article_id, e.at, e.kind, e.silent, e.flips, e.detail,
       printf('%016x', e.version_before) AS version_before,
       printf('%016x', e.version_after) AS version_after, a.url, a.title, a.source, c.record_id
FROM articles a JOIN addresses d ON d.article = a.id JOIN article_captures k ON k.address = d.id
JOIN events e ON e.capture = k.capture JOIN captures c ON c.id = e.capture
WHERE a.number = ? ORDER BY e.capture, e.kind
"""
_STORIES = """
SELECT f.hex AS story, a.hex AS article_id, a.source, a.url, a.title, a.published, a.credit,
       a.first_captured
FROM articles a JOIN story_articles m ON m.article = a.number JOIN stories s ON s.id = m.story
JOIN articles f ON f.number = s.first WHERE a.number = ?
"""
_LINKS = """
SELECT a.hex AS article_id, a.url, a.title, a.source, k.url AS target, k.words
FROM articles a JOIN links k ON k.version = a.current_version WHERE a.number = ? ORDER BY k.place
"""
WHAT: dict[str, tuple[type[Row], str]] = {
    "articles": (Exported, _ARTICLES),
    "versions": (ExportedVersion, _VERSIONS),
    "events": (ExportedEvent, _EVENTS),
    "stories": (ExportedStory, _STORIES),
    "links": (ExportedLink, _LINKS),
}
"""What can be exported: the row and how those of one article are found, by name."""


def iter_exported(db: Database, query: str = "", *, what: str = "articles") -> Iterator[Any]:
    """Rows of the articles a query finds, oldest article first; of all for an empty query.

    One read transaction from the first to the last: what an indexer commits meanwhile is not seen.
    Copies of a story are all among them.

    Args:
        db: The index.
        query: As in a search; nothing is added to what it finds.
        what: A key of `WHAT`.
    """
    row_type, sql = WHAT[what]
    booleans = [field.name for field in fields(row_type) if field.type is bool]
    matches, _ = select_matching(db, query)
    found = f"SELECT number FROM articles WHERE number IN ({matches.sql}) ORDER BY dated, id"  # noqa: S608 - constants, bound values
    for (number,) in db.execute(found, matches.values):
        for row in db.query(sql, [number]):
            for name in ("authors", "tags"):
                if name in row:
                    row[name] = tuple(json.loads(row[name]))
            row.update((name, bool(row[name])) for name in booleans)
            yield row_type(**row)
