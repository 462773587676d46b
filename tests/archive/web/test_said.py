"""What a page of hits says of itself, in words and in the reading room."""

import pytest

from archive.search import Facets, SearchResult
from archive.web.said import how_many
from tests.archive.web.test_pages import parsed, text_of


def found(total, *, exact=False):
    return SearchResult("zebra", total, exact, "bm25", ())


def counted(total):
    return Facets(total, 20, False, (), (), (), (), (), "day", ())


@pytest.mark.parametrize(
    ("result", "facets", "said"),
    [
        (found(100_000), counted(236_000), "236,000"),
        (found(100_000), None, "100,000+"),
        (found(30, exact=True), counted(30), "30"),
        (found(1, exact=True), None, "1"),
    ],
)
def test_the_count_is_what_is_known_of_it(result, facets, said):
    assert how_many(result, facets) == said


def test_the_room_says_how_it_ranked_what_it_could_not_rank_by_bm25(room):
    ranked = "//p[@class='count']/following-sibling::p[starts-with(., 'Order:')]"
    (said,) = parsed(room.get("/?q=source:post")).xpath(ranked)
    assert text_of(said) == "Order: newest."
    for address in ("/?q=harbour", "/?q=source:post&order=oldest", "/?q=source:nobody", "/"):
        assert not parsed(room.get(address)).xpath(ranked)


def test_the_room_says_what_was_searched_instead_and_links_to_what_was_typed(room):
    page = parsed(room.get("/?q=harbuor"))
    (note,) = page.xpath("//p[@class='hint'][contains(., 'no article has harbuor')]")
    assert note.xpath("a/@href") == ["/?q=%22harbuor%22&order=relevance"]
