"""``microfiche add``: a look at the site, and what is written of it."""

import time
import tomllib
from collections.abc import Iterator
from typing import Any

import pytest

from crawler.frontier import open_frontier
from crawler.frontier.rows import host_name
from tests.crawler.conftest import Bench
from tests.crawler.oddsite import OddSite, Reply, odd_site

HOME = Reply(
    body=b"""<html lang=en><title>Home</title><meta property=og:site_name content="The Gazette">
<link rel=alternate type=application/rss+xml href=/news.rss title=News>
<link rel=alternate type=application/atom+xml href=/broken.atom></html>"""
)
QUICK = ("--delay", "0.01", "--allow-private-addresses")


@pytest.fixture
def site() -> Iterator[OddSite]:
    with odd_site() as running:
        running.answers["/"] = HOME
        running.answers["/news.rss"] = running.feed("/a", "/b")
        yield running


def written(bench: Bench) -> dict[str, Any]:
    return tomllib.loads(bench.archive.config_path.read_text("utf-8")).get("sources", {})


def test_it_finds_name_feeds_and_sitemaps_and_shows_them(site, bench):
    site.answers["/robots.txt"] = Reply(
        body=f"User-agent: *\nDisallow: /x\nSitemap: {site.base}/map.xml".encode()
    )
    ended = bench.run("add", f"{site.base}/", "--id", "gazette", *QUICK)
    assert ended.status == 0, ended.err
    assert written(bench)["gazette"] == {
        "name": "The Gazette",
        "url": f"{site.base}/",
        "feeds": [f"{site.base}/news.rss"],
        "sitemaps": [f"{site.base}/map.xml"],
        "delay": 0.01,
        "allow_private_addresses": True,
    }
    for shown in ("[sources.gazette]", "The Gazette", "(2 entries)", "/map.xml", "/broken.atom"):
        assert shown in ended.out
    assert site.paths()[:2] == ["/robots.txt", "/"]
    assert site.times("/map.xml") == 0
    assert "crawl gazette" in ended.err


def test_a_crawl_right_after_knows_when_the_host_was_asked(site, bench):
    began = time.time()
    assert bench.run("add", f"{site.base}/", "--id", "gazette", *QUICK).status == 0
    frontier = open_frontier(bench.archive.frontier_path)
    asked = frontier.hosts.get(host_name(site.base)).last_start
    frontier.close()
    assert began < asked <= time.time()


def test_usual_places_are_tried_only_where_nothing_is_announced_and_robots_allows(site, bench):
    site.answers |= {
        "/": Reply(body=b"<title>Plain</title><p>x"),
        "/rss": site.feed("/a"),
        "/robots.txt": Reply(body=b"User-agent: *\nDisallow: /feed$"),
    }
    assert bench.run("add", site.base, "--id", "plain", *QUICK).status == 0
    assert written(bench)["plain"]["feeds"] == [f"{site.base}/rss"]
    assert site.paths() == ["/robots.txt", "/", "/rss"]


def test_a_site_without_feeds_is_read_from_its_home_page(site, bench):
    site.answers["/"] = Reply(301, headers={"Location": "/start"})
    site.answers["/start"] = Reply(body=b"<title>Plain</title><p>x")
    assert bench.run("add", site.base, "--id", "plain", *QUICK).status == 0
    source = written(bench)["plain"]
    assert (source["url"], source["sections"]) == (f"{site.base}/start", [f"{site.base}/start"])


def test_what_is_named_is_written_and_nothing_guessed(site, bench):
    named = ("--name", "Mine", "--feed", f"{site.base}/f", "--section", f"{site.base}/s")
    assert bench.run("add", site.base, "--id", "mine", *named, *QUICK).status == 0
    source = written(bench)["mine"]
    assert (source["name"], source["feeds"], source["sections"]) == (
        "Mine",
        [f"{site.base}/f"],
        [f"{site.base}/s"],
    )
    assert site.paths() == ["/robots.txt", "/"]


def test_no_probe_asks_nobody(site, bench):
    assert bench.run("add", site.base, "--no-probe", "--name", "Unseen").status == 0
    (source,) = written(bench).values()
    assert source == {"name": "Unseen", "url": f"{site.base}/"}
    assert site.asked == []


def test_the_first_look_is_not_archived(site, bench):
    assert bench.run("add", site.base, *QUICK).status == 0
    assert list(bench.archive.warcs_dir.iterdir()) == []
    frontier = open_frontier(bench.archive.frontier_path)
    assert list(frontier.iter_fetched()) == []
    frontier.close()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("not a url",), "is no address of a site"),
        (("news.example",), "did you mean https://news.example?"),
        (("ftp://news.example/",), "expected http:// or https://"),
        (("https://a.example/", "--feed", "nope"), "'nope' is no address"),
        (("http://127.0.0.1:9/", *QUICK), "no answer: "),
        (("http://127.0.0.1:9/",), "--allow-private-addresses"),
        (("http://nowhere.invalid/",), "no answer: nowhere.invalid"),
    ],
)
def test_bad_input_is_one_clear_line_and_writes_nothing(bench, arguments, told):
    before = bench.archive.config_path.read_bytes()
    ended = bench.run("add", *arguments)
    assert ended.status != 0
    assert (ended.out, ended.err.count("\n")) == ("", 1)
    assert told in ended.err
    assert bench.archive.config_path.read_bytes() == before


def test_an_id_that_is_taken_is_refused_and_a_host_that_is_taken_gets_another(site, bench):
    for _ in range(2):
        assert bench.run("add", site.base, "--no-probe").status == 0
    first, second = written(bench)
    assert second == f"{first}-2"
    before = bench.archive.config_path.read_bytes()
    for wrong, told in ((first, "already"), ("No!", "'No!': expected lower-case letters")):
        ended = bench.run("add", site.base, "--no-probe", "--id", wrong)
        # As any other option that is wrong.
        assert ended.status == 2
        assert told in ended.err.splitlines()[-1]
    assert bench.archive.config_path.read_bytes() == before


def test_the_first_look_goes_through_the_proxy_of_the_configuration(site, bench):
    # The server is its own proxy: it is asked with whole addresses, of a host that nobody has.
    home = "http://gazette.example/"
    site.answers[home] = HOME
    site.answers[f"{home}news.rss"] = site.feed("/a", "/b")
    bench.crawl["proxy"] = site.base.replace("://", "://desk:secret@")
    bench.write()
    ended = bench.run("add", home, "--id", "gazette", "--delay", "0.01")
    assert ended.status == 0, ended.err
    assert written(bench)["gazette"]["feeds"] == [f"{home}news.rss"]
    assert site.paths()[:3] == [f"{home}robots.txt", home, f"{home}news.rss"]
    assert {asked.headers.get("Proxy-Authorization") for asked in site.asked} == {
        "Basic ZGVzazpzZWNyZXQ="
    }
    assert "secret" not in ended.out + ended.err
