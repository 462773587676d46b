"""The full text of an index made as a whole is that of one made as it came."""

from contextlib import closing

from archive.index.open import open_index_file
from archive.indexer.catchup import switch
from archive.indexer.fulltext import for_bulk, merge
from tests.archive.indexer.press import http, index_here, rows_of, story

HARBOUR = "https://morning.example/2026/harbour-vote-{}-tonight"


def segments(db):
    """How many segments there are, told by the keys of their leaves."""
    return db.execute(
        "SELECT count(DISTINCT id >> 37) FROM articles_fts_data WHERE id > 10"
    ).fetchone()[0]


def settings(db):
    return dict(db.execute("SELECT k, v FROM articles_fts_config"))


def test_merges_left_to_the_end_give_the_same_full_text(press, db, tmp_path):
    pages = [(HARBOUR.format(n), http(story(f"Harbour vote {n}"))) for n in range(6)]
    press.write("a.warc.gz", [press.exchange(url, answer) for url, answer in pages])
    index_here(db, press.archive, ["a.warc.gz"], batch=1)
    with closing(open_index_file(tmp_path / "bulk.db", write=True)) as bulk:
        for_bulk(bulk)
        assert settings(bulk)["automerge"] == 0
        index_here(bulk, press.archive, ["a.warc.gz"], batch=1)
        assert segments(bulk) == 6
        merge(bulk)
        assert segments(bulk) == 1
        assert rows_of(bulk) == rows_of(db)
        assert settings(bulk) == settings(db) | {"automerge": 4, "crisismerge": 16}


def test_an_index_whose_pages_were_made_smaller_is_replaced_all_the_same(db, tmp_path):
    path = tmp_path / "index.db"
    with closing(open_index_file(path, write=True)) as old:
        old.execute("PRAGMA journal_mode = DELETE")
        old.execute("PRAGMA page_size = 4096")
        old.execute("VACUUM")
    switch(db, path)
    with closing(open_index_file(path)) as new:
        assert new.execute("PRAGMA page_size").fetchone() == (65_536,)
        assert rows_of(new) == rows_of(db)
