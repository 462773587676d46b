"""What an archive holds already, by SHA-256: so that the same file is never taken in twice."""

import sqlite3
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

from archive.errors import MicroficheError
from archive.index.open import open_index
from archive.layout import Archive
from archive.rights.rules import Audience
from archive.warc.openfile import MANIFEST_SUFFIX, read_manifest, sha256_of

INGESTED = "ingested"
_STEP = 1 << 20


@dataclass(frozen=True, slots=True)
class Held:
    """A file of the archive; ``is_sound``: it still has the digest that was noted for it."""

    filename: str
    is_sound: bool


class Holdings:
    """The digests of an archive's sealed files, as they are at the beginning of a run.

    From the manifests and, for files without one, from the index where it can be read. Files
    taken in are named by the digest of what they were made of; those of this run are found too.
    """

    def __init__(self, archive: Archive) -> None:
        self._warcs = archive.warcs_dir
        self._known = _indexed(archive)
        for manifest in sorted(self._warcs.rglob(f"*{MANIFEST_SUFFIX}")):
            sealed = manifest.with_name(manifest.name.removesuffix(MANIFEST_SUFFIX))
            if digest := read_manifest(sealed):
                self._known[digest] = sealed.relative_to(self._warcs).as_posix()

    def find(self, digest: str) -> Held | None:
        """The file that has, or was made of one that had, this SHA-256 in hexadecimal."""
        filename = self._known.get(digest)
        if filename is not None and (self._warcs / filename).is_file():
            return Held(filename, _digest_of(self._warcs / filename) == digest)
        for path in sorted((self._warcs / INGESTED).glob(f"[!.]*-{digest[:16]}.warc*")):
            if path.is_file() and path.name.endswith((".warc", ".warc.gz")):
                return Held(path.relative_to(self._warcs).as_posix(), is_sound=True)
        return None


def _indexed(archive: Archive) -> dict[str, str]:
    sql = "SELECT sha256, filename FROM warcs WHERE sha256 IS NOT NULL"
    # None yet, or none that can be read: indexing tells of that, and the manifests remain.
    with (
        suppress(MicroficheError, sqlite3.DatabaseError),
        closing(open_index(archive, audience=Audience.OWNER)) as db,
    ):
        return dict(db.execute(sql).fetchall())
    return {}


def _digest_of(path: Path) -> str | None:
    try:
        with path.open("rb") as file:
            return sha256_of(iter(lambda: file.read(_STEP), b""))
    except OSError:
        return None
