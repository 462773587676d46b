"""Time-stamp tokens held against the manifests that they are of; and those that are missing, got.

A token stands beside its manifest, and in a record of a later WARC file: what has lost one has the
other.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from cryptography import x509

from archive.check.faults import Fault, FaultKind
from archive.config import SealTable, load_config
from archive.errors import ArchiveUnwritable, ConfigError, NotStamped
from archive.layout import Archive
from archive.seal.beside import is_token_of, read_beside, write_token
from archive.seal.stamper import load_roots, stamp, without_token
from archive.seal.tokens import read_token
from archive.warc.erasing import former_manifests
from archive.warc.openfile import MANIFEST_SUFFIX, STAMP_SUFFIX

_Recorded = Mapping[str, Sequence[bytes]]
"""Tokens found in records, by the name of the file that they are of."""


@dataclass(slots=True)
class TokenCheck:
    """What came of it: faults, what was put right, and what could not be looked at."""

    faults: list[Fault] = field(default_factory=list)
    repaired: list[str] = field(default_factory=list)
    unlooked: list[str] = field(default_factory=list)


def check_tokens(archive: Archive, recorded: _Recorded, *, repair: bool = False) -> TokenCheck:
    """Verify every token of an archive.

    Args:
        archive: The archive.
        recorded: Tokens found in records, by the name of the file that they are of.
        repair: Put back those that are in a record only, and ask the service for the others.

    Raises:
        ArchiveUnwritable: one cannot be written.
    """
    check = TokenCheck()
    seal, roots = _settings(archive, check)
    if repair:
        try:
            _complete(archive, recorded, seal, roots, check)
        except OSError as error:
            raise ArchiveUnwritable(
                f"{archive.warcs_dir}: no token can be written: {error.strerror}"
            ) from error
    check.faults += _faults(archive, recorded, roots)
    missing = [
        name
        for name in without_token(archive.warcs_dir)
        if not any(is_token_of(t, _manifests(archive, name)[0]) for t in recorded.get(name, ()))
    ]
    if seal.timestamp_url and missing:
        check.unlooked.append(f"{len(missing)} of the files have no time-stamp token yet")
    return check


def _settings(
    archive: Archive, check: TokenCheck
) -> tuple[SealTable, tuple[x509.Certificate, ...]]:
    try:
        seal = load_config(archive).seal
        return seal, load_roots(seal.timestamp_ca, archive.root)
    except (ConfigError, NotStamped) as error:
        check.unlooked.append(f"by whom time-stamp tokens are signed was not looked at: {error}")
        return SealTable(), ()


def _complete(
    archive: Archive,
    recorded: _Recorded,
    seal: SealTable,
    roots: tuple[x509.Certificate, ...],
    check: TokenCheck,
) -> None:
    for name, tokens in sorted(recorded.items()):
        for manifest in _manifests(archive, name):
            # Since a record was erased, each may be of another manifest that the file had.
            found = next((token for token in tokens if is_token_of(token, manifest)), None)
            if found and not manifest.with_name(manifest.name + STAMP_SUFFIX).exists():
                write_token(manifest, found)
                check.repaired.append(f"put back the time-stamp token of {name}")
    for name in without_token(archive.warcs_dir) if seal.timestamp_url else ():
        try:
            stamp(archive.warcs_dir, name, seal.timestamp_url, roots)
        except NotStamped as error:
            check.unlooked.append(f"{name}: not time-stamped: {error}")
            return
        check.repaired.append(f"had {name} time-stamped")


def _faults(
    archive: Archive, recorded: _Recorded, roots: tuple[x509.Certificate, ...]
) -> Iterator[Fault]:
    for path in sorted(archive.warcs_dir.rglob(f"*{MANIFEST_SUFFIX}")):
        name = path.relative_to(archive.warcs_dir).as_posix().removesuffix(MANIFEST_SUFFIX)
        manifests = _manifests(archive, name)
        for manifest in manifests:
            try:
                found = read_beside(manifest, roots)
                for token in (
                    recorded.get(name, ()) if not found and manifest is manifests[0] else ()
                ):
                    among = [place for place in manifests if is_token_of(token, place)]
                    read_token(token, (among or manifests)[0].read_bytes(), roots)
            except (NotStamped, OSError) as error:
                yield Fault(FaultKind.TIME_STAMP, name, None, str(error))


def _manifests(archive: Archive, name: str) -> list[Path]:
    """The manifest of a file, and those that it had before records of it were erased."""
    path = archive.warcs_dir / name
    former = [place for _, place in former_manifests(path)]
    return [path.with_name(path.name + MANIFEST_SUFFIX), *former]
