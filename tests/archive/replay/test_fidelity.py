"""Pages look as they did: what a script would have shown, and markup as browsers read it."""

import pytest

from archive.replay.address import Links
from archive.replay.drawings import bring_in
from archive.replay.headers import treatment_of
from archive.replay.html import Page, rewrite_html, rewrite_page
from archive.replay.quirks import is_quirky
from archive.replay.tokens import parse_attributes

T = "20260102030405"
LINKS = Links("https://post.test/news/story.html", T, "http://127.0.0.1:8080")
HERE = f"/web/{T}/https://post.test/news/"


def rewritten(markup: str, captured: set[str] | None = None) -> str:
    known = None if captured is None else lambda urls: urls & captured
    return rewrite_html("<!DOCTYPE html>" + markup, LINKS, known=known).removeprefix(
        "<!DOCTYPE html>"
    )


@pytest.mark.parametrize(
    ("markup", "captured", "expected"),
    [
        ("<img src=a srcset='b 1x, c 2x'>", {"a"}, f'<img src="{HERE}a">'),
        ("<img src=a srcset='b 1x, c 2x'>", {"c"}, f'<img src="{HERE}a" srcset="{HERE}c 2x">'),
        (
            "<img src=a srcset='b 1x, c 2x'>",
            {},
            f'<img src="{HERE}a" srcset="{HERE}b 1x, {HERE}c 2x">',
        ),
        (
            "<picture><source srcset=b><img src=a></picture><img srcset=d>",
            {},
            (
                f'<picture><source srcset="{HERE}b"><img src="{HERE}a"></picture>'
                f'<img srcset="{HERE}d">'
            ),
        ),
        (
            "<picture><source srcset=b><img src=a></picture><img srcset=d>",
            {"a"},
            f'<picture><img src="{HERE}a"></picture><img srcset="{HERE}d">',
        ),
        ("<img src='data:,x' data-src=/a.png>", {}, "<img src='data:,x' data-src=/a.png>"),
        (
            "<img src='data:,x' data-src=b.png>",
            {"b.png"},
            f'<img src="{HERE}b.png" data-src="b.png">',
        ),
        ("<div data-bg=b.png>", {}, "<div data-bg=b.png>"),
    ],
)
def test_of_a_picture_what_was_captured_is_shown_and_else_all_of_it_is_missing(
    markup, captured, expected
):
    known = {f"https://post.test/news/{name}" for name in captured}
    assert rewritten(markup, known) == expected


