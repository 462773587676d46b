"""Save this page: queued, captured, shown; and what is said where no watch is there."""

import lxml.html
import pytest

from archive.lock import hold
from archive.runs import inbox
from tests.archive.replay.shelf import Shelf
from tests.archive.web.room import serve

PAGE = "http://post.test/news/tonight.html?a=1&b=2"
OURS = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture(scope="module")
def shelf(tmp_path_factory):
    made = Shelf(tmp_path_factory.mktemp("save") / "archive")
    made.index()
    made.close()
    return made


@pytest.fixture(scope="module")
def asking(shelf):
    with serve(shelf.archive.root) as served, served.ask_room() as client:
        yield client


def shown(reply):
    assert reply.status_code == 200
    return lxml.html.fromstring(reply.text)


def test_a_page_is_queued_captured_and_shown(asking, shelf):
    place = asking.post("/save", data={"url": f" {PAGE} "}, headers=OURS).headers["location"]
    for path in (place, "/runs"):
        assert "No watch is running" in shown(asking.get(path)).text_content()
    with hold(shelf.archive.lock_path, purpose="watch"):
        waiting = shown(asking.get(place))
        assert waiting.xpath("//meta[@http-equiv='refresh']")
        assert "No watch" not in waiting.text_content()
        assert "No watch" not in asking.get("/runs").text
        (wish,) = inbox.take(shelf.archive)
        assert wish.url == PAGE
        inbox.answer(shelf.archive, wish, "captured")
    reply = asking.get(place)
    kept = shown(asking.get(reply.headers["location"]))
    assert kept.xpath("string(//h1)") == "Kept"
    assert not kept.xpath("//meta[@http-equiv='refresh']")
    assert "/captures?url=http%3A%2F%2Fpost.test" in "".join(kept.xpath("//main//a/@href"))


def test_what_could_not_be_had_says_so(asking, shelf):
    place = asking.post("/save", data={"url": PAGE}, headers=OURS).headers["location"]
    (wish,) = inbox.take(shelf.archive)
    inbox.answer(shelf.archive, wish, "forbidden")
    page = shown(asking.get(asking.get(place).headers["location"]))
    assert page.xpath("string(//h1)") == "Not kept"
    assert [a for a in page.xpath("//main//a/@href") if a.startswith("/why?url=")]


def test_the_form_takes_an_address_and_nothing_else(asking, shelf):
    form = shown(asking.get("/save", params={"url": PAGE}))
    assert form.xpath("//input[@name='url']/@value") == [PAGE]
    (mark,) = [a for a in form.xpath("//main//a/@href") if a.startswith("javascript:")]
    assert "/save?url='+encodeURIComponent(location.href)" in mark
    for wrong in ("", "nonsense", "javascript:alert(1)", "file:///etc/passwd"):
        assert asking.post("/save", data={"url": wrong}, headers=OURS).status_code == 422
    elsewhere = {"Sec-Fetch-Site": "cross-site", "Origin": "http://elsewhere.test"}
    assert asking.post("/save", data={"url": PAGE}, headers=elsewhere).status_code == 403
    assert asking.get("/save/..%2Fx", params={"url": PAGE}).status_code == 404
    assert not list(inbox.take(shelf.archive))
