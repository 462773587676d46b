"""Article pages: what they say, in which coding and charset, and what is taken for the same."""

import re
from urllib.parse import urljoin

import pytest

from tests.site.articles import articles
from tests.site.reading import OPENED, article_of, base_of
from tests.site.titles import GAZETTE, KURIER, TITLES


@pytest.mark.parametrize("title", TITLES, ids=lambda title: title.key)
def test_articles_read_like_news_and_are_all_different(title):
    both_days = articles(title, 2, OPENED)
    assert len(both_days) == 20
    lengths = [len(f"{a.standfirst} {a.text}".split()) for a in both_days]
    assert min(lengths) >= 250
    assert max(lengths) <= 900
    paragraphs = [paragraph for article in both_days for paragraph in article.paragraphs]
    assert len(paragraphs) == len(set(paragraphs))
    assert not any("{" in paragraph for paragraph in paragraphs)


def test_every_coding_framing_and_charset_is_served(get, paper):
    seen = set()
    for title in TITLES:
        for article in articles(title, 1, OPENED):
            if {"slow", "fails-once", "too-many-once"} & article.quirks:
                continue
            reply = get(base_of(paper, title) + article.path)
            assert reply.status_code == 200
            seen.add(reply.headers.get("Content-Encoding", "identity"))
            seen.add(reply.headers.get("Transfer-Encoding", "not chunked"))
            seen.add(reply.headers["Content-Type"])
    assert {"identity", "gzip", "br", "deflate", "zstd", "chunked", "not chunked"} <= seen
    assert {"text/html; charset=utf-8", "text/html; charset=iso-8859-1", "text/html"} <= seen


@pytest.mark.parametrize(
    ("title", "slug", "charset", "in_header", "in_page"),
    [
        (GAZETTE, "cinema-projectionist-retires", "iso-8859-1", True, True),
        (GAZETTE, "open-water-swimmer", "windows-1252", False, True),
        (GAZETTE, "youth-regatta-capsize", "windows-1252", False, False),
        (KURIER, "wattwurm-zaehlung", "iso-8859-1", False, False),
    ],
)
def test_charsets_are_declared_or_not(get, paper, title, slug, charset, in_header, in_page):
    article = article_of(title, slug)
    reply = get(base_of(paper, title) + article.path)
    assert ("charset" in reply.headers["Content-Type"]) is in_header
    assert (f'charset="{charset}"'.encode() in reply.content) is in_page
    needle = article.paragraphs[1][:60]
    assert re.search(re.escape(needle.encode(charset)), reply.content)


@pytest.mark.parametrize("validator", ["ETag", "Last-Modified"])
def test_unchanged_article_answers_304(get, paper, validator):
    url = paper.a + article_of(GAZETTE, "dredging-of-the-inner-basin").path
    condition = {"ETag": "If-None-Match", "Last-Modified": "If-Modified-Since"}[validator]
    again = get(url, **{condition: get(url).headers[validator]})
    assert (again.status_code, again.content) == (304, b"")
    assert get(url, **{condition: '"other"'}).status_code == 200


def test_variants_of_an_article_name_its_own_page_as_canonical(get, paper):
    article = article_of(GAZETTE, "rovers-win-in-the-fog")
    for prefix in ("/amp", "/print", ""):
        html = get(f"{paper.a}{prefix}{article.path}?utm_source=x").text
        assert f'<link rel="canonical" href="{paper.a}{article.path}">' in html
        assert article.paragraphs[0] in html.replace("&#39;", "'")


def test_comment_prompts_stand_in_four_markups_and_two_languages(get, paper):
    for title in TITLES:
        shown = set()
        for article in articles(title, 1, OPENED):
            if "slow" in article.quirks:
                continue
            html = get(base_of(paper, title) + article.path).text
            shown |= set(re.findall("comment-respond|diskussion|reader-talk|leserforum", html))
        assert len(shown) == 4


def test_links_below_a_base_element_are_right_only_against_it(get, paper):
    article = article_of(GAZETTE, "bats-in-the-tunnel")
    html = get(paper.a + article.path).text
    assert '<base href="/">' in html
    related = re.search(r'class="related">.*?href="([^"]+)"', html)[1]
    assert get(urljoin(f"{paper.a}/", related)).status_code == 200
    assert get(urljoin(paper.a + article.path, related)).status_code == 404


def test_agency_story_ends_with_its_source(get, paper):
    english, german = (
        get(paper.a + article_of(GAZETTE, "lost-altarpiece-found").path).text,
        get(paper.b + article_of(KURIER, "moor-speichert-wieder").path).text,
    )
    assert '<p class="source">Source: Northline Press</p>' in english
    assert '<p class="source">Quelle: Küstendienst Nord</p>' in german
