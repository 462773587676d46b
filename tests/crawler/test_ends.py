"""How runs end: killed, interrupted, refused, full disk, sources that fail. Nothing is lost."""

import random
import signal
import sqlite3
import subprocess
import time
from contextlib import closing

import pytest
from scrapy import Request

from archive.errors import WarcError
from archive.layout import open_archive
from archive.lock import hold
from archive.warc.reader import iter_groups
from crawler.fetch import Fetch
from crawler.frontier import open_frontier
from crawler.session import Mode, open_session
from crawler.spiders.news import NewsSpider
from tests.crawler.conftest import Bench
from tests.crawler.oddsite import OddSite, Reply, odd_site

ARTICLES = [f"/{number}.html" for number in range(120)]
KILLS = 10
PATIENCE_S = 30.0


@pytest.fixture
def site():
    with odd_site() as running:
        yield running


@pytest.fixture
def press(site: OddSite, bench: Bench) -> Bench:
    """A source with 120 articles on four feeds, each a few milliseconds of work."""
    feeds = []
    for number in range(4):
        path = f"/feed-{number}"
        site.answers[path] = site.feed(*ARTICLES[number::4])
        feeds.append(site.base + path)
    for path in ARTICLES:
        body = f"<html><title>{path}</title><p>Story {path}</p></html>".encode()
        site.answers[path] = Reply(body=body)
    bench.source(
        "press", f"{site.base}/", feeds=feeds, delay=0.01, concurrency=4, requisites="none"
    )
    return bench


def records(bench: Bench) -> set[str]:
    found = set()
    for path in bench.archive.warcs_dir.rglob("*.warc.gz"):
        name = path.relative_to(bench.archive.warcs_dir).as_posix()
        found |= {group.main.record_id for group in iter_groups(path, filename=name)}
    return found


def fetched(bench: Bench) -> dict[str, str]:
    frontier = open_frontier(bench.archive.frontier_path)
    try:
        return dict(frontier.iter_fetched())
    finally:
        frontier.close()


def wait_for_requests(site: OddSite, more_than: int, process: "subprocess.Popen[str]") -> None:
    until = time.monotonic() + PATIENCE_S
    while len(site.asked) <= more_than and process.poll() is None:
        if time.monotonic() > until:
            process.kill()
            raise AssertionError("the crawl asks for nothing")
        time.sleep(0.01)


