"""The indexer a crawl runs beside itself, spoken to as the crawl does."""

import json
import subprocess
import sys
import time
from contextlib import closing

import pytest

from archive.index.open import open_index, open_index_file
from archive.indexer.follow import read_line
from archive.search import search
from archive.warc.reader import iter_groups
from tests.archive.indexer.pages import HARBOUR
from tests.archive.indexer.press import http, index_here, rows_of, story


def start(press):
    return subprocess.Popen(
        [sys.executable, "-m", "archive.indexer", str(press.archive.root)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_follows_a_file_as_it_grows_and_is_sealed(press, tmp_path):
    pages = [
        press.exchange(f"{HARBOUR}-{n}", http(story(f"Harbour story number {n}"))) for n in range(6)
    ]
    path = press.write("2026/01/a.warc.gz", pages)
    whole = path.read_bytes()
    ends = [group.end for group in iter_groups(path, filename="2026/01/a.warc.gz")]
    path.unlink()
    growing = path.with_name("a.warc.gz.open")
    growing.write_bytes(whole[: ends[3]] + b"half a record")
    child = start(press)
    assert child.stdin
    assert child.stdout
    child.stdin.write(json.dumps({"file": "2026/01/a.warc.gz", "durable": ends[3]}) + "\n")
    child.stdin.flush()
    line = {"captures": 0}
    while line["captures"] < 3:
        line = json.loads(child.stdout.readline())
    assert line["captures"] == 3
    assert line["by_source"]["morning"]["articles_new"] == 3
    with closing(open_index(press.archive)) as db:
        assert search(db, "harbour").total == 3
    growing.write_bytes(whole)
    growing.rename(path)
    child.stdin.write(json.dumps({"sealed": "2026/01/a.warc.gz"}) + "\n")
    out, err = child.communicate(timeout=60)
    assert child.returncode == 0, err
    last = json.loads(out.splitlines()[-1])
    assert (last["captures"], last["articles_new"], last["failed"]) == (6, 6, 0)
    assert last["final"] is True
    with closing(open_index(press.archive, write=True)) as db:
        assert db.execute("SELECT sealed, size FROM warcs").fetchall() == [(1, len(whole))]
        found = rows_of(db)
    with closing(open_index_file(tmp_path / "other.db", write=True)) as db:
        index_here(db, press.archive, ["2026/01/a.warc.gz"])
        expected = rows_of(db)
    assert found["articles"] == expected["articles"]
    assert found["captures"] == expected["captures"]


def test_end_of_input_commits_what_is_durable(press):
    path = press.write("a.warc.gz", [press.exchange(HARBOUR, http(story("Harbour vote")))])
    child = start(press)
    told = json.dumps({"file": "a.warc.gz", "durable": path.stat().st_size}) + "\n"
    out, _ = child.communicate(told, timeout=60)
    assert child.returncode == 0
    assert json.loads(out.splitlines()[-1])["captures"] == 1


def test_a_second_indexer_is_refused(press):
    first = start(press)
    for _ in range(100):
        if press.archive.index_lock_path.exists() and press.archive.index_lock_path.read_text():
            break
        time.sleep(0.1)
    second = start(press)
    _, err = second.communicate("", timeout=60)
    assert second.returncode == 5
    assert "in use by indexer" in err
    first.communicate("", timeout=60)
    assert first.returncode == 0


@pytest.mark.parametrize("line", ["{}", "[]", "3", '{"durable": 3.5}', '{"sealed": 1}', "no json"])
def test_lines_that_are_not_of_the_protocol(line):
    with pytest.raises(ValueError):  # noqa: PT011 - json's own error is one, too
        read_line(line)
