"""Keys derived from content, never from order of arrival."""

import hashlib
import re
from datetime import UTC, datetime, timedelta

_HEX = re.compile("[0-9a-f]{16}")
_CAPTURE_EPOCH = datetime(1990, 1, 1, tzinfo=UTC)
_CAPTURE_HASH_BITS = 12


def number_id(*parts: str, bits: int = 63) -> int:
    """A whole number of at most 63 bits for the parts; SQLite's integers have a sign.

    >>> number_id("2026/11/a.warc.gz", bits=47) < 2**47
    True
    """
    digest = hashlib.sha256("\n".join(parts).encode()).digest()
    return int.from_bytes(digest[:8], "big") >> (64 - bits)


def hex_id(number: int) -> str:
    """An id as commands and addresses show it, and as the columns ``hex`` do.

    >>> hex_id(number_id("morning", "example,com)/story"))
    '746d394705798248'
    """
    return f"{number:016x}"


def find_id(text: str) -> int | None:
    """The id that is shown so; None for anything else.

    >>> find_id("746d394705798248") == number_id("morning", "example,com)/story")
    True
    >>> find_id("harbour"), find_id("746d394705798248".upper())
    (None, None)
    """
    number = int(text, 16) if _HEX.fullmatch(text) else -1
    return number if 0 <= number < 1 << 63 else None


def facet_id(name: str | None) -> int | None:
    """The key of a name in ``facet_names``; None for none.

    >>> facet_id(None) is None, facet_id("en") == number_id("en", bits=47)
    (True, True)
    """
    return None if name is None else number_id(name, bits=47)


def digest_number(digest: str) -> int | None:
    """The first 63 bits of a digest in hex, as `number_id` has them of its own; None for none.

    >>> digest_number("e8d728e0af304904274"), digest_number("")
    (8388961941134517378, None)
    """
    return int(digest[:16], 16) >> 1 if digest else None


def capture_number(captured_at: datetime, record_id: str) -> int:
    """The rowid of a capture: the order of numbers is the order of WARC dates.

    51 bits are microseconds since 1990 (71 years), 12 bits come from the record's id. Dates
    without a fraction, as WARC/1.0 has them, are spread over their second by the id.

    >>> first = capture_number(datetime(2026, 1, 1, 0, 0, 1, tzinfo=UTC), "urn:uuid:b")
    >>> first < capture_number(datetime(2026, 1, 1, 0, 0, 2, tzinfo=UTC), "urn:uuid:a")
    True
    """
    micros = (captured_at - _CAPTURE_EPOCH) // timedelta(microseconds=1)
    if captured_at.microsecond == 0:
        micros += number_id("spread", record_id) % 1_000_000
    clamped = min(max(micros, 0), (1 << 51) - 1)
    return (clamped << _CAPTURE_HASH_BITS) | number_id(record_id, bits=_CAPTURE_HASH_BITS)


def first_capture_number(moment: datetime) -> int:
    """The smallest number a capture of this moment can have: bounds for ranges of time.

    >>> moment = datetime(2026, 1, 1, tzinfo=UTC)
    >>> first_capture_number(moment) <= capture_number(moment, "urn:uuid:a")
    True
    """
    micros = (moment - _CAPTURE_EPOCH) // timedelta(microseconds=1)
    return min(max(micros, 0), (1 << 51) - 1) << _CAPTURE_HASH_BITS
