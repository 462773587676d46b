"""Keys derived from content, never from order of arrival."""

import hashlib
from datetime import UTC, date, datetime, timedelta

_EPOCH = datetime(1900, 1, 1, tzinfo=UTC)
# Few bits keep the numbers close together, and the full text small: its lists of articles hold
# differences. On 20,000 articles of 3.7 kB it took 1.31 times their text with 29 bits, 0.98 with
# 10, 0.87 with 2. Eight leave 256 numbers to a second.
_HASH_BITS = 8
_SECOND_BITS = 34
_CAPTURE_EPOCH = datetime(1990, 1, 1, tzinfo=UTC)
_CAPTURE_HASH_BITS = 12


def text_id(*parts: str) -> str:
    """A short id in hex: 80 bits of SHA-256 over the parts.

    >>> text_id("morning", "example,com)/story")
    'e8da728e0af304904274'
    """
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:20]


def number_id(*parts: str, bits: int = 63) -> int:
    """A whole number of at most 63 bits for the parts; SQLite's integers have a sign.

    >>> number_id("2026/11/a.warc.gz", bits=47) < 2**47
    True
    """
    digest = hashlib.sha256("\n".join(parts).encode()).digest()
    return int.from_bytes(digest[:8], "big") >> (64 - bits)


def facet_id(name: str | None) -> int | None:
    """The key of a name in ``facet_names``; None for none.

    >>> facet_id(None) is None, facet_id("en") == number_id("en", bits=47)
    (True, True)
    """
    return None if name is None else number_id(name, bits=47)


def address_of(article_id: str) -> int:
    """The number of the address an article has its id from.

    >>> address_of(text_id("morning", "example,com)/s")) == number_id("morning", "example,com)/s")
    True

    Raises:
        ValueError: no id of an article.
    """
    if len(article_id) != 20:
        raise ValueError(f"an article id has 20 hexadecimal digits, got {article_id!r}")
    return int(article_id[:16], 16) >> 1


def article_number(sort_at: datetime, article_id: str) -> int:
    """The number an article wants: the order of numbers is the order of moments.

    34 bits are seconds since 1900, 8 bits come from the id. What happens where two want the same
    number is told in `archive.indexer.numbers`.

    >>> early = article_number(datetime(2026, 1, 1, tzinfo=UTC), "b")
    >>> early < article_number(datetime(2026, 1, 2, tzinfo=UTC), "a")
    True
    """
    seconds = int((sort_at - _EPOCH) / timedelta(seconds=1))
    clamped = min(max(seconds, 0), (1 << _SECOND_BITS) - 1)
    return (clamped << _HASH_BITS) | number_id(article_id, bits=_HASH_BITS)


def first_number(sort_at: datetime) -> int:
    """The smallest number an article of this moment can have: bounds for ranges of time.

    >>> moment = datetime(2026, 1, 1, tzinfo=UTC)
    >>> first_number(moment) <= article_number(moment, "x") < first_number(moment) + 2**8
    True
    """
    seconds = int((sort_at - _EPOCH) / timedelta(seconds=1))
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
    micros = int((captured_at - _CAPTURE_EPOCH) / timedelta(microseconds=1))
    if captured_at.microsecond == 0:
        micros += number_id("spread", record_id) % 1_000_000
    clamped = min(max(micros, 0), (1 << 51) - 1)
    return (clamped << _CAPTURE_HASH_BITS) | number_id(record_id, bits=_CAPTURE_HASH_BITS)


def sort_moment(published: str | None, first_captured: datetime, article_id: str) -> datetime:
    """The moment an article is sorted by: when it was published, as far as that can be believed.

    A date without a time is the moment of capture when that was the same day, else some second
    of that day drawn from the id. A time without seconds is some second of that minute, drawn
    likewise: a thousand articles dated midnight would all want one number, and each that came
    moved hundreds (236,000 moves for the thousand). A date after the capture is no date of
    publication.

    >>> seen = datetime(2026, 1, 2, 9, tzinfo=UTC)
    >>> sort_moment("2026-01-02", seen, "x") == sort_moment(None, seen, "x") == seen
    True
    >>> sort_moment("2026-01-01T10:00:01+00:00", seen, "x").isoformat()
    '2026-01-01T10:00:01+00:00'
    >>> sort_moment("2026-01-01T10:00:00+00:00", seen, "x").isoformat()[:16]
    '2026-01-01T10:00'
    """
    if published is None:
        return first_captured
    if len(published) > 10:
        moment = datetime.fromisoformat(published)
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        if moment.second == 0:
            moment += timedelta(seconds=number_id("minute", article_id) % 60)
    elif date.fromisoformat(published) == first_captured.date():
        moment = first_captured
    else:
        midnight = datetime.fromisoformat(published).replace(tzinfo=UTC)
        moment = midnight + timedelta(seconds=number_id("day", article_id) % 86_400)
    # A day of grace: publishers' clocks and time zones are off by hours, seldom by more.
    return min(moment, first_captured) if moment > first_captured + timedelta(days=1) else moment
