"""Requisites that the page before has named too: most of every page's."""

import math
from collections.abc import Callable, Iterable, Iterator

from crawler.frontier import NewUrl
from crawler.outcomes import Kind

# One that was named so long ago may have become stale meanwhile: the frontier is asked.
_NAMED_S = 600.0
_MAX_NAMED = 10_000


class NamedLately:
    """Lets each requisite through once in a while, and whatever else always."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._named: dict[tuple[str, str], float] = {}

    def new(self, entries: Iterable[NewUrl]) -> Iterator[NewUrl]:
        """Those of the entries of which the frontier may not know yet."""
        now = self._clock()
        for entry in entries:
            if entry.kind is Kind.REQUISITE:
                key = (entry.source, entry.url)
                if now - self._named.get(key, -math.inf) < _NAMED_S:
                    continue
                if len(self._named) >= _MAX_NAMED:
                    self._named.clear()
                self._named[key] = now
            yield entry
