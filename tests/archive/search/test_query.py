"""The query language: what is understood, and that nothing at all makes it fail."""

import os
from contextlib import closing
from dataclasses import fields

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from archive.index.open import open_index
from archive.search import count_facets, search
from archive.search.cursor import Layout, Place, Ranked, Tiers, write_place
from archive.search.fields import Condition
from archive.search.plan import plan
from archive.search.query import FIELDS, parse
from archive.search.rank import Bounds
from tests.archive.indexer.press import http, index_here, new_press, story


@pytest.mark.parametrize(
    ("query", "match"),
    [
        ("harbour", '"harbour"'),
        ("old bridge", '"old" AND "bridge"'),
        ('"old bridge"', '"old bridge"'),
        ("“old bridge”", '"old bridge"'),
        ("harb*", '("harb" *)'),
        ("a OR b c", '"a" OR ("b" AND "c")'),
        ("(a OR b) c", '("a" OR "b") AND "c"'),
        ("a -b", '"a" NOT "b"'),
        ("a NOT b", '"a" NOT "b"'),
        ("a AND b", '"a" AND "b"'),
        ("a -(b OR c)", '"a" NOT ("b" OR "c")'),
        ("a NEAR/5 b", 'NEAR("a" "b", 5)'),
        ("title:bridge", '(title : "bridge")'),
        ('title:"old bridge" a', '(title : "old bridge") AND "a"'),
        ("co-operate", '"co-operate"'),
        ("state - of", '"state" AND "of"'),
        ("東京", '"東 京"'),
        ("or and not", '"or" AND "and" AND "not"'),
    ],
)
def test_what_fts5_is_asked(query, match):
    found = plan(parse(query))
    assert found.notes == ()
    expected = match if " " in query or match.startswith('"') else match.strip("()")
    assert found.match == expected


@pytest.mark.parametrize(
    ("query", "note"),
    [
        ('"unclosed AND (', "the quotation mark at 1 is not closed"),
        ("(a b", "the parenthesis ( at 1 has no partner"),
        ("a b)", "the parenthesis ) at 4 has no partner"),
        ("a OR", "'OR' at 3 was not expected there"),
        ("after:soon a", "after:soon left out: expected a date"),
        ("words:many a", "words:many left out: expected a number"),
        ("status:lost a", "status:lost left out: expected one of removed"),
        ("& %", "there is no word in it"),
        ("x " * 70, "more than 64 terms"),
        ("x" * 3000, "only the first 2000 characters were read"),
    ],
)
def test_what_is_not_understood_is_said(query, note):
    found = plan(parse(query))
    assert any(note in said for said in found.notes), found.notes


@pytest.mark.parametrize("query", ['"', "(", "()", '"" (', "-", "NOT", "& %", '""'])
def test_what_has_no_word_is_no_wish_for_everything(query):
    found = plan(parse(query))
    assert (found.match, found.conditions) == (None, (Condition("0"),))


@pytest.mark.parametrize("query", ["", "  ", "\t\n"])
def test_no_query_is_a_wish_for_everything(query):
    assert plan(parse(query)).conditions == ()


@pytest.fixture(scope="module")
def db(tmp_path_factory):
    press = new_press(tmp_path_factory.mktemp("search"))
    press.write(
        "a.warc.gz",
        [
            press.exchange(f"https://morning.example/2026/story-{n}-of-today", http(story(t)))
            for n, t in enumerate(("Bridge closed again", "Harbour vote tonight"))
        ],
    )
    with closing(open_index(press.archive, write=True)) as writer:
        index_here(writer, press.archive, ["a.warc.gz"])
    with closing(open_index(press.archive)) as reader:
        yield reader


PIECES = st.sampled_from(
    [
        *('"', "(", ")", "-", "*", "OR", "AND", "NOT", "NEAR", "NEAR/3", "^", ":", "'", "+", "{}"),
        *(f"{name}:" for name in FIELDS),
        *(
            "bridge",
            "harbour",
            "vote*",
            '"old bridge"',
            "2026-01",
            "2026-02-30",
            ">5",
            "..",
            "%",
            "_",
        ),
        *("東京", "Ё", "\x00", "\ud800", "rowid", "articles_fts", "https://morning.example/", "\\"),
    ]
)
QUERIES = st.one_of(
    st.text(),
    st.lists(PIECES | st.text(max_size=3), max_size=24).map(" ".join),
    st.lists(PIECES | st.text(max_size=3), max_size=24).map("".join),
)


