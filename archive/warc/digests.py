"""Digests as the field writes them: an algorithm, a colon, base 32."""

import base64
import hashlib
import re


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


_ALGORITHMS = {16: "md5", 20: "sha1", 32: "sha256", 48: "sha384", 64: "sha512"}
_HEX = re.compile("[0-9a-fA-F]+")
_BASE32 = re.compile("[A-Z2-7]+=*")


def plain_digest(stated: str) -> str:
    """A digest in one spelling, whichever its writer had: algorithm, colon, base 32.

    Hexadecimal is turned, an algorithm that was left out told by the length. What cannot be read
    stays as it is.

    >>> plain_digest("SHA-1:4d27a78ca0296b7630d4328fbbdb1b8004823c80")
    'sha1:JUT2PDFAFFVXMMGUGKH3XWY3QACIEPEA'
    >>> plain_digest("JUT2PDFAFFVXMMGUGKH3XWY3QACIEPEA"), plain_digest("crc7:00")
    ('sha1:JUT2PDFAFFVXMMGUGKH3XWY3QACIEPEA', 'crc7:00')
    """
    name, _, value = stated.strip().rpartition(":")
    raw = _digest_bytes(value.strip())
    known = _ALGORITHMS.get(len(raw))
    if known is None or (name and name.lower().replace("-", "") != known):
        return stated.strip()
    return f"{known}:{base64.b32encode(raw).decode('ascii').rstrip('=')}"


def _digest_bytes(value: str) -> bytes:
    if _HEX.fullmatch(value) and len(value) // 2 in _ALGORITHMS and len(value) % 2 == 0:
        return bytes.fromhex(value)
    plain = value.upper().rstrip("=")
    if not _BASE32.fullmatch(plain):
        return b""
    try:
        return base64.b32decode(plain + "=" * (-len(plain) % 8))
    except ValueError:
        return b""


def find_algorithm(stated: str) -> "hashlib._Hash | None":
    """A fresh digest of the algorithm that a header names; None for an unknown one.

    >>> find_algorithm("sha-256:00").name
    'sha256'
    """
    name = plain_digest(stated).partition(":")[0].lower().replace("-", "")
    if name not in hashlib.algorithms_available or name.startswith("shake"):
        return None
    return hashlib.new(name, usedforsecurity=False)


def matches(stated: str, found: bytes) -> bool:
    """Tell whether a header states the digest ``found``, in base 32 or hexadecimal.

    >>> matches("md5:D41D8CD98F00B204E9800998ECF8427E", hashlib.md5().digest())
    True
    """
    return plain_digest(stated).partition(":")[2] == base64.b32encode(found).decode().rstrip("=")
