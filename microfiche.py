"""microfiche for Python: the one name to import. docs/python.md has everything it offers.

Nothing is defined here, and nothing is loaded before it is asked for.
"""

import sys
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from crawler.addon.archiving import Archiving

# Name -> where it is defined.
_PLACES = {
    "Archiving": "crawler.addon.archiving",
}

__version__: str
__all__ = ["Archiving", "__version__"]


def __getattr__(name: str) -> Any:  # noqa: ANN401 - whatever has that name
    if name == "__version__":
        return version("microfiche")
    if name not in _PLACES:
        raise AttributeError(f"module 'microfiche' has no attribute {name!r}")
    place = _PLACES[name]
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
