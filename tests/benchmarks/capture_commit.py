"""Exchanges made durable in a second: group commit beside an fsync for each.

A number of them is always in flight, as in a crawl; with one in flight each has its own fsync.
"""

import os
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from archive.warc.exchange import Exchange
from archive.warc.writer import WarcWriter
from tests.benchmarks.table import table

IN_FLIGHT = (1, 4, 16, 64)
BODY_BYTES = 53_000


def measure(in_flight: int, count: int, place: Path) -> tuple[float, float, int]:
    """Exchanges a second, CPU-ms of each, and commits made."""
    place.mkdir()
    writer = WarcWriter(place, prefix="bench", info={}, config_redacted="")
    # As received: compressed already, so that the writer's own deflate finds nothing to do.
    bodies = [os.urandom(BODY_BYTES) for _ in range(16)]
    head = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % BODY_BYTES
    waiting = []
    began, cpu = time.perf_counter(), time.process_time()
    for number in range(count):
        item = Exchange(
            f"http://news.example/{number}",
            datetime.now(UTC),
            b"GET / HTTP/1.1\r\nHost: news.example\r\n\r\n",
            head + bodies[number % 16],
            metadata={"source": "bench", "kind": "article", "seconds": 0.1},
        )
        waiting.append(writer.submit(item))
        if len(waiting) >= in_flight:
            waiting.pop(0).result()
    for future in waiting:
        future.result()
    seconds = time.perf_counter() - began
    cpu = time.process_time() - cpu
    writer.close()
    return count / seconds, 1000 * cpu / count, writer.stats.commits


def run(*, count: int = 3000) -> str:
    """One row for each number in flight; a Markdown table."""
    rows = []
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as directory:
        for in_flight in IN_FLIGHT:
            rate, cpu, commits = measure(in_flight, count, Path(directory) / str(in_flight))
            rows.append([str(in_flight), f"{rate:,.0f}", f"{count / commits:.1f}", f"{cpu:.2f}"])
    return table(
        ["in flight", "durable exchanges a second", "exchanges an fsync", "CPU-ms each"], rows
    )
