"""Time-stamp tokens: what is asked of a service, and what its answer proves. Pure.

Source: RFC 3161 (Time-Stamp Protocol), 2.4; RFC 5816.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from cryptography import x509
from rfc3161_client import (
    HashAlgorithm,
    TimestampRequestBuilder,
    TimeStampResponse,
    VerificationError,
    VerifierBuilder,
    decode_timestamp_response,
)

from archive.errors import NotStamped

QUERY_TYPE = "application/timestamp-query"
_GRANTED = (0, 1)
# The tag of the certificates in a token: context-specific, constructed, 0.
_CERTIFICATES = 0xA0
_SHA256 = x509.ObjectIdentifier("2.16.840.1.101.3.4.2.1")


@dataclass(frozen=True, slots=True)
class Query:
    """A request as it goes over the wire, and the number that its answer must repeat."""

    message: bytes
    nonce: int | None


@dataclass(frozen=True, slots=True)
class Stamp:
    """What a token says.

    Attributes:
        moment: Before which the manifest existed; aware.
        authority: Who says so: the subject of the certificate that signed.
        serial: The token's number at the authority.
        signed: Whether the signature leads to a root that was given; None: no root was.
    """

    moment: datetime
    authority: str
    serial: int
    signed: bool | None


def query_for(manifest: bytes) -> Query:
    """What is asked for a manifest: a token of its SHA-256, with the signer's certificates."""
    asked = TimestampRequestBuilder().data(manifest).hash_algorithm(HashAlgorithm.SHA256)
    built = asked.cert_request(cert_request=True).build()
    return Query(built.as_bytes(), built.nonce)


def read_token(
    reply: bytes,
    manifest: bytes,
    roots: Sequence[x509.Certificate] = (),
    *,
    nonce: int | None = None,
) -> Stamp:
    """Read an answer and hold it against the manifest it must be of.

    Args:
        reply: The answer, DER.
        manifest: The bytes of the manifest.
        roots: Certificates that the signature may lead to; none: it is not looked at.
        nonce: What was asked with; None: it was kept from before.

    Raises:
        NotStamped: it is no token, was refused, is of other bytes, or its signature is not good.
    """
    try:
        found = decode_timestamp_response(_with_ordered_certificates(reply))
        status = found.status
    except (ValueError, TypeError) as error:
        raise NotStamped(f"no time-stamp reply, expected DER of RFC 3161: {error}") from error
    if status not in _GRANTED:
        said = "; ".join(found.status_string)
        raise NotStamped(f"the service refused, status {status}{f': {said}' if said else ''}")
    try:
        told = found.tst_info
        imprint = told.message_imprint
    except ValueError as error:
        raise NotStamped(f"the reply holds no token: {error}") from error
    if imprint.hash_algorithm != _SHA256 or imprint.message != sha256(manifest).digest():
        raise NotStamped(
            "the token is of other bytes than the manifest: one of them has changed; restore it"
        )
    if nonce is not None and told.nonce != nonce:
        raise NotStamped("the reply answers another request: its nonce is not the one sent")
    signed = _is_signed(found, imprint.message, roots) if roots else None
    return Stamp(told.gen_time, _signer(found), told.serial_number, signed)


def read_roots(pem: bytes) -> tuple[x509.Certificate, ...]:
    """The certificates of a PEM file.

    Raises:
        NotStamped: it holds none.
    """
    try:
        return tuple(x509.load_pem_x509_certificates(pem))
    except ValueError as error:
        raise NotStamped(f"no certificate in it, expected PEM: {error}") from error


def _with_ordered_certificates(reply: bytes) -> bytes:
    """The reply with the certificates in its token in the order that DER asks for.

    OpenSSL writes them as they were given, and many a service is its; the reader here takes no
    other order. They are not under the signature. What is no token is handed on as it is.
    """
    try:
        response = _inside(reply, 0)
        # Behind the status the token; behind the token's type its content.
        token = _inside(reply, _inside(reply, response[0])[1])
        content = _inside(reply, _inside(reply, token[0])[1])
        at = _inside(reply, content[0])[0]
        # Version, algorithms, what is signed; then the certificates, where there are any.
        for _ in range(3):
            at = _inside(reply, at)[1]
        begin, end = _inside(reply, at)
        if reply[at] != _CERTIFICATES:
            return reply
        found = []
        place = begin
        while place < end:
            behind = _inside(reply, place)[1]
            found.append(reply[place:behind])
            place = behind
    except IndexError:
        return reply
    return reply[:begin] + b"".join(sorted(found)) + reply[end:]


def _inside(der: bytes, at: int) -> tuple[int, int]:
    """Where the content of the value at ``at`` begins and ends.

    Source: X.690, 8.1.3 (lengths).
    """
    size, begin = der[at + 1], at + 2
    if size & 0x80:
        count = size & 0x7F
        size, begin = int.from_bytes(der[begin : begin + count], "big"), begin + count
    if begin + size > len(der):
        raise IndexError(at)
    return begin, begin + size


def _is_signed(found: TimeStampResponse, digest: bytes, roots: Sequence[x509.Certificate]) -> bool:
    try:
        return VerifierBuilder(roots=list(roots)).build().verify(found, digest)
    except (VerificationError, ValueError) as error:
        raise NotStamped(f"the signature of the token is not good: {error}") from error


def _signer(found: TimeStampResponse) -> str:
    """Who signed, by the certificates in the token; else by whom their certificate is issued."""
    signers = found.signed_data.signer_infos
    for der in found.signed_data.certificates:
        certificate = x509.load_der_x509_certificate(der)
        for signer in signers:
            if (certificate.issuer, certificate.serial_number) == (
                signer.issuer,
                signer.serial_number,
            ):
                return certificate.subject.rfc4514_string()
    return next((f"issued by {signer.issuer.rfc4514_string()}" for signer in signers), "unknown")
