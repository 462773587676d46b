"""Entries of RSS, Atom and RDF feeds, broken ones included."""

import calendar
import io
import time
from typing import Any

import feedparser

from crawler.discovery.found import Found, absolute, unique


def read_feed(body: bytes, url: str, *, content_type: str = "") -> tuple[Found, ...]:
    """The entries of a feed, in its order.

    feedparser's ``bozo`` flag is not looked at: most broken feeds can be read, and a feed of
    which nothing can be read has no entries.

    >>> read_feed(b"<rss><channel><item><link>/a</link></item>", "http://a.example/f")
    (Found(url='http://a.example/a', published=None, modified=None),)

    Args:
        body: Content-decoded.
        url: Of the feed; relative links are read against it.
        content_type: As the server sent it, for its charset.
    """
    headers = {"content-location": url} | ({"content-type": content_type} if content_type else {})
    # A stream, for feedparser takes a string for the address or the path of a feed.
    parsed = feedparser.parse(io.BytesIO(body), response_headers=headers, sanitize_html=False)
    found = []
    for entry in parsed.entries:
        if link := _link(entry, url):
            # Through dict: feedparser's own get takes one date for the other, and warns of it.
            published = _moment(dict.get(entry, "published_parsed"))
            modified = _moment(dict.get(entry, "updated_parsed"))
            found.append(Found(link, published, modified or published))
    return unique(found)


def _link(entry: Any, url: str) -> str | None:  # noqa: ANN401 - feedparser ships no types
    # FeedBurner and its heirs put their own counter first and the article's address there.
    for candidate in (entry.get("feedburner_origlink"), entry.get("link"), entry.get("id")):
        if isinstance(candidate, str) and (link := absolute(url, candidate)):
            return link
    return None


def _moment(parsed: time.struct_time | None) -> float | None:
    try:
        return float(calendar.timegm(parsed)) if parsed else None
    except (ValueError, OverflowError):
        return None
