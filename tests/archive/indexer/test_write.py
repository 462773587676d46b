"""Articles, versions and events out of WARC files: what merges, what does not, in any order."""

import itertools
import random
from contextlib import closing
from dataclasses import replace
from datetime import timedelta

import pytest

from archive.index.articles import find_article, get_article
from archive.index.open import open_index_file
from archive.indexer.run import iter_found
from archive.warc.exchange import PayloadRef
from tests.archive.indexer.press import http, index_here, rows_of, story

HARBOUR = "https://morning.example/2026/harbour-vote-tonight"
BRIDGE = "https://morning.example/2026/bridge-closed-again"
PHONE_TEXT = "A short text for telephones, long enough to be read as an article by anybody. " * 4


def canonical(url):
    return f'<link rel="canonical" href="{url}">'


def titles(db):
    return sorted(row[0] for row in db.execute("SELECT title FROM articles"))


def events(db, article):
    return [(event.at, event.kind) for event in get_article(db, article).events]


def test_an_article_of_two_addresses_and_two_versions(press, db):
    press.write(
        "a.warc.gz",
        [
            press.exchange(HARBOUR, http(story("Harbour vote tonight"))),
            press.exchange(HARBOUR + "?utm_source=rss", http(story("Harbour vote tonight"))),
            press.exchange(HARBOUR, http(story("Harbour vote passed")), after=timedelta(hours=6)),
        ],
    )
    totals = index_here(db, press.archive, ["a.warc.gz"])
    assert (totals.all.captures, totals.all.articles_new, totals.all.versions_new) == (3, 1, 2)
    article = get_article(db, find_article(db, HARBOUR))
    assert article.title == "Harbour vote passed"
    assert [version.title for version in article.versions] == [
        "Harbour vote tonight",
        "Harbour vote passed",
    ]
    assert [version.captures for version in article.versions] == [2, 1]
    assert article.versions[0].record_id == article.captures[0].record_id
    assert article.captures[1].record_type == "revisit"
    assert article.addresses == (HARBOUR,)
    assert article.current.blocks[0].text in article.current.text


def test_what_an_earlier_version_said_is_still_found(press, db):
    press.write(
        "a.warc.gz",
        [
            press.exchange(HARBOUR, http(story("Harbour vote tonight"))),
            press.exchange(HARBOUR, http(story("Harbour vote passed"))),
        ],
    )
    index_here(db, press.archive, ["a.warc.gz"])
    found = db.execute(
        "SELECT count(*) FROM articles_fts WHERE articles_fts MATCH 'earlier : tonight'"
    ).fetchone()
    assert found == (1,)
    current = "SELECT count(*) FROM articles_fts WHERE articles_fts MATCH 'title : tonight'"
    assert db.execute(current).fetchone() == (0,)


def test_amp_page_joins_the_article_it_claims_to_be_when_the_title_agrees(press, db):
    amp = BRIDGE + "/amp"
    page = story("Bridge closed again", PHONE_TEXT, head=canonical(BRIDGE))
    press.write(
        "a.warc.gz",
        [
            press.exchange(amp, http(page)),
            press.exchange(BRIDGE, http(story("Bridge closed again"))),
        ],
    )
    index_here(db, press.archive, ["a.warc.gz"])
    article = get_article(db, find_article(db, amp))
    assert article.url == BRIDGE
    assert article.addresses == (BRIDGE, amp)
    assert "valley" in article.current.text or "council" in article.current.text
    assert [event.kind for event in article.events] == ["published"]


def test_the_id_an_article_had_before_a_merge_still_leads_to_it(press, db):
    amp = BRIDGE + "/amp"
    page = story("Bridge closed again", PHONE_TEXT, head=canonical(BRIDGE))
    press.write("a.warc.gz", [press.exchange(amp, http(page))])
    press.write("b.warc.gz", [press.exchange(BRIDGE, http(story("Bridge closed again")))])
    index_here(db, press.archive, ["a.warc.gz"])
    former = find_article(db, amp)
    index_here(db, press.archive, ["b.warc.gz"])
    assert find_article(db, amp) != former
    assert find_article(db, former) == find_article(db, BRIDGE)


