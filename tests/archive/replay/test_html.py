"""Markup: what is rewritten, what goes, what stays."""

import gzip
import re

import lxml.html
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from archive.replay.address import Links
from archive.replay.charset import decode
from archive.replay.drawings import rewrite_svg, xhtml_to_html
from archive.replay.html import find_refresh, rewrite_html
from archive.replay.srcset import rewrite_srcset

T = "20260102030405"
ROOM = "http://127.0.0.1:8080"
LINKS = Links("https://post.test/news/story.html", T, ROOM)


def rewritten(markup: str, links: Links = LINKS) -> str:
    return rewrite_html(markup, links)


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ('<img src="a.png">', f'src="/web/{T}/https://post.test/news/a.png"'),
        ('<img src="//cdn.test/a.png">', f'src="/web/{T}/https://cdn.test/a.png"'),
        ('<img src=" /a b.png ">', f'src="/web/{T}/https://post.test/a%20b.png"'),
        ('<img src="data:image/gif;base64,R0">', 'src="data:image/gif;base64,R0"'),
        (
            '<img srcset="s.jpg 1x, /l,1.jpg 2x">',
            (
                f'srcset="/web/{T}/https://post.test/news/s.jpg 1x, '
                f'/web/{T}/https://post.test/l,1.jpg 2x"'
            ),
        ),
        (
            '<picture><source srcset="w.webp" type="image/webp"></picture>',
            f'<source srcset="/web/{T}/https://post.test/news/w.webp" type="image/webp">',
        ),
        ('<link rel="stylesheet" href="/s.css">', f'href="/web/{T}cs_/https://post.test/s.css"'),
        ('<link rel="shortcut icon" href="/i.ico">', f'href="/web/{T}/https://post.test/i.ico"'),
        ('<iframe src="/f.html"></iframe>', f'src="/web/{T}/https://post.test/f.html"'),
        ('<video poster="p.jpg" src="v.mp4">', f'poster="/web/{T}/https://post.test/news/p.jpg"'),
        ('<body background="b.gif">', f'background="/web/{T}/https://post.test/news/b.gif"'),
        (
            "<p style=\"background:url('x.png')\">",
            f"url(&quot;/web/{T}/https://post.test/news/x.png&quot;)",
        ),
        ("<style>@import 'm.css';</style>", f'@import "/web/{T}/https://post.test/news/m.css";'),
        (
            '<svg><image xlink:href="i.png"/></svg>',
            f'xlink:href="/web/{T}/https://post.test/news/i.png"',
        ),
        ('<svg><use href="#id"/></svg>', 'href="#id"'),
        ('<rect fill="url(#g)" filter="url(f.svg#x)">', f"/web/{T}/https://post.test/news/f.svg#x"),
    ],
)
def test_requisites_lead_into_the_archive(markup, expected):
    found = rewritten(markup).replace('"', "&quot;")
    assert expected.replace('"', "&quot;") in found


@pytest.mark.parametrize(
    ("href", "expected"),
    [
        ("/b", f'href="{ROOM}/view/{T}/https://post.test/b" target="_top"'),
        ("?p=2", f'href="{ROOM}/view/{T}/https://post.test/news/story.html?p=2" target="_top"'),
        ("#top", 'href="#top"'),
        ("story.html#note", 'href="#note"'),
        ("mailto:a@post.test", 'href="mailto:a@post.test"'),
    ],
)
def test_links_lead_to_the_frame_page(href, expected):
    assert f"<a {expected}" in rewritten(f'<a href="{href}" target="_blank" ping="/p">x</a>')


@pytest.mark.parametrize(
    "href",
    [
        "javascript:alert(1)",
        " JaVa\tscript:alert(1)",
        "data:text/html,x",
        "blob:x",
        "http://",
        "x:y",
    ],
)
def test_links_to_anything_else_lead_nowhere(href):
    assert "href" not in rewritten(f'<a href="{href}">x</a>')


