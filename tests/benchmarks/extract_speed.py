"""Pages a second of the whole reading, as a ratio to trafilatura, and on all cores.

Real pages (MICROFICHE_CORPUS); the ratio is of CPU, runs of both readers alternate page by page.
How many times faster all cores are than one is told twice: by the clock, which others on the
machine slow down, and by the CPU the same pages took in one process and in all, which they hardly
do: what processes take from each other (memory, locks, results) shows in both.
"""

import gzip
import json
import logging
import os
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from trafilatura import bare_extraction

from extract import extract
from tests.benchmarks.table import table

Page = tuple[bytes, str]
ROUNDS = 2


def run() -> str:
    """Time both readers, and one against two processes."""
    corpus = os.environ.get("MICROFICHE_CORPUS")
    if not corpus:
        return "skipped: MICROFICHE_CORPUS names no folder of annotated pages"
    logging.disable(logging.CRITICAL)
    pages = _pages(Path(corpus))
    ours, theirs = _alternate(pages)
    cores = os.cpu_count() or 1
    # Alternating, and the best of each: what others do at the same time only ever takes away.
    runs = [(_in_processes(pages, 1), _in_processes(pages, cores)) for _ in range(ROUNDS)]
    one, several = (_best(of) for of in zip(*runs, strict=True))
    row = (
        f"{ours / theirs:.2f}",
        f"{len(pages) / ours:.0f}",
        f"{one.wall_s / several.wall_s:.2f}",
        f"{cores * one.cpu_s / several.cpu_s:.2f}",
    )
    heads = (f"{cores} processes, by the clock", f"{cores} processes, by CPU")
    return table(
        ("reader", "CPU ratio", "pages/s a core", *heads),
        [
            ("microfiche", *row),
            ("trafilatura, with metadata", "1.00", f"{len(pages) / theirs:.0f}", "", ""),
        ],
    )


def _pages(corpus: Path) -> list[Page]:
    found = []
    for truth in sorted(corpus.glob("*/truth.jsonl")):
        for line in truth.read_text("utf-8").splitlines()[::3]:
            page = json.loads(line)
            html = gzip.decompress((truth.parent / "pages" / page["id"]).read_bytes())
            found.append((html, page["url"]))
    return found


def _alternate(pages: list[Page]) -> tuple[float, float]:
    ours = theirs = 0.0
    _read(pages[0])  # models and word lists are loaded once a process
    for html, url in pages:
        started = time.process_time()
        extract(html, url=url)
        between = time.process_time()
        bare_extraction(html, url=url, with_metadata=True)
        ours += between - started
        theirs += time.process_time() - between
    return ours, theirs


@dataclass(frozen=True, slots=True)
class _Run:
    wall_s: float
    cpu_s: float
    """Of all processes together, in the extraction."""


def _best(runs: Sequence[_Run]) -> _Run:
    return _Run(min(run.wall_s for run in runs), min(run.cpu_s for run in runs))


def _read(page: Page) -> float:
    """Read a page as a worker does; gives the seconds of CPU it took."""
    logging.disable(logging.CRITICAL)
    started = time.process_time()
    extract(page[0], url=page[1])
    return time.process_time() - started


def _in_processes(pages: list[Page], workers: int) -> _Run:
    with ProcessPoolExecutor(workers) as pool:
        list(pool.map(_read, pages[:1] * 8 * workers, chunksize=1))
        started = time.perf_counter()
        cpu_s = sum(pool.map(_read, pages, chunksize=4))
        return _Run(time.perf_counter() - started, cpu_s)


def main() -> None:
    """Print the table."""
    print(run())


if __name__ == "__main__":
    main()
