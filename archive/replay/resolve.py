"""Where the payload of a capture lies: in its record, in another's, or in several."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from sqlite_utils import Database

from archive.errors import MicroficheError, NotFound, WarcError, Withheld
from archive.index.captures import Capture, get_capture, iter_captures
from archive.layout import Archive
from archive.replay.choose import Asked, iter_candidates, redirect_target
from archive.replay.parts import join_parts
from archive.times import from_warc_date, to_timestamp
from archive.urls import urlkey
from archive.warc.reader import Record, read_record
from archive.warc.stored import StoredHttp
from archive.warc.tombstone import ERASED, erased_by

# How many captures that cannot be shown are tried before the reader gets an error.
_MAX_TRIED = 8
_ORIGINALS = (
    "SELECT record_id FROM captures WHERE substr(digest, -8) = substr(:digest, -8) "
    "AND digest = :digest AND record_type = 'response' ORDER BY id LIMIT 4"
)
_TOMBSTONES = (
    "SELECT record_id FROM captures WHERE substr(digest, -8) = substr(:digest, -8) "
    "AND digest = :digest AND failure = 'erased' ORDER BY id LIMIT 1"
)
_PARTS = (
    "SELECT * FROM cdx WHERE urlkey = :urlkey AND uri = :uri AND status = 206 "
    "AND substr(timestamp, 1, 8) BETWEEN :since AND :until ORDER BY timestamp, id LIMIT 2000"
)


@dataclass(frozen=True, slots=True)
class Stored:
    """A capture with what is needed to show it.

    ``http`` has the status and headers it was answered with; ``payload`` the body, which for a
    revisit is that of ``original``. ``instead_of`` is the capture that should have been shown and
    could not, ``because`` why.
    """

    capture: Capture
    record: Record
    http: StoredHttp
    payload: StoredHttp
    original: Capture | None = None
    instead_of: Capture | None = None
    because: str = ""


def find_stored(archive: Archive, db: Database, asked: Asked) -> Stored | Capture | None:
    """What answers: a capture with its payload, a redirect as it is, or None where nothing does.

    One whose original is missing, or whose record is damaged, gives way to the next best, unless
    it is asked for by its mark.

    Raises:
        NotFound: no payload of any is in the archive.
        WarcError: no record of any can be read.
    """
    first: tuple[Capture, MicroficheError] | None = None
    for count, capture in enumerate(iter_candidates(db, asked)):
        if redirect_target(capture) is not None:
            return capture
        try:
            stored = load(archive, db, capture)
        except (NotFound, WarcError) as error:
            first = first or (capture, error)
            if count >= _MAX_TRIED:
                break
            continue
        if first is None:
            return stored
        return replace(stored, instead_of=first[0], because=str(first[1]))
    if first is not None:
        raise first[1]
    return None


def load(archive: Archive, db: Database, capture: Capture) -> Stored:
    """Read a capture and, for a revisit, the payload it refers to; parts of one are joined.

    Raises:
        NotFound: the payload's record is not in the archive, or it is no HTTP response.
        WarcError: a record cannot be read.
    """
    record = read_record(archive, capture.file, capture.offset)
    own = record.http(capture.method or "GET") or _resource(record)
    if capture.record_type != "revisit":
        if own is None:
            raise NotFound(f"{capture.file}@{capture.offset}: holds no response to show")
        if own.status == 206:
            own = _whole(archive, db, capture, own)
        return Stored(capture, record, own, own)
    original = next(_originals(db, capture, {capture.record_id}), None)
    if original is None and (erased := next(iter(_erased(db, capture)), None)):
        raise erased_from(archive, erased)
    if original is None:
        raise NotFound(
            f"{capture.file}@{capture.offset}: revisit of {capture.refers_to_uri or capture.uri}, "
            f"whose payload ({capture.digest}) is not in this archive; ingest the WARC that has it"
        )
    found = read_record(archive, original.file, original.offset)
    payload = found.http() or _resource(found)
    if payload is None:
        raise NotFound(f"{original.file}@{original.offset}: holds no response to show")
    # A 304 says nothing about the page; the response it confirms does.
    unchanged = own is None or own.status == 304 or not own.headers
    return Stored(capture, record, payload if unchanged or own is None else own, payload, original)


def _resource(record: Record) -> StoredHttp | None:
    """A file kept without a response (a ``resource`` of a foreign WARC), as if served."""
    if record.type not in ("resource", "conversion"):
        return None
    content_type = record.find("Content-Type") or ""
    return StoredHttp(200, "OK", (("Content-Type", content_type),), record.content)


def _whole(archive: Archive, db: Database, capture: Capture, own: StoredHttp) -> StoredHttp:
    """A 206 with the other parts of its resource, as far as they fit together."""

    def others() -> Iterator[StoredHttp]:
        day = capture.timestamp[:8]
        values = {"urlkey": capture.urlkey, "uri": capture.uri, "since": day, "until": day}
        for row in db.execute(_PARTS, values).fetchall():
            part = Capture(*row[1:])
            if part.record_id != capture.record_id:
                http = read_record(archive, part.file, part.offset).http()
                if http is not None:
                    yield http

    return join_parts(own, others())


def _originals(db: Database, revisit: Capture, seen: set[str]) -> Iterator[Capture]:
    """By what it refers to, else by digest; revisits of revisits are followed, however many."""
    for found in (*_by_id(db, revisit), *_by_address(db, revisit), *_by_digest(db, revisit)):
        if found.record_id in seen:
            continue
        seen.add(found.record_id)
        if found.record_type == "revisit":
            yield from _originals(db, found, seen)
        elif found.record_type != "metadata":
            yield found


def _erased(db: Database, revisit: Capture) -> list[Capture]:
    """What a revisit refers to, where it was erased; found as originals are."""
    named = [*_by_id(db, revisit), *_by_address(db, revisit, failures=True)]
    # No index has digests of tombstones: all captures are looked at, for what names nothing else.
    is_named = revisit.refers_to or revisit.refers_to_uri or not revisit.digest
    values = {"digest": revisit.digest}
    rows = [] if is_named else db.execute(_TOMBSTONES, values).fetchall()
    return [
        found
        for found in (*named, *(get_capture(db, row[0]) for row in rows))
        if found.failure == ERASED
    ]


def find_erased(db: Database, urlkey: str, *, at: str = "") -> Capture | None:
    """The last capture of an address (``at`` a timestamp) of which only its tombstone is left."""
    found = iter_captures(db, urlkey, since=at, until=at or "9", newest_first=True, failures=True)
    return next((capture for capture in found if capture.failure == ERASED), None)


def erased_from(archive: Archive, capture: Capture) -> Withheld:
    """What is told instead of a record that was erased, as its tombstone has it."""
    said = erased_by(read_record(archive, capture.file, capture.offset).content) or {}
    at = str(said.get("at", ""))[:8]
    when = f" on {at[:4]}-{at[4:6]}-{at[6:]}" if at else ""
    reason = f": {said['reason']}" if said.get("reason") else ""
    told = f"{capture.uri} as it was captured at {capture.timestamp} was erased{when}{reason}"
    return Withheld(told, legal=True)


def _by_id(db: Database, revisit: Capture) -> Iterator[Capture]:
    if revisit.refers_to:
        try:
            yield get_capture(db, revisit.refers_to)
        except NotFound:
            return


def _by_address(db: Database, revisit: Capture, *, failures: bool = False) -> list[Capture]:
    if not revisit.refers_to_uri or not revisit.refers_to_date:
        return []
    try:
        wanted = to_timestamp(from_warc_date(revisit.refers_to_date))
    except ValueError:
        return []
    key = urlkey(revisit.refers_to_uri)
    same_second = iter_captures(db, key, since=wanted, until=wanted, failures=failures)
    # http and https have one urlkey, and a redirect often the same second as what it leads to.
    return sorted(
        (c for c in same_second if revisit.digest is None or c.digest == revisit.digest),
        key=lambda c: c.uri != revisit.refers_to_uri,
    )


def _by_digest(db: Database, revisit: Capture) -> list[Capture]:
    if not revisit.digest:
        return []
    rows = db.execute(_ORIGINALS, {"digest": revisit.digest}).fetchall()
    return [get_capture(db, row[0]) for row in rows]
