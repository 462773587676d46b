"""The robots.txt of every origin: known, being asked for, or recalled from an earlier run."""

from collections.abc import Callable

from archive.config import Source
from crawler.fetch import Fetch
from crawler.frontier import KnownUrl
from crawler.frontier.hosts import StoredRobots
from crawler.frontier.protocol import PaceMemory
from crawler.outcomes import Kind
from crawler.robots import MAX_AGE_S, Rules, origin_of, read_rules

# Rules that were unavailable are asked for again after this.
_UNREACHABLE_S = 1800.0


class Rulebook:
    """Says what an origin allows, or which request will tell."""

    def __init__(
        self,
        memory: PaceMemory,
        *,
        agent: str,
        fresh: bool,
        wall: Callable[[], float],
        clock: Callable[[], float],
    ) -> None:
        self._memory, self._agent, self._fresh = memory, agent, fresh
        self._wall, self._clock = wall, clock
        self._rules: dict[str, tuple[float, Rules]] = {}
        self._asking: set[str] = set()
        self._recalled: set[str] = set()

    def find(self, known: KnownUrl, source: Source) -> Rules | Fetch | None:
        """The rules for an address; the request that will tell them; None: it is under way."""
        if not source.obey_robots:
            return read_rules(404, b"", agent=self._agent)
        origin = origin_of(known.url)
        if origin in self._rules:
            fetched_at, rules = self._rules[origin]
            if self._clock() - fetched_at < (MAX_AGE_S if rules.reachable else _UNREACHABLE_S):
                return rules
        if origin in self._asking:
            return None
        self._asking.add(origin)
        return Fetch(
            url=f"{origin}/robots.txt",
            source_id=known.source,
            source=source,
            kind=Kind.ROBOTS,
            origin=origin,
            via=known.url,
        )

    def recall(self, known: KnownUrl, source: Source) -> Rules | None:
        """What an earlier run was told by an origin, once; None: nothing, or it was recalled.

        Its delay holds from then on, also where the rules have become too old to be used.
        """
        origin = origin_of(known.url)
        if not source.obey_robots or origin in self._recalled:
            return None
        self._recalled.add(origin)
        stored = self._memory.find_robots(origin)
        if stored is None:
            return None
        rules = read_rules(stored.status, stored.body, agent=self._agent)
        age = self._wall() - stored.fetched_at
        if not self._fresh and 0 <= age < MAX_AGE_S:
            self._rules[origin] = (self._clock() - age, rules)
        return rules

    def learn(self, origin: str, status: int | None, body: bytes, *, keep: bool) -> Rules:
        """The rules of an origin are known now; kept for the runs to come where that is right."""
        rules = read_rules(status, body, agent=self._agent)
        self._asking.discard(origin)
        if keep and rules.reachable and status is not None:
            self._memory.keep_robots(origin, StoredRobots(self._wall(), status, body))
        self._rules[origin] = (self._clock(), rules)
        return rules
