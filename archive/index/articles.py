"""Articles as readers think of them: one story at one source, its versions, captures and events."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlite_utils import Database

from archive.errors import NotFound
from archive.index.captures import Capture
from archive.index.ids import find_id, hex_id, number_id
from archive.index.layout import read_layout
from archive.index.rows import PRINTED, Printed
from archive.rights.withheld import withheld_article
from archive.urls import article_key, is_http, without_tracking
from extract.article import Block


@dataclass(frozen=True, slots=True)
class VersionRow(Printed):
    """One distinct text of an article, as its first capture had it.

    ``published`` and ``modified`` are ISO 8601, a plain date where only the day is known.
    ``first_captured`` and ``last_captured`` are timestamps of 14 digits; ``record_id`` and
    ``url`` are the WARC-Record-ID and the target of the first capture. ``blocks`` is the text
    again, cut into its paragraphs, subheads, lists and quotes, with captions and tables in place.
    ``site_template`` are the lines that the site repeats on other articles and that were taken out.
    ``also`` are the ids of versions that this one stands for (they differ in such lines only, or
    were cut off on the way); their captures count as this one's. ``is_cut``: no capture has it
    whole. ``links`` are addresses and words of the outgoing links of its own text.
    """

    id: str
    article_id: str
    title: str
    standfirst: str
    text: str
    blocks: tuple[Block, ...]
    authors: tuple[str, ...]
    published: str | None
    modified: str | None
    language: str | None
    section: str | None
    tags: tuple[str, ...]
    image: str | None
    canonical_url: str | None
    credit: str | None
    paywall: str
    kind: str
    words: int
    extractor: str
    first_captured: str
    last_captured: str
    captures: int
    record_id: str
    url: str
    site_template: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    is_cut: bool = False
    links: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class EventRow:
    """Something that happened to an article, dated by the capture that shows it.

    ``kind`` is one of `archive.indexer.events.Kind`. ``silent``: the text changed and the page's
    own "modified" did not. ``flips``: how often two titles took turns after that.
    """

    id: str
    article_id: str
    at: str
    kind: str
    record_id: str
    version_before: str | None
    version_after: str | None
    silent: bool
    detail: str | None
    flips: int = 0


@dataclass(frozen=True, slots=True)
class ArticleRow:
    """One article with everything the archive has of it.

    ``versions`` and ``captures`` are in order of time; ``captures`` holds every capture of every
    one of its ``addresses``, 404s and redirects too. ``edited`` and ``removed`` are the timestamps
    of the last edit and of the removal; None: not edited, still there.
    """

    id: str
    source: str
    source_name: str
    url: str
    addresses: tuple[str, ...]
    title: str
    standfirst: str
    authors: tuple[str, ...]
    published: str | None
    first_captured: str
    last_captured: str
    kind: str
    language: str | None
    section: str | None
    tags: tuple[str, ...]
    credit: str | None
    paywall: str
    words: int
    edited: str | None
    removed: str | None
    current_version: str
    versions: tuple[VersionRow, ...]
    captures: tuple[Capture, ...]
    events: tuple[EventRow, ...]

    @property
    def current(self) -> VersionRow:
        """The newest text."""
        return next(version for version in self.versions if version.id == self.current_version)


_ARTICLE = """
SELECT a.hex AS id, a.source, s.name AS source_name, a.url, a.title, a.published, a.first_captured,
       a.last_captured, a.kind, a.language, a.section, a.credit, a.paywall, a.words, a.edited,
       a.removed, v.hex AS current_version
FROM articles a JOIN sources s ON s.id = a.source JOIN versions v ON v.id = a.current_version
WHERE a.id = ?
"""
_ADDRESSES_OF = """
    SELECT id, first_capture FROM addresses WHERE id = :article AND article = id
    UNION ALL
    SELECT id, first_capture FROM addresses WHERE article = :article AND article <> id
