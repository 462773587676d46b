"""Feeds of every kind that W3C's feed validator tries, in our words; feedparser's own, in soak."""

import re

import pytest

from crawler.discovery.found import absolute
from crawler.discovery.readers import Document, read_listing
from crawler.discovery.sniff import as_utf8
from tests.environments import sdist

URL = "https://news.example/feeds/all"
# Root and end of each format; an entry stands between them.
RSS = '<rss version="2.0" {}><channel><title>t</title><link>/home</link>', "</channel></rss>"
ATOM = (
    '<feed xmlns="http://www.w3.org/2005/Atom" {}><title>t</title><link href="/home"/>',
    "</feed>",
)
RDF_SPACE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDF = f'<rdf:RDF xmlns:rdf="{RDF_SPACE}" ', "</rdf:RDF>"
BEGINS = {
    "rss 0.91": '<!DOCTYPE rss PUBLIC "-//Netscape Communications//DTD RSS 0.91//EN"'
                ' "http://my.netscape.com/publish/formats/rss-0.91.dtd">'
                '<rss version="0.91"><channel>',
    "rss 0.92": '<rss version="0.92"><channel>',
    "rss 0.94": '<rss version="0.94"><channel>',
    "rss 2.0": RSS[0].format(""),
    "rss without a version": "<rss><channel>",
    "rss in a name space": '<rss version="2.0" xmlns="http://backend.userland.com/rss2"><channel>',
}  # fmt: skip
RDF_CHANNELS = {
    "rss 0.90": 'xmlns="http://my.netscape.com/rdf/simple/0.9/"><channel><link>/home</link></channel>',
    "rss 1.0": 'xmlns="http://purl.org/rss/1.0/"><channel rdf:about="/home"><items><rdf:Seq>'
               '<rdf:li resource="/home"/></rdf:Seq></items></channel>',
}  # fmt: skip
ITEM = "<item><title>x</title><link>/a</link><description>y &lt;a href='/b'></description></item>"
# What may stand in an item beside its link, with the prefix that it needs.
BESIDE = {
    "guid": '<guid isPermaLink="false">7</guid>',
    "permalink": '<guid isPermaLink="true">https://news.example/p</guid>',
    "comments": "<comments>/c</comments>",
    "source": '<source url="/other.xml">o</source>',
    "category": '<category domain="/cats">x</category>',
    "enclosure": '<enclosure url="/a.mp3" type="audio/mpeg" length="1"/>',
    "cloud of html": "<description><![CDATA[<a href='/b'>b</a>]]></description>",
    "content:encoded": "<content:encoded><![CDATA[<a href='/b'>b</a>]]></content:encoded>",
    "dc:identifier": "<dc:identifier>/d</dc:identifier><dc:date>1970-01-01</dc:date>",
    "wfw:commentRss": "<wfw:commentRss>/c.xml</wfw:commentRss><wfw:comment>/c</wfw:comment>",
    "slash": "<slash:comments>7</slash:comments>",
    "trackback": '<trackback:ping rdf:resource="/ping"/>',
    "media": '<media:content url="/a.jpg"><media:player url="/player"/></media:content>',
    "media group": '<media:group><media:thumbnail url="/t.jpg"/></media:group>',
    "itunes": '<itunes:image href="/i.jpg"/><itunes:duration>1</itunes:duration>',
    "licence": "<cc:license>/licence</cc:license>",
    "geo": "<georss:point>1 2</georss:point>",
    "atom self": '<atom:link rel="self" href="/s"/>',
    "atom replies": '<atom:link rel="replies" href="/c"/>',
    "body of xhtml": "<body xmlns='http://www.w3.org/1999/xhtml'><a href='/b'>b</a></body>",
    "unknown": "<x:link>/x</x:link><x:a href='/x'/>",
}
PREFIXES = " ".join(
    f'xmlns:{prefix}="{space}"'
    for prefix, space in {
        "content": "http://purl.org/rss/1.0/modules/content/",
        "dc": "http://purl.org/dc/elements/1.1/",
        "wfw": "http://wellformedweb.org/CommentAPI/",
        "slash": "http://purl.org/rss/1.0/modules/slash/",
        "trackback": "http://madskills.com/public/xml/rss/module/trackback/",
        "rdf": RDF_SPACE,
        "media": "http://search.yahoo.com/mrss/",
        "itunes": "http://www.itunes.com/dtds/podcast-1.0.dtd",
        "cc": "http://web.resource.org/cc/",
        "georss": "http://www.georss.org/georss",
        "atom": "http://www.w3.org/2005/Atom",
        "x": "https://x.example/ns",
    }.items()
)
# Links of an Atom entry; the page is /a.
LINKS = {
    "plain": '<link href="/a"/>',
    "alternate": '<link rel="alternate" href="/a"/>',
    "registered name": '<link rel="http://www.iana.org/assignments/relation/alternate" href="/a"/>',
    "title and language": '<link href="/a" title="x" hreflang="en" length="7"/>',
    "type": '<link type="text/html" href="/a"/>',
    "type with parameters": '<link type="text/html; charset=utf-8" href="/a"/>',
    "xhtml": '<link type="application/xhtml+xml" href="/a"/>',
    "self first": '<link rel="self" href="/s"/><link href="/a"/>',
    "edit first": '<link rel="edit" href="/e"/><link href="/a"/>',
    "via": '<link rel="via" href="/v"/><link href="/a"/>',
    "related": '<link rel="related" href="/r"/><link href="/a"/>',
    "replies": '<link rel="replies" href="/c"/><link href="/a"/>',
    "enclosure": '<link rel="enclosure" href="/a.mp3"/><link href="/a"/>',
    "licence": '<link rel="license" href="/l"/><link href="/a"/>',
    "relation of one's own": '<link rel="https://x.example/rel" href="/x"/><link href="/a"/>',
    "two types": '<link type="application/pdf" href="/a.pdf"/><link type="text/html" href="/a"/>',
    "base of the entry": '<link xml:base="/b/" href="../a"/>',
    "absolute": '<link href="https://news.example/a"/>',
    "white space": '<link href="\n /a "/>',
    "xhtml content": '<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">'
                     '<a href="/b">b</a></div></content><link href="/a"/>',
    "html content": '<content type="html">&lt;a href="/b"></content><link href="/a"/>',
    "content elsewhere": '<content src="/a.pdf" type="application/pdf"/><link href="/a"/>',
    "source": '<source><link href="/other"/><id>x</id></source><link href="/a"/>',
    "author with an address": "<author><uri>/author</uri></author><link href='/a'/>",
    "address as the id": "<id>https://news.example/a</id>",
}  # fmt: skip
CASES = {
    **{name: begin + ITEM + RSS[1] for name, begin in BEGINS.items()},
    **{name: RDF[0] + channel + ITEM + RDF[1] for name, channel in RDF_CHANNELS.items()},
    **{
        f"rss, {name}": RSS[0].format(PREFIXES) + ITEM.replace("<title", f"{beside}<title") + RSS[1]
        for name, beside in BESIDE.items()
    },
    **{
        f"atom, {name}": f"{ATOM[0]}<entry><title>x</title>{links}</entry>{ATOM[1]}"
        for name, links in LINKS.items()
    },
    "atom 0.3": '<feed version="0.3" xmlns="http://purl.org/atom/ns#"><entry>'
                '<link rel="alternate" type="text/html" href="/a"/></entry></feed>',
    "entry alone": '<entry xmlns="http://www.w3.org/2005/Atom"><link href="/a"/></entry>',
    "base of the feed": '<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://news.example/x/">'
                        '<entry><link href="../a"/></entry></feed>',
    "atom in rss": RSS[0].format(PREFIXES) + "<atom:entry><atom:link href='/a'/></atom:entry>"
                   "<item><atom:link href='/a'/></item>" + RSS[1],
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_each_kind_of_feed_gives_the_page_of_its_entry_and_nothing_else(name):
    body = '<?xml version="1.0" encoding="utf-8"?>\n' + CASES[name]
    listing = read_listing(Document(body.encode(), URL, {}))
    assert listing is not None
    assert [found.url for found in listing.pages] == ["https://news.example/a"]


_ENTRY = re.compile(
    r"<(?:\w+:)?(item|entry)\b(.*?)(?:</(?:\w+:)?\1>|\Z)", re.DOTALL | re.IGNORECASE
)
_LINK = re.compile(r"<(?:\w+:)?link\b([^>]*?)(?:/>|>([^<]*))", re.DOTALL | re.IGNORECASE)
_OTHER = re.compile(
    r"<!--.*?-->|<source\b.*?</source>|<enclosure\b[^>]*>", re.DOTALL | re.IGNORECASE
)
_HREF = re.compile(r"""href\s*=\s*["']([^"']*)""", re.IGNORECASE)
_REL = re.compile(r"""rel\s*=\s*["'](?!alternate)""", re.IGNORECASE)


def stated_links(body: bytes) -> set[str]:
    """The addresses that a glance at the text finds in the links of entries."""
    text = as_utf8(body).decode("utf-8", "replace")
    files = {absolute(URL, at) for at in re.findall(r"<enclosure\b[^>]*url='?\"?([^'\"]*)", text)}
    found = set()
    for _, entry in _ENTRY.findall(_OTHER.sub("", text)):
        for attributes, inner in _LINK.findall(entry):
            href = _HREF.search(attributes)
            if not _REL.search(attributes):
                found.add(absolute(URL, (href[1] if href else inner).strip()))
    # What is a file of the entry as well is none of its pages.
    return found - {None} - files


@pytest.mark.soak
def test_the_feeds_that_feedparser_is_tested_with():
    files = sorted(sdist("feedparser==6.0.14").rglob("*.xml"))
    assert len(files) > 2000
    with_link, silent = 0, []
    for path in files:
        body = path.read_bytes()
        listing = read_listing(Document(body, URL, {"content-type": "application/xml"}))
        if stated_links(body):
            with_link += 1
            if listing is None or not listing.pages:
                silent.append(path.name)
    assert with_link > 50
    assert len(silent) <= with_link * 0.02, silent
