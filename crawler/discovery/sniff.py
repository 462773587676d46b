"""What a document is, by its first bytes: servers' types and configured kinds are often wrong."""

import codecs
import re
from enum import StrEnum


class Document(StrEnum):
    """What a listing turns out to be."""

    FEED = "feed"
    SITEMAP = "sitemap"
    URL_LIST = "url_list"
    HTML = "html"
    OTHER = "other"


_SNIFFED_BYTES = 4096
_UTF16 = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
# Feeds first: RSS files can carry sitemap name spaces, and feeds quote HTML.
_CLUES = (
    (re.compile(r"<(?:\w+:)?(?:rss|feed|rdf)[\s>:]", re.IGNORECASE), Document.FEED),
    (re.compile(r"<(?:\w+:)?(?:urlset|sitemapindex)[\s>/]", re.IGNORECASE), Document.SITEMAP),
    (re.compile(r"<!doctype html|<html[\s>]|<head[\s>]|<body[\s>]", re.IGNORECASE), Document.HTML),
)
_URL_LINE = re.compile(r"\s*https?://\S+\s*(?:\n|$)", re.IGNORECASE)


def sniff(body: bytes) -> Document:
    r"""Tell what a decoded body is.

    >>> sniff(b'\xef\xbb\xbf<?xml version="1.0"?><rss version="2.0">')
    <Document.FEED: 'feed'>
    >>> sniff(b"<!DOCTYPE html><title>x</title>"), sniff(b"https://a.example/1\n")
    (<Document.HTML: 'html'>, <Document.URL_LIST: 'url_list'>)
    """
    start = body[:_SNIFFED_BYTES]
    text = start.decode(_UTF16.get(start[:2], "utf-8"), "replace").lstrip("\ufeff")
    clues = [(m.start(), kind) for pattern, kind in _CLUES if (m := pattern.search(text))]
    if clues:
        # A page may quote "<rss" far down; a feed says what it is before anything else.
        return min(clues)[1]
    return Document.URL_LIST if _URL_LINE.match(text) else Document.OTHER
