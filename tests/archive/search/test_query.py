"""The query language: what is understood, and that nothing at all makes it fail."""

import os
from datetime import date
from functools import partial

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from archive.search import NoteKind, count_facets, search
from archive.search.compile import compiled
from archive.search.fields import NEVER
from archive.search.fts import Bounds, FtsEngine
from archive.search.query import ALIASES, FIELDS, Field, Near, parse
from tests.archive.search.shelf import Told, new_shelf

TODAY = date(2026, 3, 10)


@pytest.fixture(scope="module")
def db():
    shelf = new_shelf(
        [
            Told("bridge", "Bridge closed again", "The old bridge was closed for the vote."),
            Told(
                "harbour", "Harbour vote tonight", "They vote about the harbour.", source="evening"
            ),
        ]
    )
    yield shelf
    shelf.close()


def asked(db, query):
    return compiled(db, parse(query), today=TODAY, helpful=False)


@pytest.mark.parametrize(
    ("query", "match"),
    [
        ("harbour", '"harbour"'),
        ("old bridge", '("old") AND ("bridge")'),
        ('"old bridge"', '"old bridge"'),
        ("“old bridge”", '"old bridge"'),
        ("harb*", '"harb" *'),
        ('"old bri"*', '"old bri" *'),
        ("a OR b c", '("a") OR (("b") AND ("c"))'),
        ("(a OR b) c", '(("a") OR ("b")) AND ("c")'),
        ("a -b", '("a") NOT ("b")'),
        ("a NOT b", '("a") NOT ("b")'),
        ("a AND b", '("a") AND ("b")'),
        ("a -(b OR c)", '("a") NOT (("b") OR ("c"))'),
        ("a NEAR/5 b", 'NEAR("a" "b", 5)'),
        ("a w/5 b", 'NEAR("a" "b", 5)'),
        ("a AROUND(3) b", 'NEAR("a" "b", 3)'),
        ("a NEAR b", 'NEAR("a" "b", 10)'),
        ("a near b", '("a") AND ("near") AND ("b")'),
        ("a W/2 b", 'NEAR("a" "b", 2)'),
        ('"a b"~4', 'NEAR("a" "b", 4)'),
        ("title:bridge", 'title : ("bridge")'),
        ("headline:bridge", 'title : ("bridge")'),
        ("title:(old OR new)", '(title : ("old")) OR (title : ("new"))'),
        ('title:"old bridge" a', '(title : ("old bridge")) AND ("a")'),
        ("co-operate", '("co operate") OR ("cooperate")'),
        ("U.S.", '("us") OR ("u s")'),
        ("25000", '("25000") OR ("25 000")'),
        ("state - of", '("state") AND ("of")'),
        ("東京", '"东 京"'),
        ("or and not", '("or") AND ("and") AND ("not")'),
        ("bri?ge", '"bridge"'),
        ("*arbour", '"harbour"'),
        ("earlier:x", '(earlier : ("x") NOT {text title standfirst asides} : ("x"))'),
    ],
)
def test_what_fts5_is_asked(db, query, match):
    assert asked(db, query).match == match


@pytest.mark.parametrize(("alias", "name"), ALIASES.items())
def test_fields_of_other_tools_are_ours(alias, name):
    assert parse(f"{alias}:2026").node == parse(f"{name}:2026").node


@pytest.mark.parametrize(
    ("query", "node"),
    [
        ("2020-01..2020-03", Field("on", "2020-01..2020-03")),
        ("date:7d", Field("on", "7d")),
        ("SOURCE:Post", Field("source", "Post")),
        ("links-to:bbc.co.uk", Field("links-to", "bbc.co.uk")),
    ],
)
def test_what_is_a_condition(query, node):
    assert parse(query).node == node


def test_a_condition_on_each_of_some():
    node = parse("source:(post OR herald)").node
    assert node.parts == (Field("source", "post"), Field("source", "herald"))
    assert isinstance(parse('title:"a b"~3').node, Near)


@pytest.mark.parametrize(
    ("query", "kind", "at", "note"),
    [
        ('"unclosed AND (', NoteKind.AS_WORDS, None, "the quotation mark at 1 is not closed"),
        ("(a b", NoteKind.AS_WORDS, None, "the parenthesis ( at 1 has no partner"),
        ("a b)", NoteKind.AS_WORDS, None, "the parenthesis ) at 4 has no partner"),
        ("a OR", NoteKind.AS_WORDS, None, "'OR' at 3 was not expected there"),
        ("a after:soon", NoteKind.LEFT_OUT, 3, "after:soon left out: expected a date"),
        ("words:many a", NoteKind.LEFT_OUT, 1, "words:many left out: expected a number"),
        ("status:lost a", NoteKind.LEFT_OUT, 1, "status:lost left out: expected one of removed"),
        ("a paywall:maybe", NoteKind.LEFT_OUT, 3, "expected one of open"),
        ("& %", NoteKind.NOTHING, None, "there is no word in it"),
        ("after:soon", NoteKind.NOTHING, None, "nothing of it could be read"),
        ("x " * 70, NoteKind.AS_WORDS, None, "more than 64 terms"),
        ("x" * 3000, NoteKind.LEFT_OUT, None, "only the first 2000 characters were read"),
        ("bridge or vote", NoteKind.OPERATOR, 8, "the operator is OR, in capitals"),
        (
            "autor:x",
            NoteKind.NO_FIELD,
            1,
            "autor: is no field, searched as a word; there is author:",
        ),
        ("vote /brid.e/", NoteKind.OPERATOR, 6, "regular expressions are searched as words"),
        ("vote source:nobody", NoteKind.NO_SOURCE, 6, "there is no source nobody"),
        ("kind:challenge", NoteKind.NOT_ARTICLES, 1, "each capture is a hit"),
    ],
)
def test_what_is_not_understood_is_said(db, query, kind, at, note):
    found = [said for said in asked(db, query).notes if said.kind is kind]
    assert found
    assert note in found[0].text
    assert found[0].at == at


