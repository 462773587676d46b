"""Feeds, sitemaps and lists: what they name, however broken they are."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.urls import is_http
from crawler.discovery.feeds import read_feed, read_json_feed
from crawler.discovery.readers import Document, read_listing
from crawler.discovery.sitemaps import read_sitemap, read_url_list
from crawler.discovery.sniff import DocumentKind, sniff

URL = "https://news.example/feed.xml"

RSS = """<?xml version="1.0"?><rss version="2.0"
 xmlns:feedburner="http://rssnamespace.org/feedburner/ext/1.0"><channel><title>News</title>
<item><title>One</title><link>https://news.example/one?a=1&amp;b=2</link>
 <pubDate>Thu, 01 Jan 1970 00:01:00 GMT</pubDate></item>
<item><link>/two</link></item>
<item><link>https://feeds.example/~r/3</link>
 <feedburner:origLink>https://news.example/three</feedburner:origLink></item>
<item><guid isPermaLink="true">https://news.example/four</guid></item>
<item><link>mailto:desk@news.example</link></item>
<item><link>/two</link></item>
</channel></rss>"""

ATOM = """<?xml version="1.0" encoding="utf-8"?><feed xmlns="http://www.w3.org/2005/Atom">
<entry><title>x</title><link rel="replies" href="/x/comments"/><link href="/x"/>
<published>1970-01-01T00:01:00Z</published><updated>1970-01-01T00:02:00Z</updated></entry></feed>"""

RDF = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
 xmlns="http://purl.org/rss/1.0/"><item rdf:about="https://news.example/r">
<title>r</title><link>https://news.example/r</link></item></rdf:RDF>"""


def paths(found) -> list[str]:
    return [entry.url.removeprefix("https://news.example") for entry in found]


def test_rss_with_relative_links_permalinks_and_feedburner():
    found = read_feed(RSS.encode(), URL)
    assert paths(found) == ["/one?a=1&b=2", "/two", "/three", "/four"]
    assert (found[0].published, found[0].modified) == (60.0, 60.0)


def test_atom_takes_the_page_and_both_dates():
    (entry,) = read_feed(ATOM.encode(), URL)
    assert (entry.url, entry.published, entry.modified) == ("https://news.example/x", 60.0, 120.0)


def test_rdf():
    assert paths(read_feed(RDF.encode(), URL)) == ["/r"]


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: text.replace("&amp;", "&"),
        lambda text: text[: text.index("</channel>")],
        lambda text: "\n\n" + text,
        lambda text: text.replace("News", "N\x03ws \ufffe"),
        lambda text: text.replace('"1.0"?>', '"1.0" encoding="utf-8"?>').replace(
            "One", "caf\u00e9"
        ),
        lambda text: text.replace("<channel>", "<channel><p>unclosed"),
    ],
    ids=["bare-ampersand", "cut-off", "blank-lines", "controls", "wrong-encoding", "stray-markup"],
)
def test_a_broken_feed_is_read_all_the_same(damage):
    body = damage(RSS).encode("latin-1", "replace")
    assert "/two" in paths(read_feed(body, URL, content_type="application/rss+xml"))


def test_a_feed_is_never_taken_for_the_address_of_one():
    assert read_feed(b"http://127.0.0.1:9/feed", URL) == ()
    assert read_feed(b"/etc/passwd", URL) == ()


@given(st.binary(max_size=400))
def test_nothing_breaks_the_readers(body):
    assert isinstance(sniff(body), DocumentKind)
    for found in (read_sitemap(body, URL), read_url_list(body, URL)):
        assert all(is_http(page.url) for page in (*found.pages, *found.listings))


SITEMAP = b"""<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"
 xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"
 xmlns:image="http://www.google.com/schemas/sitemap-image/1.1">
<url><loc> https://news.example/a </loc><lastmod>1970-01-02</lastmod>
 <image:image><image:loc>https://news.example/a.jpg</image:loc></image:image></url>
<url><loc>https://news.example/b</loc><news:news><news:publication_date>1970-01-01T00:01Z
 </news:publication_date><news:title>B &amp; C</news:title></news:news></url>
</urlset>"""


def test_sitemap_with_dates_and_without_its_pictures():
    pages = read_sitemap(SITEMAP, URL).pages
    assert paths(pages) == ["/a", "/b"]
    assert (pages[0].published, pages[0].modified) == (None, 86400.0)
    assert (pages[1].published, pages[1].modified) == (60.0, 60.0)


def test_sitemap_index():
    index = SITEMAP.replace(b"urlset", b"sitemapindex").replace(b"url>", b"sitemap>")
    assert paths(read_sitemap(index, URL).listings) == ["/a", "/b"]


def test_a_sitemap_that_breaks_off_or_has_no_name_space_is_read():
    assert paths(read_sitemap(SITEMAP[:-60], URL).pages) == ["/a", "/b"]
    bare = b"<urlset><url><loc>/c?x=1&y=2</loc></url></urlset>"
    assert paths(read_sitemap(bare, URL).pages) == ["/c?x=1&y=2"]


