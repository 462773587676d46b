"""No page, however broken, ends in anything but an article or an error of ours."""

import gzip
import os
import time
from functools import cache
from hashlib import sha256
from pathlib import Path
from tempfile import NamedTemporaryFile

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from extract import Article, ExtractError, extract
from extract.errors import NotHTMLError, TooLargeError, UnreadableError
from tests.extract.test_synthetic import LANGUAGES, page, story

PROSE = (
    b"<p>" + b"The minister resigned on Monday after weeks of pressure from within. " * 4 + b"</p>"
)
SOAK_SECONDS = 1200.0

TAGS = (
    "html",
    "body",
    "div",
    "p",
    "a href=/x",
    "a",
    "ul",
    "li",
    "table",
    "tr",
    "td",
    "h1",
    "h2",
    "article",
    "section",
    "form",
    "textarea",
    "script type='application/ld+json'",
    "br",
    "b",
    "meta charset=latin1",
    "meta name=author content='By A, B and C'",
    "blockquote",
    "figure",
    "figcaption",
    "time datetime='2024-13-45'",
    "svg",
    "template",
    "frameset",
    "amp-live-list",
    "div class='comments ad share related'",
    "p class=standfirst",
    "span style='display:none'",
)
fragment = st.one_of(
    st.sampled_from(TAGS).map(lambda tag: f"<{tag}>".encode()),
    st.sampled_from(TAGS).map(lambda tag: f"</{tag.split()[0]}>".encode()),
    st.text(max_size=60).map(lambda text: text.encode("utf-8", "surrogatepass")),
    st.binary(max_size=40),
    st.sampled_from(
        [
            PROSE,
            b"&#0;&#xD800;&nbsp;&bogus;",
            b"<!--",
            b"-->",
            b"<![CDATA[",
            b"\x00",
            b'{"@type":"NewsArticle","author":[{"name":7}],"datePublished":[]}',
            b'{"@graph":[{"@type":["LiveBlogPosting"],"liveBlogUpdate":[1,{},null]}]}',
            b"Source: CNN",
            b"(dpa) - ",
            b"\xff\xfe",
            b"<?xml version='1.0' encoding='x'?>",
        ]
    ),
)
pages = st.lists(fragment, max_size=40).map(b"".join)
headers = st.one_of(st.none(), st.text(max_size=30).map(lambda text: {"Content-Type": text}))


def _is_answered(html: bytes, stated: dict[str, str] | None) -> bool:
    """Whether a page gives an article that can be stored, or an error of one line."""
    try:
        article = extract(html, url="https://x.test/a", headers=stated)
    except UnreadableError as error:
        pytest.fail(_kept(html, stated, error))
    except ExtractError as error:
        return "\n" not in str(error)
    return Article.from_dict(article.to_dict()) == article


def _kept(html: bytes, stated: dict[str, str] | None, why: object) -> str:
    """Keep a page that failed, so that it can be looked at."""
    with NamedTemporaryFile(prefix="microfiche-fuzz-", suffix=".html", delete=False) as file:
        file.write(html)
    return f"{why!r} on {file.name}, headers {stated}"


@given(html=pages, stated=headers)
@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
def test_any_soup_gives_an_article_or_our_error(html: bytes, stated: dict[str, str] | None) -> None:
    assert _is_answered(html, stated)


class _Page(bytes):
    """A page whose repr is no megabyte."""

    def __repr__(self) -> str:
        return f"<{len(self)} bytes, SHA-256 {sha256(self).hexdigest()[:12]}>"


@st.composite
def damaged_pages(draw: st.DrawFn) -> bytes:
    """Whole pages with pieces cut out, doubled, moved, overwritten and put in between."""
    html = draw(st.sampled_from(_whole_pages()))
    for _ in range(draw(st.integers(1, 6))):
        start = draw(st.integers(0, len(html)))
        stop = min(len(html), start + draw(st.sampled_from((1, 7, 60, 900, 20_000))))
        piece = html[start:stop]
        edit = draw(st.integers(0, 4))
        if edit == 0:
            html = html[:start] + html[stop:]
        elif edit == 1:
            html = html[:stop] + piece * draw(st.integers(1, 40)) + html[stop:]
        elif edit == 2:
            html = html[:start] + bytes(byte ^ 0x80 for byte in piece[:300]) + html[stop:]
        elif edit == 3:
            html = html[:start] + draw(fragment) * draw(st.sampled_from((1, 3, 500))) + html[start:]
        else:
            html = html[:start]
    return _Page(html)


@cache
def _whole_pages() -> list[bytes]:
    """Synthetic pages in all languages; real ones, too, where they are at hand."""
    found = [page(*story(language), 1) for language in LANGUAGES]
    corpus = os.environ.get("MICROFICHE_CORPUS")
    real = sorted(Path(corpus).glob("*/pages/*.gz"))[::4] if corpus else []
    return found + [gzip.decompress(path.read_bytes()) for path in real]


