"""Outlets whose rules are others than those that their pages were read by: read again, alone.

All that the index has of their pages is taken out, and their records are read again by the way
that everything takes; so the result is that of a rebuild. It is done in a copy, which then takes
the place of the index in one transaction: readers, and a kill, see the old one or the new one.
"""

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Set
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from sqlite_utils import Database

from archive.config import Config
from archive.errors import WarcError
from archive.index.open import open_index_file
from archive.index.writing import checkpoint, find_extractors
from archive.indexer.catchup import pool_settings, remove_beside, switch
from archive.indexer.found import Found, found_in
from archive.indexer.fulltext import remove_pages
from archive.indexer.pool import Pool
from archive.indexer.run import BULK, Indexer
from archive.indexer.work import Work
from archive.indexer.write import Totals
from archive.layout import Archive
from archive.times import from_timestamp
from archive.urls import urlkey
from archive.warc.reader import iter_groups
from extract.hosts import host_of
from extract.page import VERSION
from extract.rules import RuleBook


@dataclass(frozen=True, slots=True)
class ReadAgain:
    """What was read again: captures, and a line for each that could not be."""

    totals: Totals
    captures: int
    damaged: tuple[str, ...]


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
    """Read the pages of some hosts again; the index serves meanwhile.

    Args:
        archive: The archive; the caller holds its ``index_lock_path``, and has no index open.
        config: For the workers.
        book: The rules in force.
        hosts: Whose pages.
        on_progress: Told of captures read, of how many, and what they gave.

    Raises:
        IndexDamaged: the index cannot be read.
    """
    beside = archive.index_path.with_name("index.db.reread")
    remove_beside(beside)
    _copy(archive.index_path, beside)
    damaged: list[str] = []
    with closing(open_index_file(beside, write=True)) as db:
        places = _forget(db, frozenset(hosts))
        with Pool(pool_settings(config)) as pool:
            indexer = Indexer(db, pool, BULK, book)
            indexer.on_progress = lambda totals: on_progress(
                totals.all.captures, len(places), totals
            )
            indexer.run(_iter_groups(archive, places, damaged))
            indexer.settle()
        with db.atomic():
            _forget_readers(db, book)
        checkpoint(db)
        switch(db, archive.index_path)
    remove_beside(beside)
    return ReadAgain(indexer.totals, len(places), tuple(damaged))


def _forget_readers(db: Database, book: RuleBook) -> None:
    """Forget rules that are in the book no more: nothing is left that they have read."""
    known = [f"{VERSION}+{digest}" for digest in book.digests]
    db.execute(
        "DELETE FROM extractors WHERE version LIKE ? || '+%' "
        "AND version NOT IN (SELECT value FROM json_each(?))",
        [VERSION, json.dumps(known)],
    )


def _copy(path: Path, beside: Path) -> None:
    with (
        closing(open_index_file(path)) as old,
        closing(sqlite3.connect(beside)) as new,
    ):
        old.conn.backup(new)


def _forget(db: Database, hosts: frozenset[str]) -> list[tuple[str, int]]:
    """Take out the pages of some hosts; gives where their records are, by file and offset.

    Articles go whole: what they have at addresses of other hosts is read again, too.
    """
    captures: set[int] = set()
    addresses: set[int] = set()
    for host in hosts:
        for uri, capture, address in db.execute(_CAPTURES, _range(host)).fetchall():
            if host_of(uri) == host:
                captures.add(capture)
                addresses |= set() if address is None else {address}
    listed = json.dumps(sorted(addresses))
    addresses |= {row[0] for row in db.execute(_MATES, [listed])}
    listed = json.dumps(sorted(addresses))
    captures |= {row[0] for row in db.execute(_SEEN, [listed])}
    with db.atomic():
        listed = json.dumps(sorted(captures))
        places = db.execute(_PLACES, [listed]).fetchall()
        Work(db).forget(addresses)
        remove_pages(db, captures)
        for sql in _DELETE:
            db.execute(sql, [listed])
    return [(str(name), int(offset)) for name, offset in places]


_CAPTURES = """
SELECT c.uri, c.id, a.address FROM captures c LEFT JOIN article_captures a ON a.capture = c.id
WHERE c.urlkey >= :start AND c.urlkey < :end AND (
    a.capture IS NOT NULL OR c.page_kind IS NOT NULL
    OR EXISTS (SELECT 1 FROM extraction_failures f WHERE f.capture = c.id)
)
"""
_MATES = """
SELECT other.id FROM addresses own JOIN addresses other ON other.article = own.article
WHERE own.id IN (SELECT value FROM json_each(?))
"""
_SEEN = """
SELECT capture FROM article_captures WHERE address IN (SELECT value FROM json_each(?))
"""
_PLACES = """
SELECT w.filename, c.offset FROM captures c JOIN warcs w ON w.id = c.warc
WHERE c.id IN (SELECT value FROM json_each(?)) ORDER BY w.filename, c.offset
"""
_DELETE = (
    "DELETE FROM extraction_failures WHERE capture IN (SELECT value FROM json_each(?))",
    "DELETE FROM captures WHERE id IN (SELECT value FROM json_each(?))",
)


def _iter_groups(
    archive: Archive, places: Iterable[tuple[str, int]], damaged: list[str]
) -> Iterator[Found]:
    for name, offset in places:
        try:
            yield _found(archive, name, offset)
        except (WarcError, ValueError, StopIteration) as error:
            damaged.append(f"{name}@{offset}: not read again: {error}")


def _found(archive: Archive, name: str, offset: int) -> Found:
    path = archive.find_warc(name)
    if path is None:
        raise WarcError(f"no such file below {archive.warcs_dir}")
    return found_in(next(iter_groups(path, filename=name, start=offset)))
