"""Tens of thousands of bad feeds, sitemaps and references: none breaks the readers."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.urls import is_http
from crawler.discovery.feeds import read_feed, read_json_feed
from crawler.discovery.found import absolute
from crawler.discovery.sitemaps import read_sitemap, read_url_list
from crawler.discovery.sniff import sniff
from crawler.twins import iter_plainer, story_address
from crawler.walls import Gates

URL = "https://news.example/feed.xml"
MANY = settings(max_examples=12_500, deadline=None)
pytestmark = pytest.mark.soak

PIECES = st.sampled_from(
    [b"<rss>", b"<channel>", b"<item>", b"<link>", b"</link>", b"</item>", b"<feed>", b"<entry>",
     b"<link href='/a'", b"/>", b"<urlset>", b"<url>", b"<loc>", b"</loc>", b"</url>", b"<sitemap>",
     b"http://a.example/", b"<![CDATA[", b"]]>", b"<!--", b"-->", b"&amp;", b"&x;", b"<?xml", b"?>",
     b" encoding='utf-16'", b'{"items":[{"url":"', b'"}]}', b"\0", b"\xff\xfe", b"\x1f\x8b"]
)  # fmt: skip
DOCUMENTS = st.lists(PIECES | st.binary(max_size=20), max_size=30).map(b"".join)


@MANY
@given(DOCUMENTS)
def test_feeds(body):
    sniff(body)
    assert all(is_http(found.url) for found in read_feed(body, URL))
    assert all(is_http(found.url) for found in read_json_feed(body, URL))


@MANY
@given(DOCUMENTS)
def test_sitemaps(body):
    for found in (read_sitemap(body, URL), read_url_list(body, URL)):
        assert all(is_http(page.url) for page in (*found.pages, *found.listings))


@MANY
@given(st.text(alphabet="htps:/\\.@?#%2eE[]1x\u00e4\u3002 a-", max_size=60) | st.text(max_size=80))
def test_references(reference):
    url = absolute(URL, reference)
    if url is not None:
        # What was read once is read the same again, and so is what it is shortened to.
        assert absolute(url, url) == url
        assert is_http(story_address(url, {"?a", "/amp"}))
        list(iter_plainer(url))
        Gates().find(URL, url)
