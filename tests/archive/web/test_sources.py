"""Sources to be filtered, sorted and paged, a page for each; crawl runs, and why not."""

import json
import sqlite3
from contextlib import closing

import lxml.html
import pytest

from archive.web.sources import PAGE_SIZE
from crawler.frontier.store import open_frontier
from tests.archive.replay.shelf import Shelf
from tests.archive.web.room import serve
from tests.archive.web.shelves import EVIL_TITLE, PROSE, T1, article

MANY = 70
MISSING = "http://post.test/news/missing.html"
RUN = "20260301080000"


def report():
    counts = {"urls": 12, "articles_new": 3, "body_bytes": 45_000, "errors": 1}
    error = {"url": MISSING, "source": "post", "outcome": "http_error", "message": EVIL_TITLE}
    return {
        "run": RUN,
        "reason": "finished",
        "error": None,
        "seconds": 90.0,
        "totals": counts,
        "sources": {"post": counts},
        "errors": [error],
    }


@pytest.fixture(scope="module")
def room(tmp_path_factory):
    root = tmp_path_factory.mktemp("sources") / "archive"
    shelf = Shelf(root)
    with shelf.archive.config_path.open("a", encoding="utf-8") as config:
        for n in range(MANY):
            name = f"{'Beacon' if n % 2 else 'Courier'} {n:02}"
            config.write(
                f'\n[sources.p{n}]\nname = "{name}"\nurl = "http://p{n}.test/"\n'
                f"enabled = {str(n > 0).lower()}\n"
            )
    shelf.put("http://post.test/a/1.html", article("One", *PROSE), at=T1, kind="article")
    dated = article("Two", *reversed(PROSE)).replace(b"2026-01-02T02", b"2025-11-02T02")
    shelf.put("http://post.test/a/2.html", dated, at=T1, kind="article")
    shelf.index()
    shelf.close()
    shelf.archive.runs_dir.mkdir(exist_ok=True)
    (shelf.archive.runs_dir / f"{RUN}.json").write_text(json.dumps(report()))
    open_frontier(shelf.archive.frontier_path).close()
    with closing(sqlite3.connect(shelf.archive.frontier_path)) as frontier:
        frontier.execute(
            "INSERT INTO urls (url, source, kind, host, rank, why, via, first_seen, last_fetched,"
            " state, outcome, status, failures) VALUES (?, 'post', 'article', 'post.test', 3,"
            " 'feed', 'http://post.test/feed.xml', 1.0, 2.0, 'failed', 'challenge', 403, 2)",
            [MISSING],
        )
        frontier.commit()
    with serve(root) as running, running.ask_room() as asking:
        yield asking


def page(room, path, status=200, **parameters):
    reply = room.get(path, params=parameters or None)
    assert reply.status_code == status, reply.text
    assert "<script>" not in reply.text
    return lxml.html.fromstring(reply.text)


def text_of(element) -> str:
    return " ".join(element.text_content().split())


def names(found):
    return [text_of(cell) for cell in found.xpath("//tbody/tr/th")]


def test_many_sources_come_in_pages(room):
    first = page(room, "/sources")
    (more,) = first.xpath("//a[@rel='next']/@href")
    listed = names(first) + names(page(room, more))
    assert len(names(first)) == PAGE_SIZE
    assert len(set(listed)) == len(listed) == MANY + 1
    assert listed == sorted(listed)
    assert page(room, more).xpath("//a[@rel='prev']/@href") == ["/sources"]


def test_sources_are_filtered_sorted_and_found_by_letter(room):
    assert names(page(room, "/sources", q="beacon 0")) == [f"Beacon 0{n}" for n in (1, 3, 5, 7, 9)]
    assert names(page(room, "/sources", sort="articles"))[0] == "The Post"
    letters = page(room, "/sources").xpath("//nav[@aria-label='Letters']/a")
    assert [letter.text for letter in letters] == ["B", "C", "T"]
    assert names(page(room, letters[2].get("href"))) == ["The Post"]
    assert "0 of 71 sources" in text_of(page(room, "/sources", q="nobody").find_class("count")[0])
    assert "not at present" in text_of(page(room, "/sources", q="p0.test").find(".//tbody"))
    assert room.get("/sources", params={"sort": "sideways"}).status_code == 422


def test_a_source_has_a_page_with_activity_and_health(room):
    found = page(room, "/sources/post")
    bars = found.xpath("//ol[contains(@class, 'months')]//a")
    assert [text_of(bar) for bar in bars] == [
        "November 2025: 1 articles",
        "January 2026: 1 articles",
    ]
    assert bars[0].get("href") == "/?q=source%3Apost%20on%3A2025-11&order=oldest"
    facts = text_of(found.find_class("facts")[0])
    assert "Failing1 addresses, 1 of them at a wall" in facts
    assert "1 addresses meet a wall" in facts
    assert "http://post.test/feed.xml" in facts
    assert found.xpath("//link[@rel='alternate']/@href") == ["/search.atom?q=source%3Apost"]
    assert "nothing is planned" in text_of(page(room, "/sources/p1").find_class("facts")[0])
    assert "There is no source nobody" in page(room, "/sources/nobody", 404).text_content()


def test_runs_are_listed_and_each_names_what_could_not_be_had(room):
    (link,) = page(room, "/runs").xpath("//tbody//a/@href")
    assert link == f"/runs/{RUN}"
    run = page(room, link)
    assert "finished, after 1.5 minutes" in text_of(run.find_class("lede")[0])
    (why,) = run.xpath("//a[starts-with(@href, '/why')]/@href")
    assert EVIL_TITLE in text_of(run.xpath("//ul[@class='plain']")[0])
    facts = text_of(page(room, why).find_class("facts")[0])
    assert "Foundfeedvia http://post.test/feed.xml" in facts
    assert "Statefailed, challenge (HTTP 403)" in facts
    assert "Failures2 in a row" in facts
    assert "Next looknone is planned" in facts
    assert "are called so" in page(room, "/runs/1999", 404).text_content()


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("nonsense", "That is no web address"),
        ("http://post.test/x", "the crawler does not know it"),
    ],
)
def test_why_says_what_it_does_not_know(room, url, told):
    assert told in page(room, "/why", 404, url=url).text_content()
    assert not page(room, "/why").find_class("notice")
