"""Which capture answers for an address and a time, and where its payload lies."""

from dataclasses import dataclass
from itertools import islice
from urllib.parse import urljoin

from sqlite_utils import Database

from archive.errors import NotFound
from archive.index.captures import Capture, find_nearest, get_capture, iter_captures
from archive.layout import Archive
from archive.replay.address import LATEST
from archive.times import from_timestamp, from_warc_date, to_timestamp
from archive.urls import urlkey
from archive.warc.reader import Record, read_record
from archive.warc.stored import StoredHttp

_MAX_REVISITS = 5
_ORIGINAL = (
    "SELECT record_id FROM captures WHERE substr(digest, -8) = substr(:digest, -8) "
    "AND digest = :digest AND record_type = 'response' ORDER BY id LIMIT 1"
)


@dataclass(frozen=True, slots=True)
class Stored:
    """A capture with what is needed to show it.

    ``http`` has the status and headers it was answered with; ``payload`` the body, which for a
    revisit is that of ``original``.
    """

    capture: Capture
    record: Record
    http: StoredHttp
    payload: StoredHttp
    original: Capture | None = None


def find_capture(db: Database, url: str, timestamp: str | None) -> Capture | None:
    """The capture of an address nearest in time; the latest where no time is given.

    A capture that only redirects to another spelling of its own urlkey (http to https, with
    www or without) is passed over for its neighbour: it would lead to itself for ever.
    """
    key, wanted = urlkey(url), timestamp or LATEST
    found = find_nearest(db, key, wanted)
    if found is None or not redirects_to_itself(found):
        return found
    earlier = iter_captures(db, key, until=wanted, newest_first=True)
    later = iter_captures(db, key, since=wanted)
    candidates = [
        capture
        for side in (earlier, later)
        for capture in islice((c for c in side if not redirects_to_itself(c)), 1)
    ]
    moment = from_timestamp(wanted)
    return min(candidates, key=lambda c: abs(from_timestamp(c.timestamp) - moment), default=None)


def redirect_target(capture: Capture) -> str | None:
    """The absolute address a capture redirects to; None when it does not."""
    if capture.status is None or not 300 <= capture.status < 400 or not capture.redirect:
        return None
    try:
        return urljoin(capture.uri, capture.redirect)
    except ValueError:
        return None


def redirects_to_itself(capture: Capture) -> bool:
    """Whether a capture redirects to another spelling of its own address."""
    target = redirect_target(capture)
    return target is not None and urlkey(target) == capture.urlkey


def load(archive: Archive, db: Database, capture: Capture) -> Stored:
    """Read a capture and, for a revisit, the payload it refers to.

    Raises:
        NotFound: the payload's record is not in the archive, or it is no HTTP response.
        WarcError: a record cannot be read.
    """
    record = read_record(archive, capture.file, capture.offset)
    own = record.http() or _resource(record)
    if capture.record_type != "revisit":
        if own is None:
            raise NotFound(f"{capture.file}@{capture.offset}: holds no response to show")
        return Stored(capture, record, own, own)
    original = _find_original(db, capture)
    if original is None:
        raise NotFound(
            f"{capture.file}@{capture.offset}: revisit of {capture.refers_to_uri or capture.uri}, "
            f"whose payload ({capture.digest}) is not in this archive; ingest the WARC that has it"
        )
    payload = read_record(archive, original.file, original.offset).http()
    if payload is None:
        raise NotFound(f"{original.file}@{original.offset}: holds no response to show")
    # A 304 says nothing about the page; the response it confirms does.
    unchanged = own is None or own.status == 304
    return Stored(capture, record, payload if unchanged or own is None else own, payload, original)


def _resource(record: Record) -> StoredHttp | None:
    """A file kept without a response (a ``resource`` of a foreign WARC), as if served."""
    if record.type not in ("resource", "conversion"):
        return None
    content_type = record.find("Content-Type") or ""
    return StoredHttp(200, "OK", (("Content-Type", content_type),), record.content)


def _find_original(db: Database, revisit: Capture) -> Capture | None:
    """By what it refers to, else by digest."""
    for _ in range(_MAX_REVISITS):
        found = _by_id(db, revisit) or _by_address(db, revisit) or _by_digest(db, revisit)
        if found is None or found.record_type == "response":
            return found
        revisit = found
    return None


def _by_id(db: Database, revisit: Capture) -> Capture | None:
    if not revisit.refers_to:
        return None
    try:
        return get_capture(db, revisit.refers_to)
    except NotFound:
        return None


def _by_address(db: Database, revisit: Capture) -> Capture | None:
    if not revisit.refers_to_uri or not revisit.refers_to_date:
        return None
    try:
        wanted = to_timestamp(from_warc_date(revisit.refers_to_date))
    except ValueError:
        return None
    key = urlkey(revisit.refers_to_uri)
    same_second = iter_captures(db, key, since=wanted, until=wanted)
    # http and https have one urlkey, and a redirect often the same second as what it leads to.
    return max(
        (c for c in same_second if c.record_id != revisit.record_id),
        key=lambda c: (c.digest == revisit.digest, c.uri == revisit.refers_to_uri),
        default=None,
    )


def _by_digest(db: Database, revisit: Capture) -> Capture | None:
    if not revisit.digest:
        return None
    row = db.execute(_ORIGINAL, {"digest": revisit.digest}).fetchone()
    return get_capture(db, row[0]) if row else None