"""
_ADDRESSES = f"""
SELECT c.uri FROM ({_ADDRESSES_OF}) d CROSS JOIN captures c ON c.id = d.first_capture
"""  # noqa: S608 - our own text
_VERSIONS = f"""
SELECT v.hex AS id, :hex AS article_id, v.title, v.standfirst, v.text, v.layout, v.asides,
       v.authors, v.published, v.modified, v.language, v.section, v.tags, v.image,
       nullif(v.canonical_url, '') AS canonical_url, v.credit, v.paywall, v.kind, v.words,
       v.extractor,
       f.timestamp AS first_captured, l.timestamp AS last_captured, v.captures, f.record_id,
       f.uri AS url, t.text AS cut_text, t.asides AS cut_asides, v.is_cut, s.hex AS shown_as,
       (SELECT json_group_array(json_array(k.url, k.words)) FROM links k WHERE k.version = v.id)
           AS links{"".join(f", v.{name}" for name in PRINTED)}
FROM versions v LEFT JOIN template_lines t ON t.version = v.id
JOIN captures f ON f.id = v.id JOIN captures l ON l.id = v.last_capture
JOIN versions s ON s.id = v.shown_as WHERE v.article = :article ORDER BY v.id
"""  # noqa: S608 - our own text
_CAPTURES = f"""
SELECT cdx.* FROM ({_ADDRESSES_OF}) d CROSS JOIN article_captures ac ON ac.address = d.id
CROSS JOIN cdx ON cdx.id = ac.capture ORDER BY cdx.id
"""  # noqa: S608 - our own text
_EVENTS = f"""
SELECT printf('%016x-%s', e.capture, e.kind) AS id, :hex AS article_id, e.at, e.kind, c.record_id,
       iif(e.version_before IS NULL, NULL, printf('%016x', e.version_before)) AS version_before,
       iif(e.version_after IS NULL, NULL, printf('%016x', e.version_after)) AS version_after,
       e.silent, e.detail, e.flips