ORDERS = st.sampled_from(["relevance", "newest", "oldest"])


@settings(
    max_examples=1_500,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@example(query='"unclosed AND (', order="relevance")
@example(query="(" * 900 + "a" + ")" * 900, order="relevance")
@example(query="(a -" * 400 + "a" + ")" * 400, order="relevance")
@example(query="- - -- NOT NOT a", order="newest")
@example(query="NOT " * 400 + "a", order="newest")
@example(query="(b OR -(" * 20 + "a" + "))" * 20, order="relevance")
@example(query="(source:x OR (a " * 30 + "a" + "))" * 30, order="relevance")
@example(query="-(-(" * 12 + "a" + " site:a.x) OR c)" * 12, order="relevance")
@example(query="(b -(c OR " * 25 + "a" + "))" * 25, order="relevance")
@example(query="a* " * 64, order="relevance")
@given(query=QUERIES, order=ORDERS)
def test_no_query_fails(db, query, order):
    ask(db, query, order, Bounds())


def ask(db, query, order, bounds):
    found = search(db, query, order=order, limit=3, bounds=bounds)
    assert 0 <= len(found.hits) <= 3
    assert found.total >= len(found.hits)
    for hit in found.hits:
        assert "".join(segment.text for segment in hit.title)


@pytest.mark.soak
def test_no_query_fails_of_a_hundred_thousand(db):
    names = [field.name for field in fields(Bounds)]
    # Within bounds of one article each, so that these two are what very many are otherwise.
    bounds = st.sampled_from(
        [
            Bounds(),
            Bounds(exact_matches=1, ranked_matches=2, ranked_titles=1, counted=1),
            *(Bounds(**dict.fromkeys(names, bound)) for bound in (0, 1)),
        ]
    )
    asked = 0

    # Hypothesis remembers all that it has tried: of 100,000 at once the last cost ten times as
    # much as the first.
    @settings(
        max_examples=500,
        deadline=None,
        database=None,
        derandomize=False,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(
        query=QUERIES, order=ORDERS, bounds=bounds, counted=st.sampled_from((True, *[False] * 9))
    )
    def some(query, order, bounds, counted):
        nonlocal asked
        asked += 1
        ask(db, query, order, bounds)
        if counted:
            assert count_facets(db, query, counted_hits=bounds.counted).counted <= 3

    while asked < int(os.environ.get("MICROFICHE_QUERIES", "100000")):
        some()


@given(st.text(max_size=40) | st.integers().map(str))
@example(str(1 << 63))
def test_no_cursor_fails(db, after):
    assert search(db, "bridge OR harbour", after=after).total == 2
    assert search(db, "bridge OR harbour", after=f"relevance:{after}:1").total == 2


NUMBERS = st.integers(-(1 << 63), (1 << 63) - 1) | st.just(0)
PLACES = st.builds(
    lambda order, *parts: (order, write_place(order, Place(*parts))),
    ORDERS,
    st.builds(
        Ranked,
        NUMBERS,
        st.floats(allow_nan=False, allow_infinity=False),
        st.integers(0, 4),
        st.booleans(),
    ),
    st.builds(Layout, st.sampled_from(Tiers), NUMBERS),
    NUMBERS,
    NUMBERS,
    st.integers(0, (1 << 63) - 1),
    st.booleans(),
)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(("newest", "newest:1:0.0:0:score:whole:0:1:1:1:all"), "source:morning")
@example(("relevance", "relevance:1:0.0:0:score:whole:0:1:1:0:least"), "harbour")
@given(PLACES, st.sampled_from(("source:morning", "harbour", "harb*", "the -vote", '"the vote"')))
def test_no_cursor_of_all_its_fields_fails(db, place, query):
    order, after = place
    found = search(db, query, order=order, after=after)
    assert found.total >= len(found.hits)
    if order != "relevance" and ":score:" in after:
        assert any("is no place of this order" in note for note in found.notes)
