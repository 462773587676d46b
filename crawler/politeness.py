"""The pace at one host: how far apart requests start, and when it is left alone.

Moments are seconds of the monotonic clock, so that setting the machine's time changes no pace.
"""

import math
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Self

from crawler.frontier.hosts import HostState
from crawler.schedule import retry_pause

#: Added to every delay above zero: our clock is read when a request is handed to the connection,
#: the server's when it has arrived, and neither is exact to the millisecond.
MARGIN_S = 0.02
#: A request counts from when its answer has come, if that is within this many seconds: only then is
#: it certain that the server had it. Bytes that left us may wait long in a busy machine's buffers;
#: on two loaded cores the newspaper of the tests read them up to 60 ms later.
MAX_DOUBT_S = 0.25
#: A pause up to this long is waited for; for a longer one the host is left to the next run.
MAX_PAUSE_IN_RUN_S = 120.0
#: No host is left alone for longer, whatever it asks for.
MAX_PAUSE_S = 86400.0
#: After this many requests in a row without any response a host is taken to be down for a while.
MAX_SILENT = 3
DOWN_S = 900.0
#: This many answers in a row that serve nothing (403, 5xx, challenges) slow a host down, twice as
#: much with each; this many let it rest, and after each rest one more is enough.
SLOW_AFTER = 4
REST_AFTER = 8
REST_S = 1800.0
MAX_REST_S = 3 * 3600.0
_SECONDS = re.compile(r"[0-9]+(?:\.[0-9]+)?")


@dataclass(slots=True)
class Pace:
    """When the next request to one host may start."""

    delay_s: float = 0.0
    last_start: float = -math.inf
    pause_until: float = -math.inf
    refusals: int = 0
    silent: int = 0
    down_until: float = -math.inf
    rebuffs: int = 0
    in_flight: int = 0
    unsent: set[object] = field(default_factory=set)
    latest: object = None

    @classmethod
    def restored(cls, state: HostState, *, clock: float, wall: float) -> Self:
        """The pace at which an earlier run has left a host.

        Args:
            state: What is remembered.
            clock: Now, by the monotonic clock.
            wall: Now, by the wall clock.
        """
        pace = cls(refusals=state.refusals, rebuffs=state.rebuffs)
        if state.last_start is not None:
            # When it arrived is not remembered: as late as we doubt at most. Never in the future,
            # whatever the machine's clock has done meanwhile.
            pace.last_start = min(state.last_start + MAX_DOUBT_S + clock - wall, clock)
        if state.retry_until is not None:
            # No pause is longer than a day: what says so was written by a clock ahead of ours.
            pace.pause_until = clock + min(state.retry_until - wall, MAX_PAUSE_S)
        return pace

    def slow_down(self, delay_s: float) -> None:
        """Keep at least this distance from now on: the largest that anybody asked for holds."""
        self.delay_s = max(self.delay_s, delay_s)

    @property
    def ready_at(self) -> float:
        """When the next request may start; infinity while one has not yet left.

        A request waits for its connection for as long as that takes, and the distance counts
        from when it leaves, not from when it was decided on. While it is not answered it is taken
        to have arrived as late as we doubt at most.
        """
        delay = self.present_delay_s
        if not delay:
            return self.pause_until
        if self.unsent:
            return math.inf
        doubt = 0.0 if self.latest is None else MAX_DOUBT_S
        return max(self.last_start + doubt + delay + MARGIN_S, self.pause_until)

    @property
    def present_delay_s(self) -> float:
        """The distance to keep now: more than agreed while the host serves nothing."""
        if self.rebuffs < SLOW_AFTER:
            return self.delay_s
        return max(self.delay_s, 1.0) * 2.0 ** (min(self.rebuffs, REST_AFTER) - SLOW_AFTER)

    def start(self, token: object, now: float) -> None:
        """A request is handed on."""
        self.last_start, self.latest = now, token
        self.in_flight += 1
        self.unsent.add(token)

    def sent(self, token: object, now: float) -> None:
        """Its first byte leaves; again, where a kept connection turned out to be closed."""
        self.unsent.discard(token)
        self.last_start, self.latest = now, token

    def finish(self, token: object, now: float) -> None:
        """It is over, however it ended; if it never left, it counts from its start."""
        self.unsent.discard(token)
        self.in_flight -= 1
        if token is self.latest:
            self.last_start, self.latest = min(now, self.last_start + MAX_DOUBT_S), None

    def answered(self) -> None:
        """There was a response, of whatever kind."""
        self.silent = 0

    def unanswered(self, now: float) -> None:
        """There was none."""
        self.silent += 1
        if self.silent >= MAX_SILENT:
            self.down_until = now + DOWN_S

    def is_down(self, now: float) -> bool:
        """The host has not answered a few times in a row, the last time a moment ago."""
        return self.silent >= MAX_SILENT and now < self.down_until

    def welcomed(self, *, wholly: bool = True) -> None:
        """The host serves us, articles too (``wholly``): what it refused before is forgotten."""
        self.refusals = 0
        if wholly:
            self.rebuffs = 0

    def rebuffed(self, now: float) -> float:
        """The host has answered and served nothing; gives for how many seconds it is to rest."""
        self.rebuffs += 1
        rests = self.rebuffs - REST_AFTER
        if rests < 0:
            return 0.0
        pause = min(REST_S * 2.0 ** min(rests, 10), MAX_REST_S)
        self.pause_until = max(self.pause_until, now + pause)
        return pause

    def refused(self, retry_after_s: float | None, now: float) -> float:
        """The host asks to be left alone; gives for how many seconds it is."""
        self.refusals += 1
        pause = retry_pause(refusals=self.refusals, retry_after=retry_after_s)
        self.pause_until = max(self.pause_until, now + pause)
        return pause

    def is_paused_beyond_run(self, now: float) -> bool:
        """Tell whether it is left alone for longer than a run waits."""
        return self.pause_until - now > MAX_PAUSE_IN_RUN_S


def read_retry_after(value: str, *, now: datetime, date: str = "") -> float | None:
    """Seconds asked for by ``Retry-After``, as a number or as a date; None for anything else.

    >>> now = datetime(2026, 1, 1, tzinfo=UTC)
    >>> read_retry_after("120", now=now), read_retry_after("2.5", now=now)
    (120.0, 2.5)
    >>> read_retry_after("Thu, 01 Jan 2026 00:01:00 GMT", now=now)
    60.0
    >>> slow = "Wed, 31 Dec 2025 23:00:00 GMT"
    >>> read_retry_after("Wed, 31 Dec 2025 23:01:00 GMT", now=now, date=slow)
    60.0
    >>> read_retry_after("soon", now=now) is None
    True

    Args:
        value: As the server sent it.
        now: By our clock.
        date: The ``Date`` of the same answer: the clock that the server counts by.

    Source: RFC 9110, 10.2.3.
    """
    if _SECONDS.fullmatch(value.strip()):
        return float(value.strip()[:12])
    moment = _http_date(value)
    if moment is None:
        return None
    return max((moment - (_http_date(date) or now)).total_seconds(), 0.0)


def _http_date(value: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(value.strip())
    except (ValueError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
