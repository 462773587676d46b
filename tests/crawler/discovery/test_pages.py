"""Pages and style sheets: links, announced feeds, requisites."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from archive.replay.css import find_addresses
from crawler.discovery.found import _PLAIN, _resolve, absolute
from crawler.discovery.pages import (
    NoMarkup,
    find_language,
    find_name,
    iter_announced_feeds,
    iter_links,
    read_page,
)
from crawler.discovery.requisites import MAX_REQUISITES, iter_css, iter_requisites
from crawler.discovery.styles import MAX_ADDRESSES, find_in_style

URL = "https://news.example/town/"

PAGE = b"""<!doctype html><html lang="en-GB"><head><title>Town  | The Gazette</title>
<meta property="og:site_name" content="The Gazette">
<link rel="stylesheet" href="/main.css?v=2"><link rel=preload as=font href=/serif.woff2 crossorigin>
<link rel="preload" as="script" href="/app.js"><link rel="canonical" href="/town">
<link rel="alternate" type="application/rss+xml" title="Town news" href="rss">
<link rel="alternate" type="application/atom+xml" href="/comments/feed">
<style>body { background: url("paper.png") } @import url(extra.css);</style></head>
<body background="old.gif"><a href="one">1</a> <a href="#top">top</a> <a href="mailto:x@y.z">m</a>
<a href="one#comments">again</a><a href="https://other.example/x">o</a>
<div style="background-image:url('hero.jpg')"></div>
<picture><source srcset="w.webp 1x, w2.webp 2x"><img src=w.jpg alt=""></picture>
<img src="data:image/gif;base64,R0lGOD" data-src="lazy.jpg" srcset="s-320.jpg 320w,s-640.jpg 640w">
<noscript><img src="noscript.jpg"></noscript>
<video poster="poster.jpg" src="film.mp4"><source src="film.webm"></video><audio src=a.mp3></audio>
<script src="x.js"></script><iframe src="frame.html"></iframe>
<svg><image href="drawing.svg"/></svg><input type=image src=go.png></body></html>"""


def names(found) -> list[str]:
    return [entry.url.removeprefix("https://news.example/") for entry in found]


@pytest.fixture(scope="module")
def page():
    return read_page(PAGE, URL, content_type="text/html; charset=utf-8")


def test_links_are_absolute_unique_and_without_fragments(page):
    assert [entry.url for entry in iter_links(page)] == [
        "https://news.example/town/one",
        "https://other.example/x",
    ]


def test_feeds_are_announced_without_those_of_comments(page):
    (feed,) = iter_announced_feeds(page)
    assert (feed.url, feed.title) == ("https://news.example/town/rss", "Town news")


def test_name_and_language(page):
    assert (find_name(page), find_language(page)) == ("The Gazette", "en-GB")
    bare = read_page(b"<title> The\n Courier </title>", URL)
    assert (find_name(bare), find_language(bare)) == ("The Courier", None)


def test_video_and_audio_are_requisites_only_where_asked_for(page):
    played = {"town/film.mp4", "town/film.webm", "town/a.mp3"}
    without, asked = (
        set(names(iter_requisites(page))),
        set(names(iter_requisites(page, media=True))),
    )
    assert (without & played, asked - without) == (set(), played)


def test_requisites_are_what_a_reader_sees_and_nothing_that_runs_or_plays(page):
    assert set(names(iter_requisites(page))) == {
        "main.css?v=2",
        "serif.woff2",
        "favicon.ico",
        *(
            f"town/{name}"
            for name in (
                "paper.png",
                "extra.css",
                "old.gif",
                "hero.jpg",
                "w.webp",
                "w2.webp",
                "w.jpg",
                "lazy.jpg",
                "s-320.jpg",
                "s-640.jpg",
                "noscript.jpg",
                "poster.jpg",
                "drawing.svg",
                "go.png",
            )
        ),
    }


def test_a_page_with_an_icon_of_its_own_wants_no_favicon():
    page = read_page(b"<link rel='shortcut icon' href='/i.png'><p>x", URL)
    assert names(iter_requisites(page)) == ["i.png"]


def test_a_page_cannot_want_without_end():
    page = read_page(b"".join(b"<img src=%d.png>" % number for number in range(2000)), URL)
    assert len(iter_requisites(page)) == MAX_REQUISITES


def test_every_source_of_a_picture_is_a_requisite_and_those_of_a_film_are_not():
    page = read_page(
        b"<picture><source srcset=a.avif><source srcset=b.webp><img src=c.jpg></picture>"
        b"<video><source src=d.webm><source src=e.mp4></video><link rel=icon href=/i.png>",
        URL,
    )
    assert names(iter_requisites(page)) == ["town/a.avif", "town/b.webp", "town/c.jpg", "i.png"]
    asked = {"town/d.webm", "town/e.mp4"}
    assert (
        set(names(iter_requisites(page, media=True))) - set(names(iter_requisites(page))) == asked
    )


def test_long_styles_are_read_once_and_remembered_within_bounds():
    def style(number: int) -> str:
        return f"a {{ background: url({number}.png) }}" + " " * 2000

    for number in (*range(300), 299, 0):
        assert find_in_style(style(number)) == (f"{number}.png",)
    many = "".join(f"a{{b:url({number}.png)}}" for number in range(500))
    assert len(find_in_style(many)) == len(find_in_style(many)) == MAX_REQUISITES == MAX_ADDRESSES


STYLE = st.lists(
    st.sampled_from(
        [
            *("url(", "URL( ", "url('", 'url("', "')", '")', ")", "a.png", "b c", "data:,x", "\n"),
            *("'", '"', "/*", "*/", "{", "}", ";", "a", "-", "\u00fc", "src(", " ", "(", "/", "*"),
            *("@import ", "@import 'x.css'", "image-set('y.png' 1x)", "content:", "\0", "\r"),
            *("\\", "\\:", "\\/", "\\75", "\\e900", "\\'", '\\"', "\\)", "\\a", "'\\201C'", "0"),
        ]
    ),
    max_size=14,
).map("".join)


@given(STYLE)
@example("a{background:url(a.png)}b{background:url( 'b c.png' )}/* url(no) */c{content:'url(no)'}")
@example("url(a.png'")
@example("\u00fcurl(a.png)url(b.png)-url(c.png)")
def test_styles_are_read_as_replay_reads_them(css):
    # An address of no characters leads nowhere.
    assert list(filter(None, find_in_style(css))) == list(filter(None, find_addresses(css)))


def test_pages_in_other_encodings_are_read():
    for encoding, header in (("utf-16", ""), ("latin-1", "; charset=iso-8859-1"), ("cp1251", "")):
        word = "Привет" if encoding == "cp1251" else "caf\u00e9"
        declared = f"<meta charset={encoding}>" if encoding == "cp1251" else ""
        html = f"<title>{word}</title>{declared}<p>{word * 20}".encode(encoding)
        assert find_name(read_page(html, URL, content_type="text/html" + header)) == word
    for html in ("<title>\u00fc</title>".encode(), "\ufeff<title>\u00fc</title>".encode()):
        assert find_name(read_page(html, URL, content_type="text/html; charset=UTF-8")) == "\u00fc"
    # What is said to be UTF-8 and is not, is something else.
    assert find_name(read_page(b"<title>caf\xe9</title>", URL, content_type="x; charset=utf-8"))


def test_what_has_no_tag_is_no_page():
    for html in (b"", b"one < two, but no page", b"<!-- nothing -->"):
        with pytest.raises(NoMarkup):
            read_page(html, URL)
    assert read_page(b"<p>a page without anything to ask for", URL).tags == ()


def test_style_sheets_name_imports_pictures_and_fonts():
    css = b"""@charset "utf-8"; @import "a.css" screen; @import url(b.css);
    @media print { .x { background: URL( "c.png" ) no-repeat, url(d.png) } }
    @font-face { src: local("x"), url(e.woff2) format("woff2") }
    @supports (display: grid) { .y { background: image-set("f.png" 1x, url(g.png) 2x) } }
    .z { background: url(data:image/png;base64,AAAA); content: "url(no.png)" }
    /* url(comment.png) */ .broken { background: url(h.png"""
    assert names(iter_css(css, "https://news.example/s.css")) == [
        "a.css",
        "b.css",
        "c.png",
        "d.png",
        "e.woff2",
        "f.png",
        "g.png",
        "h.png",
    ]


def test_style_sheets_nested_without_end_do_no_harm():
    url = "https://news.example/s.css"
    assert names(iter_css(b"a{b:" + b"(" * 5000 + b"url(x.png)", url)) == ["x.png"]
    assert names(iter_css(b"a{b:image-set(" + b"(" * 5000 + b"url(x.png)", url)) == ["x.png"]


@pytest.mark.parametrize(
    ("srcset", "expected"),
    [
        ("", []),
        ("a.jpg", ["a.jpg"]),
        ("a.jpg 1x,b.jpg 2x", ["a.jpg", "b.jpg"]),
        (" a.jpg 320w , b.jpg 640w , ", ["a.jpg", "b.jpg"]),
        (
            "i/w_320,h_200/a.jpg 320w, i/w_640,h_400/a.jpg 640w",
            ["i/w_320,h_200/a.jpg", "i/w_640,h_400/a.jpg"],
        ),
        ("a.jpg, b.jpg 2x", ["a.jpg", "b.jpg"]),
        # Templates leave such behind; trying them in every way would take hours.
        pytest.param("a.jpg 1x" + " " * 9_000 + "," * 9_000, ["a.jpg"], id="blanks and commas"),
        pytest.param(" " * 9_000, [], id="blanks"),
    ],
)
def test_srcset(srcset, expected):
    page = read_page(f"<link rel=icon><img srcset='{srcset}'>".encode(), URL)
    found = [requisite.url for requisite in iter_requisites(page)]
    assert found == [absolute(URL, reference) for reference in expected]


@pytest.mark.parametrize(
    ("reference", "expected"),
    [
        ("x y", "https://news.example/town/x%20y"),
        ("\n/a\n b", "https://news.example/a%20b"),
        ("//cdn.example/x", "https://cdn.example/x"),
        ("?page=2", "https://news.example/town/?page=2"),
        ("http://[bad", None),
        ("http://a.example:99999/", None),
        ("ftp://a.example/", None),
        ("tel:1", None),
        ("https://../x", None),
        ("\\politics\\..\\vote", "https://news.example/vote"),
        ("https:\\\\cdn.example\\v", "https://cdn.example/v"),
        ("https://news.example/a/./b/../c", "https://news.example/a/c"),
        ("/a/%2E%2e/b/%2e", "https://news.example/b/"),
        ("////cdn.example/x", "https://cdn.example/x"),
        ("http:/cdn.example/x", "http://cdn.example/x"),
        ("https:/y", "https://news.example/y"),
        ("https://desk:secret@news.example/y", "https://news.example/y"),
        ("http://0x7f.1/", "http://127.0.0.1/"),
        ("http://127.0.0.1:8000/a", "http://127.0.0.1:8000/a"),
        ("http://127.0.0.01/", "http://127.0.0.1/"),
        ("https://a.example:443/", "https://a.example/"),
        ("http://a.example:08/", "http://a.example:8/"),
        ("https://\u2028/x", None),
        ("", None),
        ("https://b\u00fccher.example/\u00e4", "https://xn--bcher-kva.example/%C3%A4"),
    ],
)
def test_references_become_addresses_as_they_are_sent(reference, expected):
    assert absolute(URL, reference) == expected


@given(
    st.from_regex(_PLAIN, fullmatch=True),
    st.sampled_from([URL, "http://127.0.0.1:8000/a/b?c", "https://a.example:8443/"]),
)
def test_what_is_spelled_plainly_is_not_changed_by_resolving_it(reference, base):
    assert absolute(base, reference) == _resolve(base, reference, "utf-8")


def test_query_strings_are_escaped_in_the_encoding_of_the_page():
    page = read_page(
        '<a href="?q=é">'.encode("latin-1"), URL, content_type="text/html; charset=latin1"
    )
    assert names(iter_links(page)) == ["town/?q=%E9"]