@given(html=damaged_pages(), stated=headers)
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
def test_any_damage_gives_an_article_or_our_error(
    html: bytes, stated: dict[str, str] | None
) -> None:
    assert _is_answered(html, stated)


@pytest.mark.soak
def test_soup_and_damage_for_twenty_minutes() -> None:
    # Without a database no batch begins with the examples of the one before; what fails is kept
    # as it is, since shrinking a page of a megabyte takes hours.
    batch = settings(
        max_examples=500,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        database=None,
        phases=[Phase.generate],
    )

    @batch
    @given(html=pages, stated=headers)
    def soup(html: bytes, stated: dict[str, str] | None) -> None:
        assert _is_answered(html, stated)

    @batch
    @given(html=damaged_pages(), stated=headers)
    def damage(html: bytes, stated: dict[str, str] | None) -> None:
        assert _is_answered(html, stated)

    until = time.monotonic() + SOAK_SECONDS
    number = 0
    while time.monotonic() < until:
        soup()
        damage()
        number += 2 * 500
    assert number > 0
    print(f"{number} pages")


EXTREMES = {
    "divs": b"<div>" * 100_000 + PROSE,
    "spans": b"<article>" + PROSE + b"<span>" * 100_000,
    "tables": b"<table><tr><td>" * 3_000 + PROSE,
    "lists": b"<ul><li>" * 50_000 + PROSE,
    "json": b"<script type='application/ld+json'>" + b"[" * 100_000 + b"</script>" + PROSE,
    "class": b"<div class='" + b"ad-" * 100_000 + b"'>" + PROSE,
    "attributes": b"<div " + b" ".join(b"a%d=1" % n for n in range(50_000)) + b">" + PROSE,
    "title": b"<title>" + b"a - " * 50_000 + b"</title>" + PROSE,
    "50 MB script": b"<script>" + b"x=1;" * 13_000_000 + b"</script>" + PROSE,
    "fields": b"<div>" * 1_900 + b"<form><input type=email></form>" * 3_000 + PROSE,
    "buttons": b"<div>" * 1_900
    + b"<div><button>a</button><button>b</button></div>" * 3_000
    + PROSE,
    "marked": b"<div>"
    + b"".join(b"<div class=share>%d</div> word" % n for n in range(9_000))
    + PROSE,
    "pictures": b"<p>" + b"<svg></svg> word " * 20_000 + PROSE,
    "endless paragraph": b"<p>" + b"<b>word</b> and <br>" * 9_000 + PROSE,
    "nested boxes": b"".join(b"<div class=share><p>%d word</p>" % n for n in range(1_900))
    + PROSE * 1_000,
    "paragraphs": b"".join(
        b"<p>%d words of it, and %d more</p>" % (n, 7 * n) for n in range(15_000)
    ),
}


@pytest.mark.parametrize("html", EXTREMES.values(), ids=EXTREMES)
def test_extremes_are_answered(html: bytes) -> None:
    assert _is_answered(html, None)


def test_a_page_of_fifty_megabytes_of_text_is_refused() -> None:
    with pytest.raises(TooLargeError, match="the limit is"):
        extract(PROSE * (50 * 1024 * 1024 // len(PROSE)), url="https://x.test/a")


@pytest.mark.parametrize("html", [b"", b" \n\t", b"\x00\x00"])
def test_nothing_is_no_page(html: bytes) -> None:
    with pytest.raises(NotHTMLError):
        extract(html, url="https://x.test/a")


@pytest.mark.parametrize(
    "html",
    [
        b"<?xml version='1.0' encoding='utf-8'?><html xmlns='http://www.w3.org/1999/xhtml'><body>"
        + PROSE
        + b"</body></html>",
        b"<!doctype html><html amp><body><amp-img></amp-img><article>" + PROSE,
        ("\ufeff" + PROSE.decode()).encode("utf-16"),
        PROSE.replace(b" ", b" \x00\x07"),
        b"<meta charset=rot13>" + PROSE,
    ],
    ids=["xhtml", "amp", "utf-16", "controls", "charset"],
)
def test_prose_survives_its_wrapping(html: bytes) -> None:
    text = extract(html, url="https://x.test/a").text
    assert text.startswith("The minister resigned on Monday")
    assert text.isprintable()


def test_a_name_no_element_may_have_costs_no_page() -> None:
    html = PROSE * 3 + b"<i\xd0{\"@graph\":[<div class='comments ad share related'>x</div>"
    assert extract(html, url="https://x.test/a").text.startswith("The minister resigned")
