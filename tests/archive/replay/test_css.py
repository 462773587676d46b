"""Style sheets: addresses change, nothing else does."""

import pytest

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
    # Strings come back in double quotes; what they say is the same.
    assert rewrite_css(css, located).replace("'", '"') == expected.replace("'", '"')


@pytest.mark.parametrize(
    "css", ["", "}", "{{{", "a{b:url(", "@import", "\\", "<!-- -->", "\x00", "url(\n"]
)
def test_broken_sheets_do_not_fail(css):
    assert isinstance(rewrite_css(css, located), str)


def test_encoding_by_header_then_rule_then_utf8():
    assert '"é"' in decode_css('a{content:"é"}'.encode("latin-1"), charset="latin1")
    assert '"д"' in decode_css(
        '@charset "windows-1251";a{content:"д"}'.encode("cp1251"), charset=None
    )
    assert '"é"' in decode_css('a{content:"é"}'.encode(), charset=None)
