"""What a page of hits says of itself: how many there are, and in which order they stand."""

from archive.search import Facets, SearchResult
from archive.web.language import marked
from archive.web.render import number

RANKINGS = (
    marked("newest"),
    marked("oldest"),
    marked("some of the words"),
    marked("bm25 of the last, then newest"),
)
"""What `archive.search.results.SearchResult.ranking` may be, for translators."""

KINDS = (
    marked("index"),
    marked("error"),
    marked("challenge"),
    marked("consent"),
    marked("login"),
)
"""What a page that is no article may be, for translators."""


def how_many(result: SearchResult, facets: Facets | None) -> str:
    """The number of hits: ``1,234``, or ``100,000+`` where it is a lower bound."""
    if not result.exact and facets and facets.total > result.total:
        return number(facets.total)
    return number(result.total) + "+" * (not result.exact)


def how_ranked(result: SearchResult, order: str) -> str | None:
    """How hits were ranked, where that is not as it was asked for.

    >>> how_ranked(SearchResult("the", 9, True, "newest", ()), "relevance")
    'newest'
    >>> how_ranked(SearchResult("zebra", 9, True, "bm25", ()), "relevance") is None
    True
    """
    is_expected = order != "relevance" or result.ranking == "bm25"
    return None if is_expected else result.ranking
