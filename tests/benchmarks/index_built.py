"""An index to measure, and what it cost: built once, and kept for whoever asks next.

``MICROFICHE_BENCH_ARTICLES`` sets how many articles (20,000), ``MICROFICHE_BENCH_INDEX`` a file
that is used again where it is there already, and kept.
"""

import atexit
import json
import os
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from functools import cache
from itertools import islice
from pathlib import Path

from sqlite_utils import Database

from archive.index.open import PAGE_SIZE, open_index_file
from archive.index.schema import SCHEMA
from archive.index.writing import checkpoint, checkpoint_when_due
from archive.indexer.fulltext import for_bulk, merge
from archive.indexer.reading import Reading
from archive.indexer.store import Entry
from archive.indexer.write import settle, write_batch
from tests.benchmarks.index_corpus import entries

BATCH = 20_000


@dataclass(frozen=True, slots=True)
class Built:
    """An index and what it cost, in CPU seconds.

    ``bare`` is what FTS5 alone took for ``bare_articles`` of the same texts, batch by batch between
    ours (every tenth of many), with a ``bare_merge`` at the end as ``merge`` is ours. ``settle`` is
    what templates and stories took after that.
    """

    path: str
    articles: int
    bare_articles: int
    insert: float
    merge: float
    settle: float
    bare: float
    bare_merge: float


@cache
def built_index() -> Built:
    """The index that ``MICROFICHE_BENCH_INDEX`` names, or a new one for this run."""
    count = int(os.environ.get("MICROFICHE_BENCH_ARTICLES", "20000"))
    kept = os.environ.get("MICROFICHE_BENCH_INDEX")
    if kept:
        notes = Path(f"{kept}.json")
        if not notes.exists():
            notes.write_text(json.dumps(asdict(build(Path(kept), entries(count)))))
        return Built(**json.loads(notes.read_text()))
    place = tempfile.mkdtemp()
    atexit.register(shutil.rmtree, place, ignore_errors=True)
    return build(Path(place) / "index.db", entries(count))


def build(path: Path, source: Iterator[Entry]) -> Built:
    """Index what comes as a rebuild does, in batches, and the same texts by FTS5 alone."""
    bare_path = path.with_name(f"{path.name}.bare")
    spent, bare, count, compared = 0.0, 0.0, 0, 0
    with closing(open_index_file(path, write=True)) as db, closing(_open_bare(bare_path)) as fts:
        for_bulk(db)
        while batch := list(islice(source, BATCH)):
            count += len(batch)
            spent += _timed(lambda some=batch: write_batch(db, some))  # type: ignore[misc]
            spent += _timed(lambda: checkpoint_when_due(db))
            if count > 5 * BATCH and count // BATCH % 10:
                continue
            numbers = _numbers(db, batch)
            compared += len(batch)
            bare += _timed(lambda some=batch, at=numbers: _insert_bare(fts, some, at))  # type: ignore[misc]
        merged = _timed(lambda: merge(db))
        bare_merged = _timed(
            lambda: fts.execute("INSERT INTO articles_fts (articles_fts) VALUES ('optimize')")
        )
        settled = _timed(lambda: settle(db))
        checkpoint(db)
    for suffix in ("", "-wal", "-shm"):
        bare_path.with_name(bare_path.name + suffix).unlink(missing_ok=True)
    return Built(str(path), count, compared, spent, merged, settled, bare, bare_merged)


def _timed(work: object) -> float:
    assert callable(work)
    began = time.process_time()
    work()
    return time.process_time() - began


def _open_bare(path: Path) -> sqlite3.Connection:
    """The same full text, set up likewise, without the content and anything else."""
    fts = sqlite3.connect(path, isolation_level=None)
    fts.execute(f"PRAGMA page_size = {PAGE_SIZE}")
    fts.execute("PRAGMA journal_mode = WAL")
    fts.execute("PRAGMA synchronous = NORMAL")
    fts.execute("PRAGMA cache_size = -65536")
    begin = SCHEMA.index("CREATE VIRTUAL TABLE articles_fts")
    full_text = SCHEMA[begin : SCHEMA.index("CREATE VIRTUAL TABLE vocabulary")]
    for statement in full_text.replace("'articles_current'", "''").split(";\n"):
        if statement.strip():
            fts.execute(statement)
    for name, value in (("automerge", 0), ("crisismerge", 512)):
        fts.execute("INSERT INTO articles_fts (articles_fts, rank) VALUES (?, ?)", (name, value))
    return fts


def _numbers(db: Database, batch: Sequence[Entry]) -> list[int]:
    captures = json.dumps([entry.found.capture.id for entry in batch if entry.found.capture])
    found = dict(
        db.execute(
            "SELECT v.id, a.number FROM json_each(?) n CROSS JOIN versions v ON v.id = n.value "
            "CROSS JOIN articles a ON a.id = v.article",
            [captures],
        )
    )
    return [found[entry.found.capture.id] for entry in batch if entry.found.capture]


def _insert_bare(fts: sqlite3.Connection, batch: Iterable[Entry], numbers: Sequence[int]) -> None:
    rows = sorted(
        (number, *_texts(entry.outcome))
        for number, entry in zip(numbers, batch, strict=True)
        if isinstance(entry.outcome, Reading)
    )
    fts.execute("BEGIN")
    fts.executemany(
        "INSERT INTO articles_fts (rowid, text, title, standfirst, asides, earlier) "
        "VALUES (?, ?, ?, ?, ?, ?)",
        rows,
    )
    fts.execute("COMMIT")


def _texts(reading: Reading) -> Iterator[str]:
    found = reading.full_text
    yield from (found.text, found.title, found.standfirst, found.asides, found.earlier)
