"""CPU of the whole reading beside trafilatura's, set by set, and on all cores.

Real pages (MICROFICHE_CORPUS): its own sets, and those of others below ``foreign/``. The ratio is
of CPU to ``bare_extraction(with_metadata=True, include_comments=False)``; both readers alternate
page by page, after what a process loads once (word lists, models, dateparser's languages). The aim
is 0.85 at most over the own and over the foreign sets, and no page over 5 s.
How many times faster all cores are than one is told twice: by the clock, which others on the
machine slow down, and by the CPU the same pages took in one process and in all, which they hardly
do: what processes take from each other (memory, locks, results) shows in both.

MICROFICHE_BENCH_STEP: every how many pages of a set one is read (default 3).
"""

import gzip
import json
import logging
import os
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from htmldate.extractors import external_date_parser
from trafilatura import bare_extraction
from trafilatura.external import jt_stoplist_init

from extract import ExtractError, extract
from tests.benchmarks.table import table

Page = tuple[bytes, str]
ROUNDS = 2
LIMIT = 0.85
LIMIT_S = 5.0


def run() -> str:
    """Time both readers on each set, and one against two processes."""
    corpus = os.environ.get("MICROFICHE_CORPUS")
    if not corpus:
        return "skipped: MICROFICHE_CORPUS names no folder of annotated pages"
    logging.disable(logging.CRITICAL)
    step = int(os.environ.get("MICROFICHE_BENCH_STEP", "3"))
    sets = {name: _pages(truth)[::step] for name, truth in _iter_sets(Path(corpus))}
    _load()
    times = {name: _alternate(pages) for name, pages in sets.items()}
    own = [page for name, pages in sets.items() if "/" not in name for page in pages]
    rows = [_row(name, [taken]) for name, taken in times.items()]
    parts = {
        "own sets": [taken for name, taken in times.items() if "/" not in name],
        "foreign sets": [taken for name, taken in times.items() if "/" in name],
        "all": list(times.values()),
    }
    rows += [_row(name, taken) for name, taken in parts.items() if taken]
    heads = (
        "set",
        "pages",
        f"CPU ratio (at most {LIMIT})",
        "ms a page",
        "trafilatura",
        "slowest s",
    )
    return f"{table(heads, rows)}\n\n{_on_all_cores(own)}"


@dataclass(frozen=True, slots=True)
class _Taken:
    """CPU-seconds of both readers on a set, and of the page that took ours longest."""

    pages: int
    ours: float
    theirs: float
    slowest: float


def _row(name: str, taken: Sequence[_Taken]) -> tuple[str, ...]:
    pages, ours = sum(one.pages for one in taken), sum(one.ours for one in taken)
    theirs, slowest = sum(one.theirs for one in taken), max(one.slowest for one in taken)
    ratio = ours / theirs
    return (
        name,
        str(pages),
        f"{ratio:.2f}{' OVER' if ratio > LIMIT else ''}",
        f"{1000 * ours / pages:.1f}",
        f"{1000 * theirs / pages:.1f}",
        f"{slowest:.1f}{' OVER' if slowest > LIMIT_S else ''}",
    )


def _iter_sets(corpus: Path) -> Iterator[tuple[str, Path]]:
    """The sets of annotated pages: their names, those of others with their folder, and truths."""
    for pattern in ("*/truth.jsonl", "foreign/*/truth.jsonl.gz"):
        for truth in sorted(corpus.glob(pattern)):
            yield truth.parent.relative_to(corpus).as_posix(), truth


def _pages(truth: Path) -> list[Page]:
    raw = truth.read_bytes()
    lines = (gzip.decompress(raw) if truth.suffix == ".gz" else raw).splitlines()
    rows = [json.loads(line) for line in lines]
    return [
        (gzip.decompress((truth.parent / "pages" / row["id"]).read_bytes()), row["url"])
        for row in rows
    ]


def _load() -> None:
    """Load what the first page that needs it loads, for both readers: three seconds a process."""
    jt_stoplist_init()
    external_date_parser("on a day in May", "%Y-%m-%d")
    _read((b"<title>Not found</title><p>Gone", "https://paper.test/gone"))


def _alternate(pages: list[Page]) -> _Taken:
    ours = theirs = slowest = 0.0
    _read(pages[0])  # models and word lists are loaded once a process
    _read_theirs(pages[0])
    for page in pages:
        taken = _read(page)
        theirs += _read_theirs(page)
        ours += taken
        slowest = max(slowest, taken)
    return _Taken(len(pages), ours, theirs, slowest)


def _read_theirs(page: Page) -> float:
    began = time.process_time()
    bare_extraction(page[0], url=page[1], with_metadata=True, include_comments=False)
    return time.process_time() - began


def _on_all_cores(pages: list[Page]) -> str:
    cores = os.cpu_count() or 1
    # Alternating, and the best of each: what others do at the same time only ever takes away.
    runs = [(_in_processes(pages, 1), _in_processes(pages, cores)) for _ in range(ROUNDS)]
    one, several = (_best(of) for of in zip(*runs, strict=True))
    return table(
        ("own sets", "times one process"),
        [
            (f"{cores} processes, by the clock", f"{one.wall_s / several.wall_s:.2f}"),
            (f"{cores} processes, by CPU", f"{cores * one.cpu_s / several.cpu_s:.2f}"),
        ],
    )


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
    with suppress(ExtractError):
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