@pytest.mark.parametrize(
    ("command", "kills"), [("crawl", KILLS), pytest.param("watch", 50, marks=pytest.mark.soak)]
)
def test_kills_lose_nothing_that_was_passed_on_and_the_next_run_finishes(
    site, press, command, kills
):
    moments = random.Random(19)
    passed_on: dict[str, str] = {}
    for _ in range(kills):
        before = len(site.asked)
        with press.start(command, "--no-index") as process:
            # Some of them before anything is settled, none after all is.
            more = moments.randrange(100 // kills + 2)
            wait_for_requests(site, before + more, process)
            process.kill()
            process.communicate()
        now = fetched(press)
        assert passed_on.items() <= now.items(), "a killed run forgot what was settled before it"
        passed_on = now
    assert 0 < len(passed_on) < len(ARTICLES) + 4, "the kills came too early or too late to tell"
    last = press.run("crawl", "--no-index")
    assert last.status == 0, last.err
    done = fetched(press)
    assert {url.removeprefix(site.base) for url in done} >= set(ARTICLES)
    assert set(done.values()) <= records(press)
    assert list(press.archive.warcs_dir.rglob("*.open")) == []
    assert press.report()["due_left"] == 0
    # Only what was in flight at a kill is asked for again.
    again = len([path for path in site.paths() if path in ARTICLES]) - len(ARTICLES)
    assert again <= kills * 4


def test_ctrl_c_finishes_what_is_in_flight_and_the_next_run_goes_on(site, press):
    with press.start("crawl", "--no-index") as process:
        wait_for_requests(site, 20, process)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 130, err
    assert "interrupted" in out
    report = press.report()
    assert (report["reason"], report["exit_status"]) == ("interrupted", 130)
    assert report["due_left"] > 0
    assert set(fetched(press).values()) <= records(press)
    assert list(press.archive.warcs_dir.rglob("*.open")) == []
    # Whatever was answered was kept: a clean end leaves nothing to be asked for twice.
    assert press.run("crawl", "--no-index").status == 0
    assert [path for path in ARTICLES if site.times(path) != 1] == []


def test_no_room_ends_the_run_before_anything_is_written(press):
    press.crawl |= {"min_free_bytes": 10**18, "spare_bytes": 0}
    press.write()
    ended = press.run("crawl", "--no-index")
    assert ended.status == 8
    assert fetched(press) == {}
    report = press.report()
    assert (report["exit_status"], report["reason"]) == (8, "out_of_room")
    assert "min_free_bytes" in report["error"]


def test_a_budget_ends_the_run_and_leaves_everything_whole(press):
    press.crawl |= {"budget_bytes": 20_000, "spare_bytes": 10**6}
    press.write()
    ended = press.run("crawl", "--no-index")
    assert (ended.status, ended.err.count("\n")) == (8, 1)
    assert "budget_bytes" in ended.err
    report = press.report()
    assert (report["left_out"], report["reason"]) == ("all but news", "out_of_room")
    assert report["due_left"] > 0
    assert list(press.archive.warcs_dir.rglob("*.open")) == []
    assert set(fetched(press).values()) <= records(press)


def test_a_frontier_that_cannot_be_read_ends_the_run_before_anything_is_lost(press):
    open_frontier(press.archive.frontier_path).close()
    with closing(sqlite3.connect(press.archive.frontier_path)) as db:
        db.execute("ALTER TABLE payloads RENAME COLUMN date TO day")
    ended = press.run("crawl", "--no-index")
    assert ended.status == 4
    assert len(ended.err.splitlines()) == 1
    assert "frontier.db: cannot be read" in ended.err
    with closing(open_frontier(press.archive.frontier_path)) as frontier:
        assert frontier.count_due(["press"], until=time.time()) >= 4


def test_one_exchange_that_cannot_be_put_into_records_does_not_end_the_run(press):
    with open_session(press.archive, mode=Mode(index=False)) as session:
        turn = session.harvest.queue.next()
        assert isinstance(turn, Fetch)
        error = WarcError(f"{turn.url}: cannot be put into WARC records")
        NewsSpider(session).failed(turn, Request(turn.url), error)
        assert session.fatal is None
        assert "cannot be put into" in session.tally.troubles[0].message


def test_a_locked_archive_is_refused(press):
    with hold(press.archive.lock_path, purpose="test"):
        ended = press.run("crawl", "--no-index")
    assert ended.status == 5
    assert ended.err.count("\n") == 1
    assert "in use by test" in ended.err


def test_an_unknown_source_is_named(press):
    ended = press.run("crawl", "pres")
    assert (ended.status, ended.out) == (1, "")
    assert ended.err == "microfiche: no source 'pres' in microfiche.toml; there is: press\n"


def test_a_source_whose_seeds_all_fail_is_told_by_the_exit_code(site, press):
    press.source("lost", f"{site.base}/lost/", feeds=[f"{site.base}/lost/feed"], delay=0.01)
    press.source("mute", "http://127.0.0.1:9/", delay=0.01)
    ended = press.run("crawl", "--no-index")
    assert ended.status == 7
    report = press.report()
    assert report["barren_sources"] == ["lost", "mute"]
    assert report["sources"]["press"]["outcomes"] == {"captured": 124}
    assert report["hosts"]["robots_unreachable"] == ["http://127.0.0.1:9"]
    assert "refused" in report["errors"][0]["message"]


def test_a_seed_that_has_moved_out_of_scope_is_told_and_its_source_yields_nothing(site, press):
    site.answers["/feed-0"] = Reply(301, headers={"Location": "http://elsewhere.example/feed"})
    press.source("press", f"{site.base}/", feeds=[f"{site.base}/feed-0"])
    ended = press.run("crawl", "--no-index")
    assert ended.status == 7
    (error,) = press.report()["errors"]
    assert error["outcome"] == "redirected"
    assert "leads to http://elsewhere.example/feed, which is not followed" in error["message"]


def test_a_second_ctrl_c_waits_for_nothing_and_still_seals_and_reports(site, press):
    site.answers |= {path: Reply(after_s=25.0) for path in ARTICLES[8:]}
    with press.start("crawl", "--no-index") as process:
        # robots.txt, four feeds, and the first articles: four of them hang.
        wait_for_requests(site, 8, process)
        process.send_signal(signal.SIGINT)
        time.sleep(0.5)
        assert process.poll() is None
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=PATIENCE_S / 2)
    assert process.returncode == 130, err
    assert "interrupted" in out
    assert "Traceback" not in err
    assert press.report()["reason"] == "interrupted"
    assert set(fetched(press).values()) <= records(press)
    assert list(press.archive.warcs_dir.rglob("*.open")) == []


def test_a_backup_made_during_a_crawl_is_restored_elsewhere_and_crawled_on(site, press, tmp_path):
    with press.start("crawl", "--quiet") as process:
        wait_for_requests(site, 20, process)
        assert press.run("backup", str(tmp_path / "copy")).status == 0
        process.kill()
        process.communicate()
    press.archive.root.rename(tmp_path / "lost")
    restored = press.run("restore", str(tmp_path / "copy"), str(tmp_path / "elsewhere" / "press"))
    assert restored.status == 0, restored.err
    bench = Bench(open_archive(tmp_path / "elsewhere" / "press"))
    crawled = bench.run("crawl", "--quiet")
    assert crawled.status == 0, crawled.err
    assert crawled.out == ""
    assert {f"{site.base}{path}" for path in ARTICLES} <= set(fetched(bench))
    assert set(fetched(bench).values()) <= records(bench)
    assert bench.run("check").status == 0
