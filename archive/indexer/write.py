"""One batch of groups into the index, in one transaction, with how far their files are read."""

import gc
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from typing import Any

from sqlite_utils import Database

from archive.indexer.reading import Failure
from archive.indexer.revisits import resolve, resolve_all
from archive.indexer.settling.settle import settle_marked
from archive.indexer.store import Entry, Stored, advance, store_captures
from archive.indexer.work import Work


@dataclass(slots=True)
class Counts:
    """What has been indexed of one source, or of all."""

    captures: int = 0
    articles_new: int = 0
    versions_new: int = 0
    failed: int = 0

    def add(self, other: "Counts") -> None:
        """Add another count to this one."""
        self.captures += other.captures
        self.articles_new += other.articles_new
        self.versions_new += other.versions_new
        self.failed += other.failed


@dataclass(slots=True)
class Totals:
    """What has been indexed, by source."""

    by_source: dict[str, Counts] = field(default_factory=lambda: defaultdict(Counts))

    @property
    def all(self) -> Counts:
        """The sum over all sources."""
        total = Counts()
        for counts in self.by_source.values():
            total.add(counts)
        return total

    def add(self, other: "Totals") -> None:
        """Add other totals to these."""
        for source, counts in other.by_source.items():
            self.by_source[source].add(counts)

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready: the sum, and under ``by_source`` each source's own."""
        return {
            **asdict(self.all),
            "by_source": {key: asdict(counts) for key, counts in sorted(self.by_source.items())},
        }


def write_batch(db: Database, entries: Sequence[Entry], *, straight: bool = True) -> Totals:
    """Index groups in the order given; all of them or, where something fails, none.

    Without ``straight`` nothing takes the short way of what is met for the first time.
    """
    with _without_collections(), db.atomic():
        advance(db, entries)
        stored = store_captures(db, entries)
        _note_extractors(db, stored)
        work = Work(db, straight)
        work.take(stored)
        revisits = [item.number for item in stored if item.capture.is_same]
        # Again for as long as it tells anything: a revisit may be what another one refers to.
        while resolved := resolve(db, revisits):
            work.take_revisits(resolved)
        work.finish()
    totals = _totals(work)
    for item in stored:
        counts = totals.by_source[item.capture.source]
        counts.captures += 1
        counts.failed += isinstance(item.outcome, Failure)
    return totals


def _note_extractors(db: Database, stored: Sequence[Stored]) -> None:
    found = {item.outcome.extractor for item in stored if item.outcome is not None}
    db.conn.executemany(
        "INSERT INTO extractors (version) VALUES (?) ON CONFLICT DO NOTHING",
        [(version,) for version in sorted(found)],
    )


@contextmanager
def _without_collections() -> Iterator[None]:
    """Let Python not look for cycles: rows are none, and looking cost 18 us an article."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def settle(db: Database) -> Totals:
    """The end of a run: revisits whose original came later; names nobody bears; second passes."""
    with db.atomic():
        work = Work(db)
        while resolved := resolve_all(db):
            work.take_revisits(resolved)
        work.finish()
        for sql in _ORPHANS:
            db.execute(sql)
    settle_marked(db)
    return _totals(work)


_ORPHANS = (
    "DELETE FROM people WHERE id NOT IN (SELECT person FROM article_people)",
    "DELETE FROM tags WHERE id NOT IN (SELECT tag FROM article_tags)",
    """
DELETE FROM facet_names WHERE id NOT IN (
    SELECT source FROM facets
    UNION SELECT language FROM facets WHERE language IS NOT NULL
    UNION SELECT section FROM facets WHERE section IS NOT NULL
    UNION SELECT credit FROM facets WHERE credit IS NOT NULL
)
""",
)


def _totals(work: Work) -> Totals:
    totals = Totals()
    counted: tuple[tuple[str, Mapping[str, int]], ...] = (
        ("articles_new", work.new_articles),
        ("versions_new", work.new_versions),
    )
    for name, by_source in counted:
        for source, count in by_source.items():
            setattr(totals.by_source[source], name, count)
    return totals
