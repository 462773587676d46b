"""What happened, as a page, as a feed and as JSON."""

import feedparser
import lxml.html
import pytest

from tests.archive.replay.shelf import Shelf
from tests.archive.web.room import serve
from tests.archive.web.shelves import LATER, PROSE, T1, T2, T3, article

PAPER = "http://post.test/news/"
STORIES = 7


@pytest.fixture(scope="module")
def busy(tmp_path_factory):
    """Seven articles of one second; two edited, one of them and its title once more."""
    root = tmp_path_factory.mktemp("events") / "archive"
    shelf = Shelf(root)
    for number in range(STORIES):
        text = [f"{paragraph} It was tide {number}, they say." for paragraph in PROSE]
        page = article(f"Tide {number} at the pier", *text, author=f"Ada Quay{number}")
        shelf.put(f"{PAPER}{number}.html", page, at=T1, kind="article")
        if number < 2:
            edited = article(f"Tide {number} at the pier", *text, LATER, author=f"Ada Quay{number}")
            shelf.put(f"{PAPER}{number}.html", edited, at=T2, kind="article")
        if number == 0:
            retitled = article("High water at the pier", *text, LATER, author="Ada Quay0")
            shelf.put(f"{PAPER}{number}.html", retitled, at=T3, kind="article")
    shelf.index()
    shelf.close()
    with serve(root) as running, running.ask_room() as room:
        yield room


def listed(room, **parameters):
    reply = room.get("/api/v1/events", params=parameters)
    assert reply.status_code == 200, reply.text
    return reply.json()


def test_events_come_newest_first_page_by_page_without_gap_or_repeat(busy):
    whole = listed(busy)["events"]
    assert [event["kind"] for event in whole[:3]] == ["retitled", "edited", "edited"]
    assert [event["kind"] for event in whole[3:]] == ["published"] * STORIES
    paged, after = [], ""
    while after is not None:
        page = listed(busy, limit=2, after=after)
        paged += page["events"]
        after = page["after"]
    assert paged == whole


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"kind": "edited"}, ["edited"] * 2),
        ({"from": "2026-03"}, ["retitled"]),
        ({"from": "2026-02-02", "to": "2026-02-02"}, ["edited"] * 2),
        ({"author": "quay1"}, ["edited", "published"]),
        ({"source": "nosuch"}, []),
    ],
)
def test_events_are_narrowed(busy, asked, expected):
    assert [event["kind"] for event in listed(busy, **asked)["events"]] == expected


def test_the_page_leads_to_the_comparison_and_keeps_what_was_asked(busy):
    page = lxml.html.fromstring(busy.get("/events", params={"kind": "edited"}).text)
    assert page.xpath("string(//select[@id='kind']/option[@selected]/@value)") == "edited"
    rows = page.xpath("//ol[@class='events']/li")
    assert len(rows) == 2
    for row in rows:
        [link] = row.xpath(".//a[contains(@href, '/compare?')]/@href")
        compared = busy.get(link)
        assert compared.status_code == 200
        assert LATER[:40] in compared.text
    assert "Nothing of that happened" in busy.get("/events", params={"kind": "removed"}).text


def test_the_feed_of_what_was_asked_is_announced_and_read(busy):
    page = lxml.html.fromstring(busy.get("/events", params={"kind": "retitled"}).text)
    [where] = page.xpath("//link[@rel='alternate']/@href")
    reply = busy.get(where)
    assert reply.headers["content-type"].startswith("application/atom+xml")
    feed = feedparser.parse(reply.content)
    assert not feed.bozo
    [entry] = feed.entries
    assert entry.title == "retitled silently: High water at the pier"
    assert entry.updated == "2026-03-02T00:00:00Z"
    assert "/compare?" in entry.link


@pytest.mark.parametrize("asked", [{"kind": "lost"}, {"from": "yesterday"}, {"to": "2026-1"}])
def test_what_cannot_be_asked_is_said(busy, asked):
    assert busy.get("/api/v1/events", params=asked).status_code == 422
    assert busy.get("/events", params=asked).status_code == 422


def test_a_place_to_continue_from_that_is_none_is_an_error(busy):
    assert busy.get("/api/v1/events", params={"after": "'; drop"}).status_code == 404


def test_pages_of_events_up_to_a_date_come_to_an_end(busy):
    whole = listed(busy, to="2026")["events"]
    paged, after = [], ""
    while after is not None and len(paged) <= len(whole):
        page = listed(busy, limit=2, to="2026", after=after)
        paged += page["events"]
        after = page["after"]
    assert paged == whole
