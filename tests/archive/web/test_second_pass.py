"""What is told from the set of all articles, as the reading room shows it."""

import pytest

from tests.archive.indexer.settling.wire import paragraphs
from tests.archive.replay.shelf import Shelf
from tests.archive.web.room import serve
from tests.archive.web.shelves import article
from tests.archive.web.test_pages import parsed, text_of

BEGGING = "Our readers make this paper what it is, so be one of them and never look back."


@pytest.fixture(scope="module")
def asking(tmp_path_factory):
    root = tmp_path_factory.mktemp("second") / "archive"
    shelf = Shelf(root)
    for n in range(6):
        own = [" ".join(paragraphs(f"{n} {part}", 2)) for part in range(3)]
        page = article(f"News number {n}", own[0], own[1], BEGGING, own[2], author=f"A. {n}")
        shelf.put(f"http://post.test/news/number-{n}-of-all", page, at=f"2026010{n + 1}000000")
    wire = [" ".join(paragraphs(f"wire {part}", 2)) for part in range(4)]
    for host, day in (("post.test", 7), ("gazette.example", 8)):
        page = article("What the wire said", *wire, author=host)
        shelf.put(f"http://{host}/news/what-the-wire-said", page, at=f"2026010{day}000000")
    shelf.index()
    shelf.close()
    with serve(root) as running, running.ask_room() as room:
        yield room


def article_id(room, query):
    return room.get("/api/v1/search", params={"q": query}).json()["hits"][0]["article_id"]


def test_lines_the_site_repeats_are_left_out_and_shown_among_the_evidence(asking):
    name = article_id(asking, '"news number 3"')
    assert BEGGING not in asking.get(f"/articles/{name}").text
    evidence = text_of(parsed(asking.get(f"/articles/{name}/evidence")))
    assert f"{BEGGING} site template" in evidence
    assert asking.get("/api/v1/search", params={"q": '"never look back"'}).json()["total"] == 0


def test_an_article_names_where_else_it_appeared(asking):
    name = article_id(asking, '"what the wire said"')
    (section,) = parsed(asking.get(f"/articles/{name}")).xpath("//section[h2[@id='story']]")
    said = text_of(section)
    assert said.startswith("Where else it appeared")
    assert "first in this archive" in said
    (link,) = section.xpath(".//a/@href")
    other = text_of(parsed(asking.get(link)))
    assert "Where else it appeared" in other
    assert "What the wire said" in other
