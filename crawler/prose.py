"""A fingerprint of a page's text: the same while only its furniture changes."""

import re
from hashlib import blake2b

_TAG = re.compile(rb"<[^<>]*>")
_SPACE = re.compile(rb"\s+")
# Shorter paragraphs are captions, teasers and counters.
_MIN_BYTES = 60
_MAX_BYTES = 20_000


def fingerprint(html: bytes) -> int | None:
    """63 bits that stand for the longer paragraphs of a page; None where it has none.

    >>> text = b"<p>The harbour board met on Tuesday and heard from the engineers at length.</p>"
    >>> fingerprint(b"<b>12 views</b>" + text) == fingerprint(b"<b>13 views</b>" + text)
    True
    >>> fingerprint(b"<p>Short.</p>") is None
    True

    Args:
        html: Content-decoded.
    """
    digest, found = blake2b(digest_size=8), False
    for piece in re.split(rb"<[pP](?=[\s>])", html)[1:]:
        text = piece[:_MAX_BYTES].partition(b">")[2]
        end = re.search(rb"</[pP]|<(?:div|h[1-6]|section|ul|script)\b", text, re.IGNORECASE)
        plain = _SPACE.sub(b" ", _TAG.sub(b"", text[: end.start()] if end else text)).strip()
        if len(plain) >= _MIN_BYTES:
            digest.update(plain)
            found = True
    return int.from_bytes(digest.digest()) >> 1 if found else None
