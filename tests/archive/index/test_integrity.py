"""A damaged index is noticed, told by every command, and made again; never served as if whole."""

import json
import os
import random
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing

import pytest
from click.testing import CliRunner

from archive.check.run import check_archive
from archive.cli import cli
from archive.errors import IndexUnsound, NotFound
from archive.index.open import open_index
from archive.index.writing import write_index
from archive.lock import hold
from tests.archive.indexer.press import http, new_press, rows_of, story

URL = "https://morning.example/2026/harbour-{}"


@pytest.fixture(scope="module")
def indexed(tmp_path_factory):
    """An archive with an index, large enough to have pages of every kind; and its rows."""
    press = new_press(tmp_path_factory.mktemp("indexed"))
    config = press.archive.config_path
    config.write_text(config.read_text() + "[crawl]\nworkers = 1\n")
    pages = [
        press.exchange(URL.format(n), http(story(f"Harbour story {n}, {n * 7919 % 101}")))
        for n in range(60)
    ]
    press.write("2026/01/a.warc.gz", pages)
    assert microfiche(press.archive, "index").exit_code == 0
    return press.archive, rows(press.archive)


@pytest.fixture
def archive(indexed, tmp_path):
    """A copy that a test may damage."""
    original, _ = indexed
    root = shutil.copytree(original.root, tmp_path / "archive")
    return type(original)(root)


def microfiche(archive, *arguments):
    return CliRunner().invoke(cli, ["-C", str(archive.root), *arguments])


def rows(archive):
    with write_index(archive) as db:
        return rows_of(db)


def pages_of(path, name):
    """The pages of a table or index, as SQLite tells them; in bytes from the start."""
    with closing(sqlite3.connect(path)) as db:
        size = db.execute("PRAGMA page_size").fetchone()[0]
        numbers = db.execute("SELECT pageno FROM dbstat WHERE name = ?", [name]).fetchall()
    return [((number - 1) * size, size) for (number,) in numbers]


def wiped(path, name):
    """Every page of a table or index is noise."""
    for start, size in pages_of(path, name):
        with path.open("r+b") as file:
            file.seek(start)
            file.write(b"\xa5" * size)


