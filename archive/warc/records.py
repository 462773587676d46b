"""Records of one exchange, and the two at the head of each file, as WARC/1.1 has them.

Built of warcio's record and header types. Its builder is passed by, because it reads HTTP
heads again and digests the framed body; its writer because it fixes gzip level 9.

Source: ISO 28500:2017 (WARC/1.1), sections 5 and 6; iipc/warc-specifications 42
(WARC-Protocol, WARC-Cipher-Suite) and 22 (payload digest over the entity).
"""

import base64
import hashlib
import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal
from urllib.parse import quote
from uuid import uuid4

from warcio.recordloader import ArcWarcRecord
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import BaseWARCWriter

from archive.times import to_timestamp, to_warc_date
from archive.warc.deflate import gzip_member
from archive.warc.digests import sha1
from archive.warc.exchange import Exchange, JsonValue, PayloadRef
from archive.warc.facts import FACTS_TYPE, write_facts
from archive.warc.message import BadMessage, ResponseParser, parse_response

WARC_VERSION = "WARC/1.1"
SAME_PAYLOAD = "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"
NOT_MODIFIED = "http://netpreserve.org/warc/1.1/revisit/server-not-modified"
RESPONSE_TYPE = "application/http; msgtype=response"
REQUEST_TYPE = "application/http; msgtype=request"
# Of an answer that is no HTTP/1 response, this much is kept in the metadata record.
MAX_KEPT_BYTES = 64 * 1024
ID_START = "<urn:uuid:"
RULES_URI = "urn:microfiche:rules:"
"""What the addresses of records of rules start with."""

STAMP_URI = "urn:microfiche:time-stamp:"
"""What the addresses of records of time-stamp tokens start with; the file's name follows."""
CERTIFICATES_URI = "urn:microfiche:certificates:"
"""What the addresses of records of certificate chains start with; the chain's digest follows."""

PAGE_KINDS = frozenset({"article", "page", "section"})

FindPayload = Callable[[str], PayloadRef | None]
# Address of a page -> id of its record.
FindPage = Callable[[str], str | None]
Headers = list[tuple[str, str]]


def new_record_id() -> str:
    """A fresh ``WARC-Record-ID``."""
    return f"<urn:uuid:{uuid4()}>"


@dataclass(frozen=True, slots=True)
class Built:
    """Records of one exchange in their order, and what is to be said of the main one."""

    records: tuple[ArcWarcRecord, ...]
    main: int
    record_id: str
    record_type: Literal["response", "revisit", "metadata"]
    entity_digest: str | None
    timestamp: str
    date: str
    refers_to: PayloadRef | None


class RecordWriter(BaseWARCWriter):  # type: ignore[misc]  # warcio ships no types
    """Turns records into gzip members; digests are the caller's and stand as supplied."""

    def member(self, record: ArcWarcRecord) -> bytes:
        """One record as one gzip member."""
        head = record.rec_headers.to_bytes(encoding="utf-8")
        return gzip_member(b"".join((head, record.raw_stream.getvalue(), b"\r\n\r\n")))


def make_record(
    record_type: str, headers: Headers, content_type: str, block: bytes
) -> ArcWarcRecord:
    """A record with its block digest and length; ``headers`` without those.

    Raises:
        ValueError: a header value that would break the record's head.
    """
    lines = [("WARC-Type", record_type), *headers]
    if content_type:
        lines.append(("Content-Type", content_type))
    lines += [("WARC-Block-Digest", sha1(block)), ("Content-Length", str(len(block)))]
    for name, value in lines:
        if "\r" in value or "\n" in value:
            raise ValueError(f"{name}: a header value cannot hold a line end: {value!r}")
    return ArcWarcRecord(
        "warc",
        record_type,
        StatusAndHeaders("", lines, protocol=WARC_VERSION),
        io.BytesIO(block),
        None,
        content_type,
        len(block),
    )


def warcinfo_record(
    record_id: str, date: str, filename: str, info: Mapping[str, str]
) -> ArcWarcRecord:
    """The record that tells of a file: software, operator, robots policy.

    ``info`` are ``application/warc-fields``; empty values are left out.
    """
    fields = "".join(
        f"{name}: {' '.join(value.split())}\r\n" for name, value in info.items() if value
    )
    headers = [("WARC-Record-ID", record_id), ("WARC-Date", date), ("WARC-Filename", filename)]
    return make_record("warcinfo", headers, "application/warc-fields", fields.encode())


