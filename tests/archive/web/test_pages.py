"""The reading room as a browser without script gets it."""

import io
import re

import lxml.html
import pytest
from warcio import ArchiveIterator

from archive.search.stories import SHOWN_COPIES
from tests.archive.web.shelves import (
    EVIL_TITLE,
    LATER,
    PROSE,
    SEAL_COPIES,
    SENTENCE,
    T1,
    T2,
    T3,
    URL,
)

HOSTILE = "\"unclosed AND ( <script>alert(1)</script> ' OR -"


def parsed(reply):
    return lxml.html.fromstring(reply.text)


def text_of(element) -> str:
    return " ".join(element.text_content().split())


def find_article(room, query="storm over the quay"):
    found = room.get("/api/v1/search", params={"q": query}).json()["hits"]
    assert found, query
    return found[0]


@pytest.fixture
def every_page(room):
    hit = find_article(room)
    capture = room.get("/api/v1/captures", params={"url": URL}).json()["captures"][0]
    return {
        path: room.get(path)
        for path in (
            "/",
            "/?q=harbour",
            f"/?q={HOSTILE}",
            f"/articles/{hit['article_id']}",
            f"/articles/{hit['article_id']}/evidence",
            f"/similar/{hit['article_id']}",
            "/?q=tide&copies=1",
            "/similar/none",
            "/sources",
            "/captures",
            f"/captures?url={URL}",
            "/captures?url=http://post.test/*",
            "/captures?url=http://nowhere.test/",
            "/captures?url=not an address",
            f"/records/{capture['record_id']}",
            f"/view/{T1}/{URL}",
            f"/view/marked/text/{T1}/{URL}",
            f"/view/marked/words:wall/{T1}/{URL}",
            f"/parts/{T1}/{URL}",
            "/parts/none",
            f"/view/{T1}/http://post.test/none",
            "/api",
            "/help",
            "/nonsense",
            "/articles/none",
            "/records/none",
            "/?order=sideways",
            "/captures?url=x&from=June",
        )
    }


def test_every_page_is_whole_readable_and_ours(every_page):
    for path, reply in every_page.items():
        assert reply.status_code < 500, path
        page = parsed(reply)
        assert page.get("lang") == "en", path
        assert text_of(page.find(".//title")), path
        assert reply.text.lower().count("<h1") == 1, path
        assert page.xpath("//a[@class='skip'][starts-with(@href, '#')]"), path
        assert page.xpath("//main"), path
        for field in page.xpath("//input[not(@type='hidden')] | //select"):
            assert page.xpath(f"//label[@for='{field.get('id')}']"), (path, field.get("name"))
        for picture in page.xpath("//img"):
            assert picture.get("alt") is not None, path
        ids = [e.get("id") for e in page.xpath("//*[@id]")]
        assert len(ids) == len(set(ids)), path


def test_no_page_runs_or_loads_anything_from_elsewhere(every_page, served):
    for path, reply in every_page.items():
        page = parsed(reply)
        assert page.xpath("//script/@src") in ([], ["/static/room.js"]), path
        assert not page.xpath("//script/node()"), path
        assert not page.xpath("//style | //object | //embed | //*[@style]"), path
        assert not [a for e in page.iter() for a in e.attrib if a.startswith("on")], path
        loaded = page.xpath("//link/@href | //img/@src | //iframe/@src | //form/@action")
        for url in loaded:
            ours = url.startswith("/") and not url.startswith("//")
            assert ours or url.startswith((f"{served.room}/", f"{served.replay}/")), (path, url)


def test_every_response_is_under_a_strict_policy(every_page, room, served):
    replies = [*every_page.values(), room.get("/static/room.css"), room.get("/api/v1/sources")]
    replies += [room.post("/"), room.get("/static/../app.py"), room.get("/api/v1/none")]
    for reply in replies:
        policy = reply.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "script-src 'self';" in policy
        assert "frame-ancestors 'none'" in policy
        assert f"frame-src {served.replay}/;" in policy
        assert reply.headers["X-Content-Type-Options"] == "nosniff"
        assert reply.headers["Referrer-Policy"] == "no-referrer"
        assert "Access-Control-Allow-Origin" not in reply.headers
        assert "Set-Cookie" not in reply.headers


