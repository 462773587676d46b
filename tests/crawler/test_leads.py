"""What an answer leads to, by what it was fetched as."""

import gzip

import pytest

from archive.config import CrawlTable, Source
from archive.warc.exchange import Written
from crawler.answers import Answer
from crawler.fetch import Fetch
from crawler.leads import Context, Leads, find_leads
from crawler.outcomes import Kind, NotFollowed, Why
from crawler.schedule import MIN_RECHECK_S, REQUISITE_S
from crawler.scope import Scope

HOME = "https://news.example"
NOW = 1_000_000_000.0


def leads(
    body: bytes | str, kind: Kind, *, content_type: str = "", path: str = "/x", **values
) -> Leads:
    source = Source(**({"name": "News", "url": HOME} | values))
    url = HOME + path
    written = Written("urn:1", "f", 0, 1, "response", "sha1:A", "20010909014640", "", url)
    data = body.encode() if isinstance(body, str) else body
    answer = Answer(url, 200, {"content-type": content_type}, data, written)
    fetch = Fetch(url=url, source_id="news", source=source, kind=kind, hops=0)
    context = Context(NOW, Scope(source, CrawlTable(max_redirects=2)))
    return find_leads(fetch, answer, context)


def paths(found: Leads) -> list[str]:
    return [entry.url.removeprefix(HOME) for entry in found.entries]


def rss(*items: str) -> str:
    return f"<rss version='2.0'><channel>{''.join(items)}</channel></rss>"


def test_a_feed_leads_to_articles_without_tracking_inside_the_scope():
    found = leads(
        rss(
            "<item><link>/a?utm_source=rss&amp;id=1</link></item>",
            "<item><link>https://other.example/b</link></item>",
            "<item><link>/c?replytocom=1</link></item>",
        ),
        Kind.FEED,
    )
    assert paths(found) == ["/a?id=1"]
    assert found.not_followed == {NotFollowed.OUT_OF_SCOPE: 1, NotFollowed.TRAP: 1}
    (entry,) = found.entries
    assert (entry.kind, entry.why, entry.via) == (Kind.ARTICLE, Why.FEED, f"{HOME}/x")


@pytest.mark.parametrize("kind", [Kind.FEED, Kind.SITEMAP, Kind.SECTION])
def test_a_listing_is_what_it_is_and_not_what_it_is_called(kind):
    feed = rss("<item><link>/a</link></item>")
    sitemap = "<urlset><url><loc>/b</loc></url></urlset>"
    assert paths(leads(feed, kind, content_type="text/html")) == ["/a"]
    assert paths(leads(sitemap, kind, content_type="text/html")) == ["/b"]


def test_what_is_no_listing_is_said_to_be_none():
    page = "<!doctype html><html><a href=/a>a</a>"
    assert not leads(page, Kind.FEED).readable
    assert not leads("{}", Kind.SITEMAP).readable
    assert not leads(b"\x89PNG", Kind.SECTION, content_type="image/png").readable
    assert leads(page, Kind.SECTION, content_type="text/html").readable


def test_a_sitemap_file_may_be_gzipped_itself():
    body = gzip.compress(b"<urlset><url><loc>/b</loc></url></urlset>")
    assert paths(leads(body, Kind.SITEMAP, content_type="application/gzip")) == ["/b"]


def test_an_index_leads_to_sitemaps_that_are_looked_at_when_they_changed():
    index = "<sitemapindex><sitemap><loc>/m.xml</loc><lastmod>2001-09-01</lastmod></sitemap>"
    (entry,) = leads(index, Kind.SITEMAP).entries
    assert (entry.kind, entry.why) == (Kind.SITEMAP, Why.SITEMAP)
    assert entry.stale_before == 999_302_400.0