def config_record(record_id: str, date: str, warcinfo_id: str, config: str) -> ArcWarcRecord:
    """The redacted configuration of the run, as a resource of its own."""
    uri = f"urn:microfiche:config:{record_id.strip('<>').removeprefix('urn:')}"
    return _resource((record_id, date, warcinfo_id), uri, "application/json", config.encode())


def rules_record(record_id: str, date: str, warcinfo_id: str, rules: str) -> ArcWarcRecord:
    """The operator's rules that were in force when the file was begun, as a resource."""
    uri = f"{RULES_URI}{record_id.strip('<>').removeprefix('urn:')}"
    return _resource((record_id, date, warcinfo_id), uri, "application/json", rules.encode())


def token_record(
    record_id: str, date: str, warcinfo_id: str, *, filename: str, token: bytes
) -> ArcWarcRecord:
    """The time-stamp token of an earlier WARC file, as a resource."""
    uri = f"{STAMP_URI}{quote(filename)}"
    return _resource((record_id, date, warcinfo_id), uri, "application/timestamp-reply", token)


def certificates_record(
    record_id: str, date: str, warcinfo_id: str, *, chain: bytes
) -> ArcWarcRecord:
    """The certificates that a server showed, as a resource in PEM, its own first."""
    uri = f"{CERTIFICATES_URI}{chain_digest(chain)}"
    kind = "application/pem-certificate-chain"
    return _resource((record_id, date, warcinfo_id), uri, kind, chain)


def chain_digest(chain: bytes) -> str:
    """What a chain of certificates goes by in the facts of captures.

    >>> chain_digest(b"")[:20]
    'sha256:e3b0c44298fc1'
    """
    return f"sha256:{hashlib.sha256(chain).hexdigest()}"


def _resource(
    named: tuple[str, str, str], uri: str, content_type: str, block: bytes
) -> ArcWarcRecord:
    record_id, date, warcinfo_id = named
    headers = [
        ("WARC-Record-ID", record_id),
        ("WARC-Target-URI", uri),
        ("WARC-Date", date),
        ("WARC-Warcinfo-ID", warcinfo_id),
    ]
    return make_record("resource", headers, content_type, block)


def build(
    exchange: Exchange,
    *,
    warcinfo_id: str,
    find_payload: FindPayload,
    find_page: FindPage = lambda _uri: None,
    new_id: Callable[[], str] = new_record_id,
) -> Built:
    """Make the records of one exchange, in the order in which they are written.

    Response or revisit first, then request, then metadata; without a response the request,
    then the metadata, which is then the main record. The metadata record always ends the
    group, so that recovery can tell a whole group.
    """
    message = _parse(exchange)
    main_id, date = new_id(), to_warc_date(exchange.started_at)
    common = _common(exchange, warcinfo_id, _page_id(exchange, main_id, find_page))
    records: list[ArcWarcRecord] = []
    refers_to: PayloadRef | None = None
    entity_digest: str | None = None
    record_type: Literal["response", "revisit", "metadata"] = "metadata"
    if message is not None:
        entity = message.entity if exchange.entity is None else exchange.entity
        entity_digest = sha1(entity)
        profile, refers_to = _revisited(exchange, message, entity_digest, len(entity), find_payload)
        if profile == NOT_MODIFIED:
            # A 304 has no entity of its own; it speaks of the one that it confirms.
            entity_digest = refers_to.digest if refers_to else None
        record_type = "revisit" if refers_to else "response"
        headers = [("WARC-Record-ID", main_id), *common, *_network(exchange)]
        if refers_to:
            records.append(_revisit(headers, message, profile, refers_to, entity_digest))
        else:
            records.append(_response(headers, exchange, message, entity_digest))
    if exchange.request:
        headers = [("WARC-Record-ID", new_id()), *common, *_network(exchange)]
        headers.append(("WARC-Concurrent-To", main_id))
        records.append(make_record("request", headers, REQUEST_TYPE, exchange.request))
    metadata_id = main_id if message is None else new_id()
    headers = [("WARC-Record-ID", metadata_id), *common]
    if message is not None:
        headers += [("WARC-Concurrent-To", main_id), ("WARC-Refers-To", main_id)]
    block = metadata_block(exchange, message, entity_digest)
    records.append(make_record("metadata", headers, FACTS_TYPE, block))
    return Built(
        tuple(records),
        0 if message is not None else len(records) - 1,
        main_id,
        record_type,
        entity_digest,
        to_timestamp(exchange.started_at),
        date,
        refers_to,
    )


