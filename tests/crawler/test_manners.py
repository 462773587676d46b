"""Manners towards hosts: robots.txt, Retry-After, the distance between requests, limits."""

import threading
import time
from itertools import pairwise

import pytest

from tests.crawler.conftest import Bench
from tests.crawler.oddsite import Asked, OddSite, Reply, odd_site

ROBOTS = Reply(
    body=b"User-agent: *\nDisallow: /private/\nCrawl-delay: 0.3\n", content_type="text/plain"
)


@pytest.fixture
def site():
    with odd_site() as running:
        yield running


def crawl(bench: Bench, *arguments: str) -> dict:
    ended = bench.run("crawl", "--no-index", *arguments)
    assert ended.err == ""
    return bench.report()["sources"]["press"]


def source(bench: Bench, site: OddSite, **values) -> None:
    defaults = {"feeds": [f"{site.base}/feed"], "delay": 0.0, "requisites": "none"}
    bench.source("press", f"{site.base}/", **(defaults | values))


def test_no_disallowed_page_slips_through_while_robots_is_being_fetched(site, bench):
    # Scrapy's middleware lets the third and later concurrent requests pass at that moment.
    paths = [f"/private/{number}" for number in range(60)]
    seeds = [f"{site.base}{path}" for path in paths]
    site.answers["/robots.txt"] = Reply(
        body=b"User-agent: *\nDisallow: /private/", content_type="text/plain", after_s=0.5
    )
    source(bench, site, feeds=[], sections=seeds, concurrency=16)
    assert crawl(bench)["outcomes"] == {"robots_disallowed": 60}
    assert site.paths() == ["/robots.txt"]


def test_crawl_delay_holds_from_the_first_page_and_into_the_next_run(site, bench):
    site.answers |= {
        "/robots.txt": ROBOTS,
        "/feed": site.feed("/a", "/b", "/c"),
        **{path: Reply() for path in ("/a", "/b", "/c")},
    }
    source(bench, site, concurrency=4)
    crawl(bench)
    crawl(bench, "--recheck")
    gaps = [later.at - earlier.at for earlier, later in pairwise(site.asked)]
    assert len(gaps) == 9
    # That it is no longer either is seen with a clock of its own, in test_queue.py.
    assert min(gaps) >= 0.3 - 0.05


def test_the_distance_is_between_starts_however_slow_the_answers_are(site, bench):
    # No page is answered before another one has been asked for.
    together = threading.Barrier(2, timeout=60)

    def in_pairs(site: OddSite, asked: Asked) -> Reply:
        together.wait()
        return Reply()

    paths = [f"/{number}" for number in range(6)]
    site.answers |= {"/feed": site.feed(*paths), **dict.fromkeys(paths, in_pairs)}
    source(bench, site, delay=0.2, concurrency=8)
    assert crawl(bench)["outcomes"] == {"captured": 7}
    starts = [asked.at for asked in site.asked if asked.path in paths]
    gaps = [later - earlier for earlier, later in pairwise(starts)]
    assert min(gaps) >= 0.2 - 0.05


def test_unreachable_robots_forbids_all_for_this_run_and_says_so(site, bench):
    site.answers |= {"/robots.txt": Reply(503), "/feed": site.feed("/a"), "/a": Reply()}
    source(bench, site)
    assert bench.run("crawl", "--no-index").status == 7
    report = bench.report()
    assert report["sources"]["press"]["outcomes"] == {"robots_unreachable": 1}
    assert report["hosts"]["robots_unreachable"] == [site.base]
    assert site.paths() == ["/robots.txt"]
    site.answers["/robots.txt"] = Reply(404)
    assert crawl(bench, "--recheck")["outcomes"] == {"captured": 2}


def test_robots_is_kept_for_the_next_run_and_its_redirects_are_followed(site, bench):
    site.answers |= {
        "/robots.txt": Reply(301, headers={"Location": "/elsewhere.txt"}),
        "/elsewhere.txt": Reply(body=b"User-agent: *\nDisallow: /a", content_type="text/plain"),
        "/feed": site.feed("/a", "/b"),
        "/b": Reply(),
    }
    source(bench, site, feed_interval="1s")
    assert crawl(bench)["outcomes"] == {"captured": 2, "robots_disallowed": 1}
    time.sleep(1)
    assert crawl(bench)["outcomes"]["captured"] == 1
    assert site.times("/robots.txt") == site.times("/elsewhere.txt") == 1
    assert site.times("/a") == 0


def test_retry_after_is_waited_for_and_nothing_else_is_asked_meanwhile(site, bench):
    def busy_once(site: OddSite, asked: Asked) -> Reply:
        return Reply() if site.times("/a") > 1 else Reply(429, headers={"Retry-After": "2"})

    site.answers |= {"/feed": site.feed("/a", "/b"), "/a": busy_once, "/b": Reply()}
    source(bench, site)
    assert crawl(bench)["outcomes"] == {"captured": 3}
    at = {asked.path: asked.at for asked in site.asked}
    refused = next(asked.at for asked in site.asked if asked.path == "/a")
    later = [asked.at - refused for asked in site.asked if asked.at > refused]
    assert min(later) >= 2.0
    assert at["/a"] > refused


def test_a_long_retry_after_leaves_the_host_to_a_later_run(site, bench):
    site.answers |= {
        "/feed": site.feed("/a", "/b", "/c"),
        "/a": Reply(503, headers={"Retry-After": "3600"}),
        "/b": Reply(),
    }
    source(bench, site)
    assert crawl(bench)["outcomes"] == {"captured": 1, "rate_limited": 1}
    assert bench.report()["hosts"]["left_alone"] == ["127.0.0.1"]
    assert bench.report()["due_left"] == 2
    asked = len(site.asked)
    crawl(bench, "--recheck")
    assert len(site.asked) == asked