@pytest.mark.parametrize(
    "host", ["evil.test", "replay.localhost", "127.0.0.1.evil.test", "0.0.0.0"]
)
def test_other_names_are_misdirected(room, host):
    for path in ("/", "/api/v1/sources", "/static/room.css"):
        assert room.get(path, headers={"Host": host}).status_code == 421


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost:8080", "[::1]:8080", "LOCALHOST"])
def test_our_own_names_are_answered(room, host):
    assert room.get("/api/v1/sources", headers={"Host": host}).status_code == 200


def test_search_finds_and_marks(room):
    page = parsed(room.get("/", params={"q": "storm harbour wall"}))
    hits = page.xpath("//ol[@class='hits']/li")
    assert "Storm over the quay" in text_of(hits[0])
    assert {m.text.lower() for m in hits[0].xpath(".//mark")} >= {"storm", "harbour"}
    assert "The Post" in text_of(hits[0])
    assert hits[0].xpath(".//time")


def test_search_escapes_first_and_marks_after(room):
    reply = room.get("/", params={"q": "alert title quotes"})
    page = parsed(reply)
    assert EVIL_TITLE in [text_of(h) for h in page.xpath("//article/h2")]
    assert not page.xpath("//script/node() | //article//img | //article//b")
    echoed = room.get("/", params={"q": HOSTILE})
    assert echoed.status_code == 200
    assert set(parsed(echoed).xpath("//input[@name='q']/@value")) == {HOSTILE}
    assert echoed.text.count("<script") == 1


def test_search_pages_through_everything_once(room):
    seen: list[str] = []
    url = "/?q=tide&copies=1"
    for _ in range(10):
        page = parsed(room.get(url))
        seen += page.xpath("//article/h2/a/@href")
        following = page.xpath("//a[@rel='next']/@href")
        if not following:
            break
        url = following[0]
    assert len(seen) == len(set(seen)) == 30


def test_nothing_found_says_what_to_try(room):
    reply = room.get("/", params={"q": "zyzzyva"})
    assert "Nothing found" in text_of(parsed(reply))
    assert "Try this" in reply.text


def test_article_has_text_versions_captures_and_events(room):
    hit = find_article(room)
    page = parsed(room.get(f"/articles/{hit['article_id']}"))
    text = text_of(page)
    assert SENTENCE in text
    assert LATER in text
    assert "Ada Quay" in text
    assert "Gone at the last visit" in text
    views = page.xpath("//section[h2[@id='captures']]//a[starts-with(@href, '/view/')]/@href")
    assert {view.split("/")[2] for view in views} == {T1, T2, T3}
    older = page.xpath("//section[h2[@id='versions']]//a[contains(@href, '?version=')]/@href")
    assert older
    earlier = text_of(parsed(room.get(older[0])))
    assert "An earlier version" in earlier
    assert LATER not in earlier


def test_article_shows_its_captured_picture(room, replay):
    hit = find_article(room)
    page = parsed(room.get(f"/articles/{hit['article_id']}"))
    (source,) = page.xpath("//figure//img/@src")
    assert source.endswith("/http://post.test/i.png")
    path = "/" + source.split("/", 3)[3]
    assert replay.get(path).headers["Content-Type"] == "image/png"


def test_article_answers_to_its_address_and_short_id(room):
    hit = find_article(room)
    for name in (hit["article_id"][:8], URL):
        reply = room.get(f"/articles/{name}")
        assert (reply.status_code, reply.headers["Location"]) == (
            302,
            f"/articles/{hit['article_id']}",
        )
    assert room.get(f"/articles/{hit['article_id']}?version=none").status_code == 404


def test_evidence_is_read_again_from_the_record(room):
    hit = find_article(room)
    text = text_of(parsed(room.get(f"/articles/{hit['article_id']}/evidence")))
    assert "Title" in text
    assert "Storm over the quay" in text
    assert "read again from the stored record" in text


