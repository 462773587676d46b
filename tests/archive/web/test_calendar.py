"""The calendar of one address; marks, the way back and links on the article page."""

import lxml.html
import pytest

from tests.archive.replay.shelf import Shelf
from tests.archive.web.room import serve
from tests.archive.web.shelves import PROSE, article

PAGE = "http://post.test/news/lamp.html"
OTHER = "http://post.test/news/keeper.html"
WORDS = "the lamp was lit again"
DAYS = ("20250331080000", "20250331200000", "20250402080000", "20260101080000")


@pytest.fixture(scope="module")
def room(tmp_path_factory):
    root = tmp_path_factory.mktemp("calendar") / "archive"
    shelf = Shelf(root)
    first = article("The lamp", *PROSE)
    for at in DAYS[:3]:
        shelf.put(PAGE, first, at=at, kind="article")
    shelf.put(PAGE, b"<h1>503</h1>", at="20250403080000", status="503 Busy", kind="article")
    shelf.put(
        PAGE, article("The lamp", *PROSE, "Lit: <b>&lt;b&gt;</b>."), at=DAYS[3], kind="article"
    )
    link = f'On Monday <a href="/news/lamp.html">{WORDS}</a>, to the joy of the crews at sea.'
    shelf.put(OTHER, article("The keeper", *PROSE, link), at=DAYS[0], kind="article")
    shelf.index()
    shelf.close()
    with serve(root) as running, running.ask_room() as asking:
        yield asking


def test_a_front_page_that_no_crawl_visits_says_so_and_leads_to_what_lies_below(room):
    reply = room.get("/captures", params={"url": "http://post.test/"})
    assert reply.status_code == 404
    found = lxml.html.fromstring(reply.text).find(".//main")
    assert "It is the front page of post" in text_of(found)
    links = found.xpath(".//a/@href")
    assert "/sources/post" in links
    assert page(room, next(link for link in links if link.endswith("%2A"))).find_class("count")
    other = room.get("/captures", params={"url": "http://post.test/none"}).text
    assert "front page" not in other


def page(room, path, **parameters):
    reply = room.get(path, params=parameters or None)
    assert reply.status_code == 200, reply.text
    return lxml.html.fromstring(reply.text)


def text_of(element) -> str:
    return " ".join(element.text_content().split())


def test_an_address_has_a_calendar_of_the_days_with_captures(room):
    found = page(room, "/captures", url=PAGE)
    assert [text_of(e) for e in found.xpath("//details[@class='year']/summary")] == [
        "2026 1 capture",
        "2025 4 captures",
    ]
    rows = [text_of(row) for row in found.xpath("//table[@class='calendar']//tr")]
    assert rows == [
        "January 20261 January 2026, something new",
        "March 202531 March 2025, something new×2 captures on 31 March 2025",
        "April 20252 April 2025 3 April 2025",
    ]
    changed = found.xpath("//table[@class='calendar']//a[@class='changed']/@href")
    assert changed == [f"/view/{DAYS[3]}/{PAGE}", f"/view/{DAYS[0]}/{PAGE}"]
    (day,) = found.xpath("//table[@class='calendar']//a[@class='small']/@href")
    assert text_of(page(room, day).find_class("count")[0]) == "2 captures"
    assert not page(room, "/captures", url="http://post.test/*").find_class("calendar")


def test_an_article_that_comes_from_a_search_is_marked_and_leads_back(room):
    (link,) = page(room, "/", q="keeper joy").xpath("//article/h2/a/@href")
    found = page(room, link)
    assert {mark.text_content() for mark in found.iter("mark")} == {"keeper", "joy"}
    assert found.xpath("//a[contains(., 'Back to the results')]/@href") == ["/?q=keeper%20joy"]
    plain = page(room, link.partition("?")[0])
    assert not list(plain.iter("mark"))
    assert "Back to the results" not in plain.text_content()
    hostile = room.get(link.partition("?")[0], params={"q": '<script>"crews (OR'})
    assert "<script>" not in hostile.text
    assert "<mark>crews</mark>" in hostile.text


def test_an_article_says_who_links_to_it_and_what_it_links_to(room):
    (lamp,) = page(room, "/", q="title:lamp").xpath("//article/h2/a/@href")
    section = text_of(page(room, lamp).xpath("//section[@aria-labelledby='links']")[0])
    assert "The keeper The Post" in section
    assert f"the link says {WORDS}" in section
    (keeper,) = page(room, "/", q="title:keeper").xpath("//article/h2/a/@href")
    out = page(room, keeper).xpath("//section[@aria-labelledby='links']//details//a/@href")
    assert out == ["/captures?url=http%3A%2F%2Fpost.test%2Fnews%2Flamp.html"]
