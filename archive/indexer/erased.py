"""The index after a record was erased: what its page said is in no table any more.

What refers to it is read again, too: revisits show what they confirm.
"""

import sqlite3
from collections.abc import Callable
from contextlib import closing

from sqlite_utils import Database

from archive.config import Config
from archive.index.captures import Capture, get_capture
from archive.indexer.fulltext import merge
from archive.indexer.rereading import read_captures_again
from archive.layout import Archive
from archive.lock import hold
from archive.rules import load_rules
from archive.warc.digests import sha1
from archive.warc.erasing import (
    Erasing,
    begin_erasing,
    find_erasing,
    forget_erasing,
    plan_erasing,
)

_TOUCHED = """
SELECT id FROM captures WHERE substr(record_id, -12) = substr(:record, -12) AND record_id = :record
UNION SELECT id FROM captures
WHERE record_type = 'revisit' AND (refers_to = :record OR digest = :digest)
"""
_COPIES = """
SELECT record_id FROM captures
WHERE substr(digest, -8) = substr(:digest, -8) AND digest = :digest AND record_id <> :record
AND record_type IN ('response', 'resource')
UNION SELECT record_id FROM captures
WHERE record_type = 'conversion' AND refers_to = :record ORDER BY 1
"""
# The crawler would keep the next capture of the same payload as a revisit of nothing.
_FRONTIER = (
    "DELETE FROM payloads WHERE trim(record_id, '<>') = ?",
    """UPDATE urls SET etag = '', last_modified = '', record_id = NULL, record_uri = NULL,
    record_date = NULL, record_digest = NULL WHERE trim(record_id, '<>') = ?""",
)


def find_copies(db: Database, capture: Capture) -> list[Capture]:
    """Captures whose own records hold the payload of this one, or what a browser made of it.

    Revisits have none. Answers without a body are no copies of each other.
    """
    digest = None if capture.digest == sha1(b"") else capture.digest
    values = {"digest": digest, "record": capture.record_id}
    return [get_capture(db, row[0]) for row in db.execute(_COPIES, values).fetchall()]


def erase(
    archive: Archive,
    config: Config,
    db: Database,
    record_id: str,
    reason: str,
    *,
    tell: Callable[[str], None] = lambda _: None,
) -> Erasing:
    """Erase the record of a capture and its request, for good; tombstones say so.

    Args:
        archive: The archive; no crawl may be running.
        config: For the workers that read again what referred to it.
        db: The index, with all there is in it; it is closed before anything is changed.
        record_id: Of the capture.
        reason: Why; it stands in the tombstone and in the log.
        tell: Called with a line for the operator.

    Raises:
        NotFound: there is no such capture.
        WarcError: it cannot be erased by itself.
        ArchiveLocked: a crawl is running, or the index is being written.
    """
    capture = get_capture(db, record_id)
    known = {name: getattr(capture, name) for name in ("source", "kind", "digest")}
    db.close()
    with (
        hold(archive.lock_path, purpose="erase"),
        hold(archive.index_lock_path, purpose="erase"),
    ):
        plan = plan_erasing(archive, capture.file, capture.offset, reason=reason, known=known)
        begin_erasing(archive, plan)
        for offset in plan.staying:
            tell(f"{capture.file}@{offset}: its request stays, too short for a tombstone")
        tell(f"erased {capture.file}@{capture.offset}; the index follows")
        follow_erasing(archive, config)
    return plan


def follow_erasing(archive: Archive, config: Config) -> Erasing | None:
    """Bring index and frontier after a record that was erased, if one was.

    The caller holds both locks of the archive, and has no index open.

    Raises:
        IndexDamaged: the index cannot be read; `microfiche index` rebuilds it.
    """
    erasing = find_erasing(archive)
    if erasing is None:
        return None
    if archive.frontier_path.is_file():
        with closing(sqlite3.connect(archive.frontier_path)) as frontier, frontier:
            frontier.execute("PRAGMA secure_delete = ON")
            for statement in _FRONTIER:
                frontier.execute(statement, [erasing.main.record_id])
    if archive.index_path.is_file():
        values = {
            "record": erasing.main.record_id,
            "digest": erasing.main.facts["erased"].get("payload_digest"),
        }
        book = load_rules(archive).book
        read_captures_again(
            archive,
            config,
            book,
            lambda db: {row[0] for row in db.execute(_TOUCHED, values)},
            finish=lambda db: _finish(db, erasing),
        )
    forget_erasing(archive)
    return erasing


def _finish(db: Database, erasing: Erasing) -> None:
    """What the index says of the file; and nothing left of what the full text has taken out."""
    with db.atomic():
        db.execute(
            "UPDATE warcs SET sha256 = ? WHERE filename = ? AND sha256 IS NOT NULL",
            [erasing.after, erasing.filename],
        )
    merge(db)
