"""A WACZ signed by a key of the archive's own: whoever has the public one knows whose it is.

Source: WACZ Signing and Verification 0.1.0 (Webrecorder), 3.1 (anonymous signature): ECDSA on
P-384 over SHA-256 of the digest of ``datapackage.json``, as r and s of 48 bytes each.
"""

import base64
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
)

from archive.errors import ExportError

_NUMBER_BYTES = 48


@dataclass(frozen=True, slots=True)
class Signer:
    """Signs digests with a key on P-384."""

    key: ec.EllipticCurvePrivateKey

    def sign(self, digest: str, *, created: str, software: str) -> dict[str, str]:
        """What ``datapackage-digest.json`` says of the signature of a digest (``sha256:…``)."""
        signature = self.key.sign(digest.encode(), ec.ECDSA(hashes.SHA256()))
        numbers = (n.to_bytes(_NUMBER_BYTES, "big") for n in decode_dss_signature(signature))
        public = self.key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return {
            "hash": digest,
            "created": created,
            "software": software,
            "signature": base64.b64encode(b"".join(numbers)).decode(),
            "publicKey": base64.b64encode(public).decode(),
        }


def load_signer(path: Path) -> Signer:
    """Read a private key: PEM, unencrypted, on P-384.

    Raises:
        ExportError: it is none, or cannot be read.
    """
    make = "make one with `openssl ecparam -name secp384r1 -genkey -noout -out key.pem`"
    try:
        key = load_pem_private_key(path.read_bytes(), None)
    except OSError as error:
        raise ExportError(f"{path}: cannot be read: {error.strerror}") from error
    except (ValueError, TypeError) as error:
        raise ExportError(f"{path}: expected an unencrypted private key, PEM; {make}") from error
    if not isinstance(key, ec.EllipticCurvePrivateKey) or key.curve.name != "secp384r1":
        raise ExportError(f"{path}: expected a key on the curve P-384, as WACZ has it; {make}")
    return Signer(key)