FROM ({_ADDRESSES_OF}) d CROSS JOIN article_captures ac ON ac.address = d.id
CROSS JOIN events e ON e.capture = ac.capture CROSS JOIN captures c ON c.id = e.capture
ORDER BY e.capture, e.kind
"""  # noqa: S608 - our own text


def get_article(db: Database, article_id: str) -> ArticleRow:
    """The article of an id, with its versions, captures and events.

    Raises:
        NotFound: there is none.
    """
    number = find_id(article_id)
    row = next(db.query(_ARTICLE, (number,)), None)
    if row is None:
        if withheld := withheld_article(db, number):
            raise withheld
        raise NotFound(f"article {article_id!r}: not in the index; look for it with search")
    values = {"article": number, "hex": article_id}
    versions = _shown(db.query(_VERSIONS, values))
    shown_as = {name: v.id for v in versions for name in (v.id, *v.also)}
    row["current_version"] = shown_as[row["current_version"]]
    current = next(version for version in versions if version.id == row["current_version"])
    return ArticleRow(
        **row,
        addresses=tuple(sorted(without_tracking(uri) for (uri,) in db.execute(_ADDRESSES, values))),
        standfirst=current.standfirst,
        authors=current.authors,
        tags=current.tags,
        versions=versions,
        captures=tuple(Capture(*found[1:]) for found in db.execute(_CAPTURES, values)),
        events=tuple(_event(found, shown_as) for found in db.query(_EVENTS, values)),
    )


def find_article(db: Database, name: str) -> str | None:
    """The id of the article that a person names: by id, the start of one (6 characters), or URL.

    A URL is followed through the redirects that were captured. None where nothing, or more than
    one article, answers to the name.
    """
    if is_http(name):
        return _find_by_url(db, name)
    if withheld := withheld_article(db, find_id(name)):
        raise withheld
    if not _START_OF_ID.fullmatch(name):
        return None
    first, last = (int(name.ljust(16, filler), 16) for filler in "0f")
    found = db.execute(_BETWEEN, (first, min(last, _LAST_ID))).fetchall()
    return hex_id(found[0][0]) if len(found) == 1 else _find_former(db, name)


_START_OF_ID = re.compile("[0-7][0-9a-f]{5,15}")
_LAST_ID = (1 << 63) - 1
_BETWEEN = "SELECT id FROM articles WHERE id BETWEEN ? AND ? LIMIT 2"


def _find_by_url(db: Database, url: str) -> str | None:
    sources = [source for (source,) in db.execute("SELECT id FROM sources")]
    seen: set[str] = set()
    while url not in seen and len(seen) < 10:
        seen.add(url)
        key = article_key(url)
        listed = json.dumps([number_id(source, key) for source in sources])
        row = db.execute(_AT, [listed]).fetchone()
        if row:
            return hex_id(row[0])
        moved = db.execute(_MOVED, [listed]).fetchone()
        url = moved[0] if moved else url
    return None


_AT = """
SELECT d.article FROM json_each(?) n CROSS JOIN addresses d ON d.id = n.value
WHERE d.article IS NOT NULL ORDER BY d.first_capture DESC LIMIT 1
"""
_MOVED = """
SELECT c.redirect FROM json_each(?) n CROSS JOIN article_captures ac ON ac.address = n.value
CROSS JOIN captures c ON c.id = ac.capture
WHERE ac.outcome = 'moved' ORDER BY c.id DESC LIMIT 1
"""


def _find_former(db: Database, name: str) -> str | None:
    """An id an article had before it was merged with another: every address has had its own."""
    row = db.execute(
        "SELECT article FROM addresses WHERE id = ? AND article IS NOT NULL", (find_id(name),)
    ).fetchone()
    return hex_id(row[0]) if row else None


@dataclass(frozen=True, slots=True)
class ShownVersion:
    """The version of an article that one capture showed."""

    id: str
    title: str
    language: str | None


_SHOWN = """
SELECT v.hex, v.title, v.language FROM captures c JOIN article_captures ac ON ac.capture = c.id
JOIN addresses d ON d.id = ac.address
JOIN versions v ON v.article = d.article AND v.digest = ac.digest
WHERE substr(c.record_id, -12) = substr(:record, -12) AND c.record_id = :record LIMIT 1
"""


def find_shown(db: Database, record_id: str) -> ShownVersion | None:
    """The version that a capture showed; None where it showed no article."""
    row = db.execute(_SHOWN, {"record": record_id}).fetchone()
    return ShownVersion(*row) if row else None


def _event(row: dict[str, Any], shown_as: Mapping[str, str]) -> EventRow:
    for name in ("version_before", "version_after"):
        row[name] = shown_as.get(row[name], row[name])
    return EventRow(**{**row, "silent": bool(row["silent"])})


def _shown(rows: Iterable[dict[str, Any]]) -> tuple[VersionRow, ...]:
    """Versions in order of time; one that another one stands for is shown as that."""
    found = [(row.pop("shown_as"), _version(row)) for row in rows]
    shown = {version.id: version for name, version in found if name == version.id}
    for name, version in found:
        if name != version.id:
            first = shown[name]
            shown[name] = replace(
                first,
                captures=first.captures + version.captures,
                first_captured=min(first.first_captured, version.first_captured),
                last_captured=max(first.last_captured, version.last_captured),
                site_template=tuple(dict.fromkeys((*first.site_template, *version.site_template))),
                also=(*first.also, version.id),
            )
    return tuple(shown.values())


def _version(row: dict[str, Any]) -> VersionRow:
    cut = [json.loads(row.pop(name) or "[]") for name in ("cut_text", "cut_asides")]
    row["site_template"] = tuple(line for part in cut for _, line in part if line)
    blocks = read_layout(row["text"], row.pop("layout"), row.pop("asides"))
    row["authors"], row["tags"] = (tuple(json.loads(row[name])) for name in ("authors", "tags"))
    row["links"] = tuple((url, words) for url, words in json.loads(row["links"]))
    return VersionRow(**{**row, "is_cut": bool(row["is_cut"])}, blocks=blocks)


def pick_version(article: ArticleRow, version_id: str) -> VersionRow:
    """The version asked for; the newest when none is.

    Raises:
        NotFound: the article has no such version.
    """
    if not version_id:
        return article.current
    for version in article.versions:
        if version_id in (version.id, *version.also):
            return version
    raise NotFound(
        f"Article {article.id} has no version {version_id[:80]}; its page lists those it has."
    )
