"""Revisits: they show what another capture showed, whatever was read first."""

from contextlib import closing
from dataclasses import replace

import pytest

from archive.index.articles import find_article, get_article
from archive.index.open import open_index_file
from archive.indexer.run import iter_found
from archive.warc.exchange import PayloadRef
from tests.archive.indexer.pages import BRIDGE, canonical, titles
from tests.archive.indexer.press import http, index_here, rows_of, story

SHORT = "https://morning.example/a"


def test_not_modified_counts_as_a_capture_of_the_version(press, db):
    press.write("a.warc.gz", [press.exchange(BRIDGE, http(story("Bridge closed again")))])
    original = next(iter(press.seen.values()))
    press.write(
        "b.warc.gz",
        [press.exchange(BRIDGE, b"HTTP/1.1 304 Not Modified\r\n\r\n", not_modified=original)],
    )
    # The revisit is read first: it waits for its original.
    index_here(db, press.archive, ["b.warc.gz"])
    assert titles(db) == []
    index_here(db, press.archive, ["a.warc.gz"])
    article = get_article(db, find_article(db, BRIDGE))
    assert [version.captures for version in article.versions] == [2]


def revisits_of_revisits(press):
    """A page, then 304s of which each names the one before as what it confirms."""
    press.write("0.warc.gz", [press.exchange(BRIDGE, http(story("Bridge closed again")))])
    confirmed = next(iter(press.seen.values()))
    for number in range(1, 5):
        exchange = press.exchange(
            BRIDGE, b"HTTP/1.1 304 Not Modified\r\n\r\n", not_modified=confirmed
        )
        path = press.write(f"{number}.warc.gz", [exchange])
        captures = [found.capture for found in iter_found(path, path.name)]
        (written,) = filter(None, captures)
        # No payload has this digest: the chain is all there is to go by.
        confirmed = replace(
            confirmed, record_id=f"<{written.record_id}>", digest="sha1:" + "A" * 32
        )
    return [f"{number}.warc.gz" for number in range(5)]


def copies_that_move(press):
    """A copy of another page's payload, kept as a revisit, whose address then redirects."""
    page, short = http(story("Bridge closed again")), "https://morning.example/news/bridge-a-b"
    press.write("0.warc.gz", [press.exchange(BRIDGE, page)])
    press.write("1.warc.gz", [press.exchange(short, page)])
    moved = http(b"", "301 Moved", f"Location: {BRIDGE}")
    press.write("2.warc.gz", [press.exchange(short, moved)])
    return ["0.warc.gz", "1.warc.gz", "2.warc.gz"]


def copies_that_say_what_they_are(press):
    """The same bytes at five addresses, of which the page names one: the twins of many sites."""
    page = http(story("Bridge closed again", head=canonical(SHORT)))
    for number, end in enumerate(("?ref=rss", "/amp", "", "?outputType=amp", "/index.html")):
        press.write(f"{number}.warc.gz", [press.exchange(SHORT + end, page)])
    return [f"{number}.warc.gz" for number in range(5)]


@pytest.mark.parametrize(
    "files", [revisits_of_revisits, copies_that_move, copies_that_say_what_they_are]
)
def test_revisits_tell_the_same_however_much_is_read_at_once(press, db, tmp_path, files):
    names = files(press)
    index_here(db, press.archive, names, batch=1_000)
    assert titles(db) == ["Bridge closed again"]
    (url,) = db.execute("SELECT url FROM articles").fetchone()
    assert url in (BRIDGE, SHORT)
    assert get_article(db, find_article(db, url)).current.captures == len(names) - (
        files is copies_that_move
    )
    for number, pieces in enumerate(([names], [[n] for n in names], [[n] for n in names[::-1]])):
        with closing(open_index_file(tmp_path / f"{number}.db", write=True)) as other:
            for piece in pieces:
                index_here(other, press.archive, piece, batch=1)
            assert rows_of(other) == rows_of(db)


def test_a_304_whose_original_is_unknown_is_kept_as_a_capture(press, db):
    nowhere = PayloadRef("<urn:uuid:no>", BRIDGE, "2020-01-01T00:00:00Z", "sha1:NOWHERE")
    press.write(
        "a.warc.gz",
        [press.exchange(BRIDGE, b"HTTP/1.1 304 Not Modified\r\n\r\n", not_modified=nowhere)],
    )
    totals = index_here(db, press.archive, ["a.warc.gz"])
    assert (totals.all.captures, titles(db)) == (1, [])
