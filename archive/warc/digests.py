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
    digest = find_algorithm(stated)
    if digest is None:
        return None
    digest.update(data)
    return matches(stated, digest.digest())


def find_algorithm(stated: str) -> "hashlib._Hash | None":
    """A fresh digest of the algorithm that a header names; None for an unknown one.

    >>> find_algorithm("sha-256:00").name
    'sha256'
    """
    name = stated.strip().partition(":")[0].lower().replace("-", "")
    if name not in hashlib.algorithms_available or name.startswith("shake"):
        return None
    return hashlib.new(name, usedforsecurity=False)


def matches(stated: str, found: bytes) -> bool:
    """Tell whether a header states the digest ``found``, in base 32 or hexadecimal.

    >>> matches("md5:D41D8CD98F00B204E9800998ECF8427E", hashlib.md5().digest())
    True
    """
    value = stated.strip().partition(":")[2]
    as_base32 = base64.b32encode(found).decode("ascii").rstrip("=")
    return value.upper().rstrip("=") == as_base32 or value.lower() == found.hex()