@pytest.mark.parametrize(
    "markup",
    [
        "<div class=w/><p>x",
        "<p><table><tr><td>x</table>",
        "<b><i>x</b></i>",
        "<ul><li>a<li>b</ul>",
        "<img alt='a &amp; b' width=1>",
        "<svg viewBox='0 0 1 1'><linearGradient id=g gradientUnits=userSpaceOnUse /></svg>",
        "<p>a < b && c > d</p>",
        "<select><option selected>x</select>",
        "</p><br/></br>",
        "<div>" * 5000,
    ],
)
def test_what_leads_nowhere_is_left_as_it_was_written(markup):
    assert rewritten(markup) == markup


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("<script>a</b></script>c", "c"),
        ("<script><!-- <script></script> x --></script>c", "c"),
        ("<p><!-- <img src=x> -->c", "<p>c"),
        ("<p>a<!-->b", "<p>ab"),
        ("<script><!--></script>b<!-- --><script></script>c", "bc"),
        ("<script><!---><script></script>b", "b"),
        ("<p>a</é>b</日>c<ı d=e>f<ſ d=e>g", "<p>abc<ı d=e>f<ſ d=e>g"),
        ("<svg><script href='x'/></svg>b", "<svg></svg>b"),
        ("<svg><script href=x/></svg>b</script>c", "<svg></svg>b</script>c"),
        ("<svg><script><![CDATA[</svg>]]><!--</svg>--></script></svg>b", "<svg></svg>b"),
        ("<svg / ><style>a{b:'<i>'}</style>", "<svg / ><style>a{b:'<i>'}</style>"),
        ("<svg/><style>a{b:'<i>'}</style>", "<svg/><style>a{b:'\\3C i>'}</style>"),
        (
            "<svg><p><style>a{b:'<i>'}</style><title><b></title>",
            "<svg><p><style>a{b:'\\3C i>'}</style><title>&lt;b></title>",
        ),
        (
            "<svg><foreignObject><title><b></title></foreignObject><title><b></title>",
            "<svg><foreignObject><title>&lt;b></title></foreignObject><title><b></title>",
        ),
        (
            "<math><mi><title><b></title></mi><annotation-xml><title><b></title>",
            "<math><mi><title>&lt;b></title></mi><annotation-xml><title><b></title>",
        ),
        (
            "<svg><style><b title='</style><img onerror=x>'></b title='</style>'>",
            '<svg><style><b title="&lt;/style&gt;&lt;img onerror=x&gt;"></b>',
        ),
        ("<svg><style><![CDATA[a>b{c:d}]]></style>", "<svg><style>a>b{c:d}</style>"),
        ("<style><!-- a{b:c} --></style>", "<style>  a{b:c} --></style>"),
        ("<style>@media (1px<width){}</style>", "<style>@media (1px< width){}</style>"),
        (
            "<style>a{b:url('data:,<svg>')}</style \u017f><style>a{}</\u017ftyle>x</style>",
            "<style>a{b:url('data:,\\3C svg>')}</style><style>a{}< /\u017ftyle>x</style>",
        ),
        ("<meta name=Referrer content=unsafe-url>a", "a"),
        ("<p>a<?php x ?>b", "<p>ab"),
        ("<p>a</ x>b", "<p>ab"),
        ("<p>a<img src='x", "<p>a"),
        ("<textarea><img src=x></textarea>", "<textarea>&lt;img src=x></textarea>"),
        ("<title><b></title>", "<title>&lt;b></title>"),
        ("<xmp><b></xmp>c", "<pre>&lt;b&gt;</pre>c"),
        ("<iframe src=f><b></iframe>c", f'<iframe src="{HERE}f"></iframe>c'),
        ("<svg><![CDATA[<b>]]></svg>", "<svg>&lt;b&gt;</svg>"),
        ("<img SRC=a src=b>", f'<img src="{HERE}a">'),
        ("<img src='a'alt=b>", f'<img src="{HERE}a" alt="b">'),
        (r"<img src='c\d.png'>", f'<img src="{HERE}c/d.png">'),
        ("<img src='///cdn.test/a'>", f'<img src="/web/{T}/https://cdn.test/a">'),
        ("<img src='https:a.png'>", f'<img src="{HERE}a.png">'),
        ("<svg><base href=/no/></svg><img src=a>", f'<svg></svg><img src="{HERE}a">'),
        (
            "<svg><use xlink:href='#a' viewBox=0 onclick=x /></svg>",
            '<svg><use xlink:href="#a" viewBox="0" /></svg>',
        ),
    ],
)
def test_markup_is_read_as_browsers_read_it(markup, expected):
    assert rewritten(markup) == expected


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        (
            "<link rel=preload as=style href=a.css onload=\"this.rel='stylesheet'\">",
            f'<link rel="stylesheet" href="{HERE}a.css">',
        ),
        (
            "<link rel=stylesheet href=a.css media=print onload=\"this.media='screen'\">",
            f'<link rel="stylesheet" href="{HERE}a.css" media="screen">',
        ),
        (
            '<link rel=stylesheet href=a.css media=print onload="go()">',
            f'<link rel="stylesheet" href="{HERE}a.css" media="all">',
        ),
        (
            "<link rel=stylesheet href=a.css media=print>",
            f'<link rel="stylesheet" href="{HERE}a.css" media="print">',
        ),
        ("<link rel=preload as=image href=a.png>", ""),
        (
            "<object type=image/svg+xml data=d.svg>no</object>c",
            f'<img type="image/svg+xml" src="{HERE}d.svg"><span hidden>no</span>c',
        ),
        ("<object data=a.swf><b>no</b></object>", "<span><b>no</b></span>"),
        ("<embed src=d.svg width=9>", f'<img src="{HERE}d.svg" width="9">'),
        ("<embed src=a.swf>c", "c"),
        (
            "<amp-img src=a.png width=9></amp-img>",
            f'<img src="{HERE}a.png" width="9"><span hidden></span>',
        ),
    ],
)
def test_what_a_script_or_a_plugin_would_have_shown(markup, expected):
    assert rewritten(markup) == expected


