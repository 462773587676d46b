"""Keys derived from content, never from order of arrival."""

import hashlib
import re
from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1900, 1, 1, tzinfo=UTC)
_DAY_BITS = 22
_DAY_NUMBERS = 1 << _DAY_BITS
_DAYS = 1 << 18
_SECONDS_A_DAY = 86_400
# Bits of an article's id behind the second it is sorted by: who of two in one second comes first.
_ID_BITS = 10
_FINE_A_DAY = _SECONDS_A_DAY << _ID_BITS
# Up to so many articles a day has twice as many numbers, beyond that eight to sixteen for each. By
# reckoning from a million articles of real words, 274 a day: 783 bytes an article for who has each
# word with 1,024 numbers a day, 825 with 2,048, 871 with 4,096, 1,104 with four to a second.
_FEW = 512
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


def fine_moment(sort_at: datetime, article_id: int) -> int:
    """The moment an article is sorted by, in 1,024ths of a second since 1900.

    Those below the second come from the id. Moments before 1900 and after 2617 are clamped.

    >>> early = fine_moment(datetime(2026, 1, 1, tzinfo=UTC), 1023)
    >>> early < fine_moment(datetime(2026, 1, 1, 0, 0, 1, tzinfo=UTC), 0)
    True
    """
    seconds = (sort_at - _EPOCH) // timedelta(seconds=1)
    clamped = min(max(seconds, 0), _DAYS * _SECONDS_A_DAY - 1)
    return clamped << _ID_BITS | article_id & ((1 << _ID_BITS) - 1)


def slots_of(articles: int) -> int:
    """Among how many numbers the articles of a day are spread, by how many they are.

    Few numbers keep the full text small: its lists of articles hold differences. On days with many
    articles there are eight for each, or as many as a day has, 3,932,160: they come in crowds, and
    whoever comes among a crowd moves those behind it. Other numbers than these, or another order of
    moments, need a migration that numbers all articles anew.

    >>> slots_of(5), slots_of(512), slots_of(513), slots_of(10**6) < 1 << 22
    (1024, 1024, 16384, True)
    """
    if articles <= _FEW:
        return 2 * _FEW
    slots = 32 * _FEW
    while slots < 8 * articles and slots < _DAY_NUMBERS:
        slots <<= 4
    # At the end of a day there is room for those who have to move on.
    return min(slots, _DAY_NUMBERS - (_DAY_NUMBERS >> 4))


def article_number(fine: int, slots: int) -> int:
    """The number an article wants on a day of so many slots: their order is that of moments.

    What happens where two want the same number is told in `archive.indexer.numbers`.

    >>> article_number(fine_moment(datetime(1900, 1, 2, 12, tzinfo=UTC), 0), 1024) - (1 << 22)
    512
    """
    day, within = divmod(fine, _FINE_A_DAY)
    return (day << _DAY_BITS) + within * slots // _FINE_A_DAY


def day_of_fine(fine: int) -> int:
    """The day of a moment, in days since 1900."""
    return fine // _FINE_A_DAY


def day_of_number(number: int) -> int:
    """The day of an article's number, in days since 1900.

    >>> moment = fine_moment(datetime(2026, 1, 1, 12, tzinfo=UTC), 7)
    >>> day_of_number(article_number(moment, 1024)) == day_of_fine(moment)
    True
    """
    return number >> _DAY_BITS


def numbers_of_day(day: int) -> range:
    """All numbers that articles of a day can have."""
    return range(day << _DAY_BITS, (day + 1) << _DAY_BITS)


def first_number(day: datetime) -> int:
    """The smallest number an article of this day can have: bounds for ranges of days.

    >>> day = datetime(2026, 1, 1, tzinfo=UTC)
    >>> moment_of_number(first_number(day)) == moment_of_number(first_number(day) + 99) == day
    True
    """
    days = (day - _EPOCH) // timedelta(days=1)
    return min(max(days, 0), _DAYS) << _DAY_BITS


def moment_of_number(number: int) -> datetime:
    """The day an article is sorted by, at midnight.

    >>> moment_of_number(first_number(datetime(2026, 1, 1, 15, tzinfo=UTC))).isoformat()
    '2026-01-01T00:00:00+00:00'
    """
    return _EPOCH + timedelta(days=day_of_number(number))


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

    A date without a time, or at midnight, is the moment of capture when that was the same day, else
    some second of that day drawn from the id. A time without seconds is some second of that minute,
    a full hour some second of the quarter after it, drawn likewise: hundreds would all want one
    number, and each that came would move the others. A date after the capture is no date of
    publication.

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
    drawn = article_id >> _ID_BITS
    # A year or a month alone is ordered by its first day.
    moment = datetime.fromisoformat(published + "-01-01"[max(0, len(published) - 4) :][:6])
    moment = max(moment if moment.tzinfo else moment.replace(tzinfo=UTC), _EPOCH)
    if moment.second or moment.minute:
        moment += timedelta(seconds=0 if moment.second else drawn % 60)
    elif moment.hour:
        moment += timedelta(seconds=drawn % 900)
    elif moment.date() == first_captured.date():
        moment = first_captured
    else:
        moment += timedelta(seconds=drawn % _SECONDS_A_DAY)
    # A day of grace: publishers' clocks and time zones are off by hours, seldom by more.
    return min(moment, first_captured) if moment > first_captured + timedelta(days=1) else moment
