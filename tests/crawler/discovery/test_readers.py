"""Readers of other packages: asked before ours, kept from doing harm, used by a crawl."""

import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from crawler.discovery.found import Found, Listing
from crawler.discovery.readers import Document, _Foreign, read_listing, readers
from tests.crawler.conftest import make_bench
from tests.crawler.oddsite import Reply, odd_site

ARCHITECTURE = Path(__file__).parents[3] / "docs/architecture.md"


@pytest.fixture
def install(tmp_path, monkeypatch):
    """Lay a package with one reader beside ours, as an installer does."""

    def installed(code: str, reader: str) -> None:
        (tmp_path / "gazette_api.py").write_text(code, "utf-8")
        metadata = tmp_path / "gazette_api-1.0.dist-info"
        metadata.mkdir()
        (metadata / "METADATA").write_text(
            "Metadata-Version: 2.1\nName: gazette_api\nVersion: 1.0\n"
        )
        (metadata / "entry_points.txt").write_text(
            f"[microfiche.discovery]\ndispatches = gazette_api:{reader}\n"
        )
        monkeypatch.setenv("PYTHONPATH", str(tmp_path))

    return installed


def test_the_documented_reader_makes_an_api_readable_in_a_crawl(install, tmp_path):
    (code,) = re.findall(r"```python\n(.*?)```", ARCHITECTURE.read_text("utf-8"), re.DOTALL)
    install(code, "Dispatches")
    with odd_site() as site:
        listed = b'{"dispatches": [{"link": "/story", "sent": "2026-01-02T03:04:05+00:00"}]}'
        site.answers["/api"] = Reply(body=listed, content_type="application/json")
        site.answers["/story"] = Reply()
        bench = make_bench(tmp_path / "archive")
        bench.source("gazette", f"{site.base}/", feeds=[f"{site.base}/api"], delay=0.0)
        crawled = bench.run("crawl")
        assert crawled.status == 0, crawled.err
        assert site.times("/story") == 1
        with closing(sqlite3.connect(bench.archive.frontier_path)) as db:
            rows = db.execute("SELECT url, published, via FROM urls WHERE kind = 'article'")
            assert rows.fetchall() == [(f"{site.base}/story", 1767323045.0, f"{site.base}/api")]


def test_a_reader_that_cannot_be_loaded_is_a_warning_and_the_crawl_goes_on(install, tmp_path):
    install("import no_such_module\n", "Dispatches")
    with odd_site() as site:
        site.answers["/feed"] = site.feed("/story")
        site.answers["/story"] = Reply()
        bench = make_bench(tmp_path / "archive")
        bench.source("gazette", f"{site.base}/", feeds=[f"{site.base}/feed"], delay=0.0)
        crawled = bench.run("crawl")
        assert (crawled.status, site.times("/story")) == (0, 1), crawled.err


class Failing:
    def recognises(self, document):
        return bool(document.headers["x-kind"])

    def read(self, document):
        raise IndexError(document.url)


class Careless:
    def recognises(self, document):
        return True

    def read(self, document):
        return Listing([Found("../a?b#c"), Found("mailto:desk@a.example"), Found("/a?b")])


def test_what_a_reader_does_wrong_names_nothing():
    document = Document(b"{}", "http://a.example/x/y", {"x-kind": "api"})
    failing = _Foreign("failing", Failing())
    assert not failing.recognises(Document(b"{}", "http://a.example/", {}))
    assert failing.recognises(document)
    assert failing.read(document) == Listing()
    assert _Foreign("careless", Careless()).read(document).pages == (Found("http://a.example/a?b"),)


@pytest.mark.parametrize(
    ("body", "pages", "is_complete"),
    [
        (b"<rss><channel><item><link>/a</link></item>", ["http://a.example/a"], False),
        (b"<urlset><url><loc>/a</loc></url></urlset>", ["http://a.example/a"], True),
        (b"http://a.example/a\n", ["http://a.example/a"], True),
    ],
)
def test_what_our_readers_read(body, pages, is_complete):
    listing = read_listing(Document(body, "http://a.example/f", {}))
    assert [found.url for found in listing.pages] == pages
    assert listing.is_complete is is_complete


def test_a_page_is_no_listing():
    assert read_listing(Document(b"<!doctype html><p>x", "http://a.example/", {})) is None
    assert len(readers()) == 4
