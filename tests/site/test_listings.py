"""Feeds, sitemaps, the home page and redirects: how pages are found, and what leads astray."""

import gzip
import re

import feedparser
import httpx
import pytest

from tests.site.articles import articles
from tests.site.reading import OPENED, article_of, base_of
from tests.site.titles import GAZETTE, TITLES


def test_feeds_are_read_by_feedparser_but_for_the_hopeless_one(get, paper):
    counts = {}
    for name in ("feed.xml", "atom.xml", "feeds/science.rdf", "feeds/sport.xml"):
        parsed = feedparser.parse(get(f"{paper.a}/{name}").content)
        counts[name] = len(parsed.entries)
        assert bool(parsed.bozo) is (name == "feeds/sport.xml")
    assert counts == {"feed.xml": 15, "atom.xml": 15, "feeds/science.rdf": 3, "feeds/sport.xml": 4}
    assert not feedparser.parse(get(f"{paper.a}/feeds/culture.xml").content).entries


@pytest.mark.parametrize("title", TITLES, ids=lambda title: title.key)
def test_sitemaps_lead_from_robots_txt_to_every_article_and_to_forbidden_pages(get, paper, title):
    base = base_of(paper, title)
    index = re.search(r"Sitemap: (\S+)", get(f"{base}/robots.txt").text)
    parts = re.findall("<loc>(.*?)</loc>", get(index[1]).text)
    assert [get(part).status_code for part in parts] == [200, 200, 404]
    listed = re.findall("<loc>(.*?)</loc>", gzip.decompress(get(parts[0]).content).decode())
    assert {base + a.path for a in articles(title, 1, OPENED)} < set(listed)
    assert any(address.startswith(base + title.disallowed[0]) for address in listed)
    assert "news:publication_date" in get(parts[1]).text


def test_home_page_announces_feeds_and_links_to_traps(get, paper):
    html = get(f"{paper.b}/").text
    announced = re.findall(r'<link rel="alternate"[^>]* href="([^"]+)"', html)
    assert len(announced) == 4
    for trap in (
        "/go/loop",
        "/go/private",
        "/calendar/",
        "javascript:",
        "mailto:",
        "/intern/",
        "/sport/?sitzung=",
    ):
        assert f'href="{trap}' in html
    assert max(len(link) for link in re.findall(r'href="([^"]+)"', html)) > 9000


def test_redirects_end_loop_or_leave(get, paper):
    chain = get(f"{paper.a}/go/chain", follow_redirects=True)
    assert [hop.status_code for hop in chain.history] == [301, 302, 308]
    assert article_of(GAZETTE, "library-roof-repair").path in str(chain.url)
    with pytest.raises(httpx.TooManyRedirects):
        get(f"{paper.a}/go/loop", follow_redirects=True)
    assert get(f"{paper.a}/go/elsewhere").headers["Location"] == f"{paper.b}/"
    assert get(f"{paper.a}/go/private").headers["Location"].startswith("http://10.")
    assert 'http-equiv="Refresh"' in get(f"{paper.a}/go/refresh").text
