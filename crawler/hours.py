"""When a source may be visited: hours of the day in its own zone."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo

from archive.config import Source

# Over a change of the clocks an hour may be missing: the next day has it.
_DAYS = 3


def closed_until(source: Source, now: float) -> float:
    """When a source opens next, seconds since 1970; 0.0 where it is open, as most always are.

    >>> source = Source(name="x", url="https://a.example/", hours=("22:00-06:00",))
    >>> closed_until(source, 3600.0), closed_until(source, 12 * 3600.0) / 3600
    (0.0, 22.0)
    """
    if not source.hours:
        return 0.0
    zone = UTC if source.zone == "UTC" else ZoneInfo(source.zone)
    spans = list(_spans(source.hours, datetime.fromtimestamp(now, zone), zone))
    if any(begin <= now < end for begin, end in spans):
        return 0.0
    return min(begin for begin, _ in spans if begin > now)


def _spans(hours: Sequence[str], here: datetime, zone: tzinfo) -> Iterator[tuple[float, float]]:
    """The open hours of yesterday and the next days as moments."""
    for day in range(-1, _DAYS):
        for span in hours:
            opens, closes = (_time(text) for text in span.split("-"))
            begin = datetime.combine(here.date() + timedelta(days=day), opens, zone)
            # 22:00-06:00 ends on the day after, and 08:00-08:00 is the whole of one.
            later = timedelta(days=closes <= opens)
            end = datetime.combine(begin.date() + later, closes, zone)
            yield begin.timestamp(), end.timestamp()


def _time(text: str) -> time:
    hour, _, minute = text.partition(":")
    return time(int(hour) % 24, int(minute))