def test_frame_page_keeps_the_banner_outside(room, served):
    page = parsed(room.get(f"/view/{T1}/{URL}"))
    (frame,) = page.xpath("//iframe")
    assert frame.get("src") == f"{served.replay}/web/{T1}/{URL}"
    assert "allow-scripts" not in frame.get("sandbox")
    assert "allow-same-origin" not in frame.get("sandbox")
    banner = text_of(page.xpath("//header")[0])
    assert "Storm over the quay" in banner
    assert "3 captures" in banner
    assert page.xpath("//a[@rel='next']/@href") == [f"/view/{T2}/{URL}"]
    assert page.xpath("//header//a[starts-with(@href, '/articles/')]")


def test_frame_page_marks_on_demand_what_was_read(room, replay):
    page = parsed(room.get(f"/view/{T1}/{URL}"))
    (asked,) = page.xpath("//header//a[.='Mark what was read']/@href")
    assert asked == f"/view/marked/text/{T1}/{URL}"
    page = parsed(room.get(asked))
    (frame,) = page.xpath("//iframe/@src")
    assert page.xpath("//a[.='Without marks']/@href") == [f"/view/{T1}/{URL}"]
    assert page.xpath("//a[@rel='next']/@href") == [f"/view/marked/text/{T2}/{URL}"]
    shown = parsed(replay.get(frame.partition("/web/")[1] + frame.partition("/web/")[2]))
    marked = {mark.text: mark.get("title") for mark in shown.xpath("//mark")}
    assert set(marked) >= {"Storm over the quay", SENTENCE.rstrip("."), PROSE[1].rstrip(".")}
    assert marked["Storm over the quay"].startswith("title, by ")
    assert marked[SENTENCE.rstrip(".")] == "text: paragraph"


def test_what_is_no_page_has_nothing_to_mark(replay):
    shown = replay.get(f"/web/marked/text/{T1}/http://post.test/i.png")
    assert (shown.status_code, shown.headers["Content-Type"]) == (200, "image/png")


def test_hits_of_a_search_are_marked_in_the_page(room, replay):
    search = parsed(room.get("/", params={"q": "storm walls"}))
    places = search.xpath("//a[starts-with(., 'Replay')]/@href")
    (asked,) = [place for place in places if place.endswith(f"{T2}/{URL}")]
    assert asked == f"/view/marked/words:storm%20walls/{T2}/{URL}"
    page = parsed(room.get(asked))
    assert "what the search for storm walls finds" in text_of(page.xpath("//header")[0])
    frame = page.xpath("//iframe/@src")[0]
    shown = parsed(replay.get("/web/" + frame.partition("/web/")[2]))
    assert {mark.text for mark in shown.xpath("//mark")} == {"Storm", "wall"}


def test_frame_page_tells_how_far_its_parts_are_off(room):
    (told,) = parsed(room.get(f"/view/{T2}/{URL}")).xpath("//a[starts-with(@href, '/parts/')]")
    assert told.text == "2 of 2 parts were captured at another time, up to 30 days earlier."
    text = text_of(parsed(room.get(told.get("href"))))
    assert "http://post.test/i.png" in text
    assert "30 days earlier" in text


def test_the_records_of_a_capture_are_to_save(room, replay):
    row = room.get("/api/v1/captures", params={"url": URL}).json()["captures"][0]
    page = parsed(room.get(f"/records/{row['record_id']}"))
    (place,) = page.xpath("//a[.='Its records as WARC']/@href")
    reply = replay.get("/records/" + place.partition("/records/")[2])
    assert reply.headers["Content-Disposition"].startswith("attachment; ")
    found = {r.rec_type: r for r in ArchiveIterator(io.BytesIO(reply.content))}
    assert set(found) == {"response", "request", "metadata"}
    assert replay.get("/records/urn:uuid:none").status_code == 404


