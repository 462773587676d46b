"""The supervisor of the workers: bounded, and never stopped by a page.

Each page is answered exactly once: by its reading, or by why there is none. A worker that dies
or overruns takes only the page it was at; those behind it go to its successor.
"""

import logging
import os
import queue
import signal
import subprocess
import threading
import time
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from typing import Self

from archive.errors import MicroficheError
from archive.indexer.forks import SHARED, Forked, Forks
from archive.indexer.reading import Failure, FailureReason, Reading
from archive.indexer.worker import Page

logger = logging.getLogger(__name__)

MEMORY_BYTES = 3 << 30
"""Address space of a worker: the corpus' largest page peaks at 0.6 GB of it."""

_END_S = 5.0
# A worker is replaced after so many pages: what libraries leak stays bounded.
_PAGES_PER_WORKER = 5_000
# Pages waiting at each worker: enough that it never waits for the parent's commits.
_AHEAD = 16
_START_FAILURES = 3
# By a person, or by the kernel where memory is short: that need not be the page's doing.
_KILLED = (signal.SIGKILL, signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGQUIT)


@dataclass(frozen=True, slots=True)
class PoolSettings:
    """How many workers, and what one page may cost."""

    workers: int = 0
    """0: one for each core."""
    timeout_s: float = 30.0
    memory_bytes: int = MEMORY_BYTES
    grace_s: float = 5.0
    """A worker that does not keep the limit by itself (C code holds it) is killed after this."""


@dataclass(slots=True)
class _Worker:
    process: Forked
    results: Connection
    feeder: threading.Thread
    inbox: "queue.SimpleQueue[tuple[int, Page] | None]"
    waiting: deque[tuple[int, Page]] = field(default_factory=deque)
    begun_at: float | None = None
    pages: int = 0
    retiring: bool = False


