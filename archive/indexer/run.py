"""The loop: groups from WARC files, pages to workers, rows to the index, in the files' order."""

import logging
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from sqlite_utils import Database

from archive.errors import WarcError
from archive.index.writing import checkpoint_when_due
from archive.indexer.found import Found, found_in
from archive.indexer.pool import Pool
from archive.indexer.reading import Failure, Reading
from archive.indexer.settling.settle import settle_marked
from archive.indexer.store import Entry
from archive.indexer.worker import Page
from archive.indexer.write import Totals, settle, write_batch
from archive.warc.reader import iter_groups
from extract.rules import RuleBook

logger = logging.getLogger(__name__)

_WAIT_S = 0.2
# Between two settlings in the pauses of a crawl: each reads up to 400 articles of every source
# that has brought something.
REST_S = 60.0


@dataclass(frozen=True, slots=True)
class BatchSize:
    """When a batch is committed: so many groups, or so long after its first."""

    groups: int
    seconds: float


# FTS5 merges less the larger its batches: 4,900 articles a CPU-second at 20,000 a batch, 1,837
# at one (one million articles). Ten seconds of work is what a kill may cost.
BULK = BatchSize(groups=5_000, seconds=10.0)
# While a crawl runs, what was captured should be found within seconds.
LIVE = BatchSize(groups=500, seconds=2.0)


@dataclass(slots=True)
class _Pending:
    """A group whose page may still be with a worker."""

    found: Found
    task: int | None
    outcome: Reading | Failure | None = None


@dataclass(slots=True)
class Indexer:
    """Feeds groups through the workers into the index, committing in batches."""

    db: Database
    pool: Pool
    batch: BatchSize
    book: RuleBook = field(default_factory=RuleBook)
    on_progress: Callable[[Totals], None] = lambda _: None
    totals: Totals = field(default_factory=Totals)
    rest_s: float = REST_S
    _queue: deque[_Pending] = field(default_factory=deque)
    _by_task: dict[int, _Pending] = field(default_factory=dict)
    _ready: list[Entry] = field(default_factory=list)
    _since: float | None = None
    _settled: float = field(default_factory=time.monotonic)

    def run(self, groups: Iterable[Found | None]) -> None:
        """Index what comes, to the end; None means "nothing at the moment"."""
        for found in groups:
            if found is not None:
                self._take(found)
            self._collect(0 if self.pool.has_room else _WAIT_S)
            while not self.pool.has_room:
                self._collect(_WAIT_S)
            self._commit_when_due()
            if found is None:
                self._rest()
        self.flush()

    def flush(self) -> None:
        """Wait for the workers and commit everything taken so far."""
        while self._by_task:
            self._collect(_WAIT_S)
            self._commit_when_due()
        self._commit()

    def settle(self) -> None:
        """End a run: what could only be told once everything was read."""
        self.totals.add(settle(self.db))
        self.on_progress(self.totals)

    def _rest(self) -> None:
        """In a pause, what is told from the set of all articles follows, once in a while."""
        if self._queue or self._ready or time.monotonic() - self._settled < self.rest_s:
            return
        settle_marked(self.db)
        self._settled = time.monotonic()

    def _take(self, found: Found) -> None:
        task = self.pool.submit(self._ruled(found.page)) if found.page else None
        # The page's bytes are the worker's now; the queue keeps what the index needs.
        pending = _Pending(Found(found.filename, found.end, found.capture, None), task)
        if task is not None:
            self._by_task[task] = pending
        self._queue.append(pending)
        self._since = self._since or time.monotonic()

    def _ruled(self, page: Page) -> Page:
        """The page with the rules of its outlet, for the day of its capture."""
        return replace(page, rules=self.book.find(page.url, page.captured_at.date()))

    def _collect(self, timeout_s: float) -> None:
        for task, outcome in self.pool.collect(timeout_s):
            pending = self._by_task.pop(task)
            pending.outcome, pending.task = outcome, None
        while self._queue and self._queue[0].task is None:
            done = self._queue.popleft()
            self._ready.append(Entry(done.found, done.outcome))

    def _commit_when_due(self) -> None:
        if self._since is None or not self._ready:
            return
        late = time.monotonic() - self._since > self.batch.seconds
        if late or len(self._ready) >= self.batch.groups:
            self._commit()

    def _commit(self) -> None:
        if self._ready:
            self.totals.add(write_batch(self.db, self._ready))
            checkpoint_when_due(self.db)
            self._ready = []
            self.on_progress(self.totals)
        self._since = time.monotonic() if self._queue else None


def iter_found(
    path: Path,
    filename: str,
    *,
    start: int = 0,
    end: int | None = None,
    on_damage: Callable[[WarcError], None] | None = None,
) -> Iterator[Found]:
    """The groups of a file as the index sees them; one that cannot be read is left out.

    Arguments and errors as `iter_groups`.
    """
    groups = iter_groups(path, filename=filename, start=start, end=end, on_damage=on_damage)
    for group in groups:
        try:
            yield found_in(group)
        except (WarcError, ValueError) as error:
            logger.warning("%s@%d: not indexed: %s", filename, group.start, error)
            yield Found(filename, group.end, None, None)


def indexed_to(db: Database, filename: str) -> int:
    """How far a file is indexed, in bytes; 0 for one never met."""
    row = db.execute("SELECT indexed_to FROM warcs WHERE filename = ?", [filename]).fetchone()
    return int(row[0]) if row else 0
