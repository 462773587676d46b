"""The queue by a clock of the test's own: order, pace, limits, what stays in memory."""

import math
from itertools import pairwise

import pytest

from archive.config import Config, Source
from crawler.fetch import Fetch
from crawler.frontier import Entry, Lane, Visit, open_frontier
from crawler.outcomes import Kind, Outcome, State, Why
from crawler.politeness import (
    DOWN_S,
    MARGIN_S,
    MAX_DOUBT_S,
    MAX_PAUSE_S,
    REST_AFTER,
    REST_S,
)
from crawler.queue import FetchQueue
from crawler.robots import MAX_AGE_S

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


def entries(*urls: str, source: str = "news", kind: Kind = Kind.ARTICLE, **values) -> list[Entry]:
    return [Entry(url, source, kind, **({"why": Why.FEED} | values)) for url in urls]


def source(**values) -> Source:
    return Source(**({"name": "x", "url": HOME, "obey_robots": False, "delay": 1.0} | values))


@pytest.fixture
def world(tmp_path):
    made = []

    def make(sources: dict[str, Source] | None = None, **crawl) -> World:
        made.append(World(tmp_path, sources or {"news": source()}, **crawl))
        return made[-1]

    yield make
    for each in made:
        each.frontier.close()


def test_starts_are_a_delay_apart(world):
    here = world()
    here.add(*(f"{HOME}{number}" for number in range(4)))
    here.open()
    starts = []
    for _ in range(4):
        fetch = here.take()
        starts.append(here.clock.now)
        here.over(fetch)
    gaps = [later - earlier for earlier, later in pairwise(starts)]
    assert gaps == pytest.approx([1.0 + MARGIN_S] * 3)


def test_two_sources_share_the_pace_of_a_host_whatever_the_port(world):
    here = world({"a": source(delay=0.5), "b": source(delay=2.0)})
    here.add("https://news.example/1", source="a")
    here.add("https://news.example:8443/2", source="b")
    here.open()
    first = here.take()
    began = here.clock.now
    here.over(first)
    here.over(here.take())
    assert here.clock.now - began == pytest.approx(2.0 + MARGIN_S)


def test_the_pace_goes_on_where_the_last_run_left_it(world):
    here = world({"news": source(delay=60.0)})
    here.add(f"{HOME}1", f"{HOME}2")
    here.open()
    here.over(here.take())
    here.clock.now += 10.0
    here.open()
    began = here.clock.now
    here.take()
    assert here.clock.now - began == pytest.approx(50.0 + MARGIN_S + MAX_DOUBT_S)


@pytest.mark.parametrize(
    ("fresh_robots", "later", "path"),
    [(False, 2.0, "2"), (True, 2.0, "robots.txt"), (False, 7 * 3600.0, "robots.txt")],
)
def test_a_crawl_delay_told_to_an_earlier_run_holds_from_the_first_request(
    world, fresh_robots, later, path
):
    here = world({"news": source(obey_robots=True)})
    here.add(f"{HOME}1", f"{HOME}2", f"{HOME}3")
    here.open()
    robots = here.take()
    here.queue.set_rules(robots.origin, 200, b"User-agent: *\nCrawl-delay: 100")
    here.queue.finish(robots)
    here.over(here.take())
    here.clock.now += later
    here.open(fresh_robots=fresh_robots)
    if later > MAX_AGE_S:
        # Another run, by another source, was there a moment ago.
        here.frontier.hosts.note_start("news.example", here.clock.now)
        here.open()
    began = here.clock.now
    assert here.take().url == HOME + path
    assert here.clock.now - began >= 100.0 - min(later, 2.0)


def test_what_is_served_after_a_refusal_does_not_end_the_pause(world):
    here = world({"news": source(delay=0.0, concurrency=2)})
    here.add(f"{HOME}1", f"{HOME}2", f"{HOME}3")
    here.open()
    refused, served = here.take(), here.take()
    here.queue.refused(refused, 100.0)
    here.queue.finish(refused)
    here.over(served)
    for _ in range(2):
        began = here.clock.now
        here.take()
        assert here.clock.now - began == pytest.approx(100.0)
        here.clock.now = began
        here.open()


