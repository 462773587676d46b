"""`microfiche index` on real files: catching up, rebuilding, damage, kills."""

import os
import sqlite3
import subprocess
import sys
from contextlib import closing

import pytest
from click.testing import CliRunner

from archive.cli import cli
from archive.config import load_config
from archive.errors import IndexDamaged, NotFound, RebuildFailed
from archive.index.open import open_index, open_index_file
from archive.index.writing import write_index
from archive.indexer import catchup
from archive.indexer.catchup import catch_up, iter_sealed, rebuild
from archive.indexer.fulltext import merge
from archive.indexer.run import BatchSize
from archive.indexer.unfinished import note_files
from archive.lock import hold
from archive.search import search
from archive.warc.reader import iter_records
from extract import VERSION
from tests.archive.indexer.pages import BRIDGE, HARBOUR, busy_month
from tests.archive.indexer.press import http, rows_of, story


def microfiche(archive, *arguments):
    return CliRunner().invoke(cli, ["-C", str(archive.root), *arguments], catch_exceptions=True)


def rows(archive):
    with write_index(archive) as db:
        return rows_of(db)


def test_index_catches_up_and_a_rebuild_is_row_for_row_the_same(press):
    names = busy_month(press)
    held_back = press.archive.warcs_dir / names[-1]
    aside = press.archive.root / "aside"
    held_back.rename(aside)
    first = microfiche(press.archive, "index")
    assert first.exit_code == 0, first.output
    assert "from 4 files, 2 new articles" in first.output
    aside.rename(held_back)
    assert "from 1 file, 0 new articles" in microfiche(press.archive, "index").output
    assert "Indexed: 0 captures from 0 files" in microfiche(press.archive, "index").output
    caught_up = rows(press.archive)
    rebuilt = microfiche(press.archive, "index", "--rebuild")
    assert rebuilt.exit_code == 0, rebuilt.output
    assert rows(press.archive) == caught_up
    assert not list(press.archive.root.glob("index.db.rebuild*"))
    with closing(open_index(press.archive, write=True)) as db:
        assert db.execute("SELECT count(*) FROM warcs WHERE sealed AND size > 0").fetchone() == (5,)
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_readers_go_on_while_the_index_is_rebuilt(press):
    press.write("a.warc.gz", [press.exchange(HARBOUR, http(story("Harbour vote tonight")))])
    microfiche(press.archive, "index")
    config = load_config(press.archive)
    with closing(open_index(press.archive)) as reader:
        cursor = reader.execute("SELECT title FROM articles")
        press.write("b.warc.gz", [press.exchange(BRIDGE, http(story("Bridge closed again")))])
        rebuild(press.archive, config)
        assert cursor.fetchall() == [("Harbour vote tonight",)]
        assert reader.execute("SELECT count(*) FROM articles").fetchone() == (2,)


def test_an_index_that_is_no_database_says_so_and_is_rebuilt(press):
    press.write("a.warc.gz", [press.exchange(HARBOUR, http(story("Harbour vote tonight")))])
    microfiche(press.archive, "index")
    good = rows(press.archive)
    for suffix in ("-wal", "-shm"):
        press.archive.index_path.with_name("index.db" + suffix).unlink(missing_ok=True)
    press.archive.index_path.write_bytes(b"no database at all\n" * 300)
    for arguments in (["search", "harbour"], ["show", HARBOUR], ["stats"]):
        failed = microfiche(press.archive, *arguments)
        assert isinstance(failed.exception, IndexDamaged), arguments
        assert "run `microfiche index`" in str(failed.exception)
        assert "\n" not in str(failed.exception)
        assert failed.exception.exit_code == 6
    rebuilt = microfiche(press.archive, "index")
    assert (rebuilt.exit_code, "Rebuilt: 1 capture" in rebuilt.output) == (0, True)
    assert rows(press.archive) == good


def test_a_database_of_another_program_is_refused(press):
    subprocess.run(
        [
            sys.executable,
            "-c",
            "import sqlite3, sys; sqlite3.connect(sys.argv[1]).execute('CREATE TABLE other (x)')",
            str(press.archive.index_path),
        ],
        check=True,
    )
    with pytest.raises(IndexDamaged, match="no index of ours"):
        open_index(press.archive)


