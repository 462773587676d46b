"""Revisits show what another capture showed: finding that capture, whenever it was read."""

import json
from collections.abc import Iterable
from dataclasses import dataclass

from sqlite_utils import Database

from archive.times import from_warc_date, to_timestamp
from archive.urls import urlkey


@dataclass(frozen=True, slots=True)
class Resolved:
    """A revisit whose original has been read.

    ``capture``, ``address`` and ``uri`` are the revisit's; ``article`` and ``digest`` name the
    version that its original shows, ``published`` the date that was printed.
    """

    capture: int
    address: int
    source: str
    uri: str
    article: int
    digest: int
    published: str | None


def resolve(db: Database, captures: Iterable[int]) -> list[Resolved]:
    """Those of the waiting captures whose original has been read by now."""
    return _resolve(db, json.dumps(sorted(captures)))


def resolve_all(db: Database) -> list[Resolved]:
    """The same for every capture that waits; run at the end, when all files have been read."""
    rows = db.execute("SELECT capture FROM article_captures WHERE outcome = 'waiting'").fetchall()
    return _resolve(db, json.dumps([row[0] for row in rows]))


_WAITING = """
SELECT w.capture, w.address, d.source, c.uri, c.refers_to, c.refers_to_uri, c.refers_to_date,
       c.digest
FROM json_each(?) n JOIN article_captures w ON w.capture = n.value AND w.outcome = 'waiting'
JOIN captures c ON c.id = w.capture JOIN addresses d ON d.id = w.address
"""
# By what the revisit says of its original, best evidence first: the record, the address and date,
# the digest of the payload (of several, the first captured).
_BY = (
    "substr(o.record_id, -12) = substr(:refers_to, -12) AND o.record_id = :refers_to",
    "o.urlkey = :urlkey AND o.timestamp = :timestamp",
    (
        "substr(o.digest, -8) = substr(:digest, -8) AND o.digest = :digest "
        "AND o.record_type = 'response'"
    ),
)
_ORIGINAL = """
SELECT d.article, ac.digest, ac.published FROM captures o
JOIN article_captures ac ON ac.capture = o.id AND ac.outcome = 'read'
JOIN addresses d ON d.id = ac.address
WHERE {} ORDER BY o.id LIMIT 1
"""


def _resolve(db: Database, listed: str) -> list[Resolved]:
    found = []
    for *mine, refers_to, uri, date, digest in db.execute(_WAITING, [listed]).fetchall():
        stated = {
            "refers_to": refers_to,
            "urlkey": urlkey(uri) if uri else None,
            "timestamp": _timestamp(date),
            "digest": digest,
        }
        for sql in _ORIGINALS:
            row = db.execute(sql, stated).fetchone()
            if row:
                found.append(Resolved(*mine, *row))
                break
    return found


_ORIGINALS = tuple(_ORIGINAL.format(condition) for condition in _BY)


def _timestamp(date: str | None) -> str | None:
    try:
        return to_timestamp(from_warc_date(date)) if date else None
    except ValueError:
        return None
