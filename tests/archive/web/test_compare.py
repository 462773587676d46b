"""Two versions of an article beside each other."""

import lxml.html
import pytest

from tests.archive.replay.shelf import Shelf
from tests.archive.web.room import serve
from tests.archive.web.shelves import EVIL_TITLE, LATER, PROSE, SENTENCE, T1, T2, T3, article
from tests.archive.web.test_pages import find_article

PAGE = "http://post.test/news/ferry.html"
COUNTS = "The ferry carried 1,900 people on Sunday, and 2.5% of them paid nothing at all that day."


@pytest.fixture(scope="module")
def ferry(tmp_path_factory):
    root = tmp_path_factory.mktemp("compare") / "archive"
    shelf = Shelf(root)
    recount = COUNTS.replace("1,900", "2,600").replace("2.5%", "3.5%")
    shelf.put(PAGE, article("Ferry counts", *PROSE, COUNTS), at=T1, kind="article")
    shelf.put(PAGE, article("Ferry counts", *PROSE, recount), at=T2, kind="article")
    moved = article(f"Ferry recount {EVIL_TITLE}", recount, *PROSE[1:], LATER, PROSE[0])
    shelf.put(PAGE, moved, at=T3, kind="article")
    shelf.index()
    shelf.close()
    with serve(root) as running, running.ask_room() as room:
        yield room


def compared(room, **parameters):
    found = find_article(room, "ferry")
    reply = room.get(f"/articles/{found['article_id']}/compare", params=parameters)
    assert reply.status_code == 200, reply.text
    return lxml.html.fromstring(reply.text)


def texts(page, tag):
    return [element.text_content() for element in page.iter(tag)]


def test_numbers_that_changed_are_shown_whole(ferry):
    page = compared(ferry, before="1", after="2")
    assert texts(page, "del") == ["1,900", "2.5%"]
    assert texts(page, "ins") == ["2,600", "3.5%"]
    assert page.find_class("count")[0].text_content() == "1 paragraph changed"


def test_without_names_the_last_change_is_shown_and_moved_paragraphs_are_named(ferry):
    page = compared(ferry)
    rows = {tuple(row.get("class").split()) for row in page.find_class("moved")}
    assert rows == {("moved", "text")}
    assert "moved" in page.find_class("count")[0].text_content()
    assert LATER in texts(page, "ins")


def test_any_two_versions_are_compared_also_inline(ferry):
    side, inline = (
        compared(ferry, before="1", after="3", view=view) for view in ("side", "inline")
    )
    assert len(side.find_class("compare")) == 1
    assert inline.find_class("compare") == []
    assert "Ferry counts" in side.xpath("string(//tr[contains(@class, 'title')]/td[1])")
    for tag in ("ins", "del"):
        assert texts(side, tag) == texts(inline, tag)
    assert SENTENCE in inline.text_content()


def test_the_article_page_leads_to_the_comparison_of_each_edit(ferry):
    found = find_article(ferry, "ferry")
    page = lxml.html.fromstring(ferry.get(f"/articles/{found['article_id']}").text)
    links = [link for link in page.xpath("//a/@href") if "/compare?" in link]
    assert links
    assert all(ferry.get(link).status_code == 200 for link in links)


def test_one_version_or_an_unknown_one_is_said_to_be(ferry, room):
    single = find_article(room, "seals")
    assert room.get(f"/articles/{single['article_id']}/compare").status_code == 404
    found = find_article(ferry, "ferry")
    reply = ferry.get(f"/articles/{found['article_id']}/compare", params={"before": "9"})
    assert reply.status_code == 404
    assert "expected a number from 1 to 3" in reply.text
