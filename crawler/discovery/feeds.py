"""Entries of RSS, Atom, RDF and JSON feeds, broken ones included."""

import calendar
import io
import json
import re
import time
from collections.abc import Iterator
from typing import Any

import feedparser

from crawler.discovery.found import Found, is_oddly_written, moment, unique, written
from crawler.discovery.sniff import as_utf8

_PAGE_TYPES = frozenset({"", "text/html", "application/xhtml+xml"})
_LIKE_ADDRESS = re.compile(r"[/.?]")
_MAX_ITEMS = 10_000


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
    plain = as_utf8(body)
    if plain is not body or "utf-16" in content_type.lower():
        # Its encoding is known for certain, whatever the server says.
        content_type = "application/xml; charset=utf-8"
    headers = {"content-location": url} | ({"content-type": content_type} if content_type else {})
    # A stream, for feedparser takes a string for the address or the path of a feed.
    parsed = feedparser.parse(io.BytesIO(plain), response_headers=headers, sanitize_html=False)
    found = []
    for entry in parsed.entries:
        if link := _link(entry, url):
            # Through dict: feedparser's own get takes one date for the other, and warns of it.
            published = _moment(dict.get(entry, "published_parsed"))
            modified = _moment(dict.get(entry, "updated_parsed"))
            found.append(Found(link, published, modified or published))
    return unique(found)


def read_json_feed(body: bytes, url: str) -> tuple[Found, ...]:
    """The items of a JSON Feed, in its order.

    >>> read_json_feed(b'{"items": [{"url": "/a"}, {"id": "http://b.example/"}]}', "http://a.example/")
    (Found(url='http://a.example/a', ...), Found(url='http://b.example/', ...))

    Source: https://www.jsonfeed.org/version/1.1/
    """
    try:
        feed = json.loads(as_utf8(body).decode("utf-8-sig", "replace"), strict=False)
    except (ValueError, RecursionError):
        return ()
    items = feed.get("items") if isinstance(feed, dict) else None
    return unique(_json_items(items[:_MAX_ITEMS] if isinstance(items, list) else [], url))


def _json_items(items: list[Any], url: str) -> Iterator[Found]:
    for item in items:
        if not isinstance(item, dict):
            continue
        named = (item.get(name) for name in ("url", "external_url", "id"))
        links = (written(url, link) for link in named if isinstance(link, str) and "/" in link)
        if link := next((link for link in links if link), None):
            published = moment(str(item.get("date_published") or ""))
            yield Found(link, published, moment(str(item.get("date_modified") or "")) or published)


def _link(entry: Any, url: str) -> str | None:  # noqa: ANN401 - feedparser ships no types
    links = [link for link in entry.get("links") or () if link.get("href")]
    files = {link["href"] for link in links if link.get("rel") == "enclosure"}
    # FeedBurner and its heirs put their own counter first and the article's address there.
    candidates = [entry.get("feedburner_origlink"), entry.get("link")]
    # feedparser passes over a type with parameters.
    candidates += [
        link["href"]
        for link in links
        if link.get("rel", "alternate").rpartition("/")[2] == "alternate"
        and link.get("type", "").partition(";")[0].strip().lower() in _PAGE_TYPES
    ]
    # The number or digest of an entry is no address.
    name = entry.get("id")
    candidates += [name] if isinstance(name, str) and _LIKE_ADDRESS.search(name) else []
    for candidate in candidates:
        if isinstance(candidate, str) and candidate not in files:
            # feedparser resolves what has no scheme, or stands in quotes.
            stated = candidate.removeprefix(url.rpartition("/")[0] + "/")
            if link := written(url, stated if is_oddly_written(stated) else candidate):
                return link
    return None


def _moment(parsed: time.struct_time | None) -> float | None:
    try:
        return float(calendar.timegm(parsed)) if parsed else None
    except (ValueError, OverflowError):
        return None
