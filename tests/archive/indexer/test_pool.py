"""Workers under pages that hang, swell and kill: each page is answered exactly once."""

import gzip
import os
import select
import signal
import time
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest

from archive.errors import MicroficheError
from archive.indexer.forks import Forks
from archive.indexer.pool import Pool, PoolSettings
from archive.indexer.reading import Failure, FailureReason, Reading
from archive.indexer.worker import Page, read_page
from archive.warc.stored import StoredHttp
from tests.archive.indexer.press import story

WHEN = datetime(2026, 1, 5, tzinfo=UTC)
# Time enough on the busiest machine.
ONE = PoolSettings(workers=1, timeout_s=600)


def page(body, *headers, name="a-b-c"):
    plain = (("Content-Type", "text/html; charset=utf-8"), *headers)
    return Page(f"https://morning.example/{name}", StoredHttp(200, "OK", plain, body), WHEN)


def all_of(pool, pages, timeout_s=60):
    numbers = {pool.submit(one): at for at, one in enumerate(pages)}
    outcomes: dict[int, Reading | Failure] = {}
    deadline = time.monotonic() + timeout_s
    while len(outcomes) < len(numbers) and time.monotonic() < deadline:
        for number, outcome in pool.collect(1.0):
            assert numbers[number] not in outcomes
            outcomes[numbers[number]] = outcome
    assert pool.in_flight == 0
    return [outcomes[at] for at in range(len(pages))]


def workers():
    """Processes forked from a child of this one, with that child."""
    parents = {}
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError, ValueError):
            stat = (entry / "stat").read_text().rpartition(")")[2].split()
            if b"archive.indexer.worker" in (entry / "cmdline").read_bytes():
                parents[int(entry.name)] = int(stat[1])
    return {pid: up for pid, up in parents.items() if parents.get(up) == os.getpid()}


def test_pages_are_read_as_they_are_in_one_process():
    pages = [page(story(f"Story number {n} of today")) for n in range(20)]
    with Pool(PoolSettings(workers=2)) as pool:
        outcomes = all_of(pool, pages)
    assert outcomes == [read_page(one) for one in pages]
    assert [o.title for o in outcomes] == [f"Story number {n} of today" for n in range(20)]
    assert workers() == {}


def test_a_page_past_its_time_is_a_failure_and_the_next_one_is_read():
    slow = page(story("A long story", *("A sentence of the story, said once more. " * 40,) * 2000))
    with Pool(PoolSettings(workers=1, timeout_s=0.2)) as pool:
        first, second = all_of(pool, [slow, page(b"\x00")])
    assert isinstance(first, Failure)
    assert first.reason is FailureReason.TIMEOUT
    assert isinstance(second, Failure)
    assert second.reason is FailureReason.NOT_HTML
    assert first.extractor == second.extractor != ""


SLOW = story("A long story", *("A sentence of the story, said once more. " * 40,) * 1500)


def killed(times):
    """What becomes of a page whose worker is killed from outside so often, and of those behind."""
    pages = [page(story(f"Story number {n} of today")) for n in range(12)]
    with Pool(ONE) as pool:
        all_of(pool, pages[:1])
        numbers = [pool.submit(one) for one in [page(SLOW), *pages]]
        dead = set()
        found = {}
        while len(found) < len(numbers):
            # No sooner than it has begun the page: before, nobody could say which one it was.
            found |= dict(pool.collect(0.3))
            alive = workers().keys() - dead
            if len(dead) < times and alive and pool.is_reading(numbers[0]):
                dead |= alive
                os.kill(alive.pop(), signal.SIGKILL)
    assert [found[n].title for n in numbers[1:]] == [
        f"Story number {n} of today" for n in range(12)
    ]
    return found[numbers[0]]


def test_a_page_whose_worker_is_killed_from_outside_is_read_again():
    outcome = killed(1)
    assert isinstance(outcome, Reading)
    assert outcome.title == "A long story"


def test_a_page_whose_worker_is_killed_twice_costs_that_page_only():
    outcome = killed(2)
    assert isinstance(outcome, Failure)
    assert outcome.reason is FailureReason.CRASHED
    assert "signal 9" in outcome.detail