def test_the_robots_txt_of_another_host_is_asked_for_at_its_pace(world):
    here = world({"news": source(obey_robots=True, delay=60.0)})
    here.add(f"{HOME}1")
    here.frontier.hosts.note_start("www.news.example", here.clock.now)
    here.open()
    robots = here.take()
    here.queue.follow_robots(robots, "https://www.news.example/robots.txt")
    here.queue.finish(robots)
    began = here.clock.now
    assert here.take().host == "www.news.example"
    assert here.clock.now - began >= 60.0


def test_a_slow_connection_holds_the_next_request_back(world):
    here = world({"news": source(concurrency=4)})
    here.add(f"{HOME}1", f"{HOME}2")
    here.open()
    first = here.queue.next()
    here.clock.now += 5.0
    assert here.queue.next() == math.inf
    here.queue.sent(first)
    # Not answered yet, so it may have arrived a little later than it left.
    assert here.queue.next() == pytest.approx(1.0 + MAX_DOUBT_S + MARGIN_S)
    here.over(first)
    assert here.queue.next() == pytest.approx(1.0 + MARGIN_S)


def test_hosts_do_not_wait_for_one_another(world):
    here = world({"news": source(delay=1000.0)})
    here.add(*(f"https://host{number}.example/" for number in range(8)))
    here.open()
    for _ in range(8):
        assert isinstance(here.queue.next(), Fetch)


def test_concurrency_of_a_source_and_of_the_whole(world):
    here = world({"news": source(delay=0.0, concurrency=2)}, concurrency=3)
    here.add(*(f"https://a.example/{number}" for number in range(5)))
    here.add(*(f"https://b.example/{number}" for number in range(5)))
    here.open()
    running = [here.queue.next() for _ in range(3)]
    assert [turn.host for turn in running].count("a.example") <= 2
    assert here.queue.next() == math.inf
    here.over(running[0])
    assert isinstance(here.queue.next(), Fetch)


def test_listings_first_then_requisites_then_pages_and_redirects_before_all_of_their_rank(world):
    here = world({"news": source(delay=0.0)})
    here.add(f"{HOME}page")
    here.add(f"{HOME}moved", why=Why.REDIRECT)
    here.add(f"{HOME}p.png", kind=Kind.REQUISITE)
    here.add(f"{HOME}feed", kind=Kind.FEED)
    here.open()
    names = [url.removeprefix(HOME) for url in here.visit_all()]
    assert names == ["feed", "p.png", "moved", "page"]


def test_what_is_learnt_meanwhile_is_visited_in_the_same_run(world):
    here = world({"news": source(delay=0.0)})
    here.add(f"{HOME}feed", kind=Kind.FEED)
    here.open()
    feed = here.take()
    assert here.queue.learn(entries(f"{HOME}a", "https://other.example/b")) == 2
    here.over(feed)
    assert sorted(here.visit_all()) == [f"{HOME}a", "https://other.example/b"]


def test_what_every_page_names_is_asked_of_the_frontier_once_in_a_while(world):
    here = world({"news": source(delay=0.0)})
    here.add(f"{HOME}page")
    here.open()
    page = here.take()
    style = {"kind": Kind.REQUISITE, "stale_before": math.inf}
    assert here.queue.learn(entries(f"{HOME}a.css", **style)) == 1
    here.over(page)
    assert here.visit_all() == [f"{HOME}a.css"]
    # Never fresh enough, and yet not fetched for the next page again: only later.
    here.clock.now += 60
    assert here.queue.learn(entries(f"{HOME}a.css", **style)) == 0
    assert here.visit_all() == []
    here.clock.now += 600
    here.queue.learn(entries(f"{HOME}a.css", **style))
    assert here.visit_all() == [f"{HOME}a.css"]


