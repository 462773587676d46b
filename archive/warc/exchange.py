"""What the crawler hands to the writer, and what it gets back once that is durable."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

# As WARC/1.1 has them; "unspecified" stands for chunk framing that breaks off in nonsense.
Truncation = Literal["disconnect", "time", "length", "unspecified"]
JsonValue = str | int | float | bool | None | Sequence["JsonValue"] | Mapping[str, "JsonValue"]


@dataclass(frozen=True, slots=True)
class PayloadRef:
    """A durable record that a revisit may refer to.

    ``date`` is its ``WARC-Date``, ``digest`` the digest of its entity where it is known.
    """

    record_id: str
    target_uri: str
    date: str
    digest: str | None = None


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and what came back, byte for byte.

    Attributes:
        target_uri: The address asked for, without fragment; ASCII.
        started_at: Aware; ``WARC-Date`` of every record of the exchange.
        request: The bytes sent, credentials masked; empty where nothing was sent.
        response: The bytes received, from the first status line to the end of the body,
            interim responses and chunk framing included; empty where there was none.
        ip: The address connected to; None where a proxy stood between.
        protocol: As ``WARC-Protocol`` has them: ``http/1.1``, ``tls/1.3``.
        cipher_suite: IANA's name of it.
        certificates: The chain that the server showed, PEM, its own first; empty without TLS.
        truncated: Why the response ends early; None where it is whole.
        metadata: For the metadata record; see docs/formats.md for its keys.
        not_modified: The capture that a 304 confirms.
        method: Of the request; it decides where a response ends.
        entity: The body after transfer-decoding, where the caller has it already; the
            writer reads it out of ``response`` otherwise.
    """

    target_uri: str
    started_at: datetime
    request: bytes
    response: bytes
    ip: str | None = None
    protocol: tuple[str, ...] = ()
    cipher_suite: str | None = None
    certificates: bytes = b""
    truncated: Truncation | None = None
    metadata: Mapping[str, JsonValue] = field(default_factory=dict)
    not_modified: PayloadRef | None = None
    method: str = "GET"
    entity: bytes | None = None


@dataclass(frozen=True, slots=True)
class Written:
    """Where a durable exchange lies.

    Attributes:
        record_id: Of the response or revisit; of the metadata record where there was no response.
        filename: Relative to ``warcs/``, sealed form.
        offset: Of that record, in compressed bytes.
        length: Of that record, in compressed bytes.
        record_type: ``response``, ``revisit`` or ``metadata``.
        entity_digest: ``sha1:`` and base 32, over the entity; None without a response.
        timestamp: 14 digits, UTC.
        date: ``WARC-Date`` of the record.
        target_uri: As in the exchange.
        truncated: As in the exchange; such a payload is not one to refer to.
        refers_to: What a revisit refers to.
    """

    record_id: str
    filename: str
    offset: int
    length: int
    record_type: str
    entity_digest: str | None
    timestamp: str
    date: str
    target_uri: str
    truncated: Truncation | None = None
    refers_to: PayloadRef | None = None