def test_no_index_yet(press):
    failed = microfiche(press.archive, "search", "anything")
    assert isinstance(failed.exception, NotFound)
    assert "run `microfiche index`" in str(failed.exception)


def test_a_file_damaged_in_the_middle_gives_what_is_whole(press):
    pages = [
        press.exchange(f"{HARBOUR}-{n}", http(story(f"Harbour story number {n}"))) for n in range(6)
    ]
    path = press.write("a.warc.gz", pages)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) * 2 // 3])
    result = microfiche(press.archive, "index")
    assert result.exit_code == 6
    assert "a.warc.gz@" in result.output
    with closing(open_index(press.archive)) as db:
        assert 2 <= search(db, "harbour").total < 6


def damage(path, record_type, number):
    """Overwrite four bytes in the middle of the nth record of a type; its place."""
    records = [r for r in iter_records(path, filename=path.name) if r.type == record_type]
    place, length = records[number].offset, records[number].length
    data = bytearray(path.read_bytes())
    data[place + length // 2 : place + length // 2 + 4] = b"\xff" * 4
    path.write_bytes(bytes(data))
    return place


@pytest.mark.parametrize("arguments", [["index"], ["index", "--rebuild"]])
@pytest.mark.parametrize("record_type", ["response", "warcinfo"])
def test_a_damaged_record_costs_the_index_that_record_alone(press, arguments, record_type):
    pages = [
        press.exchange(f"{HARBOUR}-{n}", http(story(f"Harbour story number {n}"))) for n in range(6)
    ]
    path = press.write("a.warc.gz", pages)
    is_page = record_type == "response"
    place = damage(path, record_type, 2 if is_page else 0)
    result = microfiche(press.archive, *arguments)
    kept = 5 if is_page else 6
    assert result.exit_code == 6
    assert f"{kept} captures from 1 file, {kept} new articles" in result.output
    assert result.output.count(f"a.warc.gz@{place}: ") == 1
    with closing(open_index(press.archive)) as db:
        assert search(db, "harbour").total == kept
        # What is left of the group says of itself that its page could not be had; it was.
        assert db.execute("SELECT count(*) FROM captures").fetchone() == (kept,)
    checked = microfiche(press.archive, "check")
    assert f"a.warc.gz@{place}" in checked.output
    assert "not_indexed" not in checked.output


def test_index_while_another_writes_it(press):
    with hold(press.archive.index_lock_path, purpose="a test"):
        failed = microfiche(press.archive, "index")
    assert failed.exception is not None
    assert "a test" in str(failed.exception)


def test_open_files_are_left_alone_while_a_crawl_runs_and_sealed_after_it(press):
    path = press.write("a.warc.gz", [press.exchange(HARBOUR, http(story("Harbour vote")))])
    path.rename(path.with_name("a.warc.gz.open"))
    with hold(press.archive.lock_path, purpose="crawl"):
        assert "0 captures" in microfiche(press.archive, "index").output
    after = microfiche(press.archive, "index")
    assert "sealed after a crash: a.warc.gz: 4 records kept" in after.output
    assert "1 capture from 1 file" in after.output


@pytest.mark.parametrize("what", ["nothing", "file", "replaced", "extractor"])
def test_an_unfinished_rebuild_goes_on_only_where_it_would_end_the_same(press, what):
    pages = [http(story("Bridge closed again")), http(b"\x00")]
    press.write("a.warc.gz", [press.exchange(BRIDGE, page) for page in pages])
    b = press.write("b.warc.gz", [press.exchange(HARBOUR, http(story("Harbour vote tonight")))])
    beside = press.archive.index_path.with_name("index.db.rebuild")
    whole, found = b.read_bytes(), b.stat()
    if what == "replaced":
        damage(b, "response", 0)
        os.utime(b, ns=(found.st_atime_ns, found.st_mtime_ns))
    files = dict(iter_sealed(press.archive))
    note_files(beside, files)
    with closing(open_index_file(beside, write=True)) as db:
        catch_up(press.archive, db, load_config(press.archive))
        if what == "extractor":
            db.execute("INSERT INTO extractors VALUES ('0.9')")
            db.conn.commit()
    if what == "file":
        b.unlink()
    if what == "replaced":
        # As `ingest` advises; `cp -p` brings size and time along.
        b.write_bytes(whole)
        os.utime(b, ns=(found.st_atime_ns, found.st_mtime_ns))
    result = microfiche(press.archive, "index", "--rebuild")
    assert result.exit_code == 0, result.output
    # What goes on has nothing left to read; what begins again reads what there is.
    captures = {"nothing": 0, "file": 2}.get(what, 3)
    assert f"Rebuilt: {captures} capture" in result.output
    with closing(open_index(press.archive)) as db:
        assert db.execute("SELECT count(*) FROM articles").fetchone() == (1 + (what != "file"),)
        assert db.execute("SELECT version FROM extractors").fetchall() == [(VERSION,)]


def test_damage_to_the_index_that_is_being_made_is_not_laid_to_the_one_in_use(press, monkeypatch):
    pages = [press.exchange(f"{BRIDGE}-{n}", http(story(f"Bridge {n}"))) for n in range(3)]
    press.write("a.warc.gz", pages)
    microfiche(press.archive, "index")
    good = rows(press.archive)
    beside = press.archive.index_path.with_name("index.db.rebuild")

    def merge_what_the_disk_has_lost(db):
        with closing(sqlite3.connect(beside)) as other, other:
            other.execute("UPDATE articles_fts_data SET block = x'00' WHERE id > 10")
        merge(db)

    monkeypatch.setattr(catchup, "merge", merge_what_the_disk_has_lost)
    # A segment of the full text for each page, so that there is something to merge.
    monkeypatch.setattr(catchup, "BULK", BatchSize(groups=1, seconds=0))
    failed = microfiche(press.archive, "index", "--rebuild")
    assert isinstance(failed.exception, RebuildFailed)
    assert failed.exception.exit_code == 6
    assert "index.db.rebuild: damaged while it was being made" in str(failed.exception)
    assert not list(press.archive.root.glob("index.db.rebuild*"))
    assert not list(press.archive.root.glob("*.damaged"))
    assert microfiche(press.archive, "search", "bridge").exit_code == 0
    monkeypatch.undo()
    assert microfiche(press.archive, "index", "--rebuild").exit_code == 0
    assert rows(press.archive) == good


def test_what_another_extractor_has_read_is_read_again(press):
    pages = [http(story("Bridge closed again")), http(b"\x00")]
    press.write("a.warc.gz", [press.exchange(BRIDGE, page) for page in pages])
    microfiche(press.archive, "index")
    good = rows(press.archive)
    with write_index(press.archive) as db:
        db.execute("UPDATE versions SET extractor = '0.9', text = 'as 0.9 read it'")
        db.execute("UPDATE extractors SET version = '0.9'")
        db.conn.commit()
    told = f"read by extractor 0.9, this one is {VERSION}"
    # A crawl tells of it and goes on; so does whoever puts it off.
    child = [sys.executable, "-m", "archive.indexer", str(press.archive.root)]
    beside = subprocess.run(child, input="", capture_output=True, text=True, check=True)
    assert told in beside.stderr
    later = microfiche(press.archive, "index", "--no-reread")
    assert told in later.output
    assert "Indexed: 0 captures" in later.output
    now = microfiche(press.archive, "index")
    assert told in now.output
    assert "Rebuilt: 2 captures" in now.output
    assert rows(press.archive) == good
    assert "Indexed: 0 captures" in microfiche(press.archive, "index").output


def test_sources_bear_the_names_of_the_configuration(press):
    config = press.archive.config_path
    config.write_text(
        config.read_text()
        + '[sources.morning]\nname = "The Morning"\nurl = "https://morning.example/"\n'
    )
    press.write("a.warc.gz", [press.exchange(HARBOUR, http(story("Harbour vote tonight")))])
    with closing(open_index(press.archive, write=True)) as db:
        catch_up(press.archive, db, load_config(press.archive))
        (hit,) = search(db, "harbour").hits
        assert (hit.source, hit.source_name) == ("morning", "The Morning")
