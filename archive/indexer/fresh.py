"""Articles met for the first time, straight from their reading: by far most of all.

Where an address is new, was seen once, claims nothing and is claimed by nobody, its article is
told by that one page: nothing needs to be read back from the database, where `derive` computes
any article from all its captures and versions. Both give the same rows; a test holds them to it.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from sqlite_utils import Database

from archive.indexer.events import Event
from archive.indexer.found import FoundCapture
from archive.indexer.fulltext import Row, add_rows
from archive.indexer.identity import plain_url
from archive.indexer.numbers import moment_of, place
from archive.indexer.reading import Reading
from archive.indexer.rows import Derived, insert_articles
from archive.indexer.versions import INSERT, version_row


@dataclass(frozen=True, slots=True)
class Fresh:
    """A page read at an address nobody knew; ``number`` is that of its capture."""

    number: int
    address: int
    capture: FoundCapture
    reading: Reading


@dataclass(frozen=True, slots=True)
class Placed:
    """Numbers for new articles, and for those that must make room, by the articles' ids."""

    derived: Sequence[Derived]
    come: Mapping[int, int]
    moved: Mapping[int, int]


def known_addresses(db: Database, addresses: Iterable[int]) -> set[int]:
    """Those of the addresses that are known, or claimed by others."""
    listed = json.dumps(list(addresses))
    return {row[0] for row in db.execute(_KNOWN, {"listed": listed})}


_KNOWN = """
SELECT id FROM addresses WHERE id IN (SELECT value FROM json_each(:listed))
UNION SELECT claimed FROM claims WHERE claimed IN (SELECT value FROM json_each(:listed))
"""


def place_fresh(db: Database, pages: Sequence[Fresh]) -> Placed:
    """Compute the articles of these pages, and find their numbers."""
    derived = [_derived(page) for page in pages]
    come, moved = place(db, {item.id: item.moment for item in derived}, ())
    return Placed(derived, come, moved)


def insert_fresh(db: Database, pages: Sequence[Fresh], placed: Placed) -> None:
    """Insert versions, articles and full text; those in their way have moved by now."""
    db.conn.executemany(
        INSERT,
        [version_row(p.address, p.number, p.capture.uri, p.reading, captures=1) for p in pages],
    )
    insert_articles(db, placed.derived, placed.come)
    add_rows(db, [_indexed(placed.come[page.address], page.reading) for page in pages])


def _derived(page: Fresh) -> Derived:
    capture, r, article = page.capture, page.reading, page.address
    seen = capture.timestamp
    event = Event(seen, "published", page.number, version_after=r.digest)
    return Derived(
        id=article,
        moment=moment_of(article, r.published, seen),
        source=capture.source,
        row=(
            *(
                article,
                capture.source,
                plain_url(capture.uri),
                r.title,
                page.number,
                r.published,
                seen,
                seen,
            ),
            *(1, 1, r.kind, r.language, r.section, r.credit, r.paywall, r.words, None, None, ""),
        ),
        events=(event,),
        people=_names(r.authors),
        tags=_names(r.tags),
    )


@lru_cache(10_000)
def _names(listed: str) -> tuple[str, ...]:
    return () if listed == "[]" else tuple(json.loads(listed))


def _indexed(number: int, r: Reading) -> Row:
    return (number, *(r.indexed or (r.text, r.title, r.standfirst, r.asides)), "")
