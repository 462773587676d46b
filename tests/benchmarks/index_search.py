"""Inserting articles with their full text, the size of the index, and the latency of searches.

``MICROFICHE_BENCH_ARTICLES`` sets how many (20,000); ``MICROFICHE_CORPUS`` gives them real words.
CPU seconds, so that other load matters less; milliseconds are of the CPU, too, median and p95.
"""

import os
import random
import tempfile
import time
from collections.abc import Callable, Iterable
from contextlib import closing
from itertools import islice, pairwise
from pathlib import Path

from sqlite_utils import Database

from archive.index.open import open_index_file
from archive.index.stats import read_stats
from archive.indexer.run import checkpoint
from archive.indexer.write import write_batch
from archive.search import count_facets, search
from tests.benchmarks.index_corpus import entries
from tests.benchmarks.table import table

BATCH = 5_000
QUERIES = 12


def run() -> str:
    """Build an index, search it, and lay out what it cost."""
    count = int(os.environ.get("MICROFICHE_BENCH_ARTICLES", "20000"))
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / "index.db"
        with closing(open_index_file(path, write=True)) as db:
            seconds = _build(db, count)
            db.execute("INSERT INTO articles_fts (articles_fts) VALUES ('optimize')")
            db.conn.commit()
            checkpoint(db)
            stats = read_stats(db)
        size = path.stat().st_size
        with closing(open_index_file(path)) as reader:
            rows = _latencies(reader, count)
    parts = ", ".join(f"{s.part} {s.bytes / stats.text_bytes:.2f}" for s in stats.space[:3])
    return (
        f"{count:,} articles of {stats.text_bytes / count / 1000:.1f} kB: "
        f"{count / seconds:,.0f} a CPU-second; index.db {size / stats.text_bytes:.2f} times the "
        f"text ({parts})\n\n"
        + table(["query", "relevance", "newest", "facets", "with lang:"], rows)
    )


def _build(db: Database, count: int) -> float:
    seconds, source = 0.0, entries(count)
    while batch := list(islice(source, BATCH)):
        began = time.process_time()
        write_batch(db, batch)
        seconds += time.process_time() - began
    return seconds


def _latencies(db: Database, count: int) -> list[list[str]]:
    db.execute("CREATE VIRTUAL TABLE temp.words USING fts5vocab(main, articles_fts, row)")
    words = db.execute("SELECT term, doc FROM temp.words WHERE length(term) > 2").fetchall()
    chance = random.Random(3)

    def between(low: float, high: float) -> list[str]:
        found = [word for word, docs in words if low * count <= docs < high * count]
        return chance.sample(found, min(QUERIES, len(found)))

    common = between(0.09, 0.3)
    titles = [row[0] for row in db.execute("SELECT title FROM articles LIMIT ?", [QUERIES])]
    kinds = {
        "in 0.5 to 2%": between(0.005, 0.02),
        "in 9 to 17%": between(0.09, 0.17),
        "in more than half": between(0.5, 1.1),
        "two common words": [f"{a} {b}" for a, b in pairwise(common)],
        "phrase": ['"' + " ".join(title.replace('"', "").split()[:3]) + '"' for title in titles],
        "three letters*": [f"{word[:3]}*" for word in between(0.01, 0.1)],
    }
    asked: tuple[Callable[[str], object], ...] = (
        lambda q: search(db, q),
        lambda q: search(db, q, order="newest"),
        lambda q: count_facets(db, q),
        lambda q: search(db, f"{q} lang:de"),
    )
    return [[name, *(_timed(ask, queries) for ask in asked)] for name, queries in kinds.items()]


def _timed(ask: Callable[[str], object], queries: Iterable[str]) -> str:
    taken = []
    for query in queries:
        ask(query)
        began = time.process_time()
        ask(query)
        taken.append((time.process_time() - began) * 1000)
    taken.sort()
    if not taken:
        return "–"
    return f"{taken[len(taken) // 2]:.0f} / {taken[int(len(taken) * 0.95)]:.0f}"
