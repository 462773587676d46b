"""What a front page led with: in its order, at each of its captures, and of each day."""

import lxml.html
import pytest

from archive.replay.origins import Origins
from archive.web.app import create_room
from tests.archive.replay.shelf import Shelf
from tests.archive.web.direct import asking
from tests.archive.web.shelves import LATER, PROSE, SEALS, T1, article

FRONT = "http://post.test/"
STORM, SEALED = "http://post.test/news/storm-1.html", "http://post.test/news/seals-2.html"


def front(*links, base=""):
    listed = "".join(f'<li><a href="{href}">{words}</a></li>' for href, words in links)
    head = f'<base href="{base}">' if base else ""
    return f"<!doctype html><html><head>{head}</head><body><ul>{listed}</ul></body></html>".encode()


@pytest.fixture(scope="module")
def room(tmp_path_factory):
    shelf = Shelf(tmp_path_factory.mktemp("front") / "archive")
    shelf.put(STORM, article("Storm over the quay", *PROSE, LATER), at=T1, kind="article")
    shelf.put(SEALED, article("Forty-one seals", *SEALS), at=T1, kind="article")
    first = front(
        ("/about", "About us"),
        ("/news/seals-2.html#top", "<img src=x>"),
        ("news/seals-2.html", "Seals &lt;b&gt;galore&lt;/b&gt;"),
        ("http://[", "Broken"),
        (STORM, "Wall held"),
        (SEALED, "Seals"),
    )
    shelf.put(FRONT, first, at="20260102060000", kind="section")
    second = front(("storm-1.html", "The wall"), base="/news/")
    shelf.put(FRONT, second, at="20260103060000", kind="section")
    shelf.put(FRONT, b"", at="20260103180000", kind="section")
    shelf.index()
    shelf.close()
    return asking(
        create_room(shelf.archive, Origins.on_loopback(8080, 8081)), "http://127.0.0.1:8080"
    )


def leads(room, at):
    page = lxml.html.fromstring(room.get("/front", params={"url": FRONT, "at": at}).text)
    return [link.text_content() for link in page.xpath("//ol[@class='leads']//a")], page


def test_each_article_once_in_the_order_and_words_of_the_page(room):
    found, page = leads(room, "2026-01-02")
    assert found == ["Seals <b>galore</b>", "Wall held"]
    storm = page.xpath("//ol[@class='leads']//a/@href")[1]
    assert "Storm over the quay" in room.get(storm).text
    assert page.xpath("//a[@rel='next']/@href")[0].endswith("&at=20260103060000")
    assert leads(room, "20260103060000")[0] == ["The wall"]
    assert leads(room, "2026-01-03")[0] == []


@pytest.mark.parametrize(
    ("url", "at", "status"),
    [
        ("http://post.test/none", "2026-01-02", 404),
        ("no address", "2026-01-02", 404),
        (FRONT, "2026-13-02", 404),
        (FRONT, "tomorrow", 422),
    ],
)
def test_what_is_no_page_or_no_day_is_said_to_be_none(room, url, at, status):
    assert room.get("/front", params={"url": url, "at": at}).status_code == status