def test_a_host_that_is_down_is_not_asked_for_everything(site, bench):
    # Each on a port where nobody listens: one host, as politeness sees it.
    seeds = [f"http://127.0.0.1:{port}/" for port in range(1, 9)]
    source(bench, site, feeds=[], sections=seeds, obey_robots=False)
    assert bench.run("crawl", "--no-index").status == 7
    outcomes = bench.report()["sources"]["press"]["outcomes"]
    assert outcomes == {"connection_failed": 3, "host_down": 5}
    assert bench.report()["hosts"]["down"] == ["127.0.0.1"]


def test_private_addresses_are_refused_where_the_source_does_not_allow_them(site, bench):
    site.answers["/feed"] = site.feed("/a")
    source(bench, site, allow_private_addresses=False)
    assert bench.run("crawl", "--no-index").status == 7
    assert bench.report()["sources"]["press"]["outcomes"] == {"address_refused": 1}
    assert site.asked == []


def test_limits_of_pages_lengths_and_redirects(site, bench):
    def on(site: OddSite, asked: Asked) -> Reply:
        number = int(asked.path.rpartition("/")[2])
        return Reply(302, headers={"Location": f"/hop/{number + 1}"})

    long = "/" + "x" * 300
    pages = [f"/page/{number}" for number in range(12)]
    site.answers |= {f"/hop/{number}": on for number in range(30)}
    site.answers |= {path: Reply() for path in pages}
    site.answers["/feed"] = site.feed("/hop/0", long, *pages)
    bench.crawl |= {"max_url_length": 200, "max_redirects": 4, "max_pages_per_host": 10}
    source(bench, site)
    told = crawl(bench)
    assert told["not_followed"] == {"too_long": 1, "too_many_redirects": 1}
    assert told["outcomes"]["too_many_redirects"] == 1
    assert told["kinds"] == {"feed": 1, "article": 10}
    assert [path for path in site.paths() if path.startswith("/hop/")][-1] == "/hop/4"
    assert bench.report()["hosts"]["page_limit"] == ["127.0.0.1"]
    assert bench.report()["due_left"] == 7


def test_requisites_are_fetched_once_for_all_pages_and_tied_to_one(site, bench):
    page = Reply(
        body=b"<html><link rel=stylesheet href=/s.css><link rel=icon href=/i.png><p>x</html>"
    )
    site.answers |= {
        "/feed": site.feed("/a", "/b"),
        "/a": page,
        "/b": page,
        "/s.css": Reply(body=b"a { background: url(bg.png) }", content_type="text/css"),
        "/bg.png": Reply(body=b"png", content_type="image/png"),
        "/i.png": Reply(body=b"icon", content_type="image/png"),
    }
    source(bench, site, requisites="page")
    assert crawl(bench)["kinds"] == {"feed": 1, "article": 2, "requisite": 3}
    assert [site.times(path) for path in ("/s.css", "/bg.png", "/i.png")] == [1, 1, 1]


def test_conditional_requests_and_what_comes_of_them(site, bench):
    def page(site: OddSite, asked: Asked) -> Reply:
        same = asked.headers.get("If-None-Match") == '"1"'
        return Reply(304, b"") if same else Reply(headers={"ETag": '"1"'})

    site.answers |= {"/feed": site.feed("/a"), "/a": page}
    source(bench, site)
    crawl(bench)
    told = crawl(bench, "--recheck")
    assert told["outcomes"] == {"captured": 1, "unchanged": 1}
    # The feed is the same bytes as before, the article says it is.
    assert told["revisits"] >= 2


def test_a_validator_that_cannot_be_sent_back_keeps_nobody_from_asking_again(site, bench):
    site.answers |= {"/feed": site.feed("/a"), "/a": Reply(headers={"ETag": '"1\r2"'})}
    source(bench, site)
    crawl(bench)
    assert crawl(bench, "--recheck")["outcomes"] == {"captured": 2}
    assert site.times("/a") == 2


def test_a_host_whose_pages_are_too_slow_is_not_taken_to_be_down(site, bench):
    slow = Reply(headers={"Content-Length": "100000"})
    site.answers |= {
        "/feed": site.feed("/1", "/2", "/3", "/4", "/5"),
        **{f"/{number}": slow for number in range(1, 5)},
        "/5": Reply(),
    }
    bench.crawl["timeout"] = "1s"
    source(bench, site)
    assert crawl(bench)["outcomes"] == {"captured": 2, "timed_out": 4}
    assert bench.report()["hosts"]["down"] == []


def test_a_robots_txt_in_a_coding_nobody_knows_is_read_as_it_stands(site, bench):
    site.answers |= {
        "/robots.txt": Reply(body=ROBOTS.body, headers={"Content-Encoding": "utf-8"}),
        "/feed": site.feed("/private/a"),
    }
    source(bench, site)
    assert crawl(bench)["outcomes"] == {"captured": 1, "robots_disallowed": 1}


def test_no_cookie_and_no_referer_goes_out(site, bench):
    site.answers |= {
        "/feed": site.feed("/a", "/b"),
        "/a": Reply(headers={"Set-Cookie": "id=1"}),
        "/b": Reply(),
    }
    source(bench, site)
    crawl(bench)
    sent = {name.lower() for asked in site.asked for name in asked.headers}
    assert sent == {"host", "user-agent", "accept", "accept-encoding"}