def test_a_small_or_may_be_an_operator(db):
    (note,) = parse("bridge or vote").notes
    assert note.query == "bridge OR vote"
    assert parse("or").notes == ()


@pytest.mark.parametrize("query", ['"', "(", "()", '"" (', "-", "NOT", "& %", '""', "*", "?", "~"])
def test_what_has_no_word_is_no_wish_for_everything(db, query):
    found = asked(db, query)
    assert (found.match, found.conditions) == (None, (NEVER,))


@pytest.mark.parametrize("query", ["", "  ", "\t\n"])
def test_no_query_is_a_wish_for_everything(db, query):
    assert asked(db, query).conditions == ()


PIECES = st.sampled_from(
    [
        *('"', "(", ")", "-", "*", "OR", "AND", "NOT", "NEAR", "NEAR/3", "^", ":", "'", "+", "{}"),
        *("w/2", "AROUND(3)", "~", "~2", "?", "..", '"~5', "or", "/x/", "b?idge", "*ote", "vote~"),
        *(f"{name}:" for name in (*FIELDS, *ALIASES)),
        *("bridge", "harbour", "vote*", '"old bridge"', "2026-01", "2026-02-30", ">5", "%", "_"),
        *("7d", "2020..2021", "brigde", "silent", "open", "challenge", "U.S.", "O'Brien", "1,000"),
        *("東京", "Ё", "\x00", "\ud800", "rowid", "articles_fts", "https://morning.example/", "\\"),
        *("उपभोक्ता", "الخزانات", "ราคา", 'צה"ל', "ß", "İ", "œ"),
    ]
)
QUERIES = st.one_of(
    st.text(),
    st.lists(PIECES | st.text(max_size=3), max_size=24).map(" ".join),
    st.lists(PIECES | st.text(max_size=3), max_size=24).map("".join),
)
ORDERS = st.sampled_from(["relevance", "newest", "oldest"])
# Within bounds of one article each, so that these two are what very many are otherwise.
BOUNDS = st.sampled_from(
    [
        Bounds(),
        Bounds(ranked=1, ranked_of_many=1, words=1, forms=1, sorted=1, some=1),
        Bounds(ranked=1, ranked_of_many=0, words=0, forms=0, sorted=0, some=1),
    ]
)


def asked_twice(db, query, order, bounds) -> bool:
    """Whether a page of one hit and the page after it are answers that go together."""
    engine = partial(FtsEngine, bounds=bounds)
    found = search(db, query, order=order, limit=1, engine=engine)
    if found.after is None:
        return found.total >= len(found.hits) <= 1
    (first,) = found.hits
    (second,) = search(db, query, order=order, after=found.after, engine=engine).hits
    titled = all("".join(segment.text for segment in hit.title) for hit in (first, second))
    many = found.total > 1 or not found.exact
    return titled and many and second.article_id != first.article_id


@settings(
    max_examples=600,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@example(query='"unclosed AND (', order="relevance", bounds=Bounds())
@example(query="(" * 900 + "a" + ")" * 900, order="relevance", bounds=Bounds())
@example(query="(a -" * 400 + "a" + ")" * 400, order="relevance", bounds=Bounds())
@example(query="- - -- NOT NOT a", order="newest", bounds=Bounds())
@example(query="NOT " * 400 + "a", order="newest", bounds=Bounds())
@example(query="(b OR -(" * 20 + "a" + "))" * 20, order="relevance", bounds=Bounds())
@example(query="(source:x OR (a " * 30 + "a" + "))" * 30, order="relevance", bounds=Bounds())
@example(query="-(-(" * 5 + "a" + " site:a.x) OR c)" * 5, order="relevance", bounds=Bounds())
@example(query="(b -(c OR " * 5 + "a" + "))" * 5, order="relevance", bounds=Bounds())
@example(query="a* " * 64, order="relevance", bounds=Bounds())
@example(query="votes " * 64, order="relevance", bounds=Bounds())
@given(query=QUERIES, order=ORDERS, bounds=BOUNDS)
def test_no_query_fails(db, query, order, bounds):
    assert asked_twice(db, query, order, bounds)


@pytest.mark.soak
def test_no_query_fails_of_a_hundred_thousand(db):
    tried = 0

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
    @given(QUERIES, ORDERS, BOUNDS, st.sampled_from((True, *[False] * 9)))
    def some(query, order, bounds, counted):
        nonlocal tried
        tried += 1
        assert asked_twice(db, query, order, bounds)
        if counted:
            assert count_facets(db, query).counted <= 2

    while tried < int(os.environ.get("MICROFICHE_QUERIES", "100000")):
        some()


@given(st.text(max_size=40) | st.from_regex(r"(relevance|newest)-\d-[0-9a-f]{16}", fullmatch=True))
def test_no_cursor_fails(db, after):
    assert search(db, "bridge OR harbour", after=after).total == 2
