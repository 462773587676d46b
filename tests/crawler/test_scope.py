"""What belongs to a source, what is a trap, what robots.txt allows."""

import pytest

from archive.config import CrawlTable, Source
from crawler.outcomes import Kind, NotFollowed
from crawler.robots import MAX_CRAWL_DELAY_S, read_rules
from crawler.scope import Scope, is_trap, may_be_page

HOME = "https://www.news.example/"
CRAWL = CrawlTable(max_url_length=100)


def scope(**values) -> Scope:
    return Scope(Source(**({"name": "x", "url": "https://www.news.example/"} | values)), CRAWL)


@pytest.mark.parametrize(
    ("hosts", "url", "inside"),
    [
        ((), "https://www.news.example/a", True),
        ((), "http://www.news.example/a", True),
        ((), "https://sport.www.news.example/a", True),
        ((), "https://news.example/a", False),
        (("news.example",), "https://WWW.News.Example/a", True),
        (("news.example",), "https://badnews.example/a", False),
        (("news.example",), "https://news.example:8443/a", True),
        (("news.example:8443",), "https://news.example:8443/a", True),
        (("news.example:8443",), "https://news.example/a", False),
        (("127.0.0.1:8000",), "http://127.0.0.1:8001/", False),
        (("a.example", "b.example"), "https://b.example/", True),
    ],
)
def test_hosts(hosts, url, inside):
    assert scope(hosts=hosts).has_host(url) is inside


@pytest.mark.parametrize(
    ("values", "url", "kind", "refusal"),
    [
        ({}, "https://www.news.example/a", Kind.ARTICLE, None),
        ({}, "ftp://www.news.example/a", Kind.ARTICLE, NotFollowed.NOT_HTTP),
        ({}, "https://www.news.example/" + "a" * 90, Kind.ARTICLE, NotFollowed.TOO_LONG),
        ({}, "https://cdn.example/a.png", Kind.REQUISITE, None),
        ({}, "data:image/png;base64,AA", Kind.REQUISITE, NotFollowed.NOT_HTTP),
        ({}, "https://cdn.example/a", Kind.ARTICLE, NotFollowed.OUT_OF_SCOPE),
        (
            {"exclude": ["/live/"]},
            "https://www.news.example/live/1",
            Kind.ARTICLE,
            NotFollowed.EXCLUDED,
        ),
        ({"include": [r"/\d+$"]}, "https://www.news.example/a", Kind.ARTICLE, NotFollowed.EXCLUDED),
        ({"include": [r"/\d+$"]}, "https://www.news.example/12", Kind.ARTICLE, None),
        ({"include": [r"/\d+$"]}, "https://www.news.example/map.xml", Kind.SITEMAP, None),
        ({}, "https://www.news.example/a/feed/", Kind.ARTICLE, NotFollowed.TRAP),
    ],
)
def test_refusals(values, url, kind, refusal):
    assert scope(**values).refusal(url, kind) is refusal


@pytest.mark.parametrize(
    ("url", "trap"),
    [
        ("https://a.example/news/2026/11/22/harbour-reopens-after-storm-12345.html", False),
        ("https://a.example/story?id=1&page=2", False),
        ("https://a.example/a/b/a/b/a/b/a/b/", True),
        ("https://a.example/" + "x/" * 17, True),
        ("https://a.example/s?" + "&".join(f"p{number}=1" for number in range(20)), True),
        ("https://a.example/s?replytocom=77", True),
        ("https://a.example/s?share=twitter", True),
        ("https://a.example/wp-login.php?next=1", True),
        ("https://a.example/kalender/2026/11", False),
        ("https://a.example/kalender/2031/11", True),
        ("https://a.example/calendar?date=2099-01-01", True),
        ("https://a.example/2099-could-be-a-headline", False),
    ],
)
def test_traps(url, trap):
    assert is_trap(url, this_year=2026) is trap


def test_endings_that_are_no_pages():
    assert may_be_page("https://a.example/story.php?f=x.pdf")
    assert not may_be_page("https://a.example/archive.ZIP")


ROBOTS = b"""\xef\xbb\xbf# ours
User-agent: other
Disallow: /

User-agent: microfiche
Disallow: /desk/
Disallow: /*?session=
Allow: /desk/open
Crawl-delay: 7

User-agent: *
Disallow: /everything
Sitemap: https://a.example/map.xml
"""


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/", True),
        ("/desk/", False),
        ("/desk/open", True),
        ("/a?session=1", False),
        ("/everything", True),
        ("/d%65sk/", False),
    ],
)
def test_the_group_that_names_us_is_ours(path, allowed):
    rules = read_rules(200, ROBOTS, agent="microfiche")
    assert rules.allows("https://a.example" + path) is allowed
    assert (rules.crawl_delay, rules.sitemaps) == (7.0, ("https://a.example/map.xml",))


@pytest.mark.parametrize(
    ("named", "is_ours"),
    [
        *(("microfiche", True), ("MicroFiche", True), ("microfiche/0.1", True), ("*", None)),
        *(("microfiche  # us", True), ("microfiche (the archive)", True), ("", False)),
        *(("micro", False), ("fiche", False), ("microfiche-bot", False), ("microfiches", False)),
        *(
            ("micro*", False),
            ("*fiche", False),
            ("not-microfiche", False),
            ("bot microfiche", False),
        ),
    ],
)
@pytest.mark.parametrize("field", ["User-agent:", "USER-AGENT :", "useragent", "User agent: "])
def test_the_group_that_names_us_is_ours_and_no_other(named, is_ours, field):
    text = f"{field} {named}\nDisallow: /ours/\n\nUser-agent: *\nDisallow: /everybodys/"
    rules = read_rules(200, text.encode(), agent="microfiche")
    refused = [
        path for path in ("ours", "everybodys") if not rules.allows(f"https://a.example/{path}/x")
    ]
    everybody = ["ours", "everybodys"] if is_ours is None else ["everybodys"]
    assert refused == (["ours"] if is_ours else everybody)


def test_one_group_may_name_several_and_one_robot_have_several_groups():
    text = b"User-agent: a\nUser-agent: microfiche\nDisallow: /x\nUser-agent: b\nDisallow: /y\n"
    rules = read_rules(200, text + b"User-agent: Microfiche\nDisallow: /z", agent="microfiche")
    allowed = [name for name in "xyz" if rules.allows(f"https://a.example/{name}")]
    assert allowed == ["y"]


@pytest.mark.parametrize(
    ("status", "allowed"),
    [
        *((status, False) for status in (200, 204, 429, 500, 503, None)),
        *((status, True) for status in (301, 401, 403, 404, 410)),
    ],
)
def test_what_a_status_means(status, allowed):
    rules = read_rules(status, b"User-agent: *\nDisallow: /", agent="microfiche")
    assert rules.allows("https://a.example/x") is allowed
    assert rules.reachable is (status not in (429, 500, 503, None))


@pytest.mark.parametrize("body", [b"", b"<html>not robots", b"Disallow: /"])
def test_nonsense_forbids_nothing(body):
    assert read_rules(200, body, agent="microfiche").allows("https://a.example/x")


@pytest.mark.parametrize("stated", [b"-1", b"soon", b"nan", b"1e9", b"inf"])
def test_a_crawl_delay_is_a_bounded_number(stated):
    body = b"User-agent: *\nCrawl-delay: " + stated
    assert 0.0 <= read_rules(200, body, agent="microfiche").crawl_delay <= MAX_CRAWL_DELAY_S