@pytest.mark.parametrize(
    "markup",
    [
        "<script>alert(1)</script>",
        "<script src='https://evil.test/x.js'></script>",
        "<noscript><img src=x onerror=alert(1)></noscript>",
        "<svg><script>alert(1)</script></svg>",
        "<img src=x onerror=alert(1)>",
        "<body onload=alert(1)>",
        "<svg onload=alert(1)><animate attributeName=href values=javascript:alert(1) /></svg>",
        "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
        "<iframe src='javascript:alert(1)'></iframe>",
        "<object data='javascript:alert(1)'></object>",
        "<embed src='javascript:alert(1)'>",
        "<form action='javascript:alert(1)'><button formaction='javascript:alert(1)'>",
        "<math><mi xlink:href='javascript:alert(1)'>x",
        "<template><script>alert(1)</script></template>",
        "<base href='javascript:alert(1)//'><a href='%0aalert(1)'>x</a>",
    ],
)
def test_nothing_that_runs_is_left(markup):
    assert armed(markup)
    assert armed(rewritten(markup)) == []


@pytest.mark.parametrize(
    "markup",
    [
        "<link rel=dns-prefetch href=//evil.test>",
        "<link rel=preconnect href=//evil.test>",
        "<link rel=preload as=image href=//evil.test/i.png>",
        "<link rel=modulepreload href=//evil.test/m.js>",
        "<link rel=manifest href=//evil.test/m.json>",
        "<meta http-equiv=set-cookie content='a=b'>",
        "<meta http-equiv=Content-Security-Policy content='img-src evil.test'>",
        "<img crossorigin integrity=sha256-x referrerpolicy=unsafe-url>",
    ],
)
def test_what_announces_fetches_or_governs_goes(markup):
    found = rewritten(f"<head>{markup}</head><p>x")
    assert not re.search("evil|link|meta|crossorigin|integrity|referrerpolicy", found)


def test_base_counts_once_and_is_gone():
    found = rewritten("<base href='/deep/'><base href='//evil.test/'><img src=a.png>")
    assert f'src="/web/{T}/https://post.test/deep/a.png"' in found
    assert "<base" not in found


def test_text_around_dropped_elements_stays_in_place():
    assert "<p>one two three</p>" in rewritten(
        "<p>one <script>x</script>two<script>y</script> three</p>"
    )


def test_refresh_is_found_and_becomes_inert():
    page = "<meta http-equiv='REFRESH' content='3;url=/next'><p>x"
    assert find_refresh(page) == (3.0, "/next")
    assert 'http-equiv="refresh"' not in rewritten(page).lower()
    assert f"3; {ROOM}/view/{T}/https://post.test/next" in rewritten(page)


HEADS = ("<meta " * 30_000, "<meta http-equiv=refresh " * 8_000, "<meta x='>" * 20_000)
CANDIDATES = ("," * 300_000, "a" + "," * 300_000, "a(" * 100_000, " ," * 9_999)


@pytest.mark.parametrize("markup", HEADS)
def test_hostile_heads_refresh_nothing(markup):
    assert find_refresh(markup) is None


@pytest.mark.parametrize("value", CANDIDATES)
def test_hostile_candidates_name_no_more_than_they_hold(value):
    assert len(rewrite_srcset(value, lambda url: url)) <= len(value) + 2


def test_pictures_that_wait_for_script_are_shown():
    assert f'src="/web/{T}/https://post.test/news/real.jpg"' in rewritten(
        '<div><img src="data:image/gif;base64,R0" data-src="real.jpg"></div>'
    )
    with_fallback = rewritten('<div><img data-src="r.jpg"><noscript><img src="r.jpg"></noscript>')
    assert with_fallback.count('src="/') == 1


def test_frames_in_attributes_are_rewritten_to_a_depth():
    inner = "<img src=a.png>"
    for _ in range(5):
        inner = (
            f"<iframe srcdoc='{inner.replace('&', '&amp;').replace(chr(39), '&#39;')}'></iframe>"
        )
    assert "https://post.test" not in re.sub(f"/web/{T}/https://post.test", "", rewritten(inner))


def test_doctype_decides_the_mode_and_is_kept():
    assert rewritten("<!DOCTYPE html><p>x").startswith("<!DOCTYPE html>")
    assert rewritten("<p>x") == "<p>x"


def test_style_cannot_end_early():
    found = rewritten("<style>a{content:'\\3c/style><img src=x>'} b{background:url(c)}</style>")
    assert found.count("</style>") == 1
    assert "<img" not in found.partition("</style>")[2]


