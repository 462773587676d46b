"""Every statement names the version it is of: hits, the bar of the replay, the card."""

import json

import lxml.html
import pytest
from click.testing import CliRunner

from archive.cli import cli
from tests.archive.replay.shelf import Shelf
from tests.archive.web.room import serve
from tests.archive.web.shelves import PROSE, T1, T2, T3, article

PAGE = "http://post.test/town/library.html"
LAST = "20260402000000"
OLD = "The library stays shut for nineteen weeks, the clerk told the meeting."
NEW = "The library opens again on Saturday, a good deal sooner than was thought."
JAPANESE = (
    "図書館は来月から改修のため休館する。市によると工事は十九週間かかり、再開は秋になる。" * 4
)


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    root = tmp_path_factory.mktemp("versions") / "archive"
    shelf = Shelf(root)
    shelf.put(PAGE, article("Library shuts its doors", *PROSE, OLD), at=T1, kind="article")
    shelf.put(PAGE, article("Library opens again", *PROSE, NEW), at=T2, kind="article")
    shelf.put(PAGE, article("Library opens again", *PROSE, NEW), at=T3, kind="article")
    shelf.put(PAGE, b"<h1>404</h1>", at=LAST, status="404 Not Found", kind="article")
    japanese = article("図書館が休館へ", JAPANESE).replace(b'lang="en"', b'lang="ja"')
    shelf.put("http://post.test/ja/1.html", japanese, at=T1, kind="article")
    shelf.index()
    shelf.close()
    return root


@pytest.fixture(scope="module")
def room(root):
    with serve(root) as running, running.ask_room() as asking:
        yield asking


def page(room, path, **parameters):
    reply = room.get(path, params=parameters or None)
    assert reply.status_code == 200, reply.text
    return lxml.html.fromstring(reply.text)


def text_of(element) -> str:
    return " ".join(element.text_content().split())


def hits(room, query):
    return room.get("/api/v1/search", params={"q": query}).json()["hits"]


@pytest.mark.parametrize("query", ['"nineteen weeks"', "earlier:nineteen", "library nineteen"])
def test_a_hit_in_an_earlier_version_is_of_that_version(room, query):
    (hit,) = hits(room, query)
    assert hit["in_earlier"] is True
    assert (hit["title"], hit["timestamp"], hit["captured_at"]) == (
        "Library shuts its doors",
        T1,
        T1,
    )
    assert hit["replay"].endswith(f"/web/{T1}/{PAGE}")
    read = page(room, "/articles/" + hit["page"].partition("/articles/")[2])
    assert OLD in read.text_content()
    assert f"version={hit['version_id']}" in hit["page"]


@pytest.mark.parametrize("query", ["library", "saturday", "saturday OR nineteen", "source:post"])
def test_a_hit_in_the_current_version_is_of_that(room, query):
    found = {hit["title"]: hit for hit in hits(room, query)}
    hit = found["Library opens again"]
    assert (hit["in_earlier"], hit["timestamp"]) == (False, T2)
    assert "version=" not in hit["page"]


def test_the_list_and_the_command_say_that_a_hit_is_of_an_earlier_version(room, root):
    (hit,) = page(room, "/", q="nineteen").find_class("hit")
    assert "in an earlier version" in text_of(hit)
    (link,) = hit.xpath(".//h2/a/@href")
    assert OLD in page(room, link).text_content()
    assert f"/view/marked/words:nineteen/{T1}/{PAGE}" in hit.xpath(".//a/@href")
    printed = CliRunner().invoke(cli, ["-C", str(root), "search", "nineteen"]).stdout
    assert "Library shuts its doors" in printed
    assert "in an earlier version" in printed
    line = CliRunner().invoke(cli, ["-C", str(root), "search", "nineteen", "--json"]).stdout
    assert json.loads(line)["in_earlier"] is True


@pytest.mark.parametrize(
    ("at", "title"), [(T1, "Library shuts its doors"), (T3, "Library opens again")]
)
def test_the_bar_names_what_the_page_was_called_then(room, at, title):
    frame = page(room, f"/view/{at}/{PAGE}")
    (said,) = frame.find_class("banner-title")
    assert text_of(said) == title
    assert text_of(frame.find(".//title")).startswith(f"{title} · archived 2026-")
    (link,) = said.xpath(".//a/@href")
    assert text_of(page(room, link).find(".//h1")) == title


def test_the_card_tells_the_last_text_from_the_last_look(room):
    (hit,) = hits(room, "saturday")
    card = text_of(page(room, f"/articles/{hit['article_id']}").find_class("card")[0])
    assert "Last captured2 March 2026, 00:00:00 UTC" in card
    assert "Last looked at2 April 2026, 00:00:00 UTC: gone" in card
    assert "This versioncaptured 2 February 2026, 00:00:00 UTC to 2 March 2026" in card


def test_a_text_without_spaces_has_a_length_that_compares(room):
    (hit,) = hits(room, "lang:ja words:>50")
    assert f"about {hit['words']} words" in text_of(page(room, "/", q="lang:ja"))


@pytest.mark.parametrize(
    ("typed", "leads"),
    [
        ("http://nowhere.test/a?b=1", "/captures?url=http%3A%2F%2Fnowhere.test%2Fa%3Fb%3D1"),
        ("post.test", "/captures?url=post.test%2F%2A"),
        ("www.post.test/", "/captures?url=www.post.test%2F%2A"),
        ("post.test/town/library.html", "/captures?url=post.test%2Ftown%2Flibrary.html"),
    ],
)
def test_an_address_in_the_search_box_leads_to_its_captures(room, typed, leads):
    reply = room.get("/", params={"q": typed})
    assert (reply.status_code, reply.headers["Location"]) == (302, leads)
    assert room.get("/", params={"q": "nowhere.test"}).status_code == 200
