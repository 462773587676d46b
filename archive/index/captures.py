"""Captures: the CDX of the archive, one row for each response, revisit or failed request."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlite_utils import Database

from archive.errors import NotFound
from archive.index.rows import CdxFields
from archive.rights.withheld import withheld_record


@dataclass(frozen=True, slots=True)
class Capture(CdxFields):
    """One record and where it lies; fields as in a CDX.

    ``file`` is relative to ``warcs/``; ``page_kind`` is what extraction took the page for.
    """

    file: str
    page_kind: str | None


_BY_RECORD = """
SELECT * FROM cdx WHERE substr(record_id, -12) = substr(:record, -12) AND record_id = :record
ORDER BY id LIMIT 1
"""


def get_capture(db: Database, record_id: str) -> Capture:
    """The capture of a WARC-Record-ID, with or without its angle brackets.

    Raises:
        Withheld: a rule keeps it back.
        NotFound: there is none.
    """
    return Capture(*_row_of(db, record_id)[1:])


def _row_of(db: Database, record_id: str) -> tuple[Any, ...]:
    row: tuple[Any, ...] | None = db.execute(
        _BY_RECORD, {"record": record_id.strip("<>")}
    ).fetchone()
    if row is None:
        if withheld := withheld_record(db, record_id):
            raise withheld
        raise NotFound(
            f"capture {record_id[:200]}: not in the index; `microfiche index` may be behind"
        )
    return row


_LISTED = """
SELECT * FROM cdx WHERE urlkey >= :first AND urlkey <= :last
AND timestamp >= :since AND timestamp <= :until AND (:failures OR record_type <> 'metadata')
{after} ORDER BY urlkey, timestamp {way}, id {way}
"""
_AFTER_THIS = "AND urlkey >= :key AND (urlkey > :key OR (timestamp, id) {than} (:moment, :number))"


def iter_captures(
    db: Database,
    urlkey: str,
    *,
    prefix: bool = False,
    since: str = "",
    until: str = "9",
    newest_first: bool = False,
    failures: bool = False,
    after: str = "",
) -> Iterator[Capture]:
    """The captures of a urlkey (or of all that begin with it), by urlkey, then by time.

    Args:
        db: The index.
        urlkey: SURT, or with ``prefix`` the start of one.
        prefix: Take every urlkey that starts so.
        since: First timestamp, inclusive; may be cut short (``2026``).
        until: Last timestamp, inclusive; may be cut short.
        newest_first: Turn the order of time round.
        failures: Requests that got no response, too.
        after: The WARC-Record-ID of a capture: only those that come after it in this order.

    Raises:
        NotFound: no capture has that record.
    """
    values: dict[str, str | int] = {
        "first": urlkey,
        "last": urlkey + "\U0010ffff" if prefix else urlkey,
        "since": since,
        "until": until.ljust(14, "9"),
        "failures": failures,
    }
    condition = ""
    if after:
        condition = _AFTER_THIS.format(than="<" if newest_first else ">")
        number, _, key, moment, *_ = _row_of(db, after)
        values |= {"number": number, "key": key, "moment": moment}
    listed = _LISTED.format(after=condition, way="DESC" if newest_first else "")
    return (Capture(*row[1:]) for row in db.execute(listed, values))
