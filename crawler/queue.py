"""What is fetched next: due addresses, host by host, each host at its own pace.

The queue holds a few dozen addresses of each host in memory; the rest stays in the frontier. It
decides alone: pace, concurrency, robots.txt and the limits of a run are all checked in the same
synchronous step that hands a request out, so there is no moment at which one could be missed.
"""

import heapq
import math
import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import replace

from archive.config import Config, Source
from crawler.fetch import Fetch, HostAtWork
from crawler.frontier import KnownUrl, Lane, NewUrl
from crawler.frontier.protocol import UrlFrontier
from crawler.frontier.rows import host_name
from crawler.hours import closed_until
from crawler.named import NamedLately
from crawler.outcomes import Kind, Outcome
from crawler.politeness import REST_AFTER, Pace
from crawler.readahead import BEFORE_ALL, Readahead
from crawler.robots import Rules
from crawler.rulebook import Rulebook
from crawler.scope import is_host_of
from crawler.twins import is_other_spelling

_MAX_COOKIES = 10_000
_MAX_ATTEMPTS = 3
# How many addresses are passed over in one step at most: the reactor has other things to do.
_MAX_SKIPS = 100
_DAY_S = 86400.0
# A clock set right while we run is noticed within this.
_LONGEST_WAIT_S = 60.0


