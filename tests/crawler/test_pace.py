"""The pace of each host, by a clock of the test's own: distances, pauses, rests."""

import math
from itertools import pairwise

import pytest

from crawler.fetch import Fetch
from crawler.outcomes import Outcome
from crawler.politeness import (
    DOWN_S,
    MARGIN_S,
    MAX_DOUBT_S,
    MAX_PAUSE_S,
    REST_AFTER,
    REST_S,
)
from crawler.robots import MAX_AGE_S
from tests.crawler.queueing import HOME, World, entries, source


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
