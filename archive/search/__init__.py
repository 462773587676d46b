"""Search: what people type, in; ranked articles with their snippets, out.

`query` reads what people type, `compile` turns it into expressions, `fts` answers them behind the
protocol of `engine`, and `run` puts pages of hits together.
"""

from archive.search.engine import Answer, Engine, Order
from archive.search.facets import Facets
from archive.search.notes import Note, NoteKind
from archive.search.results import Hit, SearchResult, Segment
from archive.search.run import count_facets, marker_of, search, select_matching
from archive.search.similar import Similar, find_similar

__all__ = [
    "Answer",
    "Engine",
    "Facets",
    "Hit",
    "Note",
    "NoteKind",
    "Order",
    "SearchResult",
    "Segment",
    "Similar",
    "count_facets",
    "find_similar",
    "marker_of",
    "search",
    "select_matching",
]