def test_control_characters_that_escapes_spell_do_no_harm():
    # Seen on real pages: icon fonts whose glyphs sit at control codes.
    assert "<style>" in rewritten("<style>i{content:url(x) '\\1'; b:\\75rl(y)}</style>")
    assert "style=" in rewritten("<p style=\"content:'\\1';b:\\75rl(y)\">")


def test_queries_are_written_in_the_encoding_of_the_document():
    latin = Links("http://post.test/", T, "", encoding="cp1252")
    assert "?q=caf%E9" in rewritten("<img src='?q=café'>", latin)
    assert "/caf%C3%A9?" in rewritten("<img src='café?x'>", latin)


def test_xhtml_and_drawings():
    page = xhtml_to_html(
        '<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><head><title/></head>'
        "<body><p>a&nbsp;b<br/></p><div/>c</body></html>"
    )
    assert "<p>a\xa0b<br></p><div></div>c" in page
    bomb = (
        '<!DOCTYPE svg [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">'
        '<!ENTITY x SYSTEM "file:///etc/passwd">]>'
        '<svg xmlns="http://www.w3.org/2000/svg"><text>&b;&x;</text><script>x</script></svg>'
    )
    drawing = rewrite_svg(bomb, LINKS)
    assert "root:" not in drawing
    assert "aaaa" not in drawing
    assert "<text" in drawing
    assert "script" not in drawing


@pytest.mark.parametrize(
    "markup",
    [
        "",
        " ",
        "\x00",
        "<",
        "<!--",
        "<script>",
        "\ud800",
        "<p>" * 30_000,
        "<![CDATA[x]]>",
        "<?php x ?>",
    ],
    ids=range(10),
)
def test_no_markup_makes_it_fail(markup):
    assert isinstance(rewritten(markup), str)
    assert isinstance(rewritten(xhtml_to_html(markup) or markup), str)
    assert isinstance(rewrite_svg(markup, LINKS), str)


PIECES = st.lists(
    st.sampled_from(
        [
            *("<svg / >", "<foreignObject>", "<desc/>", "<b title='</style>", "<script/>", "<!-->"),
            *("<script>", "</script>", "<style>", "</style>", "<svg>", "</svg>", "<math>", "<p>"),
            *("<noscript>", "</noscript>", "<template>", "<textarea>", "</textarea>", "<title>"),
            *("<!--", "-->", "<![CDATA[", "]]>", "<img src=", "x onerror=alert(1)>", "'", '"', ">"),
            *(
                "<a href=javascript:alert(1)>",
                "<iframe srcdoc='",
                "&lt;",
                "&#x3c;",
                "<xmp>",
                "\\3c",
            ),
        ]
    ),
    max_size=12,
)


@settings(max_examples=200, deadline=None)
@given(PIECES)
def test_whatever_is_written_is_read_as_nothing_that_runs(pieces):
    found = rewritten("".join(pieces))
    assert armed(found) == []


def armed(markup: str) -> list[str]:
    """Elements and attributes that would run, as a parser finds them."""
    if not markup:
        return []
    wrong = []
    try:
        root = lxml.html.document_fromstring(markup)
    except etree.ParserError:
        return []
    for element in root.iter(etree.Element):
        if element.tag in ("script", "embed", "object", "base"):
            wrong.append(element.tag)
        for name, value in element.items():
            followed = not name.startswith("data-")
            if name.startswith("on") or (followed and re.match(r"(?i)\W*javascript:", value)):
                wrong.append(f"{element.tag} {name}={value}")
            if name == "srcdoc":
                wrong += armed(value)
    return wrong


def test_real_pages_ask_nobody_else(corpus_dir):
    pages = sorted(corpus_dir.rglob("*.html.gz"))[::12]
    assert pages
    for path in pages:
        text, _ = decode(gzip.decompress(path.read_bytes()))
        found = rewritten(text)
        assert armed(found) == [], path.name
        for element in lxml.html.document_fromstring(found).iter(etree.Element):
            for name in ("src", "srcset", "poster", "background"):
                assert not re.search(r"(?:^|[\s,])(?:https?:)?//", element.get(name, "")), path.name
