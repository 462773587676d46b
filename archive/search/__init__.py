"""Search: what people type, in; ranked articles with their snippets, out.

Read in this order: ``query`` reads what people type (``dates`` and ``fields`` are parts of it,
``notes`` the remarks on it), ``compile`` turns it into what is ``asked``, ``fts`` answers that
behind the protocol of ``engine`` (``vocabulary`` and ``memory`` know its words), and ``run`` puts
pages of hits together: ``results``, ``hits``, ``marks``, ``stories``, ``cursor``. ``pages`` answers
for what is no article. Beside them stand ``facets``, ``trend`` with ``periods``, and ``similar``.
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
