"""Search: what people type, in; ranked articles with their snippets, out."""

from archive.search.facets import Facets, count_facets
from archive.search.results import Hit, SearchResult, Segment
from archive.search.run import search
from archive.search.similar import Similar, find_similar
from archive.search.totals import Order

__all__ = [
    "Facets",
    "Hit",
    "Order",
    "SearchResult",
    "Segment",
    "Similar",
    "count_facets",
    "find_similar",
    "search",
]