def test_a_canonical_that_agrees_in_nothing_is_not_believed(press, db):
    liar = "https://morning.example/2026/museum-opens-again"
    page = story("Museum opens its doors", PHONE_TEXT, head=canonical(BRIDGE))
    press.write(
        "a.warc.gz",
        [
            press.exchange(BRIDGE, http(story("Bridge closed again"))),
            press.exchange(liar, http(page)),
        ],
    )
    index_here(db, press.archive, ["a.warc.gz"])
    assert titles(db) == ["Bridge closed again", "Museum opens its doors"]


@pytest.mark.parametrize(
    "claim", ["https://morning.example/", "https://morning.example/2026", "https://evil.test/x-y-z"]
)
def test_a_canonical_to_the_home_page_a_section_or_another_host_is_not_believed(press, db, claim):
    head = canonical(claim)
    press.write(
        "a.warc.gz",
        [
            press.exchange(BRIDGE, http(story("Bridge closed again", head=head))),
            press.exchange(
                BRIDGE + "-2", http(story("Bridge closed again", PHONE_TEXT, head=head))
            ),
        ],
    )
    index_here(db, press.archive, ["a.warc.gz"])
    assert len(titles(db)) == 2


def test_the_same_address_at_two_sources_is_two_articles(press, db):
    page = http(story("Bridge closed again"))
    press.write(
        "a.warc.gz",
        [
            press.exchange(BRIDGE, page, source="morning"),
            press.exchange(BRIDGE, page, source="evening"),
        ],
    )
    index_here(db, press.archive, ["a.warc.gz"])
    assert sorted(db.execute("SELECT source FROM articles")) == [("evening",), ("morning",)]


def test_moved_article_joins_its_new_address(press, db):
    new = "https://morning.example/news/bridge-closed-again-2026"
    press.write(
        "a.warc.gz",
        [
            press.exchange(BRIDGE, http(story("Bridge closed again"))),
            press.exchange(BRIDGE, http(b"", "301 Moved", f"Location: {new}")),
            press.exchange(new, http(story("Bridge closed again"))),
        ],
    )
    index_here(db, press.archive, ["a.warc.gz"])
    article = get_article(db, find_article(db, BRIDGE))
    assert article.url == new
    assert set(article.addresses) == {BRIDGE, new}
    moved = [event for event in article.events if event.kind == "moved"]
    assert [event.detail for event in moved] == [new]


def test_an_address_that_only_ever_redirected_leads_to_the_article(press, db):
    short = "https://morning.example/s/17"
    press.write(
        "a.warc.gz",
        [
            press.exchange(short, http(b"", "302 Found", f"Location: {BRIDGE}")),
            press.exchange(BRIDGE, http(story("Bridge closed again"))),
        ],
    )
    index_here(db, press.archive, ["a.warc.gz"])
    assert find_article(db, short) == find_article(db, BRIDGE)


def test_removed_after_two_410s_three_days_apart_and_restored(press, db):
    gone = http(b"gone", "410 Gone")
    press.write(
        "a.warc.gz",
        [
            press.exchange(BRIDGE, http(story("Bridge closed again"))),
            press.exchange(BRIDGE, gone, after=timedelta(days=1)),
            press.exchange(BRIDGE, gone, after=timedelta(days=2)),
        ],
    )
    index_here(db, press.archive, ["a.warc.gz"])
    article = find_article(db, BRIDGE)
    assert [kind for _, kind in events(db, article)] == ["published"]
    press.write("b.warc.gz", [press.exchange(BRIDGE, gone, after=timedelta(days=1))])
    index_here(db, press.archive, ["b.warc.gz"])
    assert events(db, article)[-1] == ("20260109080001", "removed")
    assert get_article(db, article).removed == "20260109080001"
    press.write("c.warc.gz", [press.exchange(BRIDGE, http(story("Bridge closed again")))])
    index_here(db, press.archive, ["c.warc.gz"])
    assert events(db, article)[-1][1] == "restored"
    assert get_article(db, article).removed is None


