"""Counts over the hits of a query."""

import json
from contextlib import closing
from datetime import date

import pytest

from archive.index.open import open_index
from archive.search import count_facets, search
from archive.search.facets import _periods, _unit, described
from tests.archive.indexer.press import http, index_here, new_press, story


@pytest.fixture(scope="module")
def db(tmp_path_factory):
    press = new_press(tmp_path_factory.mktemp("facets"))
    head = (
        '<meta property="article:published_time" content="{}T10:00:00Z">'
        '<meta name="author" content="{}">'
    )
    stories = [
        ("morning", "2025-11-30", "Ann Lee"),
        ("morning", "2025-12-01", "Ann Lee"),
        ("morning", "2025-12-31", "Bo Berg"),
        ("evening", "2026-01-01", "Ann Lee"),
    ]
    press.write(
        "a.warc.gz",
        [
            press.exchange(
                f"https://{source}.example/2026/story-{n}-of-today",
                http(story(f"Harbour story number {n}", head=head.format(day, name))),
                source=source,
            )
            for n, (source, day, name) in enumerate(stories)
        ],
    )
    with closing(open_index(press.archive, write=True)) as writer:
        index_here(writer, press.archive, ["a.warc.gz"])
    with closing(open_index(press.archive)) as reader:
        yield reader


def test_counts_by_source_author_language_and_month(db):
    found = count_facets(db, "harbour")
    assert (found.counted, found.exact) == (4, True)
    assert [(v.value, v.count) for v in found.sources] == [("morning", 3), ("evening", 1)]
    assert [(v.value, v.count) for v in found.authors] == [("Ann Lee", 3), ("Bo Berg", 1)]
    assert [(bar.on, bar.count) for bar in found.histogram] == [
        *(("2025-11-30", 1), ("2025-12-01", 1)),
        *((f"2025-12-{day:02}", 0) for day in range(2, 31)),
        *(("2025-12-31", 1), ("2026-01-01", 1)),
    ]
    assert found.unit == "day"
    assert sum(value.count for value in found.languages) == 4


def test_each_value_narrows_the_search_to_its_count(db):
    found = count_facets(db, "harbour")
    for field, values in (("source", found.sources), ("author", found.authors)):
        for value in values:
            assert search(db, f'harbour {field}:"{value.value}"').total == value.count
    for bar in found.histogram:
        assert search(db, f"harbour on:{bar.on}").total == bar.count


def test_with_conditions_and_of_nothing(db):
    assert count_facets(db, 'author:"bo berg"').counted == 1
    assert count_facets(db, "before:2026").counted == 3
    nothing = count_facets(db, "nowhere")
    assert (nothing.counted, nothing.sources, nothing.histogram) == (0, (), ())
    assert count_facets(db, '"unclosed AND (').counted == 0


def test_of_many_hits_a_sample_is_counted(db):
    numbers = "SELECT value AS number FROM json_each(?)"
    every = list(range(1, 2019))
    found = described(db, numbers, [json.dumps(every)], len(every), counted_hits=1000)
    # 1,000 of 2,018 are 499 of each 1,009: of these four, numbers 1 to 4 are among them.
    assert (found.total, found.counted, found.exact) == (2018, 4, False)
    assert [(v.value, v.count) for v in found.sources] == [("morning", 6), ("evening", 2)]


@pytest.mark.parametrize(
    ("first", "last", "unit", "bars"),
    [
        ("2026-01-05", "2026-01-05", "day", ["2026-01-05"]),
        ("2025-12-01", "2026-02-02", "month", ["2025-12", "2026-01", "2026-02"]),
        ("1899-12-01", "2026-02-02", "year", [str(year) for year in range(1899, 2027)]),
        ("0001-01-01", "0900-01-01", "year", [f"{year:04}" for year in range(1, 901)]),
    ],
)
def test_the_histogram_has_bars_of_a_day_a_month_or_a_year(first, last, unit, bars):
    days = [date.fromisoformat(day) for day in (first, last)]
    assert _unit(*days) == unit
    assert list(_periods(unit, *days)) == bars
