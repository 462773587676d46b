"""Real pages give the same index in any order, in pieces, by two processes and after kills.

They are data of others and not part of the project; MICROFICHE_CORPUS says where they are.
"""

import gzip
import json
import os
import random
import subprocess
import sys
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from archive.errors import ExitCode
from archive.index.open import open_index, open_index_file
from archive.indexer.run import iter_found
from archive.indexer.store import Entry
from archive.indexer.worker import read_page
from archive.indexer.write import settle, write_batch
from tests.archive.indexer.press import http, new_press, rows_of
from tests.archive.test_kills import disturbed, finished

CORPUS = os.environ.get("MICROFICHE_CORPUS")
PAGES_A_FILE = 60

pytestmark = [
    pytest.mark.soak,
    pytest.mark.skipif(not CORPUS, reason="MICROFICHE_CORPUS names no folder of pages"),
]


def pages():
    """Address and HTML of every page of every set."""
    root, seen = Path(CORPUS), set()
    for truth in sorted([*root.glob("*/truth.jsonl"), *root.glob("foreign/*/truth.jsonl.gz")]):
        raw = truth.read_bytes()
        for line in (gzip.decompress(raw) if truth.suffix == ".gz" else raw).splitlines():
            row = json.loads(line)
            url = row.get("url") or ""
            if url.startswith("http") and url not in seen:
                seen.add(url)
                yield url, gzip.decompress((truth.parent / "pages" / row["id"]).read_bytes())


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    """An archive of all pages, some captured twice, and what is read of each file, by its name."""
    press = new_press(tmp_path_factory.mktemp("corpus"))
    with press.archive.config_path.open("a", encoding="utf-8") as config:
        # However busy the machine is, no page is given up.
        config.write('\n[crawl]\nextract_timeout = "20m"\n')
    found = list(pages())
    # Every ninth again, days later: revisits, and the same text at another capture.
    exchanges = [
        press.exchange(url, http(html), after=timedelta(minutes=7))
        for url, html in [*found, *found[::9]]
    ]
    for at in range(0, len(exchanges), PAGES_A_FILE):
        press.write(f"2026/01/{at:05}.warc.gz", exchanges[at : at + PAGES_A_FILE])
    names = sorted(path.name for path in press.archive.warcs_dir.rglob("*.warc.gz"))
    read = {
        name: [
            Entry(each, read_page(each.page) if each.page else None)
            for each in iter_found(press.archive.warcs_dir / name, name)
        ]
        for name in (f"2026/01/{name}" for name in names)
    }
    return press.archive, read


@pytest.fixture(scope="module")
def expected(corpus, tmp_path_factory):
    """The rows of an index made file by file."""
    _, read = corpus
    path = tmp_path_factory.mktemp("expected") / "index.db"
    with closing(open_index_file(path, write=True)) as db:
        for entries in read.values():
            write_batch(db, entries)
        settle(db)
        assert db.execute("SELECT count(*) FROM articles").fetchone()[0] > 1_000
        return rows_of(db)


def without_files(rows):
    """Rows without how far files are read: a run of the command seals them."""
    return {table: found for table, found in rows.items() if table != "warcs"}


@pytest.mark.parametrize("seed", range(3))
def test_in_any_order_and_in_pieces(corpus, expected, tmp_path, seed):
    _, read = corpus
    chance = random.Random(seed)
    left = {name: list(entries) for name, entries in read.items()}
    with closing(open_index_file(tmp_path / "index.db", write=True)) as db:
        while left:
            name = chance.choice(list(left))
            size = chance.choice((1, 7, 40, PAGES_A_FILE * 5))
            write_batch(db, left[name][:size])
            del left[name][:size]
            if not left[name]:
                del left[name]
            if chance.random() < 0.1:
                settle(db)
        settle(db)
        assert rows_of(db) == expected


def test_by_two_processes_and_after_kills(corpus, expected):
    archive, _ = corpus
    for at in (2_000, 12_000):
        disturbed(archive, "sql", at, "index", timeout_s=3_000)
    command = [sys.executable, "-m", "archive.cli", "-C", str(archive.root), "index"]
    both = [subprocess.Popen(command, stderr=subprocess.DEVNULL) for _ in range(2)]
    assert sorted(process.wait() for process in both) == [0, ExitCode.LOCKED]
    with closing(open_index(archive)) as db:
        assert without_files(rows_of(db)) == without_files(expected)
    disturbed(archive, "sql", 9_000, "index", "--rebuild", timeout_s=3_000)
    finished(archive, "index", "--rebuild")
    with closing(open_index(archive)) as db:
        assert without_files(rows_of(db)) == without_files(expected)