def test_a_change_is_believed_once_an_hour():
    dated = "<item><link>/{}</link><pubDate>{}</pubDate></item>"
    found = leads(
        rss(
            dated.format("old", "Sat, 01 Sep 2001 00:00:00 GMT"),
            dated.format("always-now", "Mon, 01 Jan 2035 00:00:00 GMT"),
            "<item><link>/undated</link></item>",
        ),
        Kind.FEED,
    )
    assert [entry.stale_before for entry in found.entries] == [
        999_302_400.0,
        NOW - MIN_RECHECK_S,
        None,
    ]


def test_entries_older_than_the_source_wants_are_left():
    item = "<item><link>/old</link><pubDate>Sat, 01 Jan 2000 00:00:00 GMT</pubDate></item>"
    found = leads(rss(item, "<item><link>/undated</link></item>"), Kind.FEED, max_age="30d")
    assert paths(found) == ["/undated"]
    assert found.not_followed == {NotFollowed.TOO_OLD: 1}


def test_a_section_leads_to_pages_and_is_a_page_itself():
    page = "<html><link rel=icon href=/i.png><a href=/a>a</a><a href=/b.jpg>b</a><img src=/c.png>"
    found = leads(page, Kind.SECTION)
    assert [(entry.url.removeprefix(HOME), entry.kind) for entry in found.entries] == [
        ("/a", Kind.ARTICLE),
        ("/i.png", Kind.REQUISITE),
        ("/c.png", Kind.REQUISITE),
    ]
    assert paths(leads(page, Kind.SECTION, requisites="none")) == ["/a"]


def test_documents_that_a_source_links_or_lists_are_fetched_as_articles_are():
    link = "/press/ferry.pdf"
    listed = {
        Kind.SECTION: f"<html><a href={link}>The press release</a>",
        Kind.FEED: rss(f"<item><link>{link}</link></item>"),
        Kind.SITEMAP: f"<urlset><url><loc>{HOME}{link}</loc></url></urlset>",
    }
    for kind, body in listed.items():
        (entry,) = leads(body, kind, requisites="none").entries
        assert (entry.url, entry.kind) == (HOME + link, Kind.ARTICLE)
    excluded = leads(listed[Kind.SECTION], Kind.SECTION, requisites="none", exclude=[r"\.pdf$"])
    assert excluded.entries == []


def test_an_article_wants_requisites_from_anywhere_and_leads_to_no_page():
    page = "<html><link rel=icon href=/i.png><a href=/a>a</a><img src=https://cdn.example/c.png>"
    found = leads(page, Kind.ARTICLE, content_type="text/html; charset=utf-8")
    assert paths(found) == ["/i.png", "https://cdn.example/c.png"]
    assert all(entry.page == f"{HOME}/x" for entry in found.entries)
    assert all(entry.stale_before == NOW - REQUISITE_S for entry in found.entries)
    assert leads(page, Kind.ARTICLE, requisites="none").entries == []
    assert leads(page, Kind.ARTICLE, content_type="application/pdf").entries == []
    assert leads("", Kind.ARTICLE).entries == []


def test_a_page_that_sends_its_reader_on_is_followed():
    page = '<meta HTTP-EQUIV="refresh" content="0; url=\'/new\'"><p>moved'
    (entry,) = leads(page, Kind.ARTICLE, requisites="none").entries
    assert (entry.url, entry.why, entry.hops) == (f"{HOME}/new", Why.REDIRECT, 1)
    # Itself, later, elsewhere: no redirect.
    for content in ("300", "0", "60; url=/new", "0; url=/x", "0; url=https://other.example/"):
        body = f'<meta http-equiv="refresh" content="{content}"><p>x'
        assert leads(body, Kind.ARTICLE, requisites="none").entries == []


def test_a_style_sheet_leads_to_more_a_few_steps_deep():
    css = "@import '/b.css'; a { background: url(/c.png) }"
    found = leads(css, Kind.REQUISITE, content_type="text/css")
    assert [(entry.url.removeprefix(HOME), entry.hops) for entry in found.entries] == [
        ("/b.css", 1),
        ("/c.png", 1),
    ]
    assert leads(css, Kind.REQUISITE, content_type="image/png").entries == []
