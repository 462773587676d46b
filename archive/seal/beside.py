"""Time-stamp tokens in their files: each beside the manifest that it is of."""

import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from cryptography import x509

from archive.errors import NotStamped
from archive.layout import sync_directory
from archive.seal.tokens import Stamp, read_token
from archive.warc.openfile import STAMP_SUFFIX


def read_beside(manifest: Path, roots: Sequence[x509.Certificate] = ()) -> Stamp | None:
    """The token beside a manifest, read and held against it; None where there is none.

    Raises:
        NotStamped: it is none, is of other bytes, or is signed by somebody else.
        OSError: as the file system says.
    """
    token = manifest.with_name(manifest.name + STAMP_SUFFIX)
    if not token.is_file() or not manifest.is_file():
        return None
    return read_token(token.read_bytes(), manifest.read_bytes(), roots)


def is_token_of(token: bytes, manifest: Path) -> bool:
    """Whether a token is of a manifest, whoever signed it."""
    with suppress(NotStamped, OSError):
        read_token(token, manifest.read_bytes())
        return True
    return False


def write_token(manifest: Path, reply: bytes) -> Path:
    """Keep a token beside the manifest that it is of; its place.

    Raises:
        OSError: as the file system says.
    """
    path = manifest.with_name(manifest.name + STAMP_SUFFIX)
    partial = path.with_name(f".{path.name}.part")
    with partial.open("wb") as file:
        file.write(reply)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)
    sync_directory(path.parent)
    return path