def cut(path):
    os.truncate(path, path.stat().st_size * 2 // 3)


def garbage(path):
    path.write_bytes(random.Random(1).randbytes(100_000))


DAMAGES = {
    "a table's page": lambda path: wiped(path, "versions"),
    "an index's page": lambda path: wiped(path, "captures_by_urlkey"),
    "a page of the full text": lambda path: wiped(path, "articles_fts_data"),
    "the first page": lambda path: wiped(path, "sqlite_schema"),
    "cut short": cut,
    "garbage": garbage,
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_damage_is_noticed_by_check_told_and_made_good(indexed, archive, damage):
    DAMAGES[damage](archive.index_path)
    kinds = {fault.kind.value for fault in check_archive(archive, workers=1).faults}
    assert "index_damaged" in kinds
    for command in (["search", "harbour"], ["events"], ["stats"]):
        failed = microfiche(archive, *command)
        assert isinstance(failed.exception, IndexUnsound), (command, failed.output)
        assert "run `microfiche index`" in str(failed.exception)
        assert failed.exception.exit_code == 6
    again = microfiche(archive, "index")
    assert again.exit_code == 0, (again.output, again.exception)
    assert "damaged" in again.output
    assert "Rebuilt: 60 captures" in again.output
    assert rows(archive) == indexed[1]
    assert check_archive(archive, workers=1).faults[1:] == []
    assert not list(archive.root.glob("index.db.*damaged"))


def analysed(path):
    """What an archivist does in `sqlite3`, and Datasette on its own."""
    with closing(sqlite3.connect(path)) as db:
        db.execute("ANALYZE")
        db.execute("CREATE INDEX of_my_own ON articles (words)")
        db.commit()


def test_what_another_program_wrote_soundly_is_no_damage(indexed, archive):
    analysed(archive.index_path)
    assert microfiche(archive, "search", "harbour").exit_code == 0
    assert check_archive(archive, workers=1).faults[1:] == []
    told = microfiche(archive, "index")
    assert (told.exit_code, "Indexed: 0 captures" in told.output) == (0, True), told.output
    assert rows(archive) == indexed[1]


def test_a_letter_that_turned_over_is_what_no_check_of_sqlite_sees(archive):
    """The docs say so: it is served as it stands, and a rebuild replaces it."""
    with write_index(archive) as db:
        db.execute("UPDATE versions SET text = replace(text, 'council', 'cpuncil')")
        db.conn.commit()
    assert check_archive(archive, workers=1).faults[1:] == []
    assert microfiche(archive, "index", "--rebuild").exit_code == 0
    with closing(open_index(archive)) as db:
        assert db.execute(
            "SELECT count(*) FROM versions WHERE text LIKE '%cpuncil%'"
        ).fetchone() == (0,)


def test_check_takes_no_lock_and_needs_none(archive):
    """So neither a crawl nor a read-only archive keeps it from the index, nor it a crawl."""
    archive.index_lock_path.unlink()
    assert check_archive(archive, workers=1).unlooked == []
    assert not archive.index_lock_path.exists()
    wiped(archive.index_path, "versions")
    with hold(archive.index_lock_path, purpose="indexer"):
        faults = check_archive(archive, workers=1).faults
    assert "index_damaged" in {fault.kind.value for fault in faults}


def test_check_finds_nothing_wrong_while_the_index_is_written(archive):
    with write_index(archive) as db:
        db.execute("UPDATE articles SET words = words + 1")
        db.conn.commit()
        db.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
        db.execute("UPDATE articles SET words = words - 1")
        found = check_archive(archive, workers=1)
        db.conn.rollback()
    assert (found.faults[1:], found.unlooked) == ([], [])


def test_check_says_what_it_has_not_looked_at(archive):
    archive.index_path.unlink()
    archive.index_path.mkdir()
    told = microfiche(archive, "check", "--workers", "1", "--json")
    (reason,) = json.loads(told.stdout.splitlines()[-1])["summary"]["not_looked_at"]
    assert reason.startswith("the index was not looked at: ")
    assert reason in told.stderr


def test_what_a_reader_meets_is_told_from_then_on(archive):
    """A search runs into a page that is no page."""
    wiped(archive.index_path, "articles_fts_data")
    assert microfiche(archive, "search", "harbour").exception is not None
    told = microfiche(archive, "stats")
    assert isinstance(told.exception, IndexUnsound)
    assert "Rebuilt: 60 captures" in microfiche(archive, "index").output
    assert microfiche(archive, "search", "harbour").exit_code == 0


KILLED = """
import os, signal, sys
from pathlib import Path
from archive.layout import Archive
from archive.index.writing import write_index
with write_index(Archive(Path(sys.argv[1]))) as db:
    db.execute("UPDATE warcs SET indexed_to = 0, sealed = 0")
    db.execute("DELETE FROM extraction_failures")
    db.conn.commit()
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.parametrize("then", ["kept", "removed", "garbage", "alone"])
def test_the_log_of_a_killed_writer_may_be_lost(indexed, archive, then):
    subprocess.run([sys.executable, "-c", KILLED, str(archive.root)], check=False)
    log = archive.index_path.with_name("index.db-wal")
    assert log.stat().st_size > 0
    if then == "removed":
        log.unlink()
    elif then == "alone":
        archive.index_path.unlink()
    elif then == "garbage":
        log.write_bytes(random.Random(1).randbytes(log.stat().st_size))
    assert microfiche(archive, "index").exit_code == 0
    assert rows(archive) == indexed[1]


def test_a_reader_sees_no_index_where_there_is_none(archive):
    with closing(open_index(archive)) as db:
        assert db.execute("SELECT count(*) FROM captures").fetchone() == (60,)
    for path in archive.root.glob("index.db*"):
        path.unlink()
    with pytest.raises(NotFound):
        open_index(archive)
