"""Two captures side by side as they looked: which ones, and in what frames."""

import lxml.html
import pytest

from archive.replay.origins import Origins
from archive.web.app import create_room
from tests.archive.replay.shelf import Shelf
from tests.archive.web.direct import asking
from tests.archive.web.shelves import LATER, PROSE, T1, T2, T3, URL, article

REPLAY = "http://replay.localhost:8081"


@pytest.fixture(scope="module")
def room(tmp_path_factory):
    shelf = Shelf(tmp_path_factory.mktemp("looks") / "archive")
    for at, paragraphs in ((T1, PROSE), (T2, (*PROSE, LATER)), (T3, (LATER, *PROSE))):
        shelf.put(URL, article("Storm", *paragraphs), at=at, kind="article")
    shelf.index()
    shelf.close()
    origins = Origins("http://127.0.0.1:8080", REPLAY)
    return asking(create_room(shelf.archive, origins), origins.room)


def test_each_stands_in_a_sandbox_of_its_own_in_the_other_origin(room):
    asked = {"url": URL, "before": T1, "after": T2}
    page = lxml.html.fromstring(room.get("/looks", params=asked).text)
    frames = page.xpath("//iframe")
    assert [frame.get("src") for frame in frames] == [f"{REPLAY}/web/{at}/{URL}" for at in (T1, T2)]
    # No script, no way out of the frame.
    assert [frame.get("sandbox") for frame in frames] == ["", ""]
    # Each side is moved by itself.
    later = page.xpath("//section[2]//a[starts-with(., 'Later')]/@href")[0]
    moved = lxml.html.fromstring(room.get(later).text)
    assert [f.get("src") for f in moved.xpath("//iframe")] == [
        f"{REPLAY}/web/{at}/{URL}" for at in (T1, T3)
    ]


def test_it_is_reached_from_a_replayed_page_and_from_a_comparison(room):
    article_id = room.get("/api/v1/search", params={"q": "harbour"}).json()["hits"][0]["article_id"]
    for place in (f"/view/{T2}/{URL}", f"/articles/{article_id}/compare"):
        links = lxml.html.fromstring(room.get(place).text).xpath(
            "//a[starts-with(@href, '/looks')]/@href"
        )
        assert [room.get(link).status_code for link in links] == [200], place


@pytest.mark.parametrize(
    ("said", "status"),
    [({"url": "http://post.test/none"}, 404), ({"url": "no address"}, 404), ({"before": "1"}, 422)],
)
def test_what_is_not_there_is_said_to_be_missing(room, said, status):
    asked = {"url": URL, "before": T1, "after": T2} | said
    assert room.get("/looks", params=asked).status_code == status
