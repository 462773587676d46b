"""Records against each other and against the index, across files.

Rows of all files go into a temporary SQLite database, so that memory does not grow with the
archive; the questions are joins.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Self

from sqlite_utils import Database

from archive.check.faults import Fault, FaultKind
from archive.check.records import Checked
from archive.errors import MicroficheError
from archive.index.integrity import note_damage
from archive.index.open import open_index
from archive.layout import Archive
from archive.rights.rules import Audience
from archive.times import from_warc_date, to_timestamp

_SCHEMA = """
CREATE TABLE files (name TEXT PRIMARY KEY, size INTEGER, sha256 TEXT);
CREATE TABLE records (
    file TEXT, offset INTEGER, length INTEGER, type TEXT, record_id TEXT, uri TEXT, date TEXT,
    digest TEXT, refers_to TEXT, refers_uri TEXT, refers_date TEXT, indexed_as TEXT
);
CREATE TABLE damaged (file TEXT, offset INTEGER);
CREATE TABLE indexed (file TEXT, offset INTEGER, length INTEGER, type TEXT, record_id TEXT);
CREATE TABLE indexed_files (name TEXT, indexed_to INTEGER, sha256 TEXT);
"""
_KEYS = """
CREATE INDEX records_by_id ON records (record_id);
CREATE INDEX records_by_place ON records (file, offset);
CREATE INDEX records_by_uri ON records (uri, date);
CREATE INDEX records_by_digest ON records (digest);
CREATE INDEX damaged_by_place ON damaged (file, offset);
CREATE INDEX indexed_by_place ON indexed (file, offset);
"""
_DUPLICATES = """
SELECT b.file, b.offset, b.record_id, a.file, a.offset FROM records a
JOIN records b ON a.record_id = b.record_id AND a.file < b.file WHERE a.record_id <> ''
"""
# A revisit names its original by id, else by address and date, else by digest alone. Of what was
# erased the tombstone answers: the one kind of metadata record that has a digest here.
_REVISITS = """
SELECT r.file, r.offset, r.record_id, r.refers_to, r.refers_uri, r.refers_date, r.digest,
       o.record_id, o.type, o.uri, o.date, o.digest
FROM records r LEFT JOIN records o ON o.rowid = coalesce(
    (SELECT rowid FROM records WHERE record_id = r.refers_to LIMIT 1),
    (SELECT rowid FROM records WHERE r.refers_to IS NULL AND uri = r.refers_uri
        AND date = r.refers_date AND type IN ('response', 'resource') AND digest = r.digest
        LIMIT 1),
    (SELECT rowid FROM records WHERE r.refers_to IS NULL AND uri = r.refers_uri
        AND date = r.refers_date AND type IN ('response', 'resource') LIMIT 1),
    (SELECT rowid FROM records WHERE r.refers_to IS NULL AND r.refers_uri IS NULL
        AND digest = r.digest AND type IN ('response', 'resource') LIMIT 1),
    (SELECT rowid FROM records WHERE r.refers_to IS NULL AND uri = r.refers_uri
        AND date = r.refers_date AND type = 'metadata' AND digest IS NOT NULL LIMIT 1),
    (SELECT rowid FROM records WHERE r.refers_to IS NULL AND r.refers_uri IS NULL
        AND digest = r.digest AND type = 'metadata' LIMIT 1))
WHERE r.type = 'revisit'
"""
_NOT_INDEXED = """
SELECT r.file, r.offset, r.record_id, f.indexed_to FROM records r
LEFT JOIN indexed_files f ON f.name = r.file
WHERE r.indexed_as IS NOT NULL
AND NOT EXISTS (
    SELECT 1 FROM indexed i WHERE i.file = r.file AND i.offset = r.offset
        AND i.length = r.length AND i.type = r.type AND i.record_id = r.indexed_as)
-- Another record of this id and moment is indexed: to the index they are one capture.
AND NOT EXISTS (
    SELECT 1 FROM records o JOIN indexed i ON i.file = o.file AND i.offset = o.offset
    WHERE r.record_id <> '' AND o.record_id = r.record_id AND o.date = r.date
        AND i.record_id = r.indexed_as)
"""
_INDEX_DIFFERS = """
SELECT i.file, i.offset, i.record_id FROM indexed i JOIN files f ON f.name = i.file
WHERE NOT EXISTS (SELECT 1 FROM damaged d WHERE d.file = i.file AND d.offset = i.offset)
AND NOT EXISTS (
    SELECT 1 FROM records r WHERE r.file = i.file AND r.offset = i.offset
        AND i.length = r.length AND i.type = r.type
        AND i.record_id = coalesce(r.indexed_as, trim(r.record_id, '<>')))
