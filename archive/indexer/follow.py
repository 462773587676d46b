"""Indexing while a crawl writes: told on stdin how far each WARC file is durable."""

import json
import queue
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TextIO

from sqlite_utils import Database

from archive.config import Config
from archive.errors import WarcError
from archive.indexer.catchup import pool_settings, seal
from archive.indexer.found import Found
from archive.indexer.pool import Pool
from archive.indexer.run import LIVE, Indexer, indexed_to, iter_found
from archive.indexer.store import sync_sources
from archive.indexer.write import Totals
from archive.layout import Archive
from archive.rules import load_rules

_IDLE_S = 0.2


@dataclass(frozen=True, slots=True)
class Told:
    """One line of the crawl's: a file and how far it is durable, or that it is sealed."""

    file: str
    durable: int | None


def read_line(line: str) -> Told:
    """Read one line of the protocol.

    >>> read_line('{"file": "2026/11/x.warc.gz", "durable": 1234}')
    Told(file='2026/11/x.warc.gz', durable=1234)
    >>> read_line('{"sealed": "2026/11/x.warc.gz"}')
    Told(file='2026/11/x.warc.gz', durable=None)

    Raises:
        ValueError: neither of the two.
    """
    said = json.loads(line)
    if isinstance(said, dict) and isinstance(said.get("sealed"), str):
        return Told(said["sealed"], None)
    if isinstance(said, dict) and isinstance(said.get("durable"), int):
        return Told(str(said.get("file")), said["durable"])
    raise ValueError(
        f'indexer: expected {{"file": …, "durable": …}} or {{"sealed": …}}, got {line.strip()!r}'
    )


def follow(
    archive: Archive,
    db: Database,
    config: Config,
    lines: TextIO,
    *,
    on_progress: Callable[[Totals], None],
) -> Totals:
    """Index what the crawl says is durable, until its end of file; then everything is committed.

    The caller holds ``index_lock_path`` and gave a database open for writing.

    Raises:
        WarcError: a file cannot be read as far as it was said to be durable.
        ValueError: a line that is not of the protocol.
    """
    with Pool(pool_settings(config)) as pool:
        book = load_rules(archive).book
        indexer = Indexer(db, pool, LIVE, book, on_progress=on_progress)
        with db.atomic():
            sync_sources(db, config)
        indexer.run(_groups(archive, db, _in_background(lines)))
        indexer.settle()
    return indexer.totals


def _in_background(lines: TextIO) -> "queue.SimpleQueue[str | None]":
    """Lines as they come, None at the end: reading must not stop the loop."""
    inbox: queue.SimpleQueue[str | None] = queue.SimpleQueue()

    def read() -> None:
        for line in lines:
            inbox.put(line)
        inbox.put(None)

    threading.Thread(target=read, daemon=True).start()
    return inbox


def _groups(
    archive: Archive, db: Database, inbox: "queue.SimpleQueue[str | None]"
) -> Iterator[Found | None]:
    read_to: dict[str, int] = {}
    while True:
        try:
            line = inbox.get(timeout=_IDLE_S)
        except queue.Empty:
            yield None
            continue
        if line is None:
            return
        told = read_line(line)
        start = read_to.get(told.file)
        start = indexed_to(db, told.file) if start is None else start
        path = archive.find_warc(told.file)
        if path is None:
            raise WarcError(
                f"{told.file}: said to be durable, but there is no such file below "
                f"{archive.warcs_dir}; run `microfiche index` when the crawl has ended"
            )
        end = path.stat().st_size if told.durable is None else told.durable
        if end > start:
            yield from iter_found(path, told.file, start=start, end=end)
            read_to[told.file] = end
        if told.durable is None:
            seal(db, told.file, path)