def test_a_worker_that_hangs_is_killed():
    settings = PoolSettings(workers=1, timeout_s=1.0, grace_s=0.5)
    with Pool(settings) as pool:
        all_of(pool, [page(story("A story to begin with"))])
        slow = page(story("A long story", *("A sentence of the story once more. " * 40,) * 4000))
        number = pool.submit(slow)
        assert pool.collect(0.2) == []
        (worker,) = workers()
        os.kill(worker, signal.SIGSTOP)
        found = {}
        while not found:
            found |= dict(pool.collect(1))
        assert isinstance(found[number], Failure)
        assert found[number].reason is FailureReason.TIMEOUT
        (after,) = all_of(pool, [page(story("A story to end with"))])
        assert isinstance(after, Reading)


def test_a_page_that_swells_beyond_the_memory_is_a_failure():
    bomb = gzip.compress(b"<p>x</p>" * 8_000_000, 1)
    settings = PoolSettings(workers=1, timeout_s=60, memory_bytes=1 << 30)
    with Pool(settings) as pool:
        swollen, after = all_of(
            pool, [page(bomb, ("Content-Encoding", "gzip")), page(story("A story to end with"))]
        )
    assert isinstance(swollen, Failure)
    assert swollen.reason in {
        FailureReason.MEMORY,
        FailureReason.TOO_LARGE,
        FailureReason.UNREADABLE,
        FailureReason.CRASHED,
    }
    assert isinstance(after, Reading)


def test_a_page_too_large_to_be_handed_over_is_given_up():
    settings = PoolSettings(workers=1, timeout_s=60, memory_bytes=420 << 20)
    with Pool(settings) as pool:
        pages = [story("A story to begin with"), bytes(100 << 20), story("A story to end with")]
        before, huge, after = all_of(pool, [page(body) for body in pages], timeout_s=180)
    assert isinstance(before, Reading)
    assert isinstance(huge, Failure)
    assert huge.reason is FailureReason.CRASHED
    assert isinstance(after, Reading)


def test_workers_that_cannot_start_end_the_run_with_a_reason(tmp_path, monkeypatch):
    # An installation in which the extraction cannot be imported.
    (tmp_path / "extract").mkdir()
    (tmp_path / "extract" / "__init__.py").write_text("raise ImportError('broken')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with closing(Forks()) as forks, Pool(ONE, forks) as pool:
        pool.submit(page(story("A story nobody reads")))
        with pytest.raises(MicroficheError, match="before they read a page"):
            all_of(pool, [page(story("Another one"))])


def test_pools_after_each_other_fork_from_one_process():
    parents = set()
    with closing(Forks()) as forks:
        for name in "ab":
            with Pool(ONE, forks) as pool:
                all_of(pool, [page(story(f"Story of today {name}"))])
                parents |= set(workers().values())
    assert len(parents) == 1


def test_a_worker_ends_though_what_it_was_forked_from_was_killed():
    # Its tasks stay open, and it is stopped, as one that is stuck in C: nothing else would end it.
    (tasks, more), (results, written) = os.pipe(), os.pipe()
    with closing(Forks()) as forks:
        worker = forks.start(tasks, written, timeout_s=600, memory_bytes=1 << 32)
        pid = worker.pid
        parent = workers()[pid]
        os.kill(pid, signal.SIGSTOP)
        watched = os.pidfd_open(pid)
        os.kill(parent, signal.SIGKILL)
        assert worker.wait(60) == -signal.SIGKILL
        # A process's descriptor can be read once it has ended.
        assert select.select([watched], [], [], 60)[0] == [watched]
        worker.kill()
    for descriptor in (tasks, more, results, written, watched):
        os.close(descriptor)


def test_when_that_process_is_killed_another_takes_its_place():
    parents = set()
    with closing(Forks()) as forks:
        for name in "ab":
            with Pool(ONE, forks) as pool:
                (read,) = all_of(pool, [page(story(f"Story of today {name}"))])
                (parent,) = workers().values()
            assert read.title == f"Story of today {name}"
            parents.add(parent)
            os.kill(parent, signal.SIGKILL)
    assert len(parents) == 2