def test_removed_at_the_address_it_had_moved_to(press, db):
    new = "https://morning.example/news/bridge-closed-again-2026"
    gone, day = http(b"gone", "410 Gone"), timedelta(days=1)
    visits = [
        (BRIDGE, http(story("Bridge closed again"))),
        (BRIDGE, http(b"", "301 Moved", f"Location: {new}")),
        (new, http(story("Bridge closed again"))),
        *[(new, gone)] * 4,
        *[(BRIDGE, gone)] * 5,
    ]
    press.write("a.warc.gz", [press.exchange(url, answer, after=day) for url, answer in visits])
    index_here(db, press.archive, ["a.warc.gz"])
    kinds = [kind for _, kind in events(db, find_article(db, BRIDGE))]
    assert kinds == ["published", "moved", "removed"]


def test_a_redirect_to_https_is_no_move_and_hides_no_removal(press, db):
    plain, gone = BRIDGE.replace("https:", "http:"), http(b"gone", "410 Gone")
    to_https = http(b"", "301 Moved", f"Location: {BRIDGE}")
    answers = [http(story("Bridge closed again")), *[gone] * 3]
    exchanges = []
    for answer in answers:
        exchanges.append(press.exchange(plain, to_https, after=timedelta(days=2)))
        exchanges.append(press.exchange(BRIDGE, answer))
    press.write("a.warc.gz", exchanges)
    index_here(db, press.archive, ["a.warc.gz"])
    article = find_article(db, BRIDGE)
    assert [kind for _, kind in events(db, article)] == ["published", "removed"]
    assert len(get_article(db, article).captures) == 8


def test_a_text_put_back_and_changed_again_is_edited_each_time(press, db):
    first, second = (http(story("Bridge closed again", text * 20)) for text in ("One. ", "Two. "))
    answers = [first, second, first, second]
    day = timedelta(days=1)
    press.write("a.warc.gz", [press.exchange(BRIDGE, answer, after=day) for answer in answers])
    index_here(db, press.archive, ["a.warc.gz"])
    article = get_article(db, find_article(db, BRIDGE))
    assert [event.kind for event in article.events] == ["published", *["edited"] * 3]
    assert article.edited == article.events[-1].at == "20260109080000"


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


@pytest.mark.parametrize("files", [revisits_of_revisits, copies_that_move])
def test_revisits_tell_the_same_however_much_is_read_at_once(press, db, tmp_path, files):
    names = files(press)
    index_here(db, press.archive, names, batch=1_000)
    assert titles(db) == ["Bridge closed again"]
    assert get_article(db, find_article(db, BRIDGE)).current.captures == len(names) - (
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


def busy_month(press):
    """Files with edits, merges, moves, revisits, removals: what could depend on the order."""
    amp, new = BRIDGE + "/amp", "https://morning.example/news/bridge-closed-again-2026"
    gone, head = http(b"gone", "404 Not Found"), canonical(BRIDGE)
    byline = '<meta name="author" content="{}"><meta name="keywords" content="{}">'
    day = timedelta(days=1)
    files = {
        "2026/01/a.warc.gz": [
            (HARBOUR, http(story("Harbour vote tonight", head=byline.format("Ann Lee", "port")))),
            (amp, http(story("Bridge closed again", PHONE_TEXT, head=head))),
            (BRIDGE, http(story("Bridge closed again"))),
        ],
        "2026/01/b.warc.gz": [
            (HARBOUR, http(story("Harbour vote passed", head=byline.format("Bo Berg", "vote")))),
            (BRIDGE, http(story("Bridge closed again"))),
            (amp, gone),
        ],
        "2026/01/c.warc.gz": [
            (HARBOUR, http(story("Harbour vote tonight", head=byline.format("Ann Lee", "port")))),
            (BRIDGE, http(b"", "301 Moved", f"Location: {new}")),
            (new, http(story("Bridge closed again", PHONE_TEXT))),
            (amp, gone),
        ],
        "2026/01/d.warc.gz": [
            (HARBOUR, http(story("“Harbour” vote  tonight"))),
            (HARBOUR, gone),
            (BRIDGE, gone),
            (new, gone),
        ],
        "2026/01/e.warc.gz": [(HARBOUR, gone), (BRIDGE, gone), (new, gone)],
    }
    for name, visits in files.items():
        press.write(name, [press.exchange(u, r, after=day) for u, r in visits])
    return list(files)


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
