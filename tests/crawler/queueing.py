"""A queue over a frontier of its own, under a clock of the test's own."""

import math

from archive.config import Config, Source
from crawler.fetch import Fetch
from crawler.frontier import NewUrl, Visit, open_frontier
from crawler.outcomes import Kind, Outcome, State, Why
from crawler.queue import FetchQueue

HOME = "https://news.example/"


class Clock:
    """Wall clock and monotonic clock in one."""

    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


class World:
    """A frontier, a queue over it, and everything it passes over."""

    def __init__(self, tmp_path, sources: dict[str, Source], **crawl) -> None:
        self.clock = Clock()
        self.frontier = open_frontier(tmp_path / "frontier.db")
        self.skipped: list[tuple[str, Outcome]] = []
        self.sources = sources
        self.config = Config(layout=1, archive={"contact": "mailto:x@y.example"}, crawl=crawl)

    def open(self, *, fresh_robots: bool = False, patient: bool = False) -> FetchQueue:
        self.frontier.take_back()
        self.queue = FetchQueue(
            self.frontier,
            self.config,
            self.sources,
            agent="microfiche",
            on_skip=self.skip,
            fresh_robots=fresh_robots,
            patient=patient,
            wall=self.clock,
            clock=self.clock,
        )
        return self.queue

    def skip(self, known, outcome) -> None:
        self.skipped.append((known.url, outcome))
        self.settle(known.url)

    def settle(self, url: str) -> None:
        visit = Visit(State.FETCHED, Outcome.CAPTURED, None, fetched_at=self.clock.now)
        self.frontier.settle(url, visit)

    def add(self, *urls: str, source: str = "news", **values) -> None:
        self.frontier.add(entries(*urls, source=source, **values), now=self.clock.now)

    def take(self) -> Fetch:
        """The next request, waiting as long as the queue says; it leaves at once."""
        for _ in range(1000):
            turn = self.queue.next()
            if isinstance(turn, Fetch):
                self.queue.sent(turn)
                return turn
            assert turn is not None, "nothing left"
            assert turn < math.inf, "waits for what is in flight"
            self.clock.now += turn
        raise AssertionError("the queue goes round in circles")

    def over(self, fetch: Fetch) -> None:
        if fetch.kind is Kind.ROBOTS:
            self.queue.set_rules(fetch.origin, 404, b"")
        else:
            self.settle(fetch.url)
        self.queue.answered(fetch, welcome=True)
        self.queue.finish(fetch)

    def visit_all(self) -> list[str]:
        visited = []
        while self.queue.next is not None:
            turn = self.queue.next()
            if turn is None:
                return visited
            if isinstance(turn, Fetch):
                visited.append(turn.url)
                self.queue.sent(turn)
                self.over(turn)
            else:
                self.clock.now += turn
        return visited


def entries(*urls: str, source: str = "news", kind: Kind = Kind.ARTICLE, **values) -> list[NewUrl]:
    return [NewUrl(url, source, kind, **({"why": Why.FEED} | values)) for url in urls]


def source(**values) -> Source:
    return Source(**({"name": "x", "url": HOME, "obey_robots": False, "delay": 1.0} | values))
