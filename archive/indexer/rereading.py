"""Records that are in the index already, read again: other rules are in force, or one is no more.

All that the index has of their pages is taken out, and their records are read again by the way
that everything takes; so the result is that of a rebuild. It is done in a copy, which then takes
the place of the index in one transaction: readers, and a kill, see the old one or the new one.
"""

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from sqlite_utils import Database

from archive.config import Config
from archive.errors import WarcError
from archive.index.open import open_index_file
from archive.index.writing import checkpoint
from archive.indexer.catchup import pool_settings, remove_beside, switch
from archive.indexer.found import Found, found_in
from archive.indexer.fulltext import remove_pages
from archive.indexer.pool import Pool
from archive.indexer.run import BULK, Indexer
from archive.indexer.work import Work
from archive.indexer.write import Totals
from archive.layout import Archive
from archive.warc.reader import iter_groups
from extract.rules import RuleBook


@dataclass(frozen=True, slots=True)
class ReadAgain:
    """What was read again: captures, and a line for each that could not be."""

    totals: Totals
    captures: int
    damaged: tuple[str, ...]


def read_captures_again(
    archive: Archive,
    config: Config,
    book: RuleBook,
    choose: Callable[[Database], set[int]],
    *,
    finish: Callable[[Database], None] = lambda _db: None,
    on_progress: Callable[[int, int, Totals], None] = lambda _done, _all, _totals: None,
) -> ReadAgain:
    """Read some captures again, and all of the articles that they belong to.

    Nothing of what is taken out is left on the disk.

    Args:
        archive: The archive; the caller holds its ``index_lock_path``, and has no index open.
        config: For the workers.
        book: The rules in force.
        choose: Gives the numbers of the captures, in the index before.
        finish: Called with the new index before it takes the place of the old one.
        on_progress: Told of captures read, of how many, and what they gave.

    Raises:
        IndexDamaged: the index cannot be read.
    """
    beside = archive.index_path.with_name("index.db.reread")
    remove_beside(beside)
    copy_index(archive.index_path, beside)
    damaged: list[str] = []
    with closing(open_index_file(beside, write=True)) as db:
        db.execute("PRAGMA secure_delete = ON")
        # Articles go whole: what they have at other addresses is read again, too.
        places = take_out(db, *with_articles(db, choose(db)))
        with Pool(pool_settings(config)) as pool:
            indexer = Indexer(db, pool, BULK, book)
            indexer.on_progress = lambda totals: on_progress(
                totals.all.captures, len(places), totals
            )
            indexer.run(_iter_groups(archive, places, damaged))
            indexer.settle()
        finish(db)
        checkpoint(db)
        switch(db, archive.index_path)
    remove_beside(beside)
    return ReadAgain(indexer.totals, len(places), tuple(damaged))


def copy_index(path: Path, beside: Path) -> None:
    """Copy an index, in one state, whatever is written to it meanwhile."""
    with (
        closing(open_index_file(path)) as old,
        closing(sqlite3.connect(beside)) as new,
    ):
        old.conn.backup(new)


def with_articles(db: Database, captures: set[int]) -> tuple[set[int], set[int]]:
    """Captures with all others of the articles that they are of; and the addresses of these."""
    addresses = {row[0] for row in db.execute(_AT, [json.dumps(sorted(captures))])}
    addresses |= {row[0] for row in db.execute(_MATES, [json.dumps(sorted(addresses))])}
    seen = {row[0] for row in db.execute(_SEEN, [json.dumps(sorted(addresses))])}
    return captures | seen, addresses


def take_out(db: Database, captures: set[int], addresses: set[int]) -> list[tuple[str, int]]:
    """Take captures and what was at addresses out; where their records are, by file and offset."""
    with db.atomic():
        listed = json.dumps(sorted(captures))
        places = db.execute(_PLACES, [listed]).fetchall()
        Work(db).forget(addresses)
        remove_pages(db, captures)
        for sql in _DELETE:
            db.execute(sql, [listed])
    return [(str(name), int(offset)) for name, offset in places]


_AT = "SELECT address FROM article_captures WHERE capture IN (SELECT value FROM json_each(?))"
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
    "DELETE FROM requisites WHERE capture IN (SELECT value FROM json_each(?))",
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
