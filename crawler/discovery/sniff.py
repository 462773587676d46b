"""What a document is, by its first bytes: servers' types and configured kinds are often wrong."""

import codecs
import re
from enum import StrEnum


class DocumentKind(StrEnum):
    """What a listing turns out to be."""

    FEED = "feed"
    JSON_FEED = "json_feed"
    OUTLINE = "outline"
    SITEMAP = "sitemap"
    URL_LIST = "url_list"
    HTML = "html"
    OTHER = "other"


_SNIFFED_CHARS = 4096
_BOMS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# The first sign of every document here is one of ASCII; without a mark its zeros tell the width.
_BARE = {
    b"\0\0\0*": "utf-32-be",
    b"*\0\0\0": "utf-32-le",
    b"\0*\0*": "utf-16-be",
    b"*\0*\0": "utf-16-le",
}
_DECLARED = re.compile(rb"\A\s*<\?xml\b[^>]{0,200}?(\s+encoding\s*=\s*[\"']([^\"'>]{0,40})[\"'])")
_BEFORE_ROOT = re.compile(r"\s*(?:<!--(?:[^-]|-(?!->))*+-->|<\?(?:[^?]|\?(?!>))*+\?>)")
# Feeds first: RSS files can carry sitemap name spaces, and feeds quote HTML.
_CLUES = (
    (re.compile(r"<(?:\w+:)?(?:rss|feed|rdf)[\s>:]", re.IGNORECASE), DocumentKind.FEED),
    (re.compile(r"<(?:channel|entry)\s[^>]*xmlns", re.IGNORECASE), DocumentKind.FEED),
    (re.compile(r"<opml[\s>]", re.IGNORECASE), DocumentKind.OUTLINE),
    (re.compile(r"<(?:\w+:)?(?:urlset|sitemapindex)[\s>/]", re.IGNORECASE), DocumentKind.SITEMAP),
    (
        re.compile(r"<!doctype html|<html[\s>]|<head[\s>]|<body[\s>]", re.IGNORECASE),
        DocumentKind.HTML,
    ),
)
#: A line of a list of addresses: the address, and where a date or a number stands beside it, that.
URL_LINE = re.compile(
    r"""[ \ufeff]*(["']?(?:https?://|www\.)[^\s<>"']+?["']?)
    (?:[ ]*(?:[,;|\t]|[ ][ ]*)[ ]*["']?(?:\d[\d.:TZ+ -]*|[a-z]{5,7})?["']?){0,3}[ ]*$""",
    re.IGNORECASE | re.VERBOSE,
)
# Above the addresses of a list: a note, or the names of its columns.
_HEAD_LINE = re.compile(r"""\s*(?:#.*|[\w ."\']{1,30}(?:[,;|\t][\w ."\']{1,30}){0,5})?\s*$""")
_MAX_HEAD_LINES = 20
_JSON_FEED = re.compile(
    rb"https?:\\?/\\?/jsonfeed\.org\\?/version\\?/|[\"'](?:home_page_url|feed_url)[\"']\s*:"
)


def as_utf8(body: bytes) -> bytes:
    r"""A listing in UTF-8, without the declaration that it is in anything else.

    >>> as_utf8('<?xml version="1.0" encoding="utf-16"?><rss/>'.encode("utf-16-le"))
    b'<?xml version="1.0"?><rss/>'
    >>> as_utf8(b'<?xml version="1.0" encoding="utf-16"?><rss/>')
    b'<?xml version="1.0"?><rss/>'

    Source: XML 1.0, appendix F.
    """
    encoding = next((name for mark, name in _BOMS if body.startswith(mark)), None)
    if encoding is None:
        pattern = bytes(0 if byte == 0 else 0x2A for byte in body[:4])
        encoding = _BARE.get(pattern)
    if encoding is not None:
        body = body.decode(encoding, "replace").lstrip("\ufeff").encode()
    declared = _DECLARED.match(body)
    if declared is None or (encoding is None and declared[2].lower() in (b"utf-8", b"utf8")):
        return body
    plain = body[: declared.start(1)] + body[declared.end(1) :]
    return plain if encoding is not None else _in_utf8(plain, declared[2].decode("latin-1"))


def sniff(body: bytes) -> DocumentKind:
    r"""Tell what a decoded body is.

    >>> sniff(b'\xef\xbb\xbf<?xml version="1.0"?><rss version="2.0">')
    <DocumentKind.FEED: 'feed'>
    >>> sniff(b"<!DOCTYPE html><title>x</title>"), sniff(b"https://a.example/1\n")
    (<DocumentKind.HTML: 'html'>, <DocumentKind.URL_LIST: 'url_list'>)
    """
    text = as_utf8(body).decode("utf-8", "replace").lstrip("\ufeff")
    at = 0
    # Licences and notices before the root may be longer than anything that follows.
    while found := _BEFORE_ROOT.match(text, at):
        at = found.end()
    text = text[at : at + _SNIFFED_CHARS]
    if text.lstrip()[:1] == "{":
        return DocumentKind.JSON_FEED if _JSON_FEED.search(body) else DocumentKind.OTHER
    clues = [(m.start(), kind) for pattern, kind in _CLUES if (m := pattern.search(text))]
    if clues:
        # A page may quote "<rss" far down; a feed says what it is before anything else.
        return min(clues)[1]
    return DocumentKind.URL_LIST if _is_url_list(text) else DocumentKind.OTHER


def _is_url_list(text: str) -> bool:
    for line in text.splitlines()[:_MAX_HEAD_LINES]:
        if URL_LINE.match(line):
            return True
        if not _HEAD_LINE.match(line):
            return False
    return False


def _in_utf8(body: bytes, label: str) -> bytes:
    """A body that says it is in an encoding: believed where it is not UTF-8 after all."""
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        # The label of ISO-8859-1 has meant Windows' superset for as long as there are browsers.
        label = "cp1252" if label.lower() in ("latin-1", "latin1", "iso-8859-1") else label
        try:
            return body.decode(label, "replace").encode("utf-8", "replace")
        except (LookupError, ValueError):
            pass
    return body