@pytest.mark.parametrize(
    "attribute",
    ["data-src", "data-lazyload", "data-echo", "data-flickity-lazyload", "nitro-lazy-src"],
)
@pytest.mark.parametrize("present", ["", "src='data:image/gif;base64,R0'", "src=/img/blank.gif"])
def test_lazy_pictures_are_filled(attribute, present):
    assert f'src="{HERE}a.png"' in rewritten(f"<img {present} {attribute}=a.png>")


def test_lazy_pictures_that_are_none_or_have_a_stand_in_stay():
    assert f'src="{HERE}real.jpg"' in rewritten("<img src=real.jpg data-src=a.png>")
    assert "src=" not in rewritten('<img data-image=\'{"a": "b.png"}\'>').replace("data-", "")
    stands = "<img data-src=a.png><noscript><img src=a.png></noscript>"
    assert rewritten(stands).count(f' src="{HERE}a.png"') == 1
    before = "<noscript><img src=a.png></noscript><img data-src=a.png>"
    assert rewritten(before).count(f' src="{HERE}a.png"') == 1
    pixel = "<img data-src=a.png><noscript><img src=p.gif width=1 height=1></noscript>"
    assert f' src="{HERE}a.png"' in rewritten(pixel)


def test_lazy_backgrounds_are_filled():
    for value in ("a.png", "url(a.png)", "url('a.png')", "a.png 1x, b.png 2x"):
        found = rewritten(f'<div data-bg="{value}" style="color:red">')
        assert f"color:red;background-image:url(&quot;{HERE}a.png&quot;)" in found


def test_candidates_that_were_captured_come_before_those_that_were_not():
    markup = (
        "<picture><source srcset='m.webp 1x'><source srcset='n.avif 1x, g.avif 2x'>"
        "<img srcset='x.png 2x' src=g.png></picture>"
    )
    captured = {"https://post.test/news/g.avif", "https://post.test/news/g.png"}
    assert rewritten(markup, captured) == (
        f'<picture><source srcset="{HERE}g.avif 2x"><img src="{HERE}g.png"></picture>'
    )
    # Where it is not known what was captured all of them stay.
    assert "m.webp" in rewritten(markup)


SPRITE = """<svg xmlns="http://www.w3.org/2000/svg"><script>x()</script>
<linearGradient id="g"/><symbol id="mail" viewBox="0 0 9 9"><path fill="url(#g)" onclick="x()"/>
</symbol><symbol id="other"/></svg>"""


def test_pieces_of_other_drawings_are_brought_into_the_page():
    page = Page(LINKS)
    shown = rewrite_page("<svg><use href='/sprite.svg#mail'></use></svg><use href='#own'>", page)
    assert shown == "<svg><use href=\"#archived-0\"></use></svg><use href='#own'>"
    assert page.sprites == {"https://post.test/sprite.svg#mail": "archived-0"}
    asked = []
    brought = bring_in(page.sprites, LINKS, lambda url: asked.append(url) or SPRITE)
    assert asked == ["https://post.test/sprite.svg"]
    assert 'id="archived-0"' in brought
    assert "url(&quot;#archived-0-2&quot;)" in brought
    assert 'id="archived-0-2"' in brought
    assert not any(word in brought for word in ("other", "script", "onclick"))
    assert bring_in(page.sprites, LINKS, lambda url: None) == ""


def test_pieces_of_other_drawings_are_brought_into_frames_too():
    page = Page(LINKS, read=lambda url: SPRITE)
    shown = rewrite_page("<iframe srcdoc='<svg><use href=/s.svg#mail />'></iframe><p>", page)
    inner, _, outer = shown.partition("</iframe>")
    assert "&lt;use href=&quot;#archived-0&quot; /&gt;" in inner
    assert "id=&quot;archived-0&quot;" in inner
    assert outer == "<p>"


