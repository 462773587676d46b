"""Reading the index: captures by time, articles by what a person calls them."""

import sqlite3
from contextlib import closing
from datetime import timedelta

import pytest
from click.testing import CliRunner

from archive.cli import cli
from archive.errors import ArchiveUnwritable, IndexOutdated, NotFound
from archive.index import schema
from archive.index.articles import find_article, get_article
from archive.index.captures import get_capture, iter_captures
from archive.index.open import open_index, open_index_file
from archive.urls import urlkey
from tests.archive.indexer.press import http, index_here, new_press, story

BRIDGE = "https://morning.example/2026/bridge-closed-again"
KEY = urlkey(BRIDGE)


@pytest.fixture(scope="module")
def db(tmp_path_factory):
    press = new_press(tmp_path_factory.mktemp("read"))
    day = timedelta(days=1)
    press.write(
        "2026/01/a.warc.gz",
        [
            press.exchange(BRIDGE, http(story("Bridge closed again"))),
            press.exchange(BRIDGE, http(b"wait", "503 Unavailable"), after=2 * day),
            press.exchange(BRIDGE, http(story("Bridge open again")), after=2 * day),
            press.exchange(BRIDGE, b"", error="time-out", after=day),
            press.exchange(BRIDGE + "/picture.png", http(b"\x89PNG", mime="image/png")),
        ],
    )
    with closing(open_index(press.archive, write=True)) as writer:
        index_here(writer, press.archive, ["2026/01/a.warc.gz"])
    with closing(open_index(press.archive)) as reader:
        yield reader


def test_a_capture_by_its_record_id_with_and_without_brackets(db):
    first = next(iter_captures(db, KEY))
    assert first.record_id.startswith("urn:uuid:")
    assert get_capture(db, first.record_id) == first
    assert get_capture(db, f"<{first.record_id}>") == first
    assert (first.file, first.mime) == ("2026/01/a.warc.gz", "text/html")
    assert first.digest
    assert first.digest.startswith("sha1:")
    with pytest.raises(NotFound, match="not in the index"):
        get_capture(db, "urn:uuid:no")


def test_captures_in_order_and_within_bounds(db):
    stamps = [capture.timestamp for capture in iter_captures(db, KEY)]
    assert stamps == ["20260105080001", "20260107080001", "20260109080001"]
    newest = [capture.timestamp for capture in iter_captures(db, KEY, newest_first=True)]
    assert newest == stamps[::-1]
    some = iter_captures(db, KEY, since="20260106", until="202601071")
    assert [capture.timestamp for capture in some] == ["20260107080001"]
    below = [capture.uri for capture in iter_captures(db, KEY, prefix=True)]
    assert len(below) == 4
    failed = [c.failure for c in iter_captures(db, KEY, failures=True) if c.failure]
    assert failed == ["time-out"]


def test_an_article_by_id_start_of_id_and_address(db):
    found = find_article(db, BRIDGE)
    assert found
    assert find_article(db, found) == found
    assert find_article(db, found[:6]) == found
    assert find_article(db, BRIDGE.replace("https", "http") + "/?utm_source=x#top") == found
    for unknown in ("", found[:5], "zzzzzz", "https://morning.example/other", "https://["):
        assert find_article(db, unknown) is None
    with pytest.raises(NotFound):
        get_article(db, "no such id")


def test_an_article_whole(db):
    article = get_article(db, find_article(db, BRIDGE) or "")
    assert (article.title, article.source, len(article.versions)) == (
        "Bridge open again",
        "morning",
        2,
    )
    assert article.current.title == "Bridge open again"
    assert [event.kind for event in article.events] == ["published", "edited", "retitled"]
    assert article.events[2].detail == "Bridge closed again → Bridge open again"
    assert article.edited == "20260109080001"


def test_every_table_is_strict_and_every_key_is_sound(db):
    loose = db.execute(
        "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' "
        "AND NOT strict AND name NOT LIKE 'sqlite_%' AND name NOT LIKE '_sqlite_%'"
    ).fetchall()
    assert loose == []
    assert db.execute("PRAGMA foreign_key_check").fetchall() == []


def test_an_index_of_another_schema_is_rebuilt_and_that_is_said(tmp_path):
    press = new_press(tmp_path)
    press.write("a.warc.gz", [press.exchange(BRIDGE, http(story("Bridge closed again")))])
    with closing(open_index(press.archive, write=True)) as db:
        db.execute("PRAGMA user_version = 3")
    with pytest.raises(IndexOutdated, match="tables of version 3, this program those of version"):
        open_index(press.archive)
    result = CliRunner().invoke(cli, ["-C", str(press.archive.root), "index"])
    assert "tables of version 3" in result.output
    assert "Rebuilt: 1 capture from 1 file" in result.output
    with closing(open_index(press.archive)) as db:
        assert db.execute("SELECT title FROM articles").fetchall() == [("Bridge closed again",)]


def test_an_index_is_migrated_step_by_step_or_not_at_all():
    def add_column(db):
        db.execute("ALTER TABLE t ADD COLUMN later TEXT")

    def fail(db):
        db.execute("INSERT INTO t (first) VALUES ('half done')")
        db.execute("INSERT INTO no_such_table VALUES (1)")

    with closing(sqlite3.connect(":memory:", isolation_level=None)) as db:
        db.execute("CREATE TABLE t (first TEXT)")
        with pytest.raises(sqlite3.OperationalError):
            schema.migrate(db, 1, to=3, migrations={1: add_column, 2: fail})
        assert db.execute("PRAGMA user_version").fetchone() == (2,)
        assert db.execute("SELECT * FROM t").fetchall() == []
        assert not schema.migrate(db, 2, to=4, migrations={2: add_column})
        assert not schema.migrate(db, 5, to=4, migrations={})
        assert [row[1] for row in db.execute("PRAGMA table_info (t)")] == ["first", "later"]


def test_a_place_that_cannot_be_written(tmp_path):
    with pytest.raises(ArchiveUnwritable, match="cannot be opened"):
        open_index_file(tmp_path / "no" / "such" / "index.db", write=True)
