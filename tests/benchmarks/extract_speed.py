"""Pages a second of the whole reading, as a ratio to trafilatura, and on two processes.

Real pages (MICROFICHE_CORPUS); the ratio is of CPU, runs of both readers alternate page by page.
"""

import gzip
import json
import logging
import os
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from trafilatura import bare_extraction

from extract import extract
from tests.benchmarks.table import table

Page = tuple[bytes, str]


def run() -> str:
    """Time both readers, and one against two processes."""
    corpus = os.environ.get("MICROFICHE_CORPUS")
    if not corpus:
        return "skipped: MICROFICHE_CORPUS names no folder of annotated pages"
    logging.disable(logging.CRITICAL)
    pages = _pages(Path(corpus))
    ours, theirs = _alternate(pages)
    one, two = (_wall(pages, workers) for workers in (1, 2))
    return table(
        ("reader", "CPU ratio", "pages/s a core", "two processes"),
        [
            ("microfiche", f"{ours / theirs:.2f}", f"{len(pages) / ours:.0f}", f"{one / two:.2f}"),
            ("trafilatura, with metadata", "1.00", f"{len(pages) / theirs:.0f}", ""),
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


def _read(page: Page) -> int:
    logging.disable(logging.CRITICAL)
    return len(extract(page[0], url=page[1]).text)


def _wall(pages: list[Page], workers: int) -> float:
    with ProcessPoolExecutor(workers) as pool:
        list(pool.map(_read, [pages[0]] * 8, chunksize=1))
        started = time.perf_counter()
        list(pool.map(_read, pages, chunksize=4))
        return time.perf_counter() - started


def main() -> None:
    """Print the table."""
    print(run())


if __name__ == "__main__":
    main()
