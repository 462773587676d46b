"""The queue by a clock of the test's own: order, turns, limits, what stays in memory."""

import math
from itertools import pairwise

import pytest

from crawler.fetch import Fetch
from crawler.frontier import Lane, Visit
from crawler.outcomes import Kind, Outcome, State, Why
from tests.crawler.queueing import HOME, World, entries, source


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