"""
_NO_SUCH_FILE = "SELECT name FROM indexed_files WHERE name NOT IN (SELECT name FROM files)"
_OTHER_SHA256 = """
SELECT f.name, f.sha256, i.sha256 FROM files f JOIN indexed_files i ON i.name = f.name
WHERE i.sha256 IS NOT NULL AND f.sha256 <> '' AND i.sha256 <> f.sha256
"""
_COPIES = (
    (
        "SELECT file, offset, length, record_type, record_id FROM cdx",
        "INSERT INTO indexed VALUES (?, ?, ?, ?, ?)",
    ),
    (
        "SELECT filename, indexed_to, sha256 FROM warcs",
        "INSERT INTO indexed_files VALUES (?, ?, ?)",
    ),
)
_BATCH = 1_000


class CrossCheck:
    """Collects what was found in each file, then asks across all of them."""

    def __init__(self) -> None:
        # The empty name is a database on disk that goes when it is closed.
        self._db = sqlite3.connect("")
        self._db.executescript(_SCHEMA)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *raised: object) -> None:
        self._db.close()

    def add(self, checked: Checked) -> None:
        """Take the rows of one file."""
        self._db.execute(
            "INSERT INTO files VALUES (?, ?, ?)", (checked.name, checked.size, checked.sha256)
        )
        self._db.executemany(
            "INSERT INTO records VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                (
                    *(checked.name, row.offset, row.length, row.type, row.record_id),
                    *(row.uri, row.date, row.digest),
                    *(row.refers_to, row.refers_uri, row.refers_date, row.indexed_as),
                )
                for row in checked.rows
            ),
        )
        checked.rows.clear()
        # What is indexed there all the same has been reported once.
        places = [(f.file, f.offset) for f in checked.faults if f.kind is FaultKind.DAMAGED]
        self._db.executemany("INSERT INTO damaged VALUES (?, ?)", places)

    def between_records(self) -> Iterator[Fault]:
        """Ids that two files share, and revisits whose original is not there or not the same."""
        self._db.executescript(_KEYS)
        for file, offset, record_id, other, place in self._db.execute(_DUPLICATES):
            message = f"{record_id} is also the id of {other}@{place}"
            yield Fault(FaultKind.DUPLICATE_ID, file, offset, message, record_id)
        for file, offset, record_id, *told in self._db.execute(_REVISITS):
            wrong = _judge_revisit(told[:4], told[4:])
            if wrong:
                yield Fault(FaultKind.REVISIT_TARGET, file, offset, wrong, record_id)

    def against_index(self, archive: Archive, *, crawling: bool = False) -> Iterator[Fault]:
        """What index and files say differently; call it after `between_records`.

        While a crawl runs its indexer is a little behind, and that is no fault.
        """
        name = archive.index_path.name
        try:
            self._read_index(archive)
        except MicroficheError as error:
            yield Fault(FaultKind.INDEX_UNREADABLE, name, None, str(error))
            return
        for file, offset, record_id, known in self._db.execute(_NOT_INDEXED):
            behind = known is None or offset >= known
            if behind and crawling:
                continue
            step = "run microfiche index" if behind else "run microfiche index --rebuild"
            yield Fault(FaultKind.NOT_INDEXED, file, offset, f"not in the index; {step}", record_id)
        for file, offset, record_id in self._db.execute(_INDEX_DIFFERS):
            message = f"the index has {record_id} here, the file has not; {_REBUILD}"
            yield Fault(FaultKind.INDEX_DIFFERS, file, offset, message, record_id)
        for (file,) in self._db.execute(_NO_SUCH_FILE):
            message = (
                f"the index knows this file, it is not below warcs/; restore it, or {_REBUILD}"
            )
            yield Fault(FaultKind.INDEX_DIFFERS, file, None, message)
        for file, found, stated in self._db.execute(_OTHER_SHA256):
            message = f"SHA-256 is {found}, the index says {stated}; restore the file from a copy"
            yield Fault(FaultKind.INDEX_DIFFERS, file, None, message)

    def _read_index(self, archive: Archive) -> None:
        with closing(open_index(archive, audience=Audience.OWNER)) as index:
            for ask, insert in _COPIES:
                for rows in _batches(index, ask, archive.index_path):
                    self._db.executemany(insert, rows)


def _batches(index: Database, ask: str, path: Path) -> Iterator[list[tuple[object, ...]]]:
    """Rows of the index; only errors that are its own mark it as damaged."""
    try:
        found = index.execute(ask)
        while rows := found.fetchmany(_BATCH):
            yield rows
    except sqlite3.DatabaseError as error:
        note_damage(path, error)
        raise


_REBUILD = "run microfiche index --rebuild"


def _judge_revisit(stated: list[str | None], original: list[str | None]) -> str | None:
    """What is wrong with a revisit's original; None when it is as stated."""
    refers_to, uri, date, digest = stated
    record_id, kind, real_uri, real_date, real_digest = original
    if record_id is None:
        return f"refers to {refers_to or uri or digest}, which is not in this archive"
    is_erased = kind == "metadata" and real_digest is not None
    if kind not in {"response", "resource"} and not is_erased:
        return f"refers to {record_id}, which is a {kind} record"
    for name, said, real, differ in (
        ("WARC-Refers-To-Target-URI", uri, real_uri, _texts_differ),
        ("WARC-Refers-To-Date", date, real_date, _dates_differ),
        ("WARC-Payload-Digest", digest, real_digest, _digests_differ),
    ):
        if said and real and differ(said, real):
            return f"{name} is {said}, the record that it refers to has {real}"
    return None


def _texts_differ(said: str, real: str) -> bool:
    return said.strip("<>") != real


def _dates_differ(said: str, real: str) -> bool:
    """Fractions of a second are often left out of what refers."""
    try:
        return to_timestamp(from_warc_date(said)) != to_timestamp(from_warc_date(real))
    except ValueError:
        return True


def _digests_differ(said: str, real: str) -> bool:
    """Digests of another algorithm or spelling say nothing about each other."""
    alike = said.partition(":")[0] == real.partition(":")[0] and len(said) == len(real)
    return alike and said != real
