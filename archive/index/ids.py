"""Keys derived from content, never from order of arrival."""

import hashlib
import re
from datetime import UTC, date, datetime, timedelta

_EPOCH = datetime(1900, 1, 1, tzinfo=UTC)
# Few bits keep the numbers close together, and the full text small: its lists of articles hold
# differences. On 20,000 articles of 3.9 kB over ten years it took 0.80 times their text with 8
# bits, 0.70 with 2, 0.67 with none. Two leave four numbers to a second, 126 million to a year.
_HASH_BITS = 2
_SECOND_BITS = 34
_SECOND = timedelta(seconds=1)
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


def article_number(sort_at: datetime, article_id: int) -> int:
    """The number an article wants: the order of numbers is the order of moments.

    34 bits are seconds since 1900, 2 bits come from the id. What happens where two want the same
    number is told in `archive.indexer.numbers`.

    >>> early = article_number(datetime(2026, 1, 1, tzinfo=UTC), 3)
    >>> early < article_number(datetime(2026, 1, 2, tzinfo=UTC), 0)
    True
    """
    return first_number(sort_at) | (article_id & (NUMBERS_A_SECOND - 1))


def first_number(sort_at: datetime) -> int:
    """The smallest number an article of this moment can have: bounds for ranges of time.

    >>> moment = datetime(2026, 1, 1, tzinfo=UTC)
    >>> first_number(moment) <= article_number(moment, 7) < first_number(moment) + 4
    True
    """
    seconds = (sort_at - _EPOCH) // _SECOND
    return min(max(seconds, 0), (1 << _SECOND_BITS) - 1) << _HASH_BITS


def moment_of_number(number: int) -> datetime:
    """The moment an article is sorted by, to the second.

    >>> moment_of_number(first_number(datetime(2026, 1, 1, tzinfo=UTC))).isoformat()
    '2026-01-01T00:00:00+00:00'
    """
    return _EPOCH + timedelta(seconds=number >> _HASH_BITS)


NUMBERS_A_SECOND = 1 << _HASH_BITS
"""How far the numbers of two articles a second apart are from each other."""


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


def sort_moment(published: str | None, first_captured: datetime, article_id: int) -> datetime:
    """The moment an article is sorted by: when it was published, as far as that can be believed.

    A date without a time is the moment of capture when that was the same day, else some second
    of that day drawn from the id. A time without seconds is some second of that minute, a full
    hour some second of the quarter after it, drawn likewise: a thousand articles dated midnight
    would all want one number, and each that came moved hundreds (236,000 moves for the thousand).
    A date after the capture is no date of publication.

    >>> seen = datetime(2026, 1, 2, 9, tzinfo=UTC)
    >>> sort_moment("2026-01-02", seen, 7) == sort_moment(None, seen, 7) == seen
    True
    >>> sort_moment("2026-01-01T10:00:01+00:00", seen, 7).isoformat()
    '2026-01-01T10:00:01+00:00'
    >>> sort_moment("2026-01-01T10:01:00+00:00", seen, 7).isoformat()[:16]
    '2026-01-01T10:01'
    """
    if published is None:
        return first_captured
    # The lowest bits tell the articles of one second apart.
    drawn = article_id >> _HASH_BITS
    if len(published) > 10:
        moment = datetime.fromisoformat(published)
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        if moment.second == 0:
            moment += timedelta(seconds=drawn % (60 if moment.minute else 900))
    elif date.fromisoformat(published) == first_captured.date():
        moment = first_captured
    else:
        midnight = datetime.fromisoformat(published).replace(tzinfo=UTC)
        moment = midnight + timedelta(seconds=drawn % 86_400)
    # A day of grace: publishers' clocks and time zones are off by hours, seldom by more.
    return min(moment, first_captured) if moment > first_captured + timedelta(days=1) else moment
