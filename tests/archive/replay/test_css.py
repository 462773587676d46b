"""Style sheets: addresses change, nothing else does."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.replay.css import decode_css, rewrite_css


def located(url: str) -> str | None:
    return None if url.startswith("javascript:") else f"/t/{url}"


@pytest.mark.parametrize(
    ("css", "expected"),
    [
        ("a{b:url(c.png)}", 'a{b:url("/t/c.png")}'),
        ("a{b:url( 'c d.png' )}", 'a{b:url( "/t/c d.png" )}'),
        ('a{b:url("c\\"d")}', 'a{b:url("/t/c\\"d")}'),
        ("a{b:URL(c)}", 'a{b:url("/t/c")}'),
        ("a{b:\\75rl(c)}", 'a{b:url("/t/c")}'),
        ("@import 'm.css' screen;", '@import "/t/m.css" screen;'),
        ("@import url(m.css);", '@import url("/t/m.css");'),
        (
            "@font-face{src:url(f.woff2) format('woff2'),url(f.ttf)}",
            '@font-face{src:url("/t/f.woff2") format("woff2"),url("/t/f.ttf")}',
        ),
        (
            "a{b:image-set('x.png' 1x, url(y.png) 2x type('image/png'))}",
            'a{b:image-set("/t/x.png" 1x, url("/t/y.png") 2x type("image/png"))}',
        ),
        ("@media print{a{b:url(c)}}", '@media print{a{b:url("/t/c")}}'),
        ("a{content:'url(c)'}", "a{content:'url(c)'}"),
        ("a{b:url(javascript:x)}", 'a{b:url("about:invalid")}'),
        ("a{b:url(c", 'a{b:url("/t/c")}'),
        ("/* url(x) */a{b:c}", "/* url(x) */a{b:c}"),
    ],
)
def test_addresses(css, expected):
    # Strings may come back in double quotes, and closed; what they say is the same.
    found = rewrite_css(css, located).replace("'", '"').rstrip(")}")
    assert found == expected.replace("'", '"').rstrip(")}")


@pytest.mark.parametrize(
    "css", ["", "}", "{{{", "a{b:url(", "@import", "\\", "<!-- -->", "\x00", "url(\n"]
)
def test_broken_sheets_do_not_fail(css):
    assert isinstance(rewrite_css(css, located), str)


# Whole tokens: what breaks off in the midst of one loads nothing in a browser either.
SCRAPS = st.lists(
    st.sampled_from(
        [
            *("url(a.png)", "url( 'b\\'(' )", 'URL("c)")', "src('d')", "url(e\\)f)", "url()"),
            *("'url(no)'", '"/*"', "/* url(no) ' */", "@import 'g';", '@IMPORT/**/"h" print;'),
            *("image-set('i' 1x)", "\\75rl(j)", "\\e900 ", "\\/", "url(data:,x)", "-url(k)"),
            *("{", "}", "(", ")", " ", ",", "\n", "u", "-", "@", "format('l')"),
        ]
    ),
    max_size=10,
)


@settings(max_examples=300, deadline=None)
@given(SCRAPS)
def test_the_short_way_misses_nothing_that_the_parser_finds(scraps):
    missed = []

    def seen(url: str) -> str:
        if url and not url.startswith(("/t/", "data:", "about:")):
            missed.append(url)
        return url

    def moved(url: str) -> str:
        return url if url.startswith("data:") else f"/t/{url}"

    rewritten = rewrite_css("".join(scraps), moved)
    # An escape in it sends the whole sheet to the parser.
    rewrite_css("\\75 {}" + rewritten, seen)
    assert missed == []


HOSTILE = (
    "@import/**/",
    "@import /*",
    "url(",
    "url( ",
    "'",
    '"\n',
    "\\",
    "/*",
    "*/",
    "url('",
    'src("x',
    "((",
    "{",
)


@pytest.mark.parametrize("scrap", HOSTILE)
def test_hostile_sheets_grow_by_no_more_than_what_is_put_before_an_address(scrap):
    sheet = scrap * (20_000 // len(scrap)) + '"'
    assert len(rewrite_css(sheet, located)) < 4 * len(sheet)


def test_nesting_without_end_is_left_as_it_is():
    sheet = "\\75 " + "(" * 100_000
    assert rewrite_css(sheet, located) == sheet


def test_encoding_by_header_then_rule_then_utf8():
    assert '"é"' in decode_css('a{content:"é"}'.encode("latin-1"), charset="latin1")
    assert '"д"' in decode_css(
        '@charset "windows-1251";a{content:"д"}'.encode("cp1251"), charset=None
    )
    assert '"é"' in decode_css('a{content:"é"}'.encode(), charset=None)
