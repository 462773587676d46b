"""The short way of articles met for the first time gives the rows that the long way gives."""

from contextlib import closing
from datetime import timedelta
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.index.open import open_index_file
from archive.indexer.run import iter_found
from archive.indexer.store import Entry
from archive.indexer.worker import read_page
from archive.indexer.write import settle, write_batch
from tests.archive.indexer.press import http, new_press, rows_of, story

BRIDGE = "https://morning.example/2026/bridge-closed-again"
VISITS = 24


def visits():
    """Pages of few addresses, so that they meet: edits, claims, moves, copies, 404s, trackers."""
    amp, new = BRIDGE + "/amp", "https://morning.example/news/bridge-closed-again-2026"
    claim = f'<link rel="canonical" href="{BRIDGE}">'
    own = '<link rel="canonical" href="{}">'
    names = '<meta name="author" content="Ann Lee"><meta name="keywords" content="port, Süd">'
    date = '<meta property="article:published_time" content="2026-01-04T00:00:00Z">'
    harbours = [f"https://morning.example/2026/harbour-vote-{n}-tonight" for n in range(4)]
    plain = http(story("Bridge closed again"))
    yield from ((url, http(story(f"Harbour vote {url[-9]}", head=date))) for url in harbours)
    yield from ((url, plain) for url in (BRIDGE, BRIDGE + "?utm_source=rss", new, BRIDGE))
    short = "Told for telephones, and at length. " * 9
    yield amp, http(story("Bridge closed again", short, head=claim))
    yield BRIDGE, http(story("Bridge closed for good", head=own.format(BRIDGE)))
    yield harbours[0], http(story("Harbour vote passed", head=names + date))
    yield harbours[1] + "?fbclid=7", http(story("Harbour vote 1", head=names))
    yield BRIDGE, http(b"", "301 Moved", f"Location: {new}")
    tokyo = "東京の橋はまた閉鎖された。" * 30
    yield "https://evening.example/東京?id=5", http(story("東京の橋", tokyo))
    yield "https://evening.example/a?id=6&utm_medium=x", http(story("Ёлка", "Ёлка и мост. " * 40))
    yield from ((url, http(b"gone", "404 Not Found")) for url in (harbours[2], amp, new))
    yield harbours[3], http(b"\x00\x01")
    yield "https://morning.example/s/1", http(b"", "302 Found", f"Location: {harbours[3]}")
    yield from (("https://morning.example/2026/copy-of-the-bridge", plain) for _ in range(2))
    yield from ((url, http(story("Harbour vote tonight", head=date))) for url in harbours[:2])


class Entries(list):
    """Hypothesis shows arguments, and these are long."""

    def __repr__(self):
        return "entries"


@pytest.fixture(scope="module")
def entries(tmp_path_factory):
    press = new_press(tmp_path_factory.mktemp("fresh"))
    hours = timedelta(hours=30)
    exchanges = [press.exchange(url, answer, after=hours) for url, answer in visits()]
    path = press.write("a.warc.gz", exchanges)
    found = [each for each in iter_found(path, "a.warc.gz") if each.capture]
    assert len(found) == VISITS
    return Entries(Entry(each, read_page(each.page) if each.page else None) for each in found)


@pytest.fixture(scope="module")
def new_index(tmp_path_factory):
    place, serial = tmp_path_factory.mktemp("fresh"), count()
    return lambda: closing(open_index_file(place / f"{next(serial)}.db", write=True))


def rows(new_index, entries, batches, *, straight):
    with new_index() as db:
        for batch in batches:
            write_batch(db, [entries[n] for n in batch], straight=straight)
        settle(db)
        assert db.execute("PRAGMA foreign_key_check").fetchall() == []
        db.execute("INSERT INTO articles_fts (articles_fts) VALUES ('integrity-check')")
        return rows_of(db)


ORDERS = st.permutations(range(VISITS))
CUTS = st.lists(st.integers(1, VISITS - 1), unique=True, max_size=6).map(sorted)


@settings(max_examples=12, deadline=None)
@given(ORDERS, CUTS)
def test_both_ways_give_the_same_rows(entries, new_index, order, cuts):
    batches = [order[at:end] for at, end in zip([0, *cuts], [*cuts, VISITS], strict=True)]
    short = rows(new_index, entries, batches, straight=True)
    assert short == rows(new_index, entries, batches, straight=False)
    assert len(short["articles"]) == 8
    assert len(short["versions"]) >= 10


@pytest.mark.parametrize("straight", [True, False])
def test_who_makes_room_stays_in_the_full_text(tmp_path, straight):
    # Of one second, all of them: each wants the number of another.
    press = new_press(tmp_path)
    date = '<meta property="article:published_time" content="2026-01-04T10:00:01Z">'
    pages = [
        press.exchange(f"https://morning.example/2026/story-{n}-of-today", http(page))
        for n, page in enumerate(story(f"Story {n}", head=date) for n in range(12))
    ]
    path = press.write("a.warc.gz", pages)
    entries = [
        Entry(each, read_page(each.page) if each.page else None)
        for each in iter_found(path, "a.warc.gz")
    ]
    with closing(open_index_file(tmp_path / "index.db", write=True)) as db:
        for at in range(0, len(entries), 5):
            write_batch(db, entries[at : at + 5], straight=straight)
        numbers = {row[0] for row in db.execute("SELECT number FROM articles")}
        assert len(numbers) == 12
        assert {row[0] for row in db.execute("SELECT id FROM articles_fts_docsize")} == numbers
        for number, title in db.execute("SELECT number, title FROM articles"):
            (hit,) = db.execute(
                "SELECT rowid, rank FROM articles_fts WHERE articles_fts MATCH ?",
                [f'title : "{title}"'],
            ).fetchall()
            assert hit[0] == number
