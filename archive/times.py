"""Moments as the field writes them: 14-digit timestamps and WARC dates, always UTC."""

from datetime import UTC, datetime

TIMESTAMP = "%Y%m%d%H%M%S"


def utc_now() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC)


def to_timestamp(moment: datetime) -> str:
    """Write a moment as 14 digits; fractions of a second are lost.

    >>> to_timestamp(datetime(2026, 1, 2, 3, 4, 5, 678, tzinfo=UTC))
    '20260102030405'

    Raises:
        ValueError: ``moment`` is naive.
    """
    return _utc(moment).strftime(TIMESTAMP)


def from_timestamp(timestamp: str) -> datetime:
    """Read 14 digits.

    >>> from_timestamp("20260102030405")
    datetime.datetime(2026, 1, 2, 3, 4, 5, tzinfo=datetime.timezone.utc)

    Raises:
        ValueError: not 14 digits, or no such moment.
    """
    if len(timestamp) != 14:
        raise ValueError(f"timestamp must be 14 digits, got {timestamp!r}")
    return datetime.strptime(timestamp, TIMESTAMP).replace(tzinfo=UTC)


def to_warc_date(moment: datetime) -> str:
    """Write a moment as ``WARC-Date``, to the microsecond.

    >>> to_warc_date(datetime(2026, 1, 2, 3, 4, 5, 678, tzinfo=UTC))
    '2026-01-02T03:04:05.000678Z'

    Source: WARC/1.1, 5.4 (W3C date and time format, 1 to 9 digits of fraction).
    """
    return _utc(moment).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def from_warc_date(text: str) -> datetime:
    """Read a ``WARC-Date`` of WARC/1.0 or 1.1; digits beyond microseconds are cut.

    >>> from_warc_date("2026-01-02T03:04:05Z")
    datetime.datetime(2026, 1, 2, 3, 4, 5, tzinfo=datetime.timezone.utc)
    >>> from_warc_date("2026-01-02T03:04:05.123456789Z").microsecond
    123456

    Raises:
        ValueError: not such a date.
    """
    whole, dot, fraction = text.strip().rstrip("Zz").partition(".")
    moment = datetime.fromisoformat(whole + (dot + fraction[:6].ljust(6, "0") if dot else ""))
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError(f"a moment must say its time zone, got naive {moment.isoformat()}")
    return moment.astimezone(UTC)
