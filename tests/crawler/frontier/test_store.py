"""The frontier: what is due, what is settled, what survives."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from archive.errors import ArchiveUnwritable
from archive.warc.exchange import PayloadRef
from crawler.frontier import Added, Frontier, NewUrl, Visit, open_frontier
from crawler.frontier.hosts import HostState, StoredRobots
from crawler.frontier.payloads import PayloadMemory
from crawler.outcomes import Kind, Outcome, State, Why

HOME = "https://news.example/"
NOW = 1_000_000.0


def article(name: str, **more) -> NewUrl:
    more.setdefault("kind", Kind.ARTICLE)
    return NewUrl(HOME + name, "news", why=Why.FEED, via=HOME + "feed", **more)


def fetched(due_at: float | None = None, **more) -> Visit:
    return Visit(State.FETCHED, Outcome.CAPTURED, due_at, fetched_at=NOW, status=200, **more)


@pytest.fixture
def frontier(tmp_path):
    opened = open_frontier(tmp_path / "frontier.db")
    yield opened
    opened.close()


def taken(frontier: Frontier, until: float = NOW, limit: int = 100) -> list[str]:
    rows = frontier.take_due("news", "news.example", until=until, limit=limit)
    return [row.url.removeprefix(HOME) for row in rows]


def test_new_addresses_are_due_at_once_in_order_of_discovery_and_rank(frontier):
    added = [article("b"), article("a"), article("c.css", kind=Kind.REQUISITE, page=HOME + "b")]
    assert frontier.add(added, now=NOW).new == 3
    assert frontier.add([article("a")], now=NOW) == Added(0, frozenset())
    frontier.set_seeds("news", {HOME + "feed": Kind.FEED}, now=NOW, interval=900)
    assert taken(frontier) == ["feed", "c.css", "b", "a"]
    assert taken(frontier, limit=2) == ["feed", "c.css"]
    assert frontier.due_hosts("news") == ["news.example"]
    assert frontier.due_hosts("other") == []
    assert frontier.count_due(["news"], until=NOW) == 4


def test_settled_address_is_due_when_it_says(frontier):
    frontier.add([article("a")], now=NOW)
    ref = PayloadRef("urn:uuid:1", HOME + "a", "2026-01-01T00:00:00.000000Z", "sha1:X")
    frontier.settle(HOME + "a", fetched(NOW + 60, etag='"1"', capture=ref))
    assert taken(frontier) == []
    assert taken(frontier, until=NOW + 60) == ["a"]
    row = frontier.find(HOME + "a")
    assert row is not None
    assert (row.etag, row.capture, row.last_fetched) == ('"1"', ref, NOW)
    assert list(frontier.iter_fetched()) == [(HOME + "a", "urn:uuid:1")]


def test_not_modified_keeps_validators_and_capture(frontier):
    frontier.add([article("a")], now=NOW)
    ref = PayloadRef("urn:uuid:1", HOME + "a", "2026-01-01T00:00:00.000000Z", "sha1:X")
    frontier.settle(HOME + "a", fetched(etag='"1"', capture=ref))
    frontier.settle(
        HOME + "a",
        Visit(State.FETCHED, Outcome.UNCHANGED, None, NOW + 9, 304, keep_validators=True),
    )
    row = frontier.find(HOME + "a")
    assert row is not None
    assert (row.etag, row.capture, row.last_fetched) == ('"1"', ref, NOW + 9)


def test_failure_leaves_the_last_fetch_alone(frontier):
    frontier.add([article("a")], now=NOW)
    frontier.settle(HOME + "a", Visit(State.FAILED, Outcome.TIMED_OUT, NOW + 300, failures=1))
    row = frontier.find(HOME + "a")
    assert row is not None
    assert (row.last_fetched, row.failures, row.due_at) == (None, 1, NOW + 300)


def test_a_lastmod_brings_an_address_back_only_when_it_is_newer(frontier):
    frontier.add([article("a"), article("failing")], now=NOW)
    frontier.settle(HOME + "a", fetched(NOW + 9999))
    frontier.settle(
        HOME + "failing", Visit(State.FAILED, Outcome.TIMED_OUT, NOW + 9999, NOW, failures=1)
    )
    frontier.add([article("a", stale_before=NOW - 1)], now=NOW)
    assert taken(frontier) == []
    frontier.add([article(n, stale_before=NOW + 1) for n in ("a", "failing")], now=NOW)
    assert taken(frontier) == ["a"]


def test_what_a_listing_says_of_a_change_is_kept_though_it_brings_nothing_back(frontier):
    frontier.add([article("a", modified=NOW - 9)], now=NOW)
    frontier.settle(HOME + "a", fetched(NOW + 9999))
    frontier.add([article("a", modified=NOW + 5, stale_before=NOW - 3000)], now=NOW + 6)
    frontier.add([article("a", modified=NOW - 5)], now=NOW + 7)
    assert (frontier.find(HOME + "a").modified, taken(frontier, NOW + 7)) == (NOW + 5, [])


def test_addresses_of_a_source_that_is_no_longer_visited_go_to_who_names_them(frontier):
    frontier.add([article("a")], now=NOW)
    again = NewUrl(HOME + "a", "twin", Kind.ARTICLE, Why.FEED)
    for collected, due in (["news", "twin"], ["a"]), (["twin"], []):
        frontier.set_collected(collected)
        frontier.add([again], now=NOW)
        assert taken(frontier) == due
    assert frontier.due_hosts("twin") == ["news.example"]


def test_what_was_gone_comes_back_when_it_is_named_anew_and_no_look_is_planned(frontier):
    frontier.add([article("planned"), article("past")], now=NOW)
    gone = {"fetched_at": NOW, "status": 410, "failures": 3}
    frontier.settle(HOME + "planned", Visit(State.GONE, Outcome.GONE, NOW + 9999, **gone))
    frontier.settle(HOME + "past", Visit(State.GONE, Outcome.GONE, None, **gone))
    names = ("planned", "past")
    frontier.add([article(name, stale_before=NOW) for name in names], now=NOW)
    assert taken(frontier) == []
    frontier.add([article(name, stale_before=NOW + 1) for name in names], now=NOW)
    assert taken(frontier) == ["past"]


def test_a_requisite_follows_the_page_that_wants_it_now(frontier):
    frontier.add([article("c.css", kind=Kind.REQUISITE, page=HOME + "old")], now=NOW)
    frontier.settle(HOME + "c.css", fetched(None))
    wanted = NewUrl(
        HOME + "c.css",
        "twin",
        Kind.REQUISITE,
        Why.REQUISITE,
        page=HOME + "new",
        stale_before=NOW + 1,
    )
    frontier.add([wanted], now=NOW)
    assert taken(frontier) == []
    (row,) = frontier.take_due("twin", "news.example", until=NOW, limit=9)
    assert row.page == HOME + "new"


def test_seeds_are_the_configured_ones_and_no_others(frontier):
    feed, sitemap = HOME + "feed", HOME + "map"
    frontier.add([article("feed")], now=NOW)
    frontier.set_seeds("news", {feed: Kind.FEED, sitemap: Kind.SITEMAP}, now=NOW, interval=900)
    assert taken(frontier) == ["feed", "map"]
    for url in (feed, sitemap):
        frontier.settle(url, fetched(NOW + 900))
    frontier.set_seeds("news", {feed: Kind.FEED}, now=NOW + 1, interval=60)
    assert taken(frontier, until=NOW + 60) == ["feed"]
    assert taken(frontier, until=NOW + 9999) == ["feed"]


def test_make_due_spares_requisites_and_dropped_seeds(frontier):
    frontier.set_seeds("news", {HOME + "feed": Kind.FEED}, now=NOW, interval=900)
    frontier.add([article("a"), article("c.css", kind=Kind.REQUISITE)], now=NOW)
    for name in ("feed", "a", "c.css"):
        frontier.settle(HOME + name, fetched(NOW + 9999))
    frontier.set_seeds("news", {}, now=NOW, interval=900)
    frontier.make_due(["news"])
    assert taken(frontier) == ["a"]


def test_a_transaction_is_whole_or_nothing(frontier):
    frontier.add([article("feed", kind=Kind.FEED)], now=NOW)

    def broken_off() -> None:
        with frontier.transaction():
            frontier.settle(HOME + "feed", fetched(NOW + 900))
            frontier.add([article("a")], now=NOW)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        broken_off()
    assert taken(frontier) == ["feed"]


def test_politeness_survives_the_process(tmp_path):
    first = open_frontier(tmp_path / "frontier.db")
    first.hosts.note_start("news.example", NOW)
    first.hosts.note_refusals("news.example", 2, NOW + 60)
    first.hosts.keep_robots("https://news.example", StoredRobots(NOW, 200, b"User-agent: *"))
    first.close()
    second = open_frontier(tmp_path / "frontier.db")
    assert second.hosts.get("news.example") == HostState(NOW, NOW + 60, 2)
    assert second.hosts.get("other.example") == HostState()
    assert second.hosts.find_robots("https://news.example") == StoredRobots(
        NOW, 200, b"User-agent: *"
    )
    assert second.hosts.find_robots("http://news.example") is None
    second.close()


def test_payloads_are_found_from_another_connection(frontier):
    memory = PayloadMemory(frontier.path)
    assert memory.find("sha1:A") is None
    ref = PayloadRef("urn:uuid:1", HOME + "a", "2026-01-01T00:00:00.000000Z", "sha1:A")
    frontier.remember_payload("sha1:A", ref)
    frontier.remember_payload("sha1:A", PayloadRef("urn:uuid:2", HOME + "b", "later"))
    assert memory.find("sha1:A") == ref
    memory.close()


def test_taking_what_is_due_reads_the_index_and_not_the_table(frontier):
    entries = (article(f"{number}", kind=Kind.REQUISITE) for number in range(5000))
    frontier.add(entries, now=NOW)
    connection = sqlite3.connect(frontier.path)
    plan = connection.execute(
        "EXPLAIN QUERY PLAN SELECT url FROM urls WHERE source = ? AND host = ? AND rank = ?"
        " AND due_at <= ? ORDER BY due_at, id LIMIT ?",
        ["news", "news.example", 1, NOW, 9],
    ).fetchall()
    connection.close()
    assert "urls_due" in plan[0][3]
    assert not any("TEMP B-TREE" in step[3] for step in plan)
    assert len(taken(frontier, limit=32)) == 32


def test_a_file_that_is_no_database_is_said_to_be_none(tmp_path):
    path: Path = tmp_path / "frontier.db"
    path.write_bytes(b"not a database, " * 64)
    with pytest.raises(ArchiveUnwritable, match=r"frontier\.db: cannot be used: .*move it away"):
        open_frontier(path)


def test_a_frontier_that_refuses_a_row_stops_the_run(frontier):
    """Else what cannot be settled stays due, and would be fetched again without an end."""
    frontier.add([article("a")], now=NOW)
    with closing(sqlite3.connect(frontier.path)) as other:
        other.execute(
            "CREATE TRIGGER damaged BEFORE UPDATE ON urls BEGIN SELECT RAISE(ABORT, 'no'); END"
        )
        other.commit()
    with pytest.raises(ArchiveUnwritable, match=r"frontier\.db: cannot be written: no"):
        frontier.settle(HOME + "a", fetched())


def test_a_frontier_that_cannot_be_read_stops_the_run(frontier):
    """Else the queue would seem empty, and the run finished."""
    frontier.add([article("a")], now=NOW)
    with closing(sqlite3.connect(frontier.path)) as other:
        other.execute("ALTER TABLE urls RENAME TO lost")
        other.execute("DROP TABLE hosts")
    for read in (
        lambda: frontier.take_due("gazette", "news.example", until=NOW, limit=1),
        lambda: frontier.due_hosts("gazette"),
        lambda: frontier.find(HOME + "a"),
        lambda: frontier.hosts.get("news.example"),
    ):
        with pytest.raises(ArchiveUnwritable, match=r"frontier\.db: cannot be read: no such table"):
            read()