@pytest.mark.parametrize(
    ("path", "location"),
    [
        (f"/view/marked/text/2026/{URL}", f"/view/marked/text/{T1}/{URL}"),
        (f"/view/2026/{URL}", f"/view/{T1}/{URL}"),
        (f"/view/2027/{URL}", f"/view/{T3}/{URL}"),
        (f"/view/{T1}/http://post.test/old", f"/view/{T1}/{URL}"),
        ("/view/*/http://post.test/?a=b", "/captures?url=http%3A%2F%2Fpost.test%2F%3Fa%3Db"),
    ],
)
def test_frame_page_redirects(room, path, location):
    reply = room.get(path)
    assert (reply.status_code, reply.headers["Location"]) == (302, location)


@pytest.mark.parametrize(
    ("path", "says"),
    [
        (f"/view/{T3}/{URL}", "The site answered 410"),
        (f"/view/{T1}/http://post.test/cut", "cut short"),
        (f"/view/{T1}/http://post.test/onward", "sent its readers on"),
        (f"/view/{T1}/http://post.test/paper.pdf", "Save the file"),
    ],
)
def test_frame_page_tells_what_a_reader_must_know(room, path, says):
    assert says in text_of(parsed(room.get(path)))


def test_what_is_not_archived_leads_to_what_is_near(room):
    reply = room.get(f"/view/{T1}/http://post.test/news/<none>.html")
    assert reply.status_code == 404
    assert "storm-1" in reply.text
    assert "<none>" not in reply.text


def test_record_shows_place_fields_and_both_messages(room):
    row = room.get("/api/v1/captures", params={"url": URL}).json()["captures"][0]
    text = text_of(parsed(room.get(f"/records/{row['record_id']}")))
    for expected in (
        row["filename"],
        str(row["offset"]),
        "WARC-Target-URI",
        "Content-Type",
        f"GET {URL} HTTP/1.1",
        "User-Agent: test",
    ):
        assert expected in text, expected


def test_captures_by_address_and_by_beginning(room):
    page = parsed(room.get("/captures", params={"url": "post.test/news/storm-1.html"}))
    assert "3 captures" in text_of(page)
    assert "410 gone" in text_of(page)
    many = parsed(room.get("/captures", params={"url": "http://post.test/tide/*"}))
    assert "30 captures" in text_of(many)
    within = room.get("/captures", params={"url": URL, "from": "202602", "to": "202602"})
    assert "1 capture" in text_of(parsed(within))


def test_links_to_the_live_web_tell_it_nothing(every_page):
    for path, reply in every_page.items():
        for link in parsed(reply).xpath("//a[starts-with(@href, 'http')]"):
            assert re.search(r"\bnoreferrer\b", link.get("rel") or "") or "localhost" in link.get(
                "href"
            ), (path, link.get("href"))


def test_hits_are_narrowed_by_what_they_have_in_common(room):
    page = parsed(room.get("/?q=harbour&copies=1"))
    aside = page.xpath("//aside[@class='narrowing']")[0]
    authors = aside.xpath(".//h2[text()='Author']/following-sibling::ul[1]/li")
    assert {text_of(entry).rsplit(" ", 1)[0] for entry in authors} >= {"Ada Quay"}
    for entry in authors:
        link = entry.xpath("a")[0]
        found = parsed(room.get(link.get("href")))
        assert text_of(found.xpath("//p[@class='count']/strong")[0]) == text_of(entry).split()[-1]


def test_a_hit_names_its_copies_and_leads_to_more_like_it(room):
    page = parsed(room.get("/?q=seals"))
    (hit,) = page.xpath("//article[@class='hit']")
    assert "Also in: The Post" in text_of(hit)
    assert f"and {SEAL_COPIES - 1 - SHOWN_COPIES} more" in text_of(hit)
    every = parsed(room.get(page.xpath("//a[text()='Each copy by itself']/@href")[0]))
    assert len(every.xpath("//article[@class='hit']")) == SEAL_COPIES
    like = hit.xpath(".//a[starts-with(@href, '/similar/')]/@href")[0]
    assert "More like this" in text_of(parsed(room.get(like)).find(".//h1"))
