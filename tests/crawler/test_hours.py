"""Hours and room: what is not fetched now, and when it is."""

from datetime import UTC, datetime

import pytest

from archive.config import Source
from archive.errors import OutOfRoom
from archive.layout import create_archive
from crawler.frontier import Lane, NewUrl
from crawler.hours import closed_until
from crawler.outcomes import Kind, Why
from crawler.space import Space, left_out
from tests.crawler.loopless import World, feed, page

HOME = "https://night.example/"


def moment(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


@pytest.mark.parametrize(
    ("hours", "zone", "now", "opens"),
    [
        (["22:00-06:00"], "UTC", "2026-03-01T23:30", None),
        (["22:00-06:00"], "UTC", "2026-03-01T05:59", None),
        (["22:00-06:00"], "UTC", "2026-03-01T06:00", "2026-03-01T22:00"),
        (["08:00-12:00", "13:00-24:00"], "UTC", "2026-03-01T12:30", "2026-03-01T13:00"),
        (["08:00-12:00", "13:00-24:00"], "UTC", "2026-03-02T00:00", "2026-03-02T08:00"),
        (["00:00-24:00"], "UTC", "2026-03-01T12:00", None),
        (["22:00-06:00"], "America/New_York", "2026-01-05T02:00", "2026-01-05T03:00"),
        # The clocks go forward at 02:00: what begins in the hour that is not there is late by one.
        (["02:30-04:00"], "Europe/Berlin", "2026-03-28T23:00", "2026-03-29T01:30"),
        (["02:30-04:00"], "Europe/Berlin", "2026-03-29T02:00", "2026-03-30T00:30"),
    ],
)
def test_hours_are_those_of_the_zone(hours, zone, now, opens):
    source = Source(name="x", url=HOME, hours=hours, zone=zone)
    assert closed_until(source, moment(now)) == (moment(opens) if opens else 0.0)


@pytest.mark.parametrize(
    "values", [{"hours": ["25:00-26:00"]}, {"hours": ["22-6"]}, {"zone": "Mars/Olympus"}]
)
def test_hours_that_are_none_are_refused(values):
    with pytest.raises(ValueError, match=r"expected hours such as|expected a time zone"):
        Source(name="x", url=HOME, **values)


def test_a_host_is_left_alone_outside_of_its_hours_whoever_has_anything_there(tmp_path):
    night = Source(name="n", url=HOME, feeds=[f"{HOME}feed"], delay=1.0, requisites="none",
                   hours=["22:00-06:00"])  # fmt: skip
    other = Source(
        name="o", url="https://day.example/", feeds=["https://day.example/feed"], delay=1.0,
        hosts=["day.example", "night.example"], requisites="none",
    )  # fmt: skip

    def server(fetch, now):
        if "robots" in fetch.url:
            return None
        return feed(f"{HOME}{fetch.source_id}") if fetch.url.endswith("feed") else page("x")

    world = World(tmp_path, {"night": night, "other": other}, server)
    world.now = moment("2026-03-01T12:00")
    world.run()
    assert {url for _, url in world.asked if "robots" not in url} == {"https://day.example/feed"}
    assert world.harvest.queue.closed == {"night.example"}
    # A watch comes at the minute at which they begin, and not before.
    world.run(until=moment("2026-03-01T22:10"), patient=True)
    first = min(at for at, url in world.asked if url.startswith(HOME))
    assert 0 <= first - moment("2026-03-01T22:00") < 2
    assert {f"{HOME}feed", f"{HOME}night", f"{HOME}other"} <= {url for _, url in world.asked}
    world.now = moment("2026-03-02T06:01")
    before = len(world.asked)
    world.run(until=moment("2026-03-02T09:00"), patient=True)
    assert not [url for _, url in world.asked[before:] if url.startswith(HOME)]


def test_old_pages_are_left_out_first_and_news_last(tmp_path):
    archive = create_archive(tmp_path / "a", contact="mailto:x@y.example")
    crawl = World(tmp_path, {}, lambda *_: None).config.crawl
    crawl = crawl.model_copy(update={"budget_bytes": 1000, "spare_bytes": 400, "min_free_bytes": 0})
    space = Space(archive, crawl)
    told = [(space.look(written), space.left_out)[1] for written in (0, 601, 801, 901, 999)]
    assert told == [
        "",
        "old pages",
        "old pages, pictures and styles",
        "all but news",
        "all but news",
    ]
    assert set(Lane) - set(space.look(601)) == {Lane.BACKFILL, Lane.BACKFILL_REQUISITE}
    assert set(space.look(999)) == {
        Lane.URGENT, Lane.URGENT_REQUISITE, Lane.LISTING, Lane.NEWS,
    }  # fmt: skip
    assert left_out(400, 400) == ""
    with pytest.raises(OutOfRoom, match="budget_bytes"):
        space.look(1000)


def test_what_is_left_out_waits_and_is_fetched_when_there_is_room(tmp_path):
    source = Source(name="n", url=HOME, feeds=[f"{HOME}feed"], delay=1.0, requisites="none")
    world = World(tmp_path, {"n": source}, lambda fetch, _: page("x"))
    queue = world.open().queue
    old = NewUrl(f"{HOME}old", "n", Kind.ARTICLE, Why.SITEMAP, lane=Lane.BACKFILL)
    queue.use_lanes(lane for lane in Lane if lane < Lane.BACKFILL_REQUISITE)
    queue.learn([old])

    def handed_out() -> list[str]:
        urls = []
        while not isinstance(turn := queue.next(), float | None):
            queue.sent(turn)
            queue.finish(turn)
            urls.append(turn.url)
            if "robots" in turn.url:
                queue.set_rules(turn.origin, 404, b"")
            world.now += 5
        return urls

    assert f"{HOME}old" not in handed_out()
    queue.use_lanes(Lane)
    assert f"{HOME}old" in handed_out()
