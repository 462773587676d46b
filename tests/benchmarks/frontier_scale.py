"""A frontier of many addresses: how long the next request takes, and how much memory.

FRONTIER_URLS addresses (1,000,000) of FRONTIER_SOURCES sources (5,000), a tenth of them due. The
machine's clock is read; only the order of magnitude means anything elsewhere.
"""

import os
import resource
import tempfile
import time
from pathlib import Path
from statistics import median

from archive.config import Config, Source
from crawler.fetch import Fetch
from crawler.frontier import Lane, NewUrl, Visit, open_frontier
from crawler.outcomes import Kind, Outcome, State, Why
from crawler.queue import FetchQueue
from tests.benchmarks.table import table

NOW = 1_800_000_000.0


def run() -> str:
    """Fill, open, take a few thousand requests."""
    count = int(os.environ.get("FRONTIER_URLS", "1000000"))
    sources = int(os.environ.get("FRONTIER_SOURCES", "5000"))
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / "frontier.db"
        _fill(path, count, sources)
        opened, steps = _take(path, sources, 5000)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    rows = [[f"{count:,} of {sources:,}", f"{opened:.1f}", f"{median(steps) * 1e3:.2f}",
             f"{sorted(steps)[int(len(steps) * 0.99)] * 1e3:.2f}", f"{peak:.0f}"]]  # fmt: skip
    return table(("addresses", "open, s", "next, ms", "p99, ms", "peak, MB"), rows)


def _fill(path: Path, count: int, sources: int) -> None:
    frontier = open_frontier(path)
    each = count // sources
    for number in range(sources):
        home = f"https://s{number}.example/"
        entries = [
            NewUrl(f"{home}{n}", f"s{number}", Kind.ARTICLE, Why.SITEMAP, lane=Lane.BACKFILL)
            for n in range(each)
        ]
        with frontier.transaction():
            frontier.add(entries, now=NOW)
            for entry in entries[each // 10 :]:
                visit = Visit(State.FETCHED, Outcome.CAPTURED, NOW + 1e6, fetched_at=NOW)
                frontier.settle(entry.url, visit)
    frontier.close()


def _take(path: Path, sources: int, steps: int) -> tuple[float, list[float]]:
    frontier = open_frontier(path)
    known = {
        f"s{n}": Source(name="x", url=f"https://s{n}.example/", obey_robots=False)
        for n in range(sources)
    }
    config = Config(layout=1, archive={"contact": "mailto:a@b.example"})
    began = time.perf_counter()
    queue = FetchQueue(
        frontier, config, known, agent="m", on_skip=lambda *_: None, wall=lambda: NOW
    )
    opened = time.perf_counter() - began
    spent = []
    while len(spent) < steps:
        began = time.perf_counter()
        turn = queue.next()
        spent.append(time.perf_counter() - began)
        if isinstance(turn, Fetch):
            queue.sent(turn)
            frontier.settle(turn.url, Visit(State.FETCHED, Outcome.CAPTURED, None, fetched_at=NOW))
            queue.finish(turn)
        elif turn is None or turn > 0:
            break
    frontier.close()
    return opened, spent
