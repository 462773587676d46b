"""Latency of searches while articles are being written, beside Tantivy on the same articles.

``MICROFICHE_BENCH_ARTICLES`` sets how many (20,000), ``MICROFICHE_BENCH_INDEX`` names an index to
copy instead of making one, ``MICROFICHE_CORPUS`` gives real words. Milliseconds, warm: median and
95th percentile of the wall, 95th percentile of the processor's. Another process inserts articles
all the while, far more than a crawl does. Our hits come with marked titles and snippets, and with
forms of their words; Tantivy's are numbers.
"""

import json
import multiprocessing
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import islice
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import Any

import pytest

from archive.index.open import open_index_file
from archive.indexer.write import write_batch
from tests.benchmarks.index_corpus import entries
from tests.benchmarks.index_latency import ASKED, KINDS
from tests.benchmarks.table import table
from tests.environments import environment

BATCH = 5_000
WRITTEN_AT_ONCE = 200
TANTIVY = "tantivy==0.27.0"


def run() -> str:
    """Make or copy an index, search it while it grows, and lay out what that cost."""
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / "index.db"
        _provide(path)
        count = _articles(path)
        with _writing(path, count) as written:
            ours = _measured([sys.executable, "-m", "tests.benchmarks.index_latency", str(path)])
            grown = written()
        theirs = _tantivy(path, ours["queries"])
    return _report(count, grown, ours, theirs)


def _provide(path: Path) -> None:
    if ready := os.environ.get("MICROFICHE_BENCH_INDEX"):
        with closing(sqlite3.connect(ready)) as old, closing(sqlite3.connect(path)) as new:
            old.backup(new)
        return
    source = entries(int(os.environ.get("MICROFICHE_BENCH_ARTICLES", "20000")))
    with closing(open_index_file(path, write=True)) as db:
        while batch := list(islice(source, BATCH)):
            write_batch(db, batch)
        db.execute("INSERT INTO articles_fts (articles_fts) VALUES ('optimize')")
        db.conn.commit()
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()


def _articles(path: Path) -> int:
    with closing(sqlite3.connect(path)) as db:
        return int(db.execute("SELECT count(*) FROM facets").fetchone()[0])


@contextmanager
def _writing(path: Path, first: int) -> Iterator[Any]:
    """Another process writes articles until the block ends; gives how many it has written."""
    spawn = multiprocessing.get_context("spawn")
    stop, written = spawn.Event(), spawn.Value("q", 0)
    process = spawn.Process(target=_write, args=(path, first, stop, written))
    process.start()
    try:
        yield lambda: written.value
    finally:
        stop.set()
        process.join(60)


def _write(path: Path, first: int, stop: Event, written: Any) -> None:
    source = entries(1_000_000, seed=2, first=first)
    with closing(open_index_file(path, write=True)) as db:
        while not stop.wait(0.3):
            batch = list(islice(source, WRITTEN_AT_ONCE))
            write_batch(db, batch)
            written.value += len(batch)
            db.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()


def _measured(command: list[str], given: str = "") -> dict[str, Any]:
    done = subprocess.run(command, input=given, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{command[:3]}: {done.stderr.strip()[-500:]}")
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _tantivy(path: Path, queries: dict[str, list[str]]) -> dict[str, Any] | str:
    try:
        bin_dir = environment("tantivy-0.27.0", TANTIVY)
    except pytest.skip.Exception as reason:
        return str(reason)
    command = [str(bin_dir / "python"), "-m", "tests.benchmarks.tantivy_peer", str(path)]
    return _measured(command, json.dumps(queries))


def _report(count: int, grown: int, ours: dict[str, Any], theirs: dict[str, Any] | str) -> str:
    head = ["query", *ASKED, "first 20 as exact bm25"]
    rows = [
        [kind, *(ours["times"][kind][asked] for asked in ASKED), ours["overlap"].get(kind, "")]
        for kind in KINDS
    ]
    what = (
        f"{count:,} articles, {grown:,} more written meanwhile ({ours['seconds']:.0f} s); the "
        f"search process took {ours['megabytes']:.0f} MB\n\n{table(head, rows)}"
    )
    if isinstance(theirs, str):
        return f"{what}\n\nTantivy: {theirs}"
    named = [name for name in ASKED if name in theirs["times"][KINDS[0]]]
    rows = [[kind, *(theirs["times"][kind][name] for name in named)] for kind in KINDS]
    return (
        f"{what}\n\nTantivy 0.27 ({theirs['megabytes']:.0f} MB, index "
        f"{theirs['index_bytes'] / 1e9:.1f} GB, nobody writing):\n\n"
        + table(["query", *named], rows)
    )


if __name__ == "__main__":
    began = time.monotonic()
    print(run(), f"\n\n{time.monotonic() - began:.0f} s")
