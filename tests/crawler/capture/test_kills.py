"""SIGKILL at random moments of a crawl: what was passed on is in the WARCs, whole and sound.

A few kills here; hundreds by ``make soak``.
"""

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from archive.check.run import check_archive
from archive.layout import OPEN_SUFFIX
from archive.warc.reader import read_record
from archive.warc.recovery import recover
from tests.archive.warc.exchanges import archive_at, fastwarc_passes, sealed, warcio_faults
from tests.archive.warc.test_recovery import kill_once
from tests.crawler.capture.fetcher import REPOSITORY, Wanted
from tests.site import Newspaper

PAGES = 400


def crawl_and_kill(newspaper: Newspaper, root: Path, wait_s: float) -> int:
    """Crawl, kill after a while, recover; how many responses had been passed on."""
    archive = archive_at(root)
    job = {
        "wanted": [
            {
                "url": f"{newspaper.a}/bulk/{PAGES}/{n}.html",
                "method": "GET",
                "body": "",
                "headers": {"Accept-Encoding": "gzip"},
                "meta": {},
            }
            for n in range(PAGES)
        ],
        "warcs_dir": str(archive.warcs_dir),
        "settings": {"CONCURRENT_ITEMS": 1},
        "writer": {"roll_bytes": 700_000},
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.crawler.capture.fetcher"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=REPOSITORY,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(json.dumps(job))
    process.stdin.close()
    first = process.stdout.readline()
    time.sleep(wait_s)
    os.kill(process.pid, signal.SIGKILL)
    lines = (first + process.stdout.read()).splitlines(keepends=True)
    process.wait()
    process.stdout.close()
    recover(archive)
    passed_on = [json.loads(line) for line in lines if line.endswith("\n")]
    for got in passed_on:
        written = got["written"]
        record = read_record(archive, written["filename"], written["offset"])
        assert (record.record_id, record.target_uri) == (written["record_id"], got["url"])
        assert len(record.http().body) == got["body_size"]
    return len(passed_on)


def agree(root: Path) -> None:
    """Our check, warcio's and fastwarc's say the same of what is left: it is sound."""
    assert check_archive(archive_at(root), workers=1).faults == []
    assert not list(root.rglob(f"*{OPEN_SUFFIX}"))
    for path in sealed(root):
        assert (warcio_faults(path), fastwarc_passes(path)) == ("", True)


def test_killed_crawls_lose_nothing_that_was_passed_on(shared_newspaper, tmp_path):
    for wait_s in (0.05, 0.3):
        assert crawl_and_kill(shared_newspaper, tmp_path, wait_s) > 0
    agree(tmp_path)


@pytest.mark.soak
def test_five_hundred_kills_lose_nothing_that_was_passed_on(shared_newspaper, tmp_path):
    chosen = random.Random()
    for number in range(500):
        root = tmp_path / str(number // 10)
        if number % 10 == 0:
            assert crawl_and_kill(shared_newspaper, root, chosen.uniform(0, 1.0)) > 0
        else:
            assert kill_once(root, chosen.uniform(0, 0.15)) > 0
        if number % 10 == 9:
            agree(root)


def test_the_job_is_what_the_fetcher_takes():
    assert {"url", "method", "headers", "meta", "body"} == set(Wanted.__dataclass_fields__)
