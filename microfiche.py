"""microfiche for Python: the one name to import. docs/python.md has everything it offers.

Nothing is defined here, and nothing is loaded before it is asked for.
"""

import sys
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from archive.api import Archive, Indexed, Kept, create_archive, open_archive
    from archive.errors import (
        ArchiveLocked,
        ArchiveNotFound,
        ArchiveUnwritable,
        ConfigError,
        IndexDamaged,
        LayoutError,
        MicroficheError,
        NotFound,
        WarcError,
    )
    from archive.export import Exported
    from archive.index.articles import ArticleRow, EventRow, VersionRow
    from archive.index.captures import Capture
    from archive.index.history import Happening
    from archive.ingest.take import Taken
    from archive.search import Hit, Note, SearchResult, Segment
    from crawler.addon.archiving import Archiving
    from crawler.discovery.found import Found, Listing
    from crawler.discovery.readers import Document
    from extract import Article, ExtractError, extract

# Where each name is defined.
_PLACES = {
    "archive.api": ("Archive", "Indexed", "Kept", "create_archive", "open_archive"),
    "archive.errors": (
        "ArchiveLocked",
        "ArchiveNotFound",
        "ArchiveUnwritable",
        "ConfigError",
        "IndexDamaged",
        "LayoutError",
        "MicroficheError",
        "NotFound",
        "WarcError",
    ),
    "archive.export": ("Exported",),
    "archive.index.articles": ("ArticleRow", "EventRow", "VersionRow"),
    "archive.index.captures": ("Capture",),
    "archive.index.history": ("Happening",),
    "archive.ingest.take": ("Taken",),
    "archive.search": ("Hit", "Note", "SearchResult", "Segment"),
    "crawler.addon.archiving": ("Archiving",),
    "crawler.discovery.found": ("Found", "Listing"),
    "crawler.discovery.readers": ("Document",),
    "extract": ("Article", "ExtractError", "extract"),
}
_PLACE_OF = {name: place for place, names in _PLACES.items() for name in names}

__version__: str
__all__ = [
    "Archive",
    "ArchiveLocked",
    "ArchiveNotFound",
    "ArchiveUnwritable",
    "Archiving",
    "Article",
    "ArticleRow",
    "Capture",
    "ConfigError",
    "Document",
    "EventRow",
    "Exported",
    "ExtractError",
    "Found",
    "Happening",
    "Hit",
    "IndexDamaged",
    "Indexed",
    "Kept",
    "LayoutError",
    "Listing",
    "MicroficheError",
    "NotFound",
    "Note",
    "SearchResult",
    "Segment",
    "Taken",
    "VersionRow",
    "WarcError",
    "__version__",
    "create_archive",
    "extract",
    "open_archive",
]


def __getattr__(name: str) -> Any:  # noqa: ANN401 - whatever has that name
    if name == "__version__":
        return version("microfiche")
    place = _PLACE_OF.get(name)
    if place is None:
        raise AttributeError(f"module 'microfiche' has no attribute {name!r}")
    try:
        module = import_module(place)
    except ModuleNotFoundError as error:
        raise _shadowed(place) or error from None
    return getattr(module, name)


def __dir__() -> list[str]:
    return __all__


def _shadowed(place: str) -> ImportError | None:
    """Name the file that has taken the place of one of our packages, where one has."""
    package = place.partition(".")[0]
    found = getattr(sys.modules.get(package), "__file__", None)
    if found is None or Path(found).is_relative_to(Path(__file__).parent / package):
        return None
    return ImportError(
        f"{found} shadows the package {package!r} that microfiche needs; give it another name"
    )
