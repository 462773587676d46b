"""The tag scanner against lxml's tree, whose tokenizer follows the same standard."""

import gzip
import html
import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from lxml import etree

from crawler.discovery.markup import Tag, iter_tags
from crawler.discovery.pages import ALL_TAGS

CORPUS = os.environ.get("MICROFICHE_CORPUS")
# The tree keeps one of each, with the attributes of all.
NAMES = ALL_TAGS - {"html", "body"}
Plain = tuple[str, dict[str, str], str, str]


def scanned(text: str) -> list[Plain]:
    tags = [tag for tag in iter_tags(text, NAMES, mentioning="url") if tag.name in NAMES]
    return [(tag.name, plain(tag.attributes()), text_of(tag), tag.holder) for tag in tags]


def text_of(tag: Tag) -> str:
    return html.unescape(unix(tag.text)) if tag.name == "title" else unix(tag.text)


def of_the_tree(text: str) -> list[Plain]:
    parser = etree.HTMLParser(encoding="utf-8", remove_comments=True, huge_tree=True)
    root = etree.fromstring(text.encode(), parser)
    found = root.iter(*NAMES) if root is not None else ()
    return [
        (str(e.tag), plain(dict(e.attrib)), (e.text or "") if holds_text(e) else "", holder_of(e))
        for e in found
    ]


def holds_text(element: etree._Element) -> bool:
    return element.tag in ("style", "title")


def holder_of(element: etree._Element) -> str:
    holders = element.iterancestors("picture", "video", "audio")
    return next((str(holder.tag) for holder in holders), "")


def plain(attributes: dict[str, str]) -> dict[str, str]:
    # The tree spells out what stands there or does not: checked="checked".
    return {
        name.lower(): "" if value == name else unix(value) for name, value in attributes.items()
    }


def unix(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def in_any_order(tags: list[Plain]) -> list[str]:
    return sorted(map(repr, tags))


def corpus_pages() -> Iterator[Path]:
    return Path(CORPUS).rglob("*.html.gz") if CORPUS else iter(())


@pytest.mark.skipif(CORPUS is None, reason="MICROFICHE_CORPUS names no folder of pages")
def test_tags_of_real_pages_are_those_of_the_tree():
    seen = 0
    for path in sorted(corpus_pages()):
        text = gzip.decompress(path.read_bytes()).decode("utf-8", "replace").replace("\0", "")
        # Out of a <table> the tree moves nothing, so the order is the same, too.
        assert scanned(text) == of_the_tree(text), path.name
        seen += 1
    assert seen > 200


PIECES = st.sampled_from(
    [
        *("<img ", "<a ", "<link ", "<p ", "<source ", "<input ", "</p ", "<IMG", "<td", "</td"),
        *("<picture>", "</picture>", "<video>", "</video>", "<style>", "</style>", "</style "),
        *("<script>", "</script>", "<SCRIPT x>", "</ScRiPt >", "</scriptx", "<title>", "</title>"),
        *("<textarea>", "</textarea>", "<iframe>", "</iframe>", "<noscript>", "</noscript>"),
        *("<!--", "-->", "--!>", "<!", "<?", "</", "</>", "<", ">", "/", "=", '"', "'", " ", "\n"),
        *("src=", "href=", 'alt="', "title='", "style=url(x)", " b", "x", "-", "!", "\u00fc", "\t"),
        *("&amp;", "&copy", "&copy;", "&notit;", "&#65", "&#x41;", "&", ";", "&lt", "url"),
    ]
)


@given(st.lists(PIECES, max_size=24).map("".join))
@example("<picture><source srcset=a><source srcset=b><img src=c></picture><source src=d>")
@example("<p a=1 =b=2 c==3 d/e f = g><img a='b'\"c'd=e>")
@example("<img title='<img src=x>' src=y><img title='<img src=z>")
@example("<!--><img src=a>--><!---><img src=b><!--x--!><img src=c><!----!><img src=d>")
@example("<!--!><img src=a>--><!---!><img src=b>--><img src=c>")
@example("<script><!--<script></script><img src=a>--></script><img src=b>")
@example("<script><!-->x<script></script><img src=a>")
@example("</p title='<img src=a>'><img src=b></><img src=c></ <img src=d>")
@example("<img src=a <img src=b><img")
@example("</scriptx<video>")
def test_tags_are_those_of_the_tree(text):
    # By the standard "<script/>" is not closed; the tree closes it.
    assume(re.search("<[a-z]+ ?/", text, re.IGNORECASE) is None)
    assert in_any_order(scanned(text)) == in_any_order(of_the_tree(text))


HOSTILE = (
    *("<", "<a ", '<a b="', "<a b='x' ", "<!--", "<!---->", "<script>", "</script", "</>"),
    *("<script><!--", "<script><!--<script>", "</a =", "<a =", "<a b= ", "<a/", "<p\n", "<?"),
    *("<video>", "</audio><video>", "<picture></picture>", "<a b=c/", "<style></sty"),
    *("<img src='&amp", "<img url=x>", '<a b="x" c=\'', "<img srcset=,,,,"),
)


@pytest.mark.parametrize("piece", HOSTILE)
def test_hostile_pages_are_read_to_their_end(piece):
    page = piece * 2_000
    names = [tag.name for tag in iter_tags(page, ALL_TAGS, mentioning="url")]
    assert set(names) <= ALL_TAGS
    assert len(names) <= page.count("<")


def test_values_are_read_as_attributes_are():
    (tag,) = iter_tags(
        "<A HREF='?a=1&amp;b=2&copy=3&notit;&lt' Href=x Title>", {"a"}, mentioning="?"
    )
    assert tag.attributes() == {"href": "?a=1&b=2&copy=3&notit;<", "title": ""}
