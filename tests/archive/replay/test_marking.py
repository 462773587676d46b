"""What is highlighted in a replayed page: the passages themselves, and no other change."""

import re

import pytest

from archive.replay.address import parse_address, words_marked
from archive.replay.marking import STYLE, Passage, Span, finder_of, mark

MARK = re.compile(r"</?mark[^>]*>")


def marked(markup, *passages):
    return mark(markup, finder_of(Passage(text, out=text.startswith("Read")) for text in passages))


def finds(markup):
    return re.findall(r"<mark class=\"([a-z -]+)\"[^>]*>(.*?)</mark>", markup)


@pytest.mark.parametrize(
    ("markup", "passages", "expected"),
    [
        ("<p>A fine day.</p>", ["A fine day."], ["A fine day"]),
        ("<p>A <i>fine</i> day", ["a fine  day"], ["A ", "fine", " day"]),
        ("<p>R &amp; B&#33; Caf&eacute;", ["R & B! Café"], ["R &amp; B&#33; Caf&eacute;"]),
        ("<p>One<p>Two", ["Two", "One"], ["One", "Two"]),
        ("<h1>Fog</h1><p>Fog", ["Fog", "Fog"], ["Fog", "Fog"]),
        ("<style>fog</style><textarea>fog</textarea><select>fog</select><p>fog", ["Fog"], ["fog"]),
        ("<svg><text>fog</text></svg><math><mi>fog</math><p>fog", ["Fog"], ["fog"]),
        ("<head><title>Fog</title></head><body>Fog", ["Fog"], ["Fog"]),
        ("<head><body>Fog", ["Fog"], ["Fog"]),
        ("<!-- fog --><p title=fog>fog", ["Fog"], ["fog"]),
        ("<p>霧の港、静か", ["霧の港"], ["霧の港"]),
        ("<p>İstanbul ﬁne ß", ["istanbul"], ["İstanbul"]),
        ("<p>nothing of it", ["Fog over the harbour"], []),
        ("<p>fog<b", ["fog"], ["fog"]),
        ("<p>a < b && c", ["a b c"], ["a < b && c"]),
        ("<p>R&amp;D &am; &", ["R D am"], ["R&amp;D &am"]),
        (
            "<p>Boats broke loose before midnight <aside>Ad</aside> and were found at first light.",
            ["Boats broke loose before midnight and were found at first light."],
            ["Boats broke loose before midnight", "and were found at first light"],
        ),
    ],
)  # fmt: skip
def test_passages_are_marked_where_they_stand(markup, passages, expected):
    shown = marked(markup, *passages)
    assert [text for _, text in finds(shown)] == expected
    assert MARK.sub("", shown).removesuffix(STYLE) == markup


def test_what_was_left_out_is_marked_beside_the_text():
    shown = marked("<p>Read more<p>Fog today", "Fog today", "Read more")
    assert finds(shown) == [("microfiche microfiche-out", "Read more"), ("microfiche", "Fog today")]


def test_a_rule_is_no_markup():
    shown = mark("<p>fog", lambda text: [Span(1, 4, '"><script>x</script>')])
    assert "<script>" not in shown


def test_marking_is_linear_in_the_page_and_bounded_in_the_passages():
    page = "<p>" + "<i>ab</i> " * 20_000
    wanted = ["ba" * 10_000, *("abab" * 10 + str(n) for n in range(1_000))]
    shown = marked(page, *wanted)
    assert MARK.sub("", shown).removesuffix(STYLE) == page


@pytest.mark.parametrize(
    ("path", "marks", "words", "timestamp"),
    [
        ("/web/marked/text/2026/http://a.example/", "text", "", "20260101000000"),
        ("/marked/words:a%2Fb/2026/http://a.example/", "words:a%2Fb", "a/b", "20260101000000"),
        ("/web/marked/words:x/http://a.example/", "words:x", "x", None),
    ],
)  # fmt: skip
def test_an_address_says_what_is_marked(path, marks, words, timestamp):
    address = parse_address(path)
    assert (address.url, address.timestamp) == ("http://a.example/", timestamp)
    assert (address.marks, address.words) == (marks, words)


@pytest.mark.parametrize(
    "path",
    ["/web/marked/other/2026/http://a.example/", "/web/marked/text/marked/text/x", "/marked/text"],
)
def test_other_addresses_are_none(path):
    assert parse_address(path) is None


def test_a_long_query_is_cut_for_an_address():
    assert parse_address(f"/marked/{words_marked('ü' * 3000)}/2026/http://a.example/").words