class Pool:
    """Worker processes that read pages; use as a context manager.

    `submit` never blocks; ask `has_room` first, so that no more pages are held in memory than
    the workers can have use for. `collect` gives what is done, in any order.
    """

    def __init__(self, settings: PoolSettings, forks: Forks = SHARED) -> None:
        self._settings = settings
        self._forks = forks
        self._count = settings.workers or os.cpu_count() or 1
        self._workers: list[_Worker] = []
        self._backlog: deque[tuple[int, Page]] = deque()
        self._done: list[tuple[int, Reading | Failure]] = []
        self._next = 0
        self._fruitless = 0
        self._again: set[int] = set()
        self.in_flight = 0
        self.extractor = ""
        """The version of the extractor, once a worker has begun a page."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *raised: object) -> None:
        for worker in self._workers:
            self._end(worker, kill=True)
        self._workers.clear()

    @property
    def has_room(self) -> bool:
        """Whether another page would soon find a worker."""
        return self.in_flight < self._count * _AHEAD

    def is_reading(self, number: int) -> bool:
        """Whether a worker has begun that page and not ended it."""
        return any(w.begun_at is not None and w.waiting[0][0] == number for w in self._workers)

    def submit(self, page: Page) -> int:
        """Take a page in; the number is its name in `collect`."""
        number, self._next = self._next, self._next + 1
        self.in_flight += 1
        self._backlog.append((number, page))
        self._hand_out()
        return number

    def collect(self, timeout_s: float) -> list[tuple[int, Reading | Failure]]:
        """What has been done since; waits up to ``timeout_s`` when that is nothing."""
        deadline = time.monotonic() + timeout_s
        while True:
            self._drain(0 if self._done else max(0.0, deadline - time.monotonic()))
            self._kill_late()
            self._hand_out()
            if self._done or not self.in_flight or time.monotonic() >= deadline:
                done, self._done = self._done, []
                self.in_flight -= len(done)
                return done

    def _hand_out(self) -> None:
        while self._backlog:
            ready = [w for w in self._workers if not w.retiring]
            worker = min(ready, key=lambda w: len(w.waiting), default=None)
            if worker is None or (worker.waiting and len(ready) < self._count):
                worker = self._start()
            if len(worker.waiting) >= _AHEAD:
                return
            task = self._backlog.popleft()
            worker.waiting.append(task)
            worker.inbox.put(task)

    def _start(self) -> _Worker:
        task_read, task_write = os.pipe()
        result_read, result_write = os.pipe()
        process = self._forks.start(
            task_read,
            result_write,
            timeout_s=self._settings.timeout_s,
            memory_bytes=self._settings.memory_bytes,
        )
        os.close(task_read)
        os.close(result_write)
        inbox: queue.SimpleQueue[tuple[int, Page] | None] = queue.SimpleQueue()
        # A thread of its own: a worker that does not read must not stop the supervisor.
        feeder = threading.Thread(
            target=_feed, args=(Connection(task_write, readable=False), inbox), daemon=True
        )
        feeder.start()
        worker = _Worker(process, Connection(result_read, writable=False), feeder, inbox)
        self._workers.append(worker)
        return worker

    def _drain(self, timeout_s: float) -> None:
        by_pipe = {worker.results: worker for worker in self._workers}
        # In steps of a second at most, so that a worker past its time is noticed.
        for pipe in wait(list(by_pipe), min(timeout_s, 1.0)):
            assert isinstance(pipe, Connection)
            worker = by_pipe[pipe]
            try:
                self._receive(worker)
                while pipe.poll():
                    self._receive(worker)
            except (EOFError, OSError):
                self._bury(worker, None)

    def _receive(self, worker: _Worker) -> None:
        number, outcome = worker.results.recv()
        if isinstance(outcome, str):
            self.extractor = outcome
            worker.begun_at = time.monotonic()
            return
        expected, _ = worker.waiting.popleft()
        assert expected == number
        worker.begun_at = None
        worker.pages += 1
        self._fruitless = 0
        self._done.append((number, outcome))
        if worker.pages >= _PAGES_PER_WORKER and not worker.retiring:
            worker.retiring = True
            worker.inbox.put(None)

    def _kill_late(self) -> None:
        limit = self._settings.timeout_s + self._settings.grace_s
        for worker in list(self._workers):
            begun = worker.begun_at
            if begun is not None and time.monotonic() - begun > limit:
                failure = Failure(
                    FailureReason.TIMEOUT, f"killed after {limit:g} s", self.extractor
                )
                worker.process.kill()
                self._bury(worker, failure)

    def _bury(self, worker: _Worker, failure: Failure | None) -> None:
        """Answer for the page a dead worker was at; the pages behind it go back in the queue."""
        begun = worker.begun_at is not None
        self._workers.remove(worker)
        status = self._end(worker, kill=False)
        if begun and failure is None and self._is_killed(worker, status):
            logger.info("a worker was killed; %s is read again", worker.waiting[0][1].url)
        elif begun:
            number, page = worker.waiting.popleft()
            outcome = failure or _post_mortem(status, self.extractor)
            logger.warning("a worker was lost over %s: %s", page.url, outcome.detail)
            self._done.append((number, outcome))
        elif worker.waiting and not worker.pages:
            self._fruitless += 1
            if self._fruitless >= _START_FAILURES:
                self._give_up(worker, status)
        self._backlog.extendleft(reversed(worker.waiting))

    def _is_killed(self, worker: _Worker, status: int) -> bool:
        """Whether somebody else may have killed it, and its page has not been tried again yet."""
        number = worker.waiting[0][0]
        is_first = number not in self._again
        self._again.add(number)
        return is_first and -status in _KILLED

    def _give_up(self, worker: _Worker, status: int) -> None:
        """Worker after worker ended before it began the page it was given."""
        if not self.extractor:
            raise MicroficheError(
                f"extraction workers end before they read a page (exit status {status}); "
                "try `python -m archive.indexer.worker 0`"
            )
        # Others could be read: it is the page, one too large to be handed over.
        self._fruitless = 0
        number, page = worker.waiting.popleft()
        outcome = Failure(
            FailureReason.CRASHED,
            f"{_START_FAILURES} workers ended (status {status}) before they began it",
            self.extractor,
        )
        logger.warning("%s: %s", page.url, outcome.detail)
        self._done.append((number, outcome))

    def _end(self, worker: _Worker, *, kill: bool) -> int:
        """End a worker that is no longer counted; gives its exit status."""
        worker.inbox.put(None)
        if kill:
            worker.process.kill()
        try:
            status = worker.process.wait(timeout=_END_S)
        except subprocess.TimeoutExpired:
            worker.process.kill()
            status = worker.process.wait()
        worker.feeder.join()
        worker.results.close()
        return status


def _feed(pipe: Connection, inbox: "queue.SimpleQueue[tuple[int, Page] | None]") -> None:
    with suppress(BrokenPipeError), pipe:
        while (task := inbox.get()) is not None:
            pipe.send(task)


def _post_mortem(status: int, extractor: str) -> Failure:
    """What a worker's exit status says of the page it was at.

    >>> _post_mortem(-9, "1").detail
    'the worker died of signal 9'
    """
    how = f"died of signal {-status}" if status < 0 else f"ended with status {status}"
    return Failure(FailureReason.CRASHED, f"the worker {how}", extractor)