@pytest.mark.parametrize(
    ("content_type", "start", "how", "mime"),
    [
        ("text/html", b"wOF2....", "stored", "font/woff2"),
        ("text/css; charset=utf-8", b"\x00\x01\x00\x00\x00\x05", "stored", "font/ttf"),
        ("text/html", b"RIFF....WEBPVP8L", "stored", "image/webp"),
        ("text/css", b"\x89PNG\r\n\x1a\n", "stored", "image/png"),
        ("image/png", b"GIF89a", "stored", "image/gif"),
        ("text/html", b"BMW, a maker of cars, said on Monday that", "html", "text/html"),
        ("text/plain", b"true or false", "text", "text/plain"),
    ],
)
def test_pictures_and_fonts_are_what_their_bytes_are(content_type, start, how, mime):
    found = treatment_of(content_type, start)
    assert (found.how, found.mime) == (how, mime)


def test_a_style_sheet_of_any_type_where_the_page_takes_one():
    assert treatment_of("text/plain", b"a{}", as_style=True).how == "css"
    assert treatment_of("image/png", b"\x89PNG\r\n\x1a\n", as_style=True).how == "stored"
    quirky = rewrite_html("<link rel=stylesheet href=a.css>", LINKS)
    assert f"/web/{T}cs_/https://post.test/news/a.css" in quirky
    foreign = rewrite_html("<link rel=stylesheet href=//cdn.test/a.css>", LINKS)
    assert "cs_" not in foreign


@pytest.mark.parametrize(
    ("start", "quirky"),
    [
        ("<!DOCTYPE html>", False),
        ("\n<!-- x -->\n<!doctype HTML>", False),
        ("<p>", True),
        ('<!DOCTYPE html PUBLIC "-//W3C//DTD HTML 4.01 Transitional//EN">', True),
        (
            '<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01 Transitional//EN" "http://w3.org/x.dtd">',
            False,
        ),
        ('<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 3.2 Final//EN">', True),
        ('<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN" "x">', False),
    ],
)
def test_quirks_mode(start, quirky):
    assert is_quirky(start) is quirky


HOSTILE = {
    "attributes": lambda n: "<p " + " ".join(f"a{i}=x" for i in range(n)) + ">",
    "one attribute": lambda n: "<p " + "onclick=x " * n + ">",
    "frames": lambda n: "<iframe srcdoc='<img src=a>'></iframe>" * (n // 4),
    "open tags": lambda n: "<p " * n,
    "quotes": lambda n: "<p a='" * n,
    "comments": lambda n: "<!--" * n,
    "scripts": lambda n: "<script><!--" * n,
    "styles": lambda n: "<style>" * n,
    "noscripts": lambda n: "<img data-src=a.png><noscript>" * (n // 4),
    "sets": lambda n: "<img srcset='" + "a.png 1x," * n + "'>",
    "bases": lambda n: "<svg><base href=x>" * n,
    "open bases": lambda n: "<base " * n,
    "names of sets": lambda n: "<p srcset=x " + "data-" * n + ">",
    "styles in drawings": lambda n: "<svg>" + "<style>a{}" * n,
    "scripts in drawings": lambda n: "<svg>" + "<script><![CDATA[ <!-- " * n,
    "drawings": lambda n: "<svg><math><desc>" * n + "</svg><p>" * n,
    "dots": lambda n: "<img data-src='" + "a." * n + "<'>",
    "spaces in url()": lambda n: "<p data-bg='url(" + " " * n + "x'>",
    "pictures in noscript": lambda n: "<noscript>" * 200 + "<img data-src=a.png>" * (n // 8),
    "open pictures": lambda n: ("<img data-src=a><noscript>" + "<img " * 390) * (n // 2000),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_pages_grow_by_their_length_and_no_more(kind):
    page = HOSTILE[kind](4_000)
    assert len(rewrite_html(page, LINKS, known=lambda urls: set())) < 20 * len(page)


@pytest.mark.parametrize("start", ["<!---->" * 280, "<!-- " * 400, "\ufeff " * 900])
def test_no_start_of_a_page_is_read_in_many_ways(start):
    assert is_quirky(start)
    assert not is_quirky(f"<!---->\ufeff<!-- > -->{start[:1].strip('<')}<!doctype html>")


def test_of_two_attributes_with_one_name_the_first_counts():
    assert parse_attributes(" a=1 A=2 b = '&lt;' c") == {"a": "1", "b": "<", "c": ""}
