"""What a page of hits says of itself: how many there are, and in which order they stand."""

from archive.search import Facets, SearchResult
from archive.web.render import number


def shown(facets: Facets) -> Facets | None:
    """What hits have in common; None where no hit is among those that may be looked at."""
    return facets if facets.counted else None


def how_many(result: SearchResult, facets: Facets | None) -> str:
    """The number of hits: ``1,234``, ``10,000+`` for at least so many, ``about 56,000``.

    Hits and what they have in common are looked for up to bounds of their own: where neither knows
    the total, each knows how many there are at least.
    """
    if result.exact or facets is None:
        return number(result.total) + "+" * (not result.exact)
    if facets.total_is_exact:
        return number(facets.total)
    said = number(max(result.total, facets.total))
    return f"{said}+" if facets.basis == "newest" else f"about {said}"


def how_ranked(result: SearchResult, order: str) -> str | None:
    """How hits were ranked, where the order asked for was given up in part.

    >>> how_ranked(SearchResult("the", 9, True, "newest", ()), "relevance")
    'newest'
    >>> how_ranked(SearchResult("zebra", 9, True, "bm25", ()), "relevance") is None
    True
    """
    is_expected = order != "relevance" or result.ranking == "bm25"
    return None if is_expected else result.ranking
