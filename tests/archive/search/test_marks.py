"""Marks: the quick way finds what cutting the text into words finds, and snippets are around it."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from archive.index.fold import fold
from archive.index.segments import needs_cutting
from archive.search.finds import (
    ACCENT,
    Find,
    finds_by_words,
    folded_in_place,
    iter_finds,
    patterns_of,
)
from archive.search.marks import SNIPPET_CHARS, mark, snippet
from archive.search.query import Text

LETTERS = "aAbBéÉeßẞIİıςΣσ0_-. ’\u0301東京タฺกัา\u3099ﾞ가й\u0438\u0306कि\u0938ﬁ\ue000"
TEXTS = st.text(LETTERS, max_size=40)
WANTED = st.builds(
    Text,
    st.text(LETTERS, min_size=1, max_size=5) | st.sampled_from(["a b", "東京", "e", "กั"]),
    prefix=st.booleans(),
    forms=st.lists(st.text(LETTERS, min_size=1, max_size=3), max_size=2).map(tuple),
)


def by_words(text, patterns):
    """What `iter_finds` promises, said plainly."""
    longest = {}
    for find in finds_by_words(text, patterns):
        there = longest.get(find.begin)
        if there is None or (find.words, find.group) > (there.words, there.group):
            longest[find.begin] = find
    return [longest[begin] for begin in sorted(longest)]


@given(TEXTS, st.lists(WANTED, max_size=4), st.integers(0, 10))
@example("a a a b", [Text("a a"), Text("a")], 0)
@example("Tokyo東京", [Text("tokyo"), Text("東")], 0)
@example("กัก", [Text("ก")], 0)
def test_the_quick_way_finds_the_same(text, wanted, start):
    patterns = patterns_of(wanted)
    expected = [find for find in by_words(text, patterns) if find.begin >= start]
    assert list(iter_finds(text, patterns, start)) == expected


def test_every_letter_folds_in_its_place():
    for letter in map(chr, (*range(0xD800), *range(0xE000, 0x20000))):
        if not needs_cutting(letter):
            assert folded_in_place(letter) == (fold(letter) or ACCENT)


@given(TEXTS.map(lambda text: text * 12), st.lists(WANTED, max_size=3))
def test_a_snippet_is_a_piece_of_the_text_with_a_find_in_it(text, wanted):
    patterns = patterns_of(wanted)
    assert "".join(segment.text for segment in mark(text, patterns)) == text
    segments = snippet(text, patterns)
    piece = "".join(segment.text for segment in segments)
    assert piece.removeprefix("… ").removesuffix(" …") in text
    assert len(piece) <= SNIPPET_CHARS + 4
    found = list(iter_finds(text, patterns))
    if found and found[0].end - found[0].begin < 60:
        assert any(segment.marked for segment in segments)


@pytest.mark.parametrize(
    ("text", "query", "marked"),
    [
        ("The Élysée, the ELYSEE", Text("elysee"), ["Élysée", "ELYSEE"]),
        ("co-operate, co operate", Text("co-operate"), ["co-operate", "co operate"]),
        ("harbours harboured", Text("harbour", prefix=True), ["harbours", "harboured"]),
        ("houses and a house", Text("house", forms=("houses",)), ["houses", "house"]),
        ("東京都の東京", Text("東京"), ["東京", "東京"]),
        ("Cafe\u0301 noir", Text("café"), ["Cafe\u0301"]),
        ("snake_case", Text("case"), ["case"]),
        ("a bab b", Text("b"), ["b"]),
    ],
)
def test_marks(text, query, marked):
    segments = mark(text, patterns_of([query]))
    assert [segment.text for segment in segments if segment.marked] == marked


def test_the_snippet_is_where_most_of_the_query_is():
    text = "harbour " + "word " * 200 + "the harbour vote was late. " + "word " * 200
    patterns = patterns_of([Text("vote"), Text("harbour")])
    piece = "".join(segment.text for segment in snippet(text, patterns))
    assert "the harbour vote was late." in piece
    assert piece.startswith("… ")
    assert piece.endswith(" …")


def test_finds_say_which_text_they_are_of():
    patterns = patterns_of([Text("house", forms=("houses",)), Text("old house")])
    assert list(iter_finds("old house, houses", patterns)) == [
        Find(0, 9, 2, 1),
        Find(4, 9, 1, 0),
        Find(11, 17, 1, 0),
    ]
