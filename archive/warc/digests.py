"""Digests as the field writes them: an algorithm, a colon, base 32."""

import base64
import hashlib


def sha1(*pieces: bytes) -> str:
    """The SHA-1 of the pieces in order.

    SHA-1 because that is what every CDX holds and what others' revisits refer to; whole
    files have a SHA-256 in their manifest.

    >>> sha1(b"micro", b"fiche")
    'sha1:TJ6CPGFAFXML4MGUKH3X3WY3QACIHEZA'
    """
    digest = hashlib.sha1(usedforsecurity=False)
    for piece in pieces:
        digest.update(piece)
    return "sha1:" + base64.b32encode(digest.digest()).decode("ascii")


def same_digest(stated: str, data: bytes) -> bool | None:
    """Tell whether ``data`` has the digest that a header states; None for an unknown algorithm.

    Base 32 and hexadecimal are read, in either case.

    >>> same_digest("sha1:TJ6CPGFAFXML4MGUKH3X3WY3QACIHEZA", b"microfiche")
    True
    >>> same_digest("md5:d41d8cd98f00b204e9800998ecf8427e", b"microfiche")
    False
    >>> same_digest("crc7:00", b"") is None
    True
    """
    algorithm, _, value = stated.strip().partition(":")
    name = algorithm.lower().replace("-", "")
    if name not in hashlib.algorithms_available or name.startswith("shake"):
        return None
    found = hashlib.new(name, data, usedforsecurity=False).digest()
    as_base32 = base64.b32encode(found).decode("ascii").rstrip("=")
    return value.upper().rstrip("=") == as_base32 or value.lower() == found.hex()
