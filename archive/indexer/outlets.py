"""Outlets whose rules are others than those that their pages were read by: read again, alone.

How: `archive.indexer.rereading`.
"""

import json
from collections.abc import Callable, Iterable, Set

from sqlite_utils import Database

from archive.config import Config
from archive.index.writing import find_extractors
from archive.indexer.rereading import ReadAgain, read_captures_again
from archive.indexer.write import Totals
from archive.layout import Archive
from archive.times import from_timestamp
from archive.urls import urlkey
from extract.hosts import host_of
from extract.page import VERSION
from extract.rules import RuleBook


def find_stale(db: Database, book: RuleBook) -> frozenset[str]:
    """The hosts with pages that other rules than those of the book have read, or none."""
    known, readers = {f"{VERSION}+{digest}" for digest in book.digests}, find_extractors(db)
    gone = {reader for reader in readers if reader.startswith(f"{VERSION}+")} - known
    hosts = book.hosts | {host for reader in gone for host in _hosts_read_by(db, reader)}
    return frozenset(host for host in hosts if _is_stale(db, book, host, readers))


def _hosts_read_by(db: Database, reader: str) -> set[str]:
    rows = db.execute(
        "SELECT DISTINCT c.uri FROM versions v JOIN captures c ON c.id = v.id "
        "WHERE v.extractor = ?",
        [reader],
    )
    return {host_of(uri) for (uri,) in rows}


def _is_stale(db: Database, book: RuleBook, host: str, readers: Set[str]) -> bool:
    for uri, timestamp, reader in db.execute(_READ, _range(host)).fetchall():
        wanted = _reader(book, uri, timestamp)
        if host_of(uri) != host:
            continue
        if reader is None:
            # No article: by whom it was read is not kept. Rules may make one of it.
            if wanted != VERSION and wanted not in readers:
                return True
        elif reader != wanted and reader.partition("+")[0] == VERSION:
            return True
    return False


def _reader(book: RuleBook, uri: str, timestamp: str) -> str:
    """What reads a page that was captured then."""
    rules = book.find(uri, from_timestamp(timestamp).date())
    return f"{VERSION}+{rules.digest}" if rules and rules.digest else VERSION


def _range(host: str) -> dict[str, str]:
    # Hosts below it, and others that begin with its name, are in between.
    start = urlkey(f"http://{host}/").partition(")")[0]
    return {"start": start, "end": start + "\U0010ffff"}


_READ = """
SELECT c.uri, c.timestamp, v.extractor FROM captures c JOIN versions v ON v.id = c.id
WHERE c.urlkey >= :start AND c.urlkey < :end
UNION ALL
SELECT c.uri, c.timestamp, NULL FROM captures c
LEFT JOIN article_captures a ON a.capture = c.id
WHERE c.urlkey >= :start AND c.urlkey < :end AND a.capture IS NULL AND (
    c.page_kind IS NOT NULL OR EXISTS (SELECT 1 FROM extraction_failures f WHERE f.capture = c.id)
)
"""


def read_again(
    archive: Archive,
    config: Config,
    book: RuleBook,
    hosts: Iterable[str],
    *,
    on_progress: Callable[[int, int, Totals], None] = lambda _done, _all, _totals: None,
) -> ReadAgain:
    """Read the pages of some hosts again, as `read_captures_again` does."""
    return read_captures_again(
        archive,
        config,
        book,
        lambda db: _captures_of(db, frozenset(hosts)),
        finish=lambda db: _forget_readers(db, book),
        on_progress=on_progress,
    )


def _forget_readers(db: Database, book: RuleBook) -> None:
    """Forget rules that are in the book no more: nothing is left that they have read."""
    known = [f"{VERSION}+{digest}" for digest in book.digests]
    with db.atomic():
        db.execute(
            "DELETE FROM extractors WHERE version LIKE ? || '+%' "
            "AND version NOT IN (SELECT value FROM json_each(?))",
            [VERSION, json.dumps(known)],
        )


def _captures_of(db: Database, hosts: frozenset[str]) -> set[int]:
    return {
        capture
        for host in hosts
        for uri, capture in db.execute(_CAPTURES, _range(host)).fetchall()
        if host_of(uri) == host
    }


_CAPTURES = """
SELECT c.uri, c.id FROM captures c LEFT JOIN article_captures a ON a.capture = c.id
WHERE c.urlkey >= :start AND c.urlkey < :end AND (
    a.capture IS NOT NULL OR c.page_kind IS NOT NULL
    OR EXISTS (SELECT 1 FROM extraction_failures f WHERE f.capture = c.id)
)
"""
