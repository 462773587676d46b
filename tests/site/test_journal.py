"""The journal tells the truth: what was asked, when, and over which connection."""

import time
from pathlib import Path

import httpx

from tests.site.journal import Entry, read, too_close


def test_journal_tells_what_was_asked_and_the_bytes_are_kept(newspaper):
    with httpx.Client(headers={"User-Agent": "test/1"}) as client:
        client.get(f"{newspaper.a}/robots.txt")
        client.get(f"{newspaper.a}/desk/rota.html?x=1")
        client.get(f"{newspaper.b}/intern/")
    first, second, third = newspaper.journal()
    assert (first.path, first.status, first.method) == ("/robots.txt", 200, "GET")
    assert (second.user_agent, second.exchange) == ("test/1", 2)
    assert first.connection == second.connection != third.connection
    assert first.hostname == "127.0.0.1"
    assert third.hostname == "localhost"
    assert abs(first.wall - time.time()) < 60
    assert newspaper.disallowed() == [second, third]
    assert newspaper.too_close(30.0)[0].later == second
    received, sent = newspaper.exchange(2)
    assert received.startswith(b"GET /desk/rota.html?x=1 HTTP/1.1\r\n")
    assert sent.startswith(b"HTTP/1.1 200 OK\r\n")
    assert sent.endswith(b"</html>")


def test_journal_reader_leaves_out_a_line_still_being_written(tmp_path: Path):
    path = tmp_path / "journal.jsonl"
    assert read(path) == []
    path.write_text('{"exchange": 1, "mono', "utf-8")
    assert read(path) == []


def test_gap_is_measured_for_each_host_over_ports_and_connections(newspaper):
    entries = [
        Entry(1, 0.00, 0, "127.0.0.1:1", "GET", "/", "", 200, 1, 1),
        Entry(2, 0.10, 0, "localhost:2", "GET", "/", "", 200, 2, 2),
        Entry(3, 0.96, 0, "127.0.0.1:3", "GET", "/", "", 200, 3, 3),
        Entry(4, 1.90, 0, "127.0.0.1:1", "GET", "/", "", 200, 1, 1),
    ]
    assert [gap.later.exchange for gap in too_close(entries, 1.0)] == [4]
    assert too_close(entries, {"localhost": 9.0}) == []