def test_entities_are_not_expanded_and_nothing_is_loaded(tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("https://news.example/secret")
    body = (
        f'<!DOCTYPE urlset [<!ENTITY x SYSTEM "{secret.as_uri()}"><!ENTITY a "aaaaaaaaaa">'
        '<!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]><urlset><url><loc>&x;</loc></url>'
        "<url><loc>/&b;</loc></url></urlset>"
    )
    found = read_sitemap(body.encode(), URL)
    assert "secret" not in repr(found)
    assert "aaaa" not in repr(found)


def test_url_list():
    assert paths(read_url_list(b"\xef\xbb\xbfhttps://news.example/a\n\n# no\n", URL).pages) == [
        "/a"
    ]


@pytest.mark.parametrize(
    ("body", "document"),
    [
        (RSS.encode(), DocumentKind.FEED),
        (ATOM.encode(), DocumentKind.FEED),
        (RDF.encode(), DocumentKind.FEED),
        (RSS.encode("utf-16"), DocumentKind.FEED),
        (SITEMAP, DocumentKind.SITEMAP),
        (b"<sitemapindex>", DocumentKind.SITEMAP),
        (b"<!-- <rss> once --><!DOCTYPE html><html>", DocumentKind.HTML),
        (b"<?xml version='1.0'?><!--" + b"x" * 9000 + b"--><urlset>", DocumentKind.SITEMAP),
        (RSS.encode("utf-16-le"), DocumentKind.FEED),
        (RSS.encode("utf-32"), DocumentKind.FEED),
        (b'{"version": "https://jsonfeed.org/version/1", "items": []}', DocumentKind.JSON_FEED),
        (b"<!--" * 50_000, DocumentKind.OTHER),
        (b"<html><body>how to write &lt;rss&gt;", DocumentKind.HTML),
        (b"<html><pre><rss version='2'></pre>", DocumentKind.HTML),
        (b"{}", DocumentKind.OTHER),
        (b"", DocumentKind.OTHER),
    ],
)
def test_documents_are_known_by_their_first_bytes(body, document):
    assert sniff(body) is document


JSON_FEED = """{"version": "https://jsonfeed.org/version/1.1", "title": "News", "items": [
 {"id": "1", "url": "/one", "date_published": "1970-01-01T00:01:00Z"},
 {"id": "https://news.example/two", "date_modified": "1970-01-01T00:02:00Z"},
 {"id": "3", "external_url": "https://news.example/three", "url": 7},
 "nonsense", {"title": "no address"}]}"""


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16-le"])
def test_json_feed(encoding):
    found = read_json_feed(JSON_FEED.encode(encoding), URL)
    assert paths(found) == ["/one", "/two", "/three"]
    assert (found[0].published, found[1].modified) == (60.0, 120.0)


@pytest.mark.parametrize("body", [b"[" * 100_000, b'{"items": {}}', b"[]", b"{", b"null"])
def test_a_broken_json_feed_has_no_items(body):
    assert read_json_feed(body, URL) == ()


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-16", "utf-32", "utf-8"])
@pytest.mark.parametrize("charset", ["", "; charset=utf-16le", "; charset=utf-8"])
def test_the_encoding_of_a_listing_is_what_its_bytes_say(encoding, charset):
    lying = '<?xml version="1.0" encoding="utf-16"?>'
    feed = (lying + RSS.partition("?>")[2]).encode(encoding)
    assert "/two" in paths(read_feed(feed, URL, content_type="text/xml" + charset))
    sitemap = lying + SITEMAP.decode().partition("?>")[2]
    assert paths(read_sitemap(sitemap.encode(encoding), URL).pages) == ["/a", "/b"]


def test_an_unknown_encoding_does_not_hide_a_sitemap():
    body = SITEMAP.replace(b'"1.0"?>', b'"1.0" encoding="x-none"?>')
    assert paths(read_sitemap(body, URL).pages) == ["/a", "/b"]
    latin = '<?xml version="1.0" encoding="latin-1"?><urlset><url><loc>/\u00e9</loc></url></urlset>'
    assert paths(read_sitemap(latin.encode("latin-1"), URL).pages) == ["/%C3%A9"]


@pytest.mark.parametrize(
    "kind", ["text/html; charset=utf-8", "text/html;q=1", "application/xhtml+xml; x=y"]
)
def test_the_type_of_a_link_may_have_parameters(kind):
    body = ATOM.replace('<link href="/x"/>', f'<link rel="alternate" type="{kind}" href="/x"/>')
    assert paths(read_feed(body.encode(), URL)) == ["/x"]


def test_a_file_that_belongs_to_an_entry_is_no_article():
    items = (
        '<item><enclosure url="https://news.example/a.mp3" type="audio/mpeg">a</enclosure></item>'
        '<item><enclosure url="https://news.example/b.jpg"/><link>/b</link></item>'
        '<item><link>https://news.example/c.mp3</link><enclosure url="https://news.example/c.mp3"/>'
        "<guid>https://news.example/c</guid></item>"
    )
    body = f"<rss version='2.0'><channel>{items}</channel></rss>"
    assert paths(read_feed(body.encode(), URL)) == ["/b", "/c"]


@pytest.mark.parametrize(
    ("body", "pages", "sitemaps"),
    [
        ("<sitemapindex><sitemap>https://news.example/p.xml</sitemap>", [], ["/p.xml"]),
        ("<urlset><url>https://news.example/a</url><url>b</url></urlset>", ["/a"], []),
        ("<urlset><loc>https://news.example/a</loc></urlset>", ["/a"], []),
        ("<urlset><url><loc><url>https://news.example/a</url></loc></url></urlset>", ["/a"], []),
        ("<urlset><url><loc><![CDATA[/a]]></loc></url></urlset>", ["/a"], []),
        ("<br>\n<b>Warning</b>: x\n<?xml version='1.0'?><urlset><loc>/a</loc>", ["/a"], []),
        ("\n\n<?xml version='1.0' encoding='utf-8'?><urlset><loc>/a</loc></urlset>", ["/a"], []),
        ("<urlset><loc>/part-1.xml</loc><loc>/x.xml.gz</loc>", [], ["/part-1.xml", "/x.xml.gz"]),
        ("<urlset><loc>/a?b=c.xml</loc></urlset>", ["/a?b=c.xml"], []),
        ("<urlset><url><loc>/sitemap.php?n=2</loc></url></urlset>", [], ["/sitemap.php?n=2"]),
        ("<urlset><url><loc>'/a'</loc></url></urlset>", ["/a"], []),
        ("<urlset><url><loc>&lt;![CDATA[/a]]&gt;</loc></url></urlset>", ["/a"], []),
        ("<urlset><url><loc>//news.example/a</loc></url></urlset>", ["/a"], []),
        ("<URLSET><URL><LOC>/a</LOC></URL></URLSET>", ["/a"], []),
    ],
)
def test_sitemaps_as_they_are_met(body, pages, sitemaps):
    found = read_sitemap(body.encode(), URL)
    assert (paths(found.pages), paths(found.listings)) == (pages, sitemaps)


@pytest.mark.parametrize(
    ("item", "found"),
    [
        ("<link>www.news.example/a</link>", ["https://www.news.example/a"]),
        ("<link>'https://news.example/a'</link>", ["/a"]),
        ("<link>\n&lt;![CDATA[/a]]&gt;\n</link>", ["/a"]),
        ("<guid isPermaLink='false'>8f14e45fceea167a</guid>", []),
        ("<guid isPermaLink='false'>https://news.example/?p=12</guid>", ["/?p=12"]),
        ("<guid>one.html</guid>", ["/one.html"]),
        ("<link>/a?x=1&amp;amp;y=2</link>", ["/a?x=1&y=2"]),
    ],
)
def test_links_of_a_feed_as_they_are_written(item, found):
    body = f"<rss version='2.0'><channel><item>{item}</item></channel></rss>"
    assert paths(read_feed(body.encode(), URL)) == found


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-le"])
@pytest.mark.parametrize(
    "text",
    [
        "https://news.example/a\nhttps://news.example/b",
        "# all there is\n\nhttps://news.example/a\r\nhttps://news.example/b\r\n",
        "url,lastmod\nhttps://news.example/a,1970-01-02\nhttps://news.example/b,1970-01-03T00:00:00Z",
        "Address\tdate\nhttps://news.example/a\t1970-01-02\nhttps://news.example/b\t1970-01-03",
        '"loc";"freq"\n"https://news.example/a";"daily"\n"https://news.example/b";"0.5"',
    ],
)
def test_lists_of_addresses_as_they_are_met(text, encoding):
    body = text.encode(encoding)
    assert sniff(body) is DocumentKind.URL_LIST
    found = read_url_list(body, URL).pages
    assert paths(found) == ["/a", "/b"]
    assert [entry.modified for entry in found] in ([None] * 2, [86400.0, 2 * 86400.0])


@pytest.mark.parametrize("text", ["Hello,\nsee https://news.example/a", "a,b\n1,2\n", "# none\n"])
def test_a_text_is_no_list_of_addresses(text):
    assert sniff(text.encode()) is DocumentKind.OTHER


def test_an_outline_names_feeds_and_a_json_feed_may_lack_its_version():
    outline = "<?xml version='1.0'?><opml version='2.0'><body><outline text='x'>"
    outline += "<outline type='rss' xmlUrl='/f'/><outline XMLURL='www.b.example/g'/></outline>"
    read = read_listing(Document(outline.encode(), URL, {}))
    assert [found.url for found in read.listings] == [
        "https://news.example/f", "https://www.b.example/g",
    ]  # fmt: skip
    feed = JSON_FEED.replace('"version": "https://jsonfeed.org/version/1.1"', '"feed_url": "/f"')
    assert paths(read_listing(Document(feed.encode(), URL, {})).pages) == ["/one", "/two", "/three"]
