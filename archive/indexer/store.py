"""Rows for captures, their WARC files and sources: what is there, before what it says."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from sqlite_utils import Database

from archive.config import Config
from archive.index.ids import number_id
from archive.index.rows import CAPTURES, CdxFields, StoredCapture, StoredPage
from archive.index.table import shared
from archive.indexer.found import Found, FoundCapture
from archive.indexer.fulltext import add_pages
from archive.indexer.identity import address_of_url
from archive.indexer.reading import Failure, Reading
from extract.article import OTHER_KINDS, PageKind


@dataclass(frozen=True, slots=True)
class Entry:
    """A group of records, and what reading its page gave; None where there was no page."""

    found: Found
    outcome: Reading | Failure | None


@dataclass(frozen=True, slots=True)
class Stored:
    """A capture that was not in the index before, and the number it has there."""

    number: int
    capture: FoundCapture
    outcome: Reading | Failure | None


def sync_sources(db: Database, config: Config) -> None:
    """Bring the names of sources up to date with ``microfiche.toml``; unknown ones keep their id.

    The caller holds a transaction.
    """
    db.execute("UPDATE sources SET name = id, url = NULL")
    db.conn.executemany(
        "INSERT INTO sources (id, name, url) VALUES (?, ?, ?) "
        "ON CONFLICT (id) DO UPDATE SET name = excluded.name, url = excluded.url",
        [(key, source.name, source.url) for key, source in config.sources.items()],
    )


@cache
def warc_number(filename: str) -> int:
    """The key of a WARC file in ``warcs``; 47 bits, which SQLite keeps in six bytes.

    >>> 0 < warc_number("2026/11/a.warc.gz") < 2**47
    True
    """
    return number_id(filename, bits=47)


def advance(db: Database, entries: Sequence[Entry]) -> None:
    """Note how far each file is indexed; in the transaction that holds the rows."""
    reached = {entry.found.filename: entry.found.end for entry in entries}
    db.conn.executemany(
        "INSERT INTO warcs (id, filename, indexed_to) VALUES (?, ?, ?) "
        "ON CONFLICT (id) DO UPDATE SET indexed_to = max(indexed_to, excluded.indexed_to)",
        [(warc_number(filename), filename, end) for filename, end in reached.items()],
    )


def store_captures(db: Database, entries: Iterable[Entry]) -> list[Stored]:
    """Insert the captures that are new; gives those, with their numbers.

    A record that stands in two files (a copy taken in twice) is one capture, at the place whose
    file has the smaller key, whichever was read first.
    """
    pairs = [(e.found.capture, e.outcome) for e in entries if e.found.capture is not None]
    taken: dict[int, str] = dict(
        db.execute(
            "SELECT id, record_id FROM captures WHERE id IN (SELECT value FROM json_each(?))",
            [json.dumps([capture.id for capture, _ in pairs])],
        )
    )
    stored, twice = [], []
    for capture, outcome in pairs:
        number = _number(db, capture, taken)
        if number in taken:
            twice.append((number, capture))
            continue
        taken[number] = capture.record_id
        stored.append(Stored(number, capture, outcome))
    _insert_sources(db, stored)
    CAPTURES.insert(db, map(_row, stored))
    for number, capture in twice:
        _relocate(db, number, capture)
    _insert_failures(db, stored)
    _insert_requisites(db, stored)
    add_pages(db, filter(None, map(_page, stored)))
    return stored


def _row(item: Stored) -> StoredCapture:
    c = item.capture
    return StoredCapture(
        **shared(c, CdxFields),
        id=item.number,
        warc=warc_number(c.filename),
        page_kind=item.outcome.kind if isinstance(item.outcome, Reading) else None,
    )


def _page(item: Stored) -> StoredPage | None:
    """What a page says that is no article."""
    said = item.outcome
    if not isinstance(said, Reading) or said.kind not in OTHER_KINDS:
        return None
    # Home pages are captured many times a day: their text would outgrow that of the articles.
    text = "" if said.kind == PageKind.INDEX.value else said.text
    return StoredPage(item.number, said.kind, said.language, said.title, text)


def _number(db: Database, capture: FoundCapture, taken: dict[int, str]) -> int:
    """The number of a capture: the one of its moment and id, or the next that is free or its own.

    Two records of one microsecond and one hash follow each other.
    """
    number = capture.id
    while taken.get(number, capture.record_id) != capture.record_id:
        number += 1
        row = db.execute("SELECT record_id FROM captures WHERE id = ?", (number,)).fetchone()
        if row:
            taken[number] = row[0]
    return number


def _relocate(db: Database, number: int, capture: FoundCapture) -> None:
    db.execute(
        "UPDATE captures SET warc = :warc, offset = :offset, length = :length "
        "WHERE id = :id AND (:warc < warc OR (:warc = warc AND :offset < offset))",
        {
            "id": number,
            "warc": warc_number(capture.filename),
            "offset": capture.offset,
            "length": capture.length,
        },
    )


def _insert_sources(db: Database, stored: Iterable[Stored]) -> None:
    names = {item.capture.source for item in stored}
    db.conn.executemany(
        "INSERT INTO sources (id, name) VALUES (?, ?) ON CONFLICT (id) DO NOTHING",
        [(name, name) for name in sorted(names)],
    )


def _insert_requisites(db: Database, stored: Iterable[Stored]) -> None:
    db.conn.executemany(
        "INSERT INTO requisites (capture, page) VALUES (?, ?)",
        [
            (item.number, address_of_url(item.capture.source, item.capture.wanted_by).id)
            for item in stored
            if item.capture.wanted_by
        ],
    )


def _insert_failures(db: Database, stored: Iterable[Stored]) -> None:
    db.conn.executemany(
        "INSERT INTO extraction_failures (capture, extractor, reason, detail) VALUES (?, ?, ?, ?) "
        "ON CONFLICT (capture, extractor) DO NOTHING",
        [
            (item.number, item.outcome.extractor, item.outcome.reason.value, item.outcome.detail)
            for item in stored
            if isinstance(item.outcome, Failure)
        ],
    )
