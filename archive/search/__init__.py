"""Search: what people type, in; ranked articles with their snippets, out."""

from archive.search.results import Hit, SearchResult, Segment
from archive.search.run import Order, search

__all__ = ["Hit", "Order", "SearchResult", "Segment", "search"]
