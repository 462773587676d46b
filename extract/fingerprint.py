"""Two fingerprints of a text: near duplicates, and "did it really change"."""

import hashlib
import re
import unicodedata

from trafilatura.deduplication import Simhash

_NOT_WORD = re.compile(r"[\W_]+")


def simhash(text: str) -> int:
    """Give trafilatura's 64-bit simhash, 0 for an empty text.

    Unsigned: stores with signed 64-bit integers subtract 2**64 from the upper half. Two texts
    of some length whose hashes differ in few bits (up to about 6) are near duplicates.

    >>> a = simhash("the minister resigned on monday after weeks of pressure " * 9)
    >>> b = simhash("the minister resigned on sunday after weeks of pressure " * 9)
    >>> c = simhash("quite another story told by others " * 9)
    >>> (a ^ b).bit_count() < 20 < (a ^ c).bit_count()
    True
    """
    return Simhash(text, length=64).hash if text.strip() else 0


def text_digest(text: str) -> str:
    r"""Give the SHA-256 (hex) of the words of a text, in order.

    Quotes, dashes, punctuation, white space, invisible characters and compatibility forms do
    not count; case and accents do.

    Source: diffengine compares so, and calls a version without a visible change no version.

    >>> text_digest("„Nein“, sagt sie…") == text_digest('"Nein"  sagt\xa0sie')
    True
    >>> text_digest("He said no.") == text_digest("He said on.")
    False
    """
    words = _NOT_WORD.sub("", unicodedata.normalize("NFKC", text))
    return hashlib.sha256(words.encode("utf-8", "surrogatepass")).hexdigest()
