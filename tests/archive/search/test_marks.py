"""Marks and snippets: what the index found is what is marked."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.search.marks import SNIPPET_CHARS, Find, Marker, Pattern
from archive.text.fold import fold_word
from archive.text.forms import forms_of_word


def pattern(typed, language=None, *, prefix=False):
    forms = frozenset(forms_of_word(typed, [language])) if language else frozenset()
    return Pattern(tuple(tuple(way.split()) for way in fold_word(typed)), prefix, forms)


def marked(text, *patterns, language=None):
    return [s.text for s in Marker(patterns, language).mark(text) if s.marked]


@pytest.mark.parametrize(
    ("text", "found", "expected"),
    [
        ("The Élysée, the ELYSEE", pattern("elysee"), ["Élysée", "ELYSEE"]),
        ("co-operate, cooperate", pattern("co-operate"), ["co-operate", "cooperate"]),
        ("harbours harboured", pattern("harbour", prefix=True), ["harbours", "harboured"]),
        ("東京都の東京", pattern("東京"), ["東京", "東京"]),
        ("憂鬱症", pattern("忧郁"), ["憂鬱"]),
        ("Cafe\u0301 noir", pattern("café"), ["Cafe\u0301"]),
        ("snake_case", pattern("case"), ["case"]),
        ("a bab b", pattern("b"), ["b"]),
        ("the U.S. and us", pattern("US"), ["U.S.", "us"]),
        ("O’Brien, O'BRIEN", pattern("OBrien"), ["O’Brien", "O'BRIEN"]),
        ("l’Élysée", pattern("Élysée"), ["Élysée"]),
        ("1,000 or 1000", pattern("1000"), ["1,000", "1000"]),
        ("Straße", pattern("strasse"), ["Straße"]),
    ],
)
def test_marks(text, found, expected):
    assert marked(text, found) == expected


def test_forms_are_marked_in_their_language():
    haus = pattern("Haus", "de")
    assert marked("Häuser und Hausboote", haus, language="de-AT") == ["Häuser"]
    assert marked("Häuser", haus, language="en") == []
    assert marked("الخزانات", pattern("خزانات", "ar"), language="ar") == ["الخزانات"]
    assert marked("उपभोक्ताओं", pattern("उपभोक्ता", "hi"), language="hi") == ["उपभोक्ताओं"]


def test_of_finds_that_begin_together_the_longest():
    old, house = pattern("old"), Pattern((("old", "house"),))
    assert list(Marker((old, house)).finds("old house\nan old one")) == [
        Find(0, 9, 2, 1),
        Find(13, 16, 1, 0),
    ]


def test_the_snippet_is_where_most_of_the_query_is():
    text = "harbour " + "word " * 200 + "the harbour vote was late. " + "word " * 200
    piece = "".join(s.text for s in Marker((pattern("vote"), pattern("harbour"))).snippet(text))
    assert "the harbour vote was late." in piece
    assert piece.startswith("… ")
    assert piece.endswith(" …")


LETTERS = "aAbéß_-. ’\u0301東京가йकि\n"
TEXTS = st.text(LETTERS, max_size=40).map(lambda text: text * 8)


@given(TEXTS, st.lists(st.text(LETTERS, min_size=1, max_size=5), max_size=3))
def test_a_snippet_is_a_piece_of_the_text_with_a_find_in_it(text, typed):
    marker = Marker(tuple(p for p in map(pattern, typed) if p.ways))
    assert "".join(segment.text for segment in marker.mark(text)) == text
    segments = marker.snippet(text)
    piece = "".join(segment.text for segment in segments)
    assert piece.removeprefix("… ").removesuffix(" …") in text
    assert len(piece) <= SNIPPET_CHARS + 4
    found = list(marker.finds(text))
    if found and found[0].end - found[0].begin < 60:
        assert any(segment.marked for segment in segments)
