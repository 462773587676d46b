"""The chain of proof of one capture: from its bytes to a moment that others vouch for."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes

from archive.config import load_config
from archive.errors import MicroficheError, NotFound, NotStamped, WarcError
from archive.index.captures import Capture
from archive.layout import Archive
from archive.seal.beside import read_beside
from archive.seal.stamper import load_roots
from archive.takedowns import iter_takedowns
from archive.times import from_timestamp
from archive.warc.digests import same_digest, sha1
from archive.warc.erasing import former_manifests
from archive.warc.openfile import MANIFEST_SUFFIX, read_manifest, sha256_of
from archive.warc.reader import Group, iter_groups, iter_records
from archive.warc.records import CERTIFICATES_URI
from archive.warc.tombstone import ERASED, erased_by

_STEP = 1 << 20


@dataclass(frozen=True, slots=True)
class Link:
    """One link of the chain.

    Attributes:
        name: What is looked at.
        holds: Whether it holds; None: there is nothing to look at.
        said: What was found, in a sentence.
    """

    name: str
    holds: bool | None
    said: str


def prove(archive: Archive, capture: Capture) -> list[Link]:
    """Every link of the chain of a capture, in order; each is computed now.

    Raises:
        WarcError: the record cannot be read.
        NotFound: its file is not here.
    """
    path = archive.find_warc(capture.file)
    if path is None:
        raise NotFound(f"{capture.file}: no such file below {archive.warcs_dir}")
    try:
        group = next(iter_groups(path, filename=capture.file, start=capture.offset))
    except StopIteration:
        raise WarcError(f"{capture.file}@{capture.offset}: no record begins here") from None
    steps: tuple[Callable[[Archive, Capture, Group], Iterator[Link]], ...] = (
        *((_tombstone,) if capture.failure == ERASED else (_record, _digests, _server)),
        _file,
        _token,
        _former,
    )
    return [link for step in steps for link in step(archive, capture, group)]


def _record(_: Archive, capture: Capture, group: Group) -> Iterator[Link]:
    where = f"{capture.file}, byte {capture.offset}, {capture.length} bytes as stored"
    yield Link("record", True, f"{capture.record_id} in {where}")
    asked = group.main.find("WARC-Date") or "an unknown moment"
    came = group.main.find("WARC-IP-Address")
    spoken = ", ".join(v for k, v in group.main.headers if k.lower() == "warc-protocol")
    peer = f" of {came}" if came else ""
    yield Link("asked", True, f"{capture.uri}{peer} at {asked}{f' by {spoken}' if spoken else ''}")


def _tombstone(_: Archive, capture: Capture, group: Group) -> Iterator[Link]:
    where = f"{capture.file}, byte {capture.offset}, {capture.length} bytes as stored"
    yield Link("record", None, f"{capture.record_id} was erased; its tombstone is in {where}")
    said = erased_by(group.main.content) or {}
    reason = said.get("reason") or "the log of takedowns has the reason"
    yield Link("erased", None, f"at {said.get('at')}: {reason}")
    yield _compared("tombstone", group.main.find("WARC-Block-Digest"), group.main.content)
    for name in ("block", "payload"):
        digest = said.get(f"{name}_digest") or "no digest is known"
        yield Link(name, None, f"{digest}, of what was erased: whoever has a copy may compare")


def _digests(_: Archive, capture: Capture, group: Group) -> Iterator[Link]:
    record = group.main
    stated = record.find("WARC-Block-Digest")
    yield _compared("block", stated, record.content)
    if capture.record_type == "revisit":
        said = f"as in {record.find('WARC-Refers-To-Target-URI')}"
        moment = record.find("WARC-Refers-To-Date")
        yield Link("payload", None, f"{capture.digest}, {said} at {moment}: verify that capture")
        return
    http = group.http()
    body = http.body if http is not None else record.content
    entity = group.facts.get("entity_digest")
    known = record.find("WARC-Payload-Digest") or (entity if isinstance(entity, str) else None)
    link = _compared("payload", known, body)
    if link.holds is False and http is not None:
        # Others digest the body with its chunks.
        link = _compared("payload", known, record.content.partition(b"\r\n\r\n")[2])
    yield link


def _compared(name: str, stated: str | None, content: bytes) -> Link:
    if not stated:
        return Link(name, None, f"its record states no digest; it has {sha1(content)}")
    holds = same_digest(stated, content)
    if holds is None:
        return Link(name, None, f"{stated}: of a kind that is not computed here")
    said = f"{stated}, computed again from {len(content)} bytes"
    return Link(
        name, holds, said if holds else f"its record states {stated}, it is {sha1(content)}"
    )


def _server(archive: Archive, capture: Capture, group: Group) -> Iterator[Link]:
    digest = group.facts.get("certificates")
    if not isinstance(digest, str):
        plain = capture.uri.startswith("http:")
        said = "asked without TLS" if plain else "its certificates were not kept"
        yield Link("server", None, said)
        return
    path = archive.find_warc(capture.file)
    assert path is not None
    chain = b""
    for record in iter_records(path, filename=capture.file, end=capture.offset):
        if record.target_uri == f"{CERTIFICATES_URI}{digest}":
            chain = record.content
    if not chain:
        yield Link("server", False, f"the record of its certificates, {digest}, is not in the file")
        return
    moment = from_timestamp(capture.timestamp)
    for number, certificate in enumerate(x509.load_pem_x509_certificates(chain)):
        since, until = certificate.not_valid_before_utc, certificate.not_valid_after_utc
        fingerprint = certificate.fingerprint(hashes.SHA256()).hex()
        name = "issuer" if number else "server"
        said = (
            f"{certificate.subject.rfc4514_string()}, issued by "
            f"{certificate.issuer.rfc4514_string()}, valid {since:%Y-%m-%d} to {until:%Y-%m-%d}, "
            f"sha256:{fingerprint}"
        )
        yield Link(name, since <= moment <= until, said)
    verified = group.facts.get("tls_verified")
    yield Link(
        "trust",
        True if verified is True else None,
        "checked against the machine's authorities when it was captured"
        if verified is True
        else "was not checked when it was captured: the source says verify_tls = false",
    )


def _file(archive: Archive, capture: Capture, _: Group) -> Iterator[Link]:
    sealed = archive.warcs_dir / capture.file
    if not sealed.is_file():
        yield Link("file", None, f"{capture.file} is not sealed yet")
        return
    stated = read_manifest(sealed)
    with sealed.open("rb") as file:
        found = sha256_of(iter(lambda: file.read(_STEP), b""))
    if stated is None:
        yield Link("file", None, f"sha256:{found}; there is no manifest to hold it against")
    elif stated == found:
        yield Link("file", True, f"sha256:{found}, as its manifest says")
    else:
        yield Link("file", False, f"sha256:{found}, its manifest says sha256:{stated}")


def _token(archive: Archive, capture: Capture, _: Group) -> Iterator[Link]:
    yield _stamped(archive, archive.warcs_dir / (capture.file + MANIFEST_SUFFIX), "the manifest")


def _former(archive: Archive, capture: Capture, _: Group) -> Iterator[Link]:
    """What the file was before records of it were erased, and who vouches for that."""
    logged = [
        entry
        for entry in iter_takedowns(archive)
        if entry.get("did") == ERASED and entry.get("file") == capture.file
    ]
    for at, manifest in former_manifests(archive.warcs_dir / capture.file):
        digest = (manifest.read_text("utf-8", "replace").split() or ["nothing"])[0]
        then = [entry for entry in logged if entry.get("at") == at]
        is_logged = any(entry.get("sha256_before") == digest for entry in then)
        gone = " and ".join(f"{entry.get('record')} (byte {entry.get('offset')})" for entry in then)
        said = f"until {at} the file was sha256:{digest}"
        if is_logged:
            said += f"; then {gone} was erased, without which that cannot be computed again"
        else:
            said += f", says {manifest.name}; the log of takedowns does not: restore it"
        yield Link("before", None if is_logged else False, said)
        yield _stamped(archive, manifest, f"the manifest of before {at}")


def _stamped(archive: Archive, manifest: Path, called: str) -> Link:
    try:
        roots = load_roots(load_config(archive).seal.timestamp_ca, archive.root)
        stamp = read_beside(manifest, roots)
    except NotStamped as error:
        return Link("time stamp", False, f"{called}: {error}")
    except MicroficheError as error:
        return Link("time stamp", None, f"not looked at: {error}")
    if stamp is None:
        return Link("time stamp", None, f"there is no token for {called}")
    how = (
        "its signature leads to seal.timestamp_ca"
        if stamp.signed
        else ("whose signature was not looked at: seal.timestamp_ca names no authority")
    )
    moment = f"{stamp.moment:%Y-%m-%dT%H:%M:%SZ}"
    return Link(
        "time stamp",
        True if stamp.signed else None,
        f"{called} existed at {moment}, says {stamp.authority}, token {stamp.serial}; {how}",
    )
