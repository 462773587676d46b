"""Each field of the query language, on a few articles."""

from datetime import date

import pytest

from archive.search import search
from archive.search.dates import span
from tests.archive.search.shelf import Told, new_shelf

ARTICLES = [
    Told("one", text="harbour", dated="2026-03-02T00:30:00", authors=("José Márquez",)),
    Told("two", text="harbour harbour", dated="2026-03-01", language="de-AT", source="evening"),
    Told("old", text="harbour", dated="1987", paywall="closed", captured="20250101000000"),
    Told("may", text="harbour", dated="1987-05", kind="live_blog", edited="20260105120000"),
    Told(
        "links",
        text="quay",
        dated="2025-12-31T23:59:59",
        earlier="The mayor said so.",
        links=("https://news.bbc.co.uk/story/1", "https://other.example/x"),
    ),
]


@pytest.fixture(scope="module")
def db():
    shelf = new_shelf(ARTICLES)
    yield shelf
    shelf.close()


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("on:2026-03-02", "one"),
        ("date:2026-03-01", "two"),
        ("on:1987", "may old"),
        ("on:1987-05", "may"),
        ("on:1987-06", ""),
        ("after:2026", "one two"),
        ("since:2026-03-02", "one"),
        ("before:2026", "links may old"),
        ("until:2025-12", "links may old"),
        ("until:2026-03-01", "two links may old"),
        ("1980..1990", "may old"),
        ("on:2025-12..2026-03-01", "two links"),
        ("on:..1987-04", "old"),
        ("-on:1987", "one two links"),
        ("author:marquez", "one"),
        ('byline:"jose m"', "one"),
        ("lang:de", "two"),
        ("language:de-at", "two"),
        ("source:post", "two"),
        ("source:(evening OR nobody)", "two"),
        ("site:evening.example", "two"),
        ("domain:example", "one two links may old"),
        ("url:https://evening.example/two", "two"),
        ("paywall:closed", "old"),
        ("paywall:yes", "old"),
        ("kind:live-blog", "may"),
        ("status:silent", "may"),
        ("status:edited", "may"),
        ("edited:2026-01", "may"),
        ("edited:>2026-02", ""),
        ("captured:2025", "old"),
        ("captured:2026-03", "one two links may"),
        ("earlier:mayor", "links"),
        ("mayor", "links"),
        ("links-to:bbc.co.uk", "links"),
        ("links-to:news.bbc.co.uk/story", "links"),
        ("links-to:https://other.example/x", "links"),
        ("links-to:example.org", ""),
        ("words:2", "two"),
        ("words:>1", "two"),
        ("words:0..1 harbour", "one may old"),
        ("harbour lang:en -kind:live_blog", "one old"),
        ("title:harbour", ""),
    ],
)
def test_fields(db, query, expected):
    found = search(db, query, order="newest", helpful=False)
    assert [hit.url.rpartition("/")[2] for hit in found.hits] == expected.split()
    assert found.total == len(expected.split())


@pytest.mark.parametrize(
    ("typed", "first", "end"),
    [
        ("2026", date(2026, 1, 1), date(2027, 1, 1)),
        ("2026-12", date(2026, 12, 1), date(2027, 1, 1)),
        ("20260131", date(2026, 1, 31), date(2026, 2, 1)),
        ("2020-01..2020-03", date(2020, 1, 1), date(2020, 4, 1)),
        ("2020..", date(2020, 1, 1), None),
        ("7d", date(2026, 3, 4), None),
        ("2w", date(2026, 2, 25), None),
        ("1y", date(2025, 3, 11), None),
        ("9999y", date(1, 1, 2), None),
    ],
)
def test_dates(typed, first, end):
    found = span(typed, date(2026, 3, 10))
    assert (found.first, found.end) == (first, end)


@pytest.mark.parametrize(
    "typed", ["", "..", "soon", "2026-13", "2026-02-30", "0000", "9999", "x..2020"]
)
def test_no_dates(typed):
    assert span(typed, date(2026, 3, 10)) is None
