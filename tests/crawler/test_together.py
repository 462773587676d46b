"""A crawl, its indexer, the reading room, an index command and backups, all at once."""

import asyncio
import threading
import time
from contextlib import closing

import httpx
from click.testing import CliRunner

from archive.cli import cli
from archive.errors import ArchiveLocked
from archive.index.open import open_index
from archive.layout import open_archive
from archive.lock import is_held
from archive.replay.origins import Origins
from archive.search import search
from archive.web.app import create_room
from tests.crawler.conftest import CRAWL_S, make_bench
from tests.site import running

ORIGINS = Origins("http://127.0.0.1:8080", "http://replay.localhost:8081")
SAVED = '[searches.all]\nquery = "the OR der"\nfeed = "saved/all.atom"\njson_lines = "all.jsonl"\n'


class Reader(threading.Thread):
    """Asks the reading room until it is told to stop; keeps what went wrong."""

    def __init__(self, archive):
        super().__init__()
        self._archive = archive
        self.over = threading.Event()
        self.answers, self.wrong = 0, []

    def run(self):
        asyncio.run(self._ask())

    async def _ask(self):
        transport = httpx.ASGITransport(app=create_room(self._archive, ORIGINS))
        async with httpx.AsyncClient(transport=transport, base_url=ORIGINS.room) as client:
            while not self.over.is_set():
                for path in ("/api/v1/search?q=the&limit=50", "/sources", "/"):
                    reply = await client.get(path)
                    self.answers += 1
                    # 404: there is no index yet.
                    if reply.status_code not in (200, 404):
                        self.wrong.append((path, reply.status_code, reply.text[:300]))
                await asyncio.sleep(0.05)


def microfiche(archive, *arguments):
    return CliRunner().invoke(cli, ["-C", str(archive.root), *map(str, arguments)])


def beside(process, archive, copy):
    """Index and back up again and again while the crawl runs; what came of the backups."""
    backups = []
    deadline = time.monotonic() + CRAWL_S
    # Who indexes first keeps the other out: here that is to be the crawl's own.
    while not is_held(archive.index_lock_path) and time.monotonic() < deadline:
        time.sleep(0.02)
    while process.poll() is None and time.monotonic() < deadline:
        result = microfiche(archive, "index")
        # The crawl's own indexer writes; that is said, and nothing is waited for.
        refused = isinstance(result.exception, ArchiveLocked)
        assert refused or result.exit_code == 0, (result.output, result.exception)
        assert "database is locked" not in f"{result.output}{result.exception}"
        backups.append(microfiche(archive, "backup", copy))
        time.sleep(0.2)
    return backups


def test_nobody_meets_a_locked_database(tmp_path):
    with running(directory=tmp_path / "newspaper") as paper:
        bench = make_bench(tmp_path / "archive")
        bench.source("gazette", f"{paper.a}/", feeds=[f"{paper.a}/feed.xml"], delay=0.02)
        with bench.archive.config_path.open("a") as config:
            config.write(SAVED)
        reader = Reader(bench.archive)
        with bench.start("crawl") as process:
            reader.start()
            try:
                backups = beside(process, bench.archive, tmp_path / "copy")
            finally:
                reader.over.set()
                reader.join()
            _, err = process.communicate(timeout=CRAWL_S)
    assert process.returncode == 0, err
    assert (reader.wrong, reader.answers > 10) == ([], True)
    assert [result.output for result in backups if result.exit_code] == []
    report = bench.report()
    assert report["index"]["complete"]
    log = next(bench.archive.runs_dir.glob("*.log")).read_text()
    assert "locked" not in log
    # The saved search has been run over what the crawl brought.
    assert "saved search all: " in log
    assert (bench.archive.root / "saved/all.atom").read_text().count("<entry>") > 5
    look_at_copy(tmp_path / "copy")


def look_at_copy(place):
    """What was backed up during the crawl is an archive, and its index is whole."""
    copy = open_archive(place)
    with closing(open_index(copy)) as db:
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert search(db, "the").total >= 0
    assert microfiche(copy, "index").exit_code == 0
    assert not list(place.rglob("*.open"))
    assert not list(place.rglob("*.part"))