def metadata_block(
    exchange: Exchange, message: ResponseParser | None, entity_digest: str | None
) -> bytes:
    """The block of the metadata record; what is not known is left out."""
    found: dict[str, JsonValue] = dict(exchange.metadata)
    if message is not None and message.head is not None:
        found["http_status"] = message.head.status
        found["entity_digest"] = entity_digest
        if message.interim:
            found["interim"] = message.interim
        if message.excess:
            found["excess_bytes"] = message.excess
    elif exchange.response:
        found["received_base64"] = base64.b64encode(exchange.response[:MAX_KEPT_BYTES]).decode()
        found["received_bytes"] = len(exchange.response)
    if exchange.truncated:
        found["truncated"] = exchange.truncated
    known = {key: value for key, value in found.items() if value is not None and value != ""}
    return write_facts(known)


def is_framed_plainly(message: ResponseParser) -> bool:
    """Whether the bytes after the head are the entity for every reader.

    False for a transfer-coded body, for interim responses before the head, for bytes after
    the end and for heads that readers end at different places: there the payload digest
    stands in the metadata record only.
    """
    assert message.head is not None
    return not (message.chunked or message.interim or message.excess) and (
        message.head.is_plain and not message.head.find(b"transfer-encoding")
    )


def _parse(exchange: Exchange) -> ResponseParser | None:
    if not exchange.response:
        return None
    try:
        message = parse_response(exchange.response, exchange.method)
    except BadMessage:
        return _parse_broken(exchange)
    return message if message.head else None


def _parse_broken(exchange: Exchange) -> ResponseParser | None:
    """Chunk framing that turns to nonsense still leaves a head and the chunks before it."""
    message = ResponseParser(exchange.method)
    try:
        message.feed(exchange.response)
    except BadMessage:
        return message if message.head else None
    return message


def is_page(exchange: Exchange) -> bool:
    """Whether other captures may belong to this one."""
    return exchange.metadata.get("kind") in PAGE_KINDS


def _page_id(exchange: Exchange, main_id: str, find_page: FindPage) -> str | None:
    """Browsertrix's convention: a page and what it needs share one id; ours is the page's own."""
    page = exchange.metadata.get("page")
    if is_page(exchange):
        page = main_id
    elif isinstance(page, str) and page and not page.startswith(ID_START):
        page = find_page(page)
    if isinstance(page, str) and page.startswith(ID_START):
        return page.removeprefix(ID_START).rstrip(">")
    return None


def _common(exchange: Exchange, warcinfo_id: str, page_id: str | None) -> Headers:
    headers = [
        ("WARC-Target-URI", exchange.target_uri),
        ("WARC-Date", to_warc_date(exchange.started_at)),
        ("WARC-Warcinfo-ID", warcinfo_id),
    ]
    return [*headers, ("WARC-Page-ID", page_id)] if page_id else headers


def _network(exchange: Exchange) -> Headers:
    headers = [("WARC-IP-Address", exchange.ip)] if exchange.ip else []
    headers += [("WARC-Protocol", name) for name in exchange.protocol]
    if exchange.cipher_suite:
        headers.append(("WARC-Cipher-Suite", exchange.cipher_suite))
    return headers


def _revisited(
    exchange: Exchange, message: ResponseParser, digest: str, size: int, find: FindPayload
) -> tuple[str, PayloadRef | None]:
    assert message.head is not None
    if message.head.status == 304:
        return NOT_MODIFIED, exchange.not_modified
    # Only whole, successful, non-empty payloads: a revisit of anything else saves nothing and
    # would lose what makes the capture worth having.
    if message.head.status != 200 or exchange.truncated or not size or message.excess:
        return "", None
    return SAME_PAYLOAD, find(digest)


def _revisit(
    headers: Headers, message: ResponseParser, profile: str, ref: PayloadRef, digest: str | None
) -> ArcWarcRecord:
    assert message.head is not None
    headers = [
        *headers,
        ("WARC-Profile", profile),
        ("WARC-Refers-To", ref.record_id),
        ("WARC-Refers-To-Target-URI", ref.target_uri),
        ("WARC-Refers-To-Date", ref.date),
    ]
    if digest:
        headers.append(("WARC-Payload-Digest", digest))
    block = message.raw[: message.interim_bytes] + message.head.raw
    return make_record("revisit", headers, RESPONSE_TYPE, block)


def _response(
    headers: Headers, exchange: Exchange, message: ResponseParser, digest: str | None
) -> ArcWarcRecord:
    if digest and is_framed_plainly(message):
        headers = [*headers, ("WARC-Payload-Digest", digest)]
    if exchange.truncated:
        headers = [*headers, ("WARC-Truncated", exchange.truncated)]
    return make_record("response", headers, RESPONSE_TYPE, exchange.response)
