"""What a search is narrowed by, taken away again, bounded by days, and taken along."""

import csv
import io
import json
import zipfile

import lxml.etree
import lxml.html
import pytest

from archive.search import count_facets
from archive.search.query import parse
from archive.search.values import list_values
from archive.web.chips import chips_of, of_days
from archive.web.histogram import bars_of
from archive.web.holdings import Holdings, SourceHolding
from archive.web.narrow import by_facets
from tests.archive.search.shelf import Told, new_shelf
from tests.archive.web.shelves import SEAL_COPIES

HOLDINGS = Holdings(
    3, 3, None, None, (SourceHolding("post", "The Post", None, None, 3, None, None, 1, 2),)
)
ATOM = {"a": "http://www.w3.org/2005/Atom"}


def page(room, path, **parameters):
    reply = room.get(path, params=parameters or None)
    assert reply.status_code == 200, reply.text
    return lxml.html.fromstring(reply.text)


@pytest.mark.parametrize(
    ("query", "chips"),
    [
        ("quay", []),
        ("quay source:post", [("source: The Post", "quay")]),
        ("source:post", [("source: The Post", "")]),
        (
            'quay -lang:ja author:"Ada Quay" pier',
            [
                ("not language: Japanese", 'quay author:"Ada Quay" pier'),
                ("author: Ada Quay", "quay -lang:ja pier"),
            ],
        ),
        ("NOT source:x quay", [("not source: x", "quay")]),
        ("(quay OR pier) after:2026-01", [("from: 2026-01", "(quay OR pier)")]),
        ("source:a OR source:b", []),
        ('quay "source:post', []),
    ],
)
def test_each_condition_can_be_taken_away(query, chips):
    found = [(chip.label, chip.without) for chip in chips_of(query, HOLDINGS)]
    assert found == chips
    assert all(not parse(without).notes for _, without in found)


def test_days_take_the_place_of_days():
    asked = of_days("quay after:2025-01-01 on:2024 -before:2020", "2026-01-02", "2026-02-03")
    assert asked == "quay -before:2020 after:2026-01-02 until:2026-02-03"
    assert of_days(asked, "", "") == "quay -before:2020"


def test_languages_have_names():
    told = [Told(f"{n}", text="quay", language=code) for n, code in enumerate(("en", "ja", "pt"))]
    groups = {g.heading: g.links for g in by_facets("quay", count_facets(new_shelf(told), "quay"))}
    named = {link.label: link.query for link in groups["Language"]}
    assert named == {
        "English": "quay lang:en",
        "Japanese": "quay lang:ja",
        "Portuguese": "quay lang:pt",
    }


def test_the_page_has_chips_days_and_the_feed_of_the_search(room):
    found = page(room, "/", q="tide source:post", order="newest")
    (chip,) = found.xpath("//ul[@class='chips']//a")
    assert chip.text_content() == "source: The Post ×: remove"
    assert chip.get("href") == "/?q=tide&order=newest"
    assert found.xpath("//link[@rel='alternate']/@href") == ["/search.atom?q=tide%20source%3Apost"]
    assert {field.get("name") for field in found.xpath("//form[@class='days']/input")} == {
        "q",
        "order",
        "from",
        "to",
    }
    reply = room.get("/", params={"q": "tide", "order": "newest", "from": "2026-01-01", "to": ""})
    assert reply.status_code == 302
    assert reply.headers["Location"] == "/?q=tide+after%3A2026-01-01&order=newest"
    narrowed = page(room, reply.headers["Location"])
    assert narrowed.xpath("//input[@name='from']/@value") == ["2026-01-01"]
    assert room.get("/", params={"q": "x", "from": "soon"}).status_code == 422


def test_what_became_of_it_is_counted_and_left_out_where_there_is_none(room):
    offered = [li.text_content() for li in page(room, "/", q="storm").xpath("//aside//li")]
    assert "Edited after publication 1" in offered
    assert not any(text.startswith("Removed") for text in offered)
    assert (
        "Edited after" not in page(room, "/", q="seals").find_class("narrowing")[0].text_content()
    )
    assert "Each copy" not in page(room, "/", q="storm").text_content()
    assert "Each copy" in page(room, "/", q="seals").text_content()


def test_any_search_is_a_feed(room):
    feed = lxml.etree.fromstring(room.get("/search.atom", params={"q": "seals"}).content)
    assert feed.findtext("a:title", namespaces=ATOM) == "seals · The test archive"
    entries = feed.findall("a:entry", ATOM)
    assert [e.findtext("a:title", namespaces=ATOM) for e in entries] == [
        "Seals counted on the sandbank"
    ]
    assert "/articles/" in entries[0].find("a:link", ATOM).get("href")


def test_any_search_is_a_file_named_by_query_and_day(room):
    reply = room.get("/search.csv", params={"q": "seals source:post"})
    rows = list(csv.DictReader(io.StringIO(reply.text)))
    assert len(rows) == SEAL_COPIES
    assert {row["title"] for row in rows} == {"Seals counted on the sandbank"}
    said = reply.headers["Content-Disposition"]
    assert said.startswith('attachment; filename="seals-source-post-20')
    lines = room.get("/search.jsonl", params={"q": "storm"}).text.splitlines()
    assert json.loads(lines[0])["title"] == "Storm over the quay"
    assert room.get("/search.csv", params={"q": "words:many"}).status_code == 422
    assert room.get("/search.exe").status_code == 422


