"""What a page of hits says of itself, in words and in the reading room."""

from dataclasses import replace

import pytest

from archive.search import Facets, SearchResult
from archive.web.said import how_many, shown
from tests.archive.web.test_pages import parsed, text_of

FACETS = Facets(0, False, 0, False, "newest", (), (), (), (), (), "day", ())


def found(total, *, exact=False, ranking="bm25"):
    return SearchResult("zebra", total, exact, ranking, ())


def counted(total, looked_at, *, basis="newest", exact=False):
    return replace(FACETS, total=total, counted=looked_at, basis=basis, total_is_exact=exact)


@pytest.mark.parametrize(
    ("result", "facets", "said"),
    [
        (found(21), counted(8, 8), "21+"),
        (found(21), counted(1_200, 1_200), "1,200+"),
        (found(21), counted(56_000, 20_000, basis="sample"), "about 56,000"),
        (found(21), counted(56_000, 20_000, basis="sample", exact=True), "56,000"),
        (found(10_000), counted(12_000, 12_000, basis="all", exact=True), "12,000"),
        (found(30, exact=True), counted(8, 8), "30"),
        (found(1, exact=True), None, "1"),
        (found(21), None, "21+"),
    ],
)
def test_the_count_is_what_is_known_of_it(result, facets, said):
    assert how_many(result, facets) == said


def test_what_was_counted_of_nothing_is_not_shown():
    assert shown(counted(0, 0)) is None
    assert shown(counted(8, 8)) == counted(8, 8)


def test_the_room_says_how_it_ranked_what_it_could_not_rank_by_bm25(room):
    ranked = "//p[@class='count']/following-sibling::p[starts-with(., 'Order:')]"
    (said,) = parsed(room.get("/?q=source:post")).xpath(ranked)
    assert text_of(said) == "Order: newest."
    for address in ("/?q=harbour", "/?q=source:post&order=oldest", "/?q=source:nobody", "/"):
        assert not parsed(room.get(address)).xpath(ranked)
