"""One WARC file, checked through and through: every record parsed, every digest recomputed.

What `warcio check` lets pass is found here: files that break off, records that share a gzip
member, revisits' digests, entity digests of transfer-coded bodies, ids that lead nowhere.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO
from urllib.parse import unquote

from archive.check.faults import Fault, FaultKind
from archive.times import from_warc_date, to_warc_date
from archive.urls import is_http
from archive.warc.digests import plain_digest, same_digest, sha1
from archive.warc.facts import read_facts
from archive.warc.message import MAX_STORED_HEAD_BYTES, BadMessage, ResponseParser, as_http_1
from archive.warc.openfile import read_manifest, sha256_of
from archive.warc.reader import capture_id
from archive.warc.records import STAMP_URI
from archive.warc.scan import MAX_HELD_BYTES, Scanned
from archive.warc.tombstone import erased_by
from archive.warc.walk import Gap, walk

_STEP = 1024 * 1024
_MANDATORY = ("WARC-Type", "WARC-Record-ID", "WARC-Date", "Content-Length")
_WITH_URI = frozenset({"response", "resource", "request", "revisit", "conversion"})


@dataclass(frozen=True, slots=True)
class Row:
    """A record as other records and the index may refer to it.

    ``indexed_as`` is what the index has it as; None for what is no capture.
    """

    offset: int
    length: int
    type: str
    record_id: str
    uri: str
    date: str
    digest: str | None
    refers_to: str | None
    refers_uri: str | None
    refers_date: str | None
    indexed_as: str | None


@dataclass(slots=True)
class Checked:
    """What was found in one file."""

    name: str
    size: int = 0
    sha256: str = ""
    records: int = 0
    faults: list[Fault] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    tokens: dict[str, list[bytes]] = field(default_factory=dict)
    """Time-stamp tokens in its records, by the name of the file that each is of."""


def check_file(
    path: Path,
    name: str,
    *,
    manifest: bool,
    on_bytes: Callable[[int], None] = lambda _count: None,
) -> Checked:
    """Check every record of one file.

    Args:
        path: The file.
        name: What faults call it.
        manifest: Whether a manifest is expected beside it.
        on_bytes: Told how many bytes have been dealt with since it was last told.
    """
    checked = Checked(name)
    try:
        checked.size = path.stat().st_size
        with path.open("rb") as file:
            _Pass(checked, file, on_bytes).run()
            file.seek(0)
            checked.sha256 = sha256_of(iter(lambda: file.read(_STEP), b""))
    except OSError as error:
        checked.faults.append(
            Fault(FaultKind.UNREADABLE, name, None, f"cannot be read: {error.strerror or error}")
        )
        return checked
    if manifest:
        checked.faults += _check_manifest(path, checked)
    return checked


def _check_manifest(path: Path, checked: Checked) -> Iterator[Fault]:
    stated = read_manifest(path)
    if stated is None:
        yield Fault(
            FaultKind.NO_MANIFEST,
            checked.name,
            None,
            "no manifest beside it; `microfiche check --repair` writes one if the file is sound",
        )
    elif stated != checked.sha256:
        yield Fault(
            FaultKind.MANIFEST,
            checked.name,
            None,
            f"SHA-256 is {checked.sha256}, its manifest says {stated}: the file has changed since "
            "it was sealed; restore it from a copy",
        )


class _Pass:
    """One walk through one file."""

    def __init__(self, checked: Checked, file: BinaryIO, on_bytes: Callable[[int], None]) -> None:
        self._checked, self._file, self._on_bytes = checked, file, on_bytes
        self._ids: dict[str, str | None] = {}
        self._links: list[tuple[int, str, str]] = []

    def run(self) -> None:
        size = self._checked.size
        if not size:
            self._fault(FaultKind.DAMAGED, 0, "the file is empty, expected WARC records")
        for found in walk(self._file, 0, size, max_block=MAX_HELD_BYTES):
            if isinstance(found, Gap):
                lost = found.end - found.offset
                message = f"{found.why}; {lost} bytes are not readable"
                self._fault(FaultKind.DAMAGED, found.offset, message)
                self._on_bytes(lost)
                continue
            self._checked.records += 1
            self._check_record(found)
            self._on_bytes(found.length)
        self._check_links()

    def _fault(self, kind: FaultKind, offset: int, message: str, record_id: str = "") -> None:
        self._checked.faults.append(Fault(kind, self._checked.name, offset, message, record_id))

    def _check_record(self, scanned: Scanned) -> None:
        head, offset, record_id = scanned.head, scanned.offset, scanned.record_id
        if scanned.problem is not None:
            self._fault(FaultKind.FIELD, offset, scanned.problem, record_id)
        for name in _MANDATORY + (("WARC-Target-URI",) if scanned.type in _WITH_URI else ()):
            if not head.find(name):
                self._fault(FaultKind.FIELD, offset, f"{name} is missing", record_id)
        date = head.find("WARC-Date") or ""
        if date and not _is_date(date):
            self._fault(FaultKind.FIELD, offset, f"WARC-Date is {date!r}", record_id)
        if scanned.block_digest_ok is False:
            stated = head.find("WARC-Block-Digest")
            message = f"the block has another digest than {stated}, which its record states"
            self._fault(FaultKind.BLOCK_DIGEST, offset, message, record_id)
        digest = self._check_payload(scanned)
        if record_id and record_id in self._ids:
            message = f"{record_id} is the id of two records of this file"
            self._fault(FaultKind.DUPLICATE_ID, offset, message, record_id)
        self._ids[record_id] = digest
        self._note_links(scanned)
        uri = head.find("WARC-Target-URI") or ""
        if scanned.type == "resource" and uri.startswith(STAMP_URI):
            named = unquote(uri.removeprefix(STAMP_URI))
            self._checked.tokens.setdefault(named, []).append(scanned.block)
        self._checked.rows.append(_row(self._checked.name, scanned, digest))

    def _check_payload(self, scanned: Scanned) -> str | None:
        """Digest of the entity, recomputed where the record holds one."""
        stated = scanned.head.find("WARC-Payload-Digest")
        # The first segment of a record states the digest of all its segments.
        segment = scanned.head.find("WARC-Segment-Number")
        if scanned.type == "revisit" or scanned.cut or segment:
            return stated
        if scanned.type == "metadata":
            self._check_entity_digest(scanned)
            # What was erased left its digest, where there was room for one: what refers to it is
            # held against that.
            erased = erased_by(scanned.block)
            return None if erased is None else erased.get("payload_digest", "")
        if scanned.type == "request":
            payload, entity = scanned.block.partition(b"\r\n\r\n")[2], scanned.block
        elif scanned.type != "response":
            payload = entity = scanned.block
        else:
            payload, entity = _payloads(scanned.block, stated)
        # Over the entity as the standard has it; over the framed body as most tools do.
        found = {same_digest(stated, part) for part in (entity, payload)} if stated else set()
        if False in found and True not in found:
            message = f"the payload has another digest than {stated}, which its record states"
            self._fault(FaultKind.PAYLOAD_DIGEST, scanned.offset, message, scanned.record_id)
        return sha1(entity) if scanned.type in {"response", "resource"} else None

    def _check_entity_digest(self, scanned: Scanned) -> None:
        """Our metadata record states the digest of the entity that its response holds."""
        stated = read_facts(scanned.block).get("entity_digest")
        found = self._ids.get(scanned.head.find("WARC-Refers-To") or "")
        if stated and found and stated != found:
            message = f"entity_digest is {stated}, the record that it describes has {found}"
            self._fault(FaultKind.ENTITY_DIGEST, scanned.offset, message, scanned.record_id)

    def _note_links(self, scanned: Scanned) -> None:
        names = {"warc-concurrent-to"}
        if scanned.type == "metadata":
            names.add("warc-refers-to")
        for name, value in scanned.head.headers:
            if name.lower() in names:
                self._links.append((scanned.offset, scanned.record_id, value))

    def _check_links(self) -> None:
        for offset, record_id, target in self._links:
            if target not in self._ids:
                message = f"belongs to {target}, which is not in this file"
                self._fault(FaultKind.CONCURRENT, offset, message, record_id)


def _payloads(block: bytes, stated: str | None) -> tuple[bytes, bytes]:
    """What follows the head, and the entity in it, of which ``stated`` may be the digest."""
    block = as_http_1(block)
    parser = ResponseParser(max_head=MAX_STORED_HEAD_BYTES)
    try:
        parser.feed(block)
    except BadMessage:
        if parser.head is None:
            return block, block
    if parser.head is None:
        return block, block
    payload = block[parser.interim_bytes + len(parser.head.raw) :]
    if parser.chunked and not parser.entity and stated and same_digest(stated, payload):
        # Others undo the chunks and leave the header, as `stored_response` knows. Ours state no
        # digest there: chunks that are nonsense from the start hold an entity of no bytes.
        return payload, payload
    return payload, parser.entity


def _is_date(text: str) -> bool:
    try:
        from_warc_date(text)
    except ValueError:
        return False
    return True


def _plain_date(text: str) -> str:
    """A date in one spelling, whatever fraction its writer gave; what is none stays."""
    return to_warc_date(from_warc_date(text)) if _is_date(text) else text


def _row(name: str, scanned: Scanned, digest: str | None) -> Row:
    head = scanned.head
    uri, date = (head.find("WARC-Target-URI") or "").strip("<>"), head.find("WARC-Date") or ""
    is_capture = scanned.type in ("response", "revisit") and is_http(uri) and _is_date(date)
    return Row(
        scanned.offset,
        scanned.length,
        scanned.type,
        scanned.record_id,
        uri,
        _plain_date(date),
        plain_digest(digest) if digest else digest,
        head.find("WARC-Refers-To"),
        head.find("WARC-Refers-To-Target-URI"),
        _plain_date(head.find("WARC-Refers-To-Date") or "") or None,
        capture_id(scanned.record_id, name, scanned.offset) if is_capture else None,
    )