def test_a_search_is_taken_along_with_its_captures(room):
    reply = room.get("/search.wacz", params={"q": "storm"})
    assert 'filename="storm-20' in reply.headers["Content-Disposition"]
    with zipfile.ZipFile(io.BytesIO(reply.content)) as bundle:
        assert bundle.testzip() is None
        index = bundle.read("indexes/index.cdx").decode()
    # What the page needs goes with it; what is not of the search stays.
    assert "post.test/i.png" in index
    assert "post.test/s.css" in index
    assert "seals" not in index
    assert room.get("/search.wacz").status_code == 422
    many = room.get("/search.wacz", params={"q": "words:many"})
    assert many.status_code == 422


def test_a_search_is_taken_along_as_parquet_where_that_can_be_written(room):
    link = 'href="/search.parquet?q=storm"'
    shown = link in room.get("/", params={"q": "storm"}).text
    reply = room.get("/search.parquet", params={"q": "storm"})
    assert shown == (reply.status_code == 200)
    if not shown:
        assert reply.status_code == 501
    parquet = pytest.importorskip("pyarrow.parquet", reason="pyarrow is not installed")
    rows = parquet.read_table(io.BytesIO(reply.content)).to_pylist()
    assert [row["title"] for row in rows] == ["Storm over the quay"]


@pytest.fixture
def years():
    days = ("2025-11-03", "2025-11-20", "2026-02-01", "2026-02-28", "2026-03-09")
    told = [
        Told(f"{n}", text="quay", dated=day, authors=(f"Ada {'ABCDE'[n]}mber",))
        for n, day in enumerate(days)
    ]
    return new_shelf(told)


def test_each_bar_leads_to_its_days_or_to_a_range_up_to_it(years):
    facets = count_facets(years, "quay")
    bars = bars_of("quay", facets)
    assert [(bar.on, bar.articles, bar.tick) for bar in bars] == [
        ("2025-11", 2, True),
        ("2025-12", 0, False),
        ("2026-01", 0, True),
        ("2026-02", 2, False),
        ("2026-03", 1, True),
    ]
    assert bars[3].query == "quay on:2026-02"
    chosen = bars_of("quay", facets, chosen="2026-02-01")
    assert chosen[1].query == "quay after:2025-12-01 until:2026-02-28"
    assert chosen[4].query == "quay after:2026-02-01 until:2026-03-31"


def test_every_value_of_a_field_is_listed_and_filtered(years):
    assert len(list_values(years, "quay", "author")) == 5
    (value,) = list_values(years, "quay on:2026-03", "author", having="ÀDA e")
    assert (value.value, value.count) == ("Ada Ember", 1)
    assert list_values(years, "quay", "source")[0].count == 5


def test_a_range_is_chosen_by_links(room):
    query = "storm OR tide OR seals"
    bars = page(room, "/", q="quay OR tide OR seals", range="first").xpath("//ol[@class='bars']//a")
    for bar in bars:
        assert "range=20" in bar.get("href")
    facet = page(room, "/facets", field="source", q=query, having="po")
    (link,) = facet.xpath("//ul[@class='plain']//a")
    assert link.text == "The Post"
    assert room.get("/facets", params={"field": "colour"}).status_code == 422


def narrowing_links(room, **parameters):
    shown = page(room, "/", **parameters)
    links = shown.xpath(
        "//aside[@class='narrowing']//ul[not(preceding-sibling::h2[1]='Copies')]//a"
    )
    return [*links, *shown.xpath("//aside[@class='narrowing']/ol//a")]


@pytest.mark.parametrize("q", ["harbour", "seals", ""])
def test_narrowing_keeps_each_copy_by_itself(room, q):
    links = narrowing_links(room, q=q, copies="1")
    assert links or q != "harbour"
    assert all("&copies=1" in link.get("href") for link in links)
    assert not any("copies=1" in link.get("href") for link in narrowing_links(room, q=q))


@pytest.mark.parametrize("q", ['"harbour', "(harbour", "harbour OR (tide", 'title:"harbour wall'])
def test_a_query_that_cannot_be_read_is_narrowed_as_it_was_searched(room, q):
    found = int(page(room, "/", q=q).xpath("string(//p/strong)"))
    links = narrowing_links(room, q=q)
    assert links or "tide" in q or "title" in q
    for link in links:
        narrowed = page(room, link.get("href"))
        assert not narrowed.xpath("//p[@class='hint'][contains(., 'searched as words')]")
        counted = narrowed.xpath("//p[@class='count']/strong")
        assert not counted or int(counted[0].text_content()) <= found
        if link.getparent().xpath("span"):
            said = link.getparent().xpath("normalize-space(span)")
            assert counted[0].text_content().strip() == said
