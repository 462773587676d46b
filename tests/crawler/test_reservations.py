"""What publishers reserve: read, recorded, and respected where the source says so."""

import gzip
import json
from contextlib import closing

import pytest
from warcio.archiveiterator import ArchiveIterator

from crawler.frontier import NewUrl, open_frontier
from crawler.outcomes import Kind, Why
from crawler.reservations import find_reservations, find_signals
from tests.crawler.oddsite import Reply, odd_site

META = b"<html><head><meta content='max-snippet:9, NoArchive' name=ROBOTS></head><p>x</html>"


@pytest.mark.parametrize(
    ("headers", "body", "expected"),
    [
        ([], b"", ()),
        ([(b"x-robots-tag", b"noindex, NOARCHIVE")], b"", ("noarchive", "noindex")),
        (
            [(b"X-Robots-Tag", b"noarchive"), (b"X-Robots-Tag", b"none")],
            b"",
            ("noarchive", "noindex"),
        ),
        ([(b"X-Robots-Tag", b"Press: noarchive")], b"", ("noarchive",)),
        ([(b"X-Robots-Tag", b"other: noarchive, noindex")], b"", ()),
        ([(b"X-Robots-Tag", b"noindex, unavailable_after: 1 Jan 2030")], b"", ("noindex",)),
        ([(b"TDM-Reservation", b" 1 ")], b"", ("tdm-reservation",)),
        ([(b"TDM-Reservation", b"0")], b"", ()),
        ([], META, ("noarchive",)),
        ([], b"<meta name=press content=noindex>", ("noindex",)),
        ([], b"<!-- <meta name=robots content=noindex> -->", ()),
        ([], b"<p>robots" + b" " * 40_000 + META, ()),
        ([(b"Content-Encoding", b"gzip")], gzip.compress(META, mtime=0), ("noarchive",)),
        ([(b"Content-Encoding", b"who-knows")], META, ()),
    ],
)
def test_reservations_are_read_as_they_are_meant(headers, body, expected):
    assert find_reservations(headers, body, agent="press") == expected


def test_content_signals_are_read_line_by_line():
    robots = b"User-agent: *\r\ncontent-signal : search=yes # a\r\nAllow: /\nX-Content-Signal: a\n"
    assert find_signals(robots) == ("search=yes",)
    assert len(find_signals(b"Content-Signal: a\n" * 30)) == 20


def facts(bench) -> dict[str, dict]:
    found = {}
    for path in bench.archive.warcs_dir.rglob("*.warc.gz"):
        with path.open("rb") as file:
            for record in ArchiveIterator(file):
                if record.rec_type == "metadata":
                    text = record.content_stream().read().decode().partition("json-metadata: ")[2]
                    uri = record.rec_headers.get_header("WARC-Target-URI")
                    found[uri.rpartition("/")[2]] = json.loads(text)
    return found


@pytest.mark.parametrize(
    ("respect", "outcomes"),
    [([], {"captured": 3}), (["noarchive"], {"captured": 2, "reserved": 1})],
)
def test_what_is_reserved_is_recorded_and_respected(bench, respect, outcomes):
    with odd_site() as site:
        robots = b"User-agent: *\nContent-Signal: ai-train=no\nAllow: /\n"
        site.answers |= {
            "/robots.txt": Reply(body=robots, content_type="text/plain"),
            "/feed": site.feed("/a", "/b"),
            "/a": Reply(body=META),
            "/b": Reply(headers={"X-Robots-Tag": "noindex"}),
        }
        options = {"delay": 0.0, "requisites": "none", "respect": respect}
        bench.source("press", f"{site.base}/", feeds=[f"{site.base}/feed"], **options)
        bench.run("crawl", "--no-index")
        report = bench.report()["sources"]["press"]
        assert (report["outcomes"], report["errors"]) == (outcomes, 0)
        told = facts(bench)
        assert told["a"]["reserved"] == ["noarchive"]
        assert told["b"]["reserved"] == ["noindex"]
        assert told["robots.txt"]["content_signals"] == ["ai-train=no"]
        assert "reserved" not in told["feed"]
        with closing(open_frontier(bench.archive.frontier_path)) as frontier:
            page = frontier.find(f"{site.base}/a")
            assert page is not None
            assert (page.due_at is None) == bool(respect)
            # No listing brings it back, whatever it says has changed.
            named = NewUrl(page.url, "press", Kind.ARTICLE, Why.FEED, stale_before=float("inf"))
            assert bool(frontier.add([named], now=page.first_seen + 1).due) != bool(respect)