class FetchQueue:
    """Hands out one request after another; `next` says which, or how long to wait."""

    def __init__(  # noqa: PLR0913 - clocks and modes are the caller's
        self,
        frontier: UrlFrontier,
        config: Config,
        sources: dict[str, Source],
        *,
        agent: str,
        on_skip: Callable[[KnownUrl, Outcome], None],
        fresh_robots: bool = False,
        patient: bool = False,
        lanes: Iterable[Lane] = Lane,
        wall: Callable[[], float] = time.time,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._frontier, self._config, self._sources = frontier, config, sources
        self._on_skip = on_skip
        self._rulebook = Rulebook(
            frontier.hosts, agent=agent, fresh=fresh_robots, wall=wall, clock=clock
        )
        self._wall, self._clock, self._patient = wall, clock, patient
        self._lanes = tuple(lanes)
        self._ahead = Readahead(frontier, self._lanes, wall)
        self._hosts: dict[str, HostAtWork] = {}
        self._heap: list[tuple[float, str]] = []
        self._sleepers: list[tuple[float, str]] = []
        self._cookies: dict[str, str] = {}
        self._named = NamedLately(clock)
        self._dropped: set[str] = set()
        self._timed: set[str] = set()
        self.in_flight = 0
        self.limited: set[str] = set()
        """Hosts at which the page limit was reached."""
        self.closed: set[str] = set()
        """Hosts that were left until they open."""
        self.paused: set[str] = set()
        """Hosts left to the next run because they asked to be left alone, or serve nothing."""
        for source_id in sources:
            self.add_source(source_id)

    def add_source(self, source_id: str) -> None:
        """Look after what is or will be due of a source."""
        self._dropped.discard(source_id)
        if self._sources[source_id].hours:
            self._timed.add(source_id)
        else:
            self._timed.discard(source_id)
        for name in self._frontier.due_hosts(source_id):
            host = self._host(name)
            host.sources.setdefault(source_id)
            host.pace.slow_down(self._sources[source_id].delay)
            due = self._ahead.next_due_of(source_id, name)
            if due is not None:
                self._sleep(host, due)

    def drop_source(self, source_id: str) -> None:
        """Hand out nothing more of a source; what is in flight is settled as ever."""
        self._dropped.add(source_id)
        for host in self._hosts.values():
            host.sources.pop(source_id, None)
            host.stale = True
            host.errands = deque(
                e for e in host.errands if e.known is None or e.source_id != source_id
            )

    def use_lanes(self, lanes: Iterable[Lane]) -> None:
        """Hand out these from now on, of those that it was made for."""
        wanted = tuple(lane for lane in lanes if lane in self._lanes)
        if wanted != self._ahead.lanes:
            self._ahead.lanes = wanted
            for host in self._hosts.values():
                host.stale = True
                self._push(host, 0.0)

    def next(self) -> Fetch | float | None:
        """The next request; or seconds after which to ask again; or None: nothing is due now.

        Infinity: nothing can start before something that is in flight has ended. A patient queue
        never gives None: it waits for what will be due.
        """
        if self.in_flight >= self._config.crawl.concurrency:
            return math.inf
        self._wake_sleepers()
        turn = self._next_of_awake()
        if isinstance(turn, Fetch) or turn == 0.0:
            return turn
        until_due = self._sleepers[0][0] - self._wall() if self._sleepers else math.inf
        if until_due <= 0.0:
            return 0.0
        if turn is None:
            return min(until_due, _LONGEST_WAIT_S) if self._patient else None
        return min(turn, until_due)

    def _next_of_awake(self) -> Fetch | float | None:
        while self._heap:
            at, name = self._heap[0]
            host = self._hosts[name]
            now = self._clock()
            if at != host.queued_at:
                heapq.heappop(self._heap)
                continue
            if at > now:
                return at - now
            heapq.heappop(self._heap)
            host.queued_at = math.inf
            if (ready := host.pace.ready_at) > now:
                self._push(host, ready)
                continue
            if opens := self._closed_until(host):
                self.closed.add(name)
                self._sleep(host, opens)
                continue
            found = self._choose(host)
            if found is not None:
                self._push(host, now)
                if isinstance(found, Fetch):
                    return self._begin(host, found)
                return 0.0
            self._doze(host)
        return math.inf if self.in_flight else None

    def _closed_until(self, host: HostAtWork) -> float:
        """When a host opens; 0.0: it is open. It keeps the hours of all sources it belongs to."""
        now = self._wall()
        keepers = [self._sources[name] for name in self._timed if name in host.sources]
        at_home = [source for source in keepers if is_host_of(source, host.name)]
        return max((closed_until(source, now) for source in at_home), default=0.0)

    def _wake_sleepers(self) -> None:
        now = self._wall()
        while self._sleepers and self._sleepers[0][0] <= now:
            at, name = heapq.heappop(self._sleepers)
            host = self._hosts[name]
            if at == host.sleeps_until:
                host.sleeps_until = math.inf
                host.stale = True
                self._push(host, 0.0)

    def _sleep(self, host: HostAtWork, until: float) -> None:
        """Look at a host again at a moment of the wall clock, or before."""
        if until < host.sleeps_until:
            host.sleeps_until = until
            heapq.heappush(self._sleepers, (until, host.name))

    def _doze(self, host: HostAtWork) -> None:
        """Nothing more can be asked of a host now: find out when there will be."""
        if host.waiting or host.errands:
            if host.name in self.limited and self._patient:
                self._sleep(host, host.pages_since + _DAY_S)
            return  # else it waits for what it has in flight
        due = self._ahead.next_due(host)
        if due < math.inf:
            self._sleep(host, due)

    def sent(self, fetch: Fetch) -> None:
        """The request's first byte leaves now."""
        host = self._hosts[fetch.host]
        host.pace.sent(fetch, self._clock())
        self._remember_start(host)
        self._push(host, host.pace.ready_at)

    def finish(self, fetch: Fetch) -> None:
        """The request is over and settled."""
        host = self._hosts[fetch.host]
        host.pace.finish(fetch, self._clock())
        self.in_flight -= 1
        self._push(host, max(host.pace.ready_at, 0.0))

    def learn(self, entries: Iterable[NewUrl]) -> int:
        """Put addresses into the frontier and look at their hosts; gives how many are new."""
        added = self._frontier.add(self._named.new(entries), now=self._wall())
        for source_id, name in added.due:
            if source_id in self._sources and source_id not in self._dropped:
                host = self._host(name)
                host.stale = True
                self._wake(host, source_id)
        return added.new

    def answered(self, fetch: Fetch, *, welcome: bool) -> None:
        """There was a response; ``welcome``: one that served us."""
        host = self._hosts[fetch.host]
        pace = host.pace
        pace.answered()
        # Where articles are walled off listings are often served: they prove nothing then.
        proves = fetch.kind is Kind.ARTICLE or not host.walled
        if welcome and (pace.refusals or (pace.rebuffs and proves)):
            kept = pace.refusals or pace.rebuffs >= REST_AFTER
            pace.welcomed(wholly=proves)
            if not kept:
                return
            # What was in flight when it asked for rest may be served still: the pause holds.
            left = pace.pause_until - self._clock()
            until = self._wall() + left if left > 0 else None
            self._frontier.hosts.note_refusals(fetch.host, 0, until)
            self._frontier.hosts.note_rebuffs(fetch.host, pace.rebuffs, until)

    def unanswered(self, fetch: Fetch) -> None:
        """There was no response."""
        self._hosts[fetch.host].pace.unanswered(self._clock())

    def rebuffed(self, fetch: Fetch) -> float:
        """The host has answered and served nothing; gives for how many seconds it is to rest."""
        pace = self._hosts[fetch.host].pace
        self._hosts[fetch.host].walled |= fetch.kind is Kind.ARTICLE
        seconds = pace.rebuffed(self._clock())
        if seconds:
            self._frontier.hosts.note_rebuffs(fetch.host, pace.rebuffs, self._wall() + seconds)
        return seconds

    def tell(self, url: str, cookies: str) -> None:
        """Send these cookies with the next request for an address, and with no other."""
        if len(self._cookies) >= _MAX_COOKIES:
            self._cookies.clear()
        self._cookies[url] = cookies

    def refused(self, fetch: Fetch, retry_after_s: float | None) -> float:
        """The host asks to be left alone; gives for how many seconds it is."""
        pace = self._hosts[fetch.host].pace
        seconds = pace.refused(retry_after_s, self._clock())
        until = self._wall() + seconds
        self._frontier.hosts.note_refusals(fetch.host, pace.refusals, until)
        return seconds

    def retry(self, fetch: Fetch) -> bool:
        """Ask for the same again in this run, after the host's pause; False: no more of that."""
        host = self._hosts[fetch.host]
        if fetch.attempt >= _MAX_ATTEMPTS or host.pace.is_paused_beyond_run(self._clock()):
            return False
        host.errands.append(replace(fetch, attempt=fetch.attempt + 1))
        return True

    def follow_robots(self, fetch: Fetch, url: str) -> None:
        """The robots.txt of an origin has moved: ask there."""
        errand = replace(fetch, url=url, via=fetch.url, hops=fetch.hops + 1, attempt=1)
        host = self._host(errand.host)
        host.pace.slow_down(fetch.source.delay)
        host.errands.append(errand)
        self._push(host, 0.0)

    def set_rules(
        self, origin: str, status: int | None, body: bytes, *, keep: bool = True
    ) -> Rules:
        """The rules of an origin are known now (status None: its robots.txt is unavailable).

        They are kept for the runs to come, unless they are none or ``keep`` says otherwise.
        """
        rules = self._rulebook.learn(origin, status, body, keep=keep)
        host = self._host(host_name(origin))
        host.pace.slow_down(rules.crawl_delay)
        self._push(host, max(host.pace.ready_at, 0.0))
        return rules

    def abandon(self) -> list[Fetch]:
        """The retries that this run will not come to; their addresses are still due."""
        return [
            errand
            for host in self._hosts.values()
            for errand in host.errands
            if errand.known is not None
        ]

    def _host(self, name: str) -> HostAtWork:
        if name not in self._hosts:
            state = self._frontier.hosts.get(name)
            pace = Pace.restored(state, clock=self._clock(), wall=self._wall())
            self._hosts[name] = HostAtWork(name, pace, walled=state.rebuffs > 0)
        return self._hosts[name]

    def _wake(self, host: HostAtWork, source_id: str) -> None:
        host.sources.setdefault(source_id)
        host.pace.slow_down(self._sources[source_id].delay)
        self._push(host, 0.0)

    def _push(self, host: HostAtWork, at: float) -> None:
        # A host that is not queued has nothing to do, waits for what it has in flight, or sleeps.
        if host.pace.is_paused_beyond_run(now := self._clock()):
            self.paused.add(host.name)
            self._sleep(host, self._wall() + host.pace.pause_until - now)
        elif at < host.queued_at:
            host.queued_at = at
            heapq.heappush(self._heap, (at, host.name))

    def _begin(self, host: HostAtWork, fetch: Fetch) -> Fetch:
        host.pace.start(fetch, self._clock())
        host.pages += fetch.kind in (Kind.ARTICLE, Kind.SECTION)
        host.sources[fetch.source_id] = host.sources.pop(fetch.source_id, None)
        self.in_flight += 1
        with self._frontier.transaction():
            if fetch.known is not None:
                self._frontier.hand_out(fetch.url, now=self._wall())
            self._remember_start(host)
        return fetch

    def _remember_start(self, host: HostAtWork) -> None:
        if host.pace.delay_s:
            self._frontier.hosts.note_start(host.name, self._wall())

    def _choose(self, host: HostAtWork) -> Fetch | bool | None:
        """A request; True: look again soon; None: nothing before something else happens."""
        if host.errands:
            free = host.pace.in_flight < host.errands[0].source.concurrency
            return host.errands.popleft() if free else None
        for _ in range(_MAX_SKIPS):
            known = self._peek(host)
            source = self._sources[known.source] if known else None
            if known is None or source is None or host.pace.in_flight >= source.concurrency:
                return None
            if (recalled := self._rulebook.recall(known, source)) is not None:
                # Its delay may hold the host back.
                host.pace.slow_down(recalled.crawl_delay)
                return True
            rules = self._rulebook.find(known, source)
            if isinstance(rules, Fetch) or rules is None:
                return rules
            host.waiting.popleft()
            if (outcome := self._obstacle(host, known, rules)) is None:
                return Fetch(
                    url=known.url,
                    source_id=known.source,
                    source=source,
                    kind=known.kind,
                    known=known,
                    via=known.via,
                    hops=known.hops,
                    cookies=self._cookies.pop(known.url, ""),
                )
            self._on_skip(known, outcome)
        return True

    def _peek(self, host: HostAtWork) -> KnownUrl | None:
        if host.stale or not host.waiting or self._wall() >= host.stale_at:
            host.stale = False
            host.waiting = deque(self._ahead.take(host))
            host.stale_at = self._ahead.next_due(host, BEFORE_ALL) if host.waiting else math.inf
        if host.waiting and self._is_at_limit(host):
            self.limited.add(host.name)
            return None
        return host.waiting[0] if host.waiting else None

    def _is_at_limit(self, host: HostAtWork) -> bool:
        now = self._wall()
        if self._patient and now - host.pages_since > _DAY_S:
            # One that never ends counts by the day.
            host.pages, host.pages_since = 0, now
        return host.pages >= self._config.crawl.max_pages_per_host

    def source(self, source_id: str) -> Source:
        """The configuration of a source."""
        return self._sources[source_id]

    def _obstacle(self, host: HostAtWork, known: KnownUrl, rules: Rules) -> Outcome | None:
        if host.pace.is_down(self._clock()):
            return Outcome.HOST_DOWN
        if not rules.reachable:
            return Outcome.ROBOTS_UNREACHABLE
        if not rules.allows(known.url):
            return Outcome.ROBOTS_DISALLOWED
        idle = self._frontier.evidence.idle_marks(known.host)
        return Outcome.TWIN if is_other_spelling(known, idle) else None
