"""What the archive has, counted; sources as configured and as indexed."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlite_utils import Database

from archive.config import Config, Source
from archive.rights.withheld import narrowed_by
from archive.times import utc_now

_ARTICLES = """
SELECT source, count(*), min(first_captured), max(last_captured), sum(removed IS NOT NULL),
       sum(edited IS NOT NULL)
FROM articles GROUP BY source
"""
_CAPTURES = "SELECT count(*), min(timestamp), max(timestamp) FROM captures"
_SOURCES = "SELECT id, name, url FROM sources ORDER BY name COLLATE NOCASE"

_NONE = (0, None, None, 0, 0)

# Counting a million articles takes about half a second; a page may be this much behind.
FRESH_FOR = timedelta(seconds=20)


@dataclass(frozen=True, slots=True)
class SourceHolding:
    """One source and what there is of it; ``settings`` is None where it is not configured."""

    id: str
    name: str
    url: str | None
    settings: Source | None
    articles: int
    first_captured: str | None
    last_captured: str | None
    removed: int
    edited: int


@dataclass(frozen=True, slots=True)
class Holdings:
    """The whole archive in numbers; timestamps have 14 digits."""

    articles: int
    captures: int
    first: str | None
    last: str | None
    sources: tuple[SourceHolding, ...]


class HoldingsCounter:
    """Counts, and remembers the answer for a while."""

    def __init__(self, *, clock: Callable[[], datetime] = utc_now) -> None:
        self._clock = clock
        self._counted: dict[Hashable, tuple[datetime, Holdings]] = {}

    def count(self, db: Database, config: Config) -> Holdings:
        """The holdings, at most ``FRESH_FOR`` old."""
        now = self._clock()
        rights = narrowed_by(db)
        at, counted = self._counted.get(rights, (None, None))
        if at is None or counted is None or now - at > FRESH_FOR:
            self._counted = {k: v for k, v in self._counted.items() if now - v[0] <= FRESH_FOR}
            counted = count_holdings(db, config)
            self._counted[rights] = now, counted
        return counted


def count_holdings(db: Database | None, config: Config) -> Holdings:
    """Count articles by source, and captures; configured sources without any come too.

    ``db`` is None where there is no index yet.
    """
    counted = {row[0]: row[1:] for row in db.execute(_ARTICLES)} if db else {}
    indexed = {row[0]: (row[1], row[2]) for row in db.execute(_SOURCES)} if db else {}
    # The configuration's own name is the newer one.
    known = indexed | {key: (source.name, source.url) for key, source in config.sources.items()}
    sources = [
        SourceHolding(key, name, url, config.sources.get(key), *(counted.get(key) or _NONE))
        for key, (name, url) in known.items()
    ]
    captures, first, last = db.execute(_CAPTURES).fetchone() if db else (0, None, None)
    return Holdings(
        sum(source.articles for source in sources),
        captures,
        first,
        last,
        tuple(sorted(sources, key=lambda source: source.name.lower())),
    )
