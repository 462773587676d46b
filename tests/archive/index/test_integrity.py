"""A damaged index is noticed, told by every command, and made anew; never served as if whole."""

import json
import os
import random
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing, contextmanager

import pytest
from click.testing import CliRunner

from archive.cli import cli
from archive.errors import IndexUnsound, NotFound
from archive.index.integrity import (
    ChangedPages,
    examine,
    find_damage,
    read_seal,
    require_sound,
)
from archive.index.open import open_index
from archive.index.writing import write_index
from archive.lock import hold
from archive.warc.checkup import check_archive
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


@contextmanager
def as_if_untouched(path):
    """A disk that forgets does not note when."""
    found = path.stat()
    yield
    os.utime(path, ns=(found.st_atime_ns, found.st_mtime_ns))


def flip(path, name, seed=1):
    """Turn over some bytes in a page of a table or index."""
    chance = random.Random(seed)
    start, size = chance.choice(pages_of(path, name))
    with as_if_untouched(path), path.open("r+b") as file:
        file.seek(start + chance.randrange(size // 2, size - 4))
        place = file.tell()
        old = file.read(2)
        file.seek(place)
        file.write(bytes(byte ^ 0x5A for byte in old))
        file.flush()


def cut(path):
    os.truncate(path, path.stat().st_size * 2 // 3)


def garbage(path):
    path.write_bytes(random.Random(1).randbytes(100_000))


DAMAGES = {
    "a table's page": lambda path: flip(path, "versions"),
    "an index's page": lambda path: flip(path, "captures_by_urlkey"),
    "a page of the full text": lambda path: flip(path, "articles_fts_data"),
    "the first page": lambda path: flip(path, "sqlite_schema"),
    "cut short": cut,
    "garbage": garbage,
    "empty": lambda path: path.write_bytes(b""),
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


@pytest.mark.parametrize("seed", range(8))
def test_a_byte_that_turns_over_anywhere_stops_the_next_writer(indexed, archive, seed):
    chance = random.Random(seed)
    with as_if_untouched(archive.index_path), archive.index_path.open("r+b") as file:
        place = chance.randrange(archive.index_path.stat().st_size)
        file.seek(place)
        (old,) = file.read(1)
        file.seek(place)
        file.write(bytes([old ^ (1 << chance.randrange(8))]))
        file.flush()
    with pytest.raises(IndexUnsound), write_index(archive):
        pytest.fail("a damaged index was opened for writing")
    # From then on no reader gets it either.
    with pytest.raises(IndexUnsound):
        open_index(archive)


def analysed(path):
    """What an archivist does in `sqlite3`, and Datasette on its own."""
    with closing(sqlite3.connect(path)) as db:
        db.execute("ANALYZE")
        db.execute("CREATE INDEX of_my_own ON articles (words)")
        db.commit()


def restored(path):
    """A copy of before put back over the index, its seal left lying beside."""
    copy = path.with_name("copy.db")
    with closing(sqlite3.connect(path)) as db, closing(sqlite3.connect(copy)) as into:
        db.backup(into)
        into.execute("PRAGMA journal_mode = DELETE")
    shutil.copyfile(copy, path)
    copy.unlink()


def made_smaller(path):
    with closing(sqlite3.connect(path)) as db:
        db.execute("DROP TABLE large")
        db.commit()
        db.execute("VACUUM")


@pytest.mark.parametrize("change", [analysed, restored, made_smaller])
def test_what_another_program_wrote_soundly_is_no_damage(indexed, archive, change):
    if change is made_smaller:
        with write_index(archive) as db:
            db.execute("CREATE TABLE large AS SELECT zeroblob(20000000)")
            db.conn.commit()
    old = read_seal(archive.index_path)
    change(archive.index_path)
    assert read_seal(archive.index_path) == old
    assert microfiche(archive, "search", "harbour").exit_code == 0
    assert check_archive(archive, workers=1).faults[1:] == []
    told = microfiche(archive, "index")
    assert (told.exit_code, "Indexed: 0 captures" in told.output) == (0, True), told.output
    # Sealed anew, by sums of all of it.
    seal = read_seal(archive.index_path)
    assert seal != old
    assert seal.mtime_ns == archive.index_path.stat().st_mtime_ns
    assert examine(archive.index_path).seal == seal
    assert rows(archive) == indexed[1]
    flip(archive.index_path, "versions")
    assert find_damage(archive.index_path) is not None


def test_the_log_of_another_program_is_not_sealed_over(archive):
    """It was killed: what it wrote stands in the log, and the seal speaks of the file alone."""
    script = (
        "import os, sqlite3, sys; db = sqlite3.connect(sys.argv[1]); "
        "db.execute('UPDATE articles SET words = words + 1'); db.commit(); os._exit(0)"
    )
    subprocess.run([sys.executable, "-c", script, str(archive.index_path)], check=True)
    assert archive.index_path.with_name("index.db-wal").stat().st_size
    assert read_seal(archive.index_path) is not None
    assert require_sound(archive.index_path) is None
    with write_index(archive):
        pass
    assert examine(archive.index_path).seal is not None


@pytest.mark.parametrize("name", ["versions", "captures_by_urlkey", "articles_fts_data"])
def test_damage_is_seen_by_sqlite_where_another_program_wrote_since(archive, name):
    """Its check sees the form of each page; a letter in a text only the sums would show."""
    (start, _), *_ = pages_of(archive.index_path, name)
    with archive.index_path.open("r+b") as file:
        # The kind of the page, and how many cells it has.
        file.seek(start + (100 if not start else 0))
        file.write(b"\xff\xff\xff\xff\xff\xff\xff\xff")
    with pytest.raises(IndexUnsound), write_index(archive):
        pytest.fail("a damaged index was opened for writing")
    with pytest.raises(IndexUnsound):
        open_index(archive)


def test_check_takes_no_lock_and_needs_none(archive):
    """So neither a crawl nor a read-only archive keeps it from the index, nor it a crawl."""
    archive.index_lock_path.unlink()
    assert check_archive(archive, workers=1).unlooked == []
    assert not archive.index_lock_path.exists()
    flip(archive.index_path, "versions")
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
    archive.index_path.with_name("index.db.seal").unlink()
    archive.index_path.unlink()
    archive.index_path.mkdir()
    told = microfiche(archive, "check", "--workers", "1", "--json")
    (reason,) = json.loads(told.stdout.splitlines()[-1])["summary"]["not_looked_at"]
    assert reason.startswith("the index was not looked at: ")
    assert reason in told.stderr


def test_what_a_reader_meets_is_told_from_then_on(archive):
    """No seal, as after a kill; a search runs into a page that is no page."""
    archive.index_path.with_name("index.db.seal").unlink()
    for start, size in pages_of(archive.index_path, "articles_fts_data"):
        with archive.index_path.open("r+b") as file:
            file.seek(start)
            file.write(bytes(size))
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
    assert read_seal(archive.index_path) is None
    if then == "removed":
        log.unlink()
    elif then == "alone":
        archive.index_path.unlink()
    elif then == "garbage":
        log.write_bytes(random.Random(1).randbytes(log.stat().st_size))
    assert microfiche(archive, "index").exit_code == 0
    assert rows(archive) == indexed[1]


def test_a_seal_says_what_the_file_is_whatever_was_written_since(archive):
    """Sums that are carried over are those that reading everything would give."""
    for n in range(4):
        with write_index(archive) as db:
            db.execute("CREATE TABLE IF NOT EXISTS aside (x)")
            db.execute("INSERT INTO aside VALUES (zeroblob(?))", [3_000_000 if n == 1 else 10])
            db.conn.commit()
            if n == 2:
                db.execute("DELETE FROM aside")
                db.conn.rollback()
        seal = read_seal(archive.index_path)
        assert seal is not None
        assert seal.size == archive.index_path.stat().st_size
        assert find_damage(archive.index_path) is None


def test_what_was_taken_back_does_not_hide_what_follows(archive):
    """Pages spilled by a transaction that is rolled back stand in the log until written over."""
    with write_index(archive) as db:
        db.execute("PRAGMA cache_size = 1")
        db.execute("CREATE TABLE aside (x)")
        for _ in range(40):
            db.execute("INSERT INTO aside VALUES (zeroblob(100000))")
        db.changed.note()
        db.conn.rollback()
        db.execute("UPDATE articles SET words = words + 1")
        db.conn.commit()
    assert find_damage(archive.index_path) is None


def test_only_what_has_changed_is_read_for_a_seal(archive, tmp_path):
    path = tmp_path / "some.db"
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA wal_autocheckpoint = 0")
        db.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, x)")
        db.executemany("INSERT INTO t (x) VALUES (?)", [(bytes(4000),)] * 2000)
        db.commit()
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        changed = ChangedPages(path)
        db.execute("UPDATE t SET x = x'01' WHERE id = 1900")
        db.commit()
        changed.note()
    assert len(changed.chunks) <= 2
    assert max(changed.chunks) >= 6


def test_a_reader_needs_no_seal_and_sees_no_index_where_there_is_none(archive):
    archive.index_path.with_name("index.db.seal").write_text("{}")
    with closing(open_index(archive)) as db:
        assert db.execute("SELECT count(*) FROM captures").fetchone() == (60,)
    for path in archive.root.glob("index.db*"):
        path.unlink()
    with pytest.raises(NotFound):
        open_index(archive)