def test_what_is_named_again_and_stays_as_it_was_makes_no_host_be_read_anew(world):
    here = world({"news": source(delay=0.0)})
    here.add(*(f"{HOME}{number}" for number in range(3)))
    here.open()
    first = here.take()
    (host,) = here.queue._hosts.values()
    here.queue.learn(entries(f"{HOME}1", f"{HOME}2"))
    assert not host.stale
    here.queue.learn(entries(f"{HOME}4"))
    assert host.stale
    here.over(first)
    assert here.visit_all() == [f"{HOME}1", f"{HOME}2", f"{HOME}4"]


def test_a_million_due_addresses_are_not_held_in_memory(world):
    here = world({"news": source(delay=0.0)})
    here.add(*(f"{HOME}{number}" for number in range(3000)))
    queue = here.open()
    here.over(here.take())
    held = sum(len(host.waiting) for host in queue._hosts.values())
    assert held <= 64
    assert len(here.visit_all()) == 2999


def test_robots_txt_comes_first_and_only_once_for_an_origin(world):
    here = world({"news": source(obey_robots=True, delay=0.0, concurrency=8)})
    here.add(*(f"{HOME}{number}" for number in range(5)), f"{HOME}no/1", "http://news.example/x")
    here.open()
    first = here.queue.next()
    assert (first.kind, first.url) == (Kind.ROBOTS, f"{HOME}robots.txt")
    # Nothing of the host leaves before its rules are known.
    assert here.queue.next() == math.inf
    here.queue.set_rules(first.origin, 200, b"User-agent: *\nDisallow: /no/")
    here.queue.finish(first)
    visited = here.visit_all()
    assert here.skipped == [(f"{HOME}no/1", Outcome.ROBOTS_DISALLOWED)]
    assert [url for url in visited if "robots" in url] == ["http://news.example/robots.txt"]
    assert len(visited) == 7


def feed_settled(here: World, fetch: Fetch, due_at: float) -> None:
    visit = Visit(State.FETCHED, Outcome.CAPTURED, due_at, fetched_at=here.clock.now)
    here.frontier.settle(fetch.url, visit)
    here.queue.finish(fetch)


def test_a_feed_comes_due_again_while_pages_are_fetched(world):
    here = world({"news": source(delay=1.0)})
    here.add(f"{HOME}feed", kind=Kind.FEED)
    here.add(*(f"{HOME}{number}" for number in range(40)))
    here.open()
    asked = []
    for _ in range(36):
        fetch = here.take()
        asked.append(fetch.url)
        if fetch.kind is Kind.FEED:
            feed_settled(here, fetch, here.clock.now + 10.0)
        else:
            here.over(fetch)
    turns = [number for number, url in enumerate(asked) if url.endswith("feed")]
    assert (turns[0], [later - earlier for earlier, later in pairwise(turns)]) == (0, [10, 10, 10])


@pytest.mark.parametrize("patient", [False, True])
def test_a_run_ends_when_nothing_is_due_now_and_a_watch_waits_for_what_will_be(world, patient):
    here = world({"news": source(delay=0.0)})
    here.add(f"{HOME}feed", kind=Kind.FEED)
    here.open(patient=patient)
    feed = here.take()
    feed_settled(here, feed, here.clock.now + 30.0)
    assert here.queue.next() == (30.0 if patient else None)
    here.clock.now += 30.0
    assert isinstance(here.queue.next(), Fetch)


def test_a_backlog_holds_up_neither_listings_nor_news_nor_checks(world):
    here = world({"news": source(delay=0.0)})
    here.add(*(f"{HOME}old{number}" for number in range(30)), lane=Lane.BACKFILL)
    here.add(f"{HOME}checked", lane=Lane.CHECK)
    here.open()
    here.over(here.take())
    page = here.take()
    here.queue.learn(entries(f"{HOME}old.png", kind=Kind.REQUISITE, lane=Lane.BACKFILL_REQUISITE))
    here.queue.learn(entries(f"{HOME}fresh"))
    here.queue.learn(entries(f"{HOME}feed", kind=Kind.FEED))
    here.queue.learn(entries(f"{HOME}fresh.png", kind=Kind.REQUISITE))
    here.over(page)
    names = [url.removeprefix(HOME) for url in here.visit_all()][:5]
    assert names == ["feed", "fresh.png", "fresh", "old.png", "old1"]


