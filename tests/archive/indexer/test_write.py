"""What goes into the index, once, and the same in whatever order."""

import itertools
import random
from contextlib import closing

import pytest

from archive.index.open import open_index_file
from tests.archive.indexer.pages import (
    BRIDGE,
    busy_month,
)
from tests.archive.indexer.press import http, index_here, rows_of, story


def test_requisites_feeds_and_errors_are_captures_and_no_articles(press, db):
    page = http(story("Bridge closed again"))
    press.write(
        "a.warc.gz",
        [
            press.exchange("https://morning.example/robots.txt", page, kind="robots"),
            press.exchange("https://morning.example/feed", page, kind="feed"),
            press.exchange("https://morning.example/frame", page, kind="requisite"),
            press.exchange(BRIDGE, http(story("Not found"), "404 Not Found")),
            press.exchange(BRIDGE, b"", error="DNS lookup failed", outcome="failed"),
        ],
    )
    totals = index_here(db, press.archive, ["a.warc.gz"])
    assert (totals.all.captures, totals.all.articles_new) == (5, 0)
    failed = db.execute("SELECT failure FROM captures WHERE record_type = 'metadata'").fetchall()
    assert failed == [("DNS lookup failed",)]


def test_what_is_no_page_is_a_failure_with_its_reason(press, db):
    press.write("a.warc.gz", [press.exchange(BRIDGE, http(b"\x00\x01"))])
    totals = index_here(db, press.archive, ["a.warc.gz"])
    assert totals.all.failed == 1
    rows = db.execute("SELECT reason, extractor FROM extraction_failures").fetchall()
    assert [row[0] for row in rows] == ["not_html"]
    assert rows[0][1]


def test_reading_a_file_again_changes_nothing(press, db):
    press.write("a.warc.gz", [press.exchange(BRIDGE, http(story("Bridge closed again")))])
    index_here(db, press.archive, ["a.warc.gz"])
    before = rows_of(db)
    totals = index_here(db, press.archive, ["a.warc.gz"])
    assert totals.all.captures == 0
    assert rows_of(db) == before


@pytest.mark.parametrize("seed", range(12))
def test_the_index_is_the_same_in_whatever_order_files_are_read(press, db, tmp_path, seed):
    names = busy_month(press)
    index_here(db, press.archive, names)
    assert db.execute("SELECT count(*) FROM articles").fetchone() == (2,)
    assert db.execute("SELECT count(*) FROM events").fetchone()[0] >= 6
    orders = list(itertools.permutations(names))
    order = random.Random(seed).choice(orders)
    with closing(open_index_file(tmp_path / "other.db", write=True)) as other:
        index_here(other, press.archive, order, batch=1 + seed % 4)
        assert rows_of(other) == rows_of(db)
        assert other.execute("PRAGMA foreign_key_check").fetchall() == []
        other.execute("INSERT INTO articles_fts (articles_fts) VALUES ('integrity-check')")


def test_a_broken_batch_leaves_nothing(press, db):
    press.write("a.warc.gz", [press.exchange(BRIDGE, http(story("Bridge closed again")))])
    before = rows_of(db)
    db.execute("DROP TABLE events")
    with pytest.raises(Exception, match="no such table"):
        index_here(db, press.archive, ["a.warc.gz"])
    db.execute(
        "CREATE TABLE events (id, article, at, kind, capture, version_before, version_after, "
        "silent, detail)"
    )
    assert rows_of(db) == before
