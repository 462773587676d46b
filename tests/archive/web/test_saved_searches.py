"""Saved searches in the room: made, changed, taken away by staff; what readers see of them."""

import tomllib

import lxml.html
import pytest

from archive.replay.origins import Origins
from archive.staff.door import Door
from archive.web.app import create_room
from tests.archive.replay.shelf import Shelf
from tests.archive.web.direct import asking
from tests.archive.web.shelves import PROSE, T1, article

ROOM = "http://127.0.0.1:8080"
OURS = {"Sec-Fetch-Site": "same-origin"}
OWNERS = '\n# The owner wrote this.\n[searches.owner]\nquery = "tide"\ncommand = ["true"]\n'


@pytest.fixture(scope="module")
def shelf(tmp_path_factory):
    made = Shelf(tmp_path_factory.mktemp("searches") / "archive")
    made.put("http://post.test/a.html", article("Quay", *PROSE), at=T1, kind="article")
    made.index()
    made.close()
    with made.archive.config_path.open("a", encoding="utf-8") as config:
        config.write(OWNERS)
    return made


def opened(shelf, *, elsewhere):
    door = Door(shelf.archive, room=ROOM, elsewhere=elsewhere)
    return asking(create_room(shelf.archive, Origins.on_loopback(8080, 8081), door=door), ROOM)


def kept(shelf):
    return tomllib.loads(shelf.archive.config_path.read_text("utf-8"))["searches"]


def test_staff_save_change_and_remove_a_search_and_nothing_else_of_the_file(shelf):
    staff, reader = opened(shelf, elsewhere=False), opened(shelf, elsewhere=True)
    form = lxml.html.fromstring(staff.get("/?q=harbour").text).xpath("//form[@method='post']")[0]
    sent = dict(form.form_values()) | {"title": 'Old "Quay" & sale'}
    reply = staff.post(form.get("action"), data=sent, headers=OURS)
    assert reply.headers["location"] == "/searches#old-quay-sale"
    assert kept(shelf)["old-quay-sale"]["query"] == "harbour"
    assert "Quay</title>" in staff.get("/searches/old-quay-sale.atom").text

    # Of the staff alone until it is shown to readers, and then under the reader's own rights.
    assert reader.get("/searches/old-quay-sale.atom").status_code == 404
    assert "old-quay-sale" not in reader.get("/searches").text
    changed = {"query": "harbour OR tide", "title": "Harbour", "public": "on"}
    assert staff.post("/searches/old-quay-sale", data=changed, headers=OURS).status_code == 303
    assert "<title>Harbour" in reader.get("/searches/old-quay-sale.atom").text
    page = lxml.html.fromstring(reader.get("/searches").text)
    assert page.xpath("//main//li/@id") == ["old-quay-sale"]
    assert not page.xpath("//main//form")

    # What its owner wrote of another stays when the room changes its query.
    staff.post("/searches/owner", data={"query": "flood"}, headers=OURS)
    assert kept(shelf)["owner"] == {
        "query": "flood",
        "command": ["true"],
        "title": "",
        "public": False,
    }
    assert "# The owner wrote this." in shelf.archive.config_path.read_text("utf-8")

    staff.post("/searches/old-quay-sale/remove", headers=OURS)
    assert set(kept(shelf)) == {"owner"}
    assert staff.post("/searches/old-quay-sale/remove", headers=OURS).status_code == 404


def test_nobody_else_changes_one(shelf):
    staff, reader = opened(shelf, elsewhere=False), opened(shelf, elsewhere=True)
    before = shelf.archive.config_path.read_bytes()
    sent = {"query": "harbour"}
    for place in ("/searches", "/searches/owner", "/searches/owner/remove"):
        assert (
            reader.post(place, data=sent, headers=OURS).headers["location"].startswith("/sign-in")
        )
        assert (
            staff.post(place, data=sent, headers={"Sec-Fetch-Site": "cross-site"}).status_code
            == 403
        )
    for wrong in ({"query": " "}, {"query": "a" * 2001}, {"query": "a", "title": "b" * 201}):
        assert staff.post("/searches", data=wrong, headers=OURS).status_code == 422
    assert staff.post("/searches/none", data=sent, headers=OURS).status_code == 404
    assert shelf.archive.config_path.read_bytes() == before