def test_sources_on_one_host_take_turns(world):
    here = world({name: source(delay=0.0) for name in "abc"})
    for name in "abc":
        here.add(*(f"{HOME}{name}{number}" for number in range(20)), source=name)
    here.open()
    first = [url.removeprefix(HOME)[0] for url in here.visit_all()[:30]]
    assert sorted(first.count(name) for name in "abc") == [10, 10, 10]


def test_a_host_that_many_sources_share_serves_them_all(world):
    here = world({f"s{number}": source(delay=0.0) for number in range(20)})
    for name in here.sources:
        here.add(f"{HOME}{name}", source=name)
    here.open()
    assert len(here.visit_all()) == 20


def test_what_is_handed_out_is_given_to_nobody_else_until_a_run_takes_it_back(world):
    here = world({"news": source(delay=0.0, concurrency=2)})
    here.add(f"{HOME}1")
    here.open()
    taken = here.take()
    assert here.frontier.take_due("news", "news.example", until=here.clock.now, limit=9) == []
    here.open()
    assert here.take().url == taken.url


def rebuff(here: World, fetch: Fetch) -> float:
    seconds = here.queue.rebuffed(fetch)
    here.settle(fetch.url)
    here.queue.finish(fetch)
    return seconds


def test_a_host_that_serves_nothing_is_slowed_down_and_then_rests(world):
    here = world({"news": source(delay=0.1)})
    here.add(*(f"{HOME}{number}" for number in range(60)))
    here.open()
    starts = []
    while not rebuff(here, here.take()):
        starts.append(here.clock.now)
    gaps = [round(later - earlier) for earlier, later in pairwise(starts)]
    assert gaps == [0, 0, 0, 1, 2, 4]
    assert here.queue.next() is None
    assert here.queue.paused == {"news.example"}
    # Whatever comes first after the rest decides: nothing again, and it rests for longer.
    here.clock.now += REST_S
    here.open()
    assert rebuff(here, here.take()) == 2 * REST_S
    here.clock.now += 2 * REST_S
    here.open()
    here.over(here.take())
    assert len(here.visit_all()) == 60 - REST_AFTER - 2


def test_one_page_that_is_served_ends_a_row_of_those_that_are_not(world):
    here = world({"news": source(delay=0.1)})
    here.add(*(f"{HOME}{number}" for number in range(60)))
    here.open()
    for number in range(60):
        fetch = here.take()
        if number % 7 == 6:
            here.over(fetch)
        else:
            assert rebuff(here, fetch) == 0.0


def test_a_pause_that_was_written_by_a_clock_ahead_ends_within_a_day(world):
    here = world()
    here.add(f"{HOME}1")
    here.frontier.hosts.note_refusals("news.example", 1, here.clock.now + 365 * 86400.0)
    here.open(patient=True)
    began = here.clock.now
    here.clock.now += MAX_PAUSE_S - 90.0
    here.take()
    assert here.clock.now - began == pytest.approx(MAX_PAUSE_S)


def test_a_host_that_was_down_is_tried_again_after_a_while(world):
    here = world({"news": source(delay=0.0)})
    here.add(*(f"{HOME}{number}" for number in range(5)))
    here.open(patient=True)
    for _ in range(3):
        fetch = here.take()
        here.queue.unanswered(fetch)
        here.settle(fetch.url)
        here.queue.finish(fetch)
    here.queue.next()
    assert [outcome for _, outcome in here.skipped] == [Outcome.HOST_DOWN] * 2
    here.add(f"{HOME}late")
    here.clock.now += DOWN_S
    here.queue.learn(entries(f"{HOME}later"))
    assert here.take().url == f"{HOME}late"


def test_setting_the_machines_clock_back_stops_nobody(world):
    here = world({"news": source(delay=5.0)})
    here.add(f"{HOME}1", f"{HOME}2")
    here.open()
    here.over(here.take())
    here.clock.now -= 86400.0
    here.open()
    began = here.clock.now
    here.take()
    assert here.clock.now - began == pytest.approx(5.0 + MARGIN_S)
