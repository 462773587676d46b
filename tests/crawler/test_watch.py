"""A watch in a process of its own: what it visits, what it is told, how it ends."""

import json
import os
import signal
import socket
import time
from collections.abc import Callable
from threading import Thread

import pytest

from archive.errors import NotFound
from archive.runs import inbox
from archive.runs.frontier import read_address, read_sources
from archive.runs.reports import compare, get_run, iter_runs
from tests.crawler.conftest import CRAWL_S, Bench
from tests.crawler.oddsite import OddSite, Reply, odd_site


@pytest.fixture
def site():
    with odd_site() as running:
        yield running


def source(bench: Bench, site: OddSite, name: str = "press", **values) -> None:
    defaults = {"feeds": [f"{site.base}/feed"], "delay": 0.0, "requisites": "none"}
    bench.source(name, f"{site.base}/", **(defaults | values))


def wait_for(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + CRAWL_S
    while not true():
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.05)


@pytest.fixture
def supervisor(monkeypatch):
    """What a supervisor is told, but for its watchdog."""
    told: list[str] = []
    name = f"microfiche-test-{os.getpid()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as here:
        here.bind(f"\0{name}")
        monkeypatch.setenv("NOTIFY_SOCKET", f"@{name}")

        def listen() -> None:
            while (state := here.recv(1000).decode()) != "END":
                told.extend([] if state == "WATCHDOG=1" else [state])

        listener = Thread(target=listen, daemon=True)
        listener.start()
        yield told
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as out:
            out.sendto(b"END", f"\0{name}")
        listener.join()


def test_a_watch_goes_on_takes_wishes_and_changes_and_ends_when_it_is_told_to(
    site, bench, supervisor
):
    site.answers |= {f"/{name}": Reply() for name in ("a", "b", "wish", "late")}
    site.answers["/feed"] = site.feed("/a")
    site.answers["/other"] = site.feed("/late")
    source(bench, site, feed_interval="1s")
    with bench.start("watch", "--no-index") as watch:
        try:
            wait_for(lambda: site.times("/a") == 1)
            # What is published while it runs is found.
            site.answers["/feed"] = site.feed("/a", "/b")
            wait_for(lambda: site.times("/b") == 1)
            # What somebody wants kept is, and says so.
            saved = bench.run("save", "--json", f"{site.base}/wish")
            assert (saved.status, json.loads(saved.out)["outcome"]) == (0, "captured")
            # Nobody else may crawl meanwhile.
            second = bench.run("crawl")
            assert (second.status, second.err.count("\n")) == (5, 1)
            assert "in use by watch" in second.err
            # A mistake in the configuration changes nothing; a source added is visited.
            whole = bench.archive.config_path.read_text()
            bench.archive.config_path.write_text(whole.replace("delay", "delya"))
            (log,) = bench.archive.runs_dir.glob("*.log")
            wait_for(lambda: "delya: unknown key" in log.read_text())
            asked = site.times("/feed")
            wait_for(lambda: site.times("/feed") > asked + 1)
            source(bench, site, "second", feeds=[f"{site.base}/other"])
            wait_for(lambda: site.times("/late") == 1)
            # What is in every connection and file comes into force with a run that begins at once,
            # in the same process.
            bench.crawl["user_agent"] = "other/1 (+mailto:desk@example.org)"
            bench.write()
            wait_for(lambda: len(list(bench.archive.runs_dir.glob("*.log"))) == 2)
            asked = site.times("/feed")
            wait_for(lambda: site.times("/feed") > asked + 1)
        finally:
            watch.send_signal(signal.SIGTERM)
            out, err = watch.communicate(timeout=CRAWL_S)
    assert (watch.returncode, err) == (0, ""), out
    # One that hears of a stop ends what is still there after a while: a reload is none.
    wait_for(lambda: supervisor == ["READY=1", "RELOADING=1", "READY=1", "STOPPING=1"])
    first, report = bench.reports()
    assert (first["reason"], first["exit_status"]) == ("reloaded", 0)
    assert (report["reason"], report["configuration"]) == ("interrupted", None)
    assert set(report["sources"]) == set(first["sources"]) == {"press", "second"}


def test_save_fetches_alone_and_nothing_that_is_due(site, bench):
    page = Reply(body=b"<html><img src=/p.png><p>x</html>")
    site.answers |= {"/feed": site.feed("/a"), "/wish": page, "/p.png": Reply(body=b"png")}
    site.answers["/robots.txt"] = Reply(body=b"User-agent: *\nDisallow: /no")
    source(bench, site, requisites="page")
    saved = bench.run("save", f"{site.base}/wish", f"{site.base}/no", f"{site.base}/gone")
    assert saved.status == 1
    assert saved.out.split()[::2] == ["captured", "robots_disallowed", "gone"]
    assert sorted(site.paths()) == ["/favicon.ico", "/gone", "/p.png", "/robots.txt", "/wish"]
    assert bench.run("save", "mailto:a@b").status == 2
    # The address is one of the source's from now on, and can be asked about.
    known = read_address(bench.archive, f"{site.base}/wish")
    assert (known["address"]["source"], known["address"]["why"]) == ("press", "saved")
    (state,) = read_sources(bench.archive, ["press"], now=time.time())
    assert state.articles == 2
    with pytest.raises(NotFound):
        read_address(bench.archive, f"{site.base}/never")
    assert [run["run"] for run in iter_runs(bench.archive)] == [
        get_run(bench.archive, "last")["run"]
    ]


def test_a_crawl_takes_up_what_waits_though_nothing_is_due(site, bench):
    site.answers |= {"/feed": site.feed(), "/wish": Reply(body=b"<html><p>x</html>")}
    source(bench, site)
    bench.run("crawl")
    known = len(site.paths())
    wish = inbox.post(bench.archive, f"{site.base}/wish")
    assert bench.run("crawl").status == 0
    assert "/wish" in site.paths()[known:]
    assert "/feed" not in site.paths()[known:]
    assert inbox.find_answer(bench.archive, wish) == "captured"


def test_wishes_are_granted_once_and_what_is_none_goes(bench):
    wish = inbox.post(bench.archive, "https://news.example/a")
    (bench.archive.runs_dir / "inbox" / "1-1.json").write_text("{")
    assert list(inbox.take(bench.archive)) == [wish]
    assert list(inbox.take(bench.archive)) == []
    assert inbox.find_answer(bench.archive, wish) is None
    inbox.answer(bench.archive, wish, "captured")
    assert inbox.find_answer(bench.archive, wish) == "captured"
    assert inbox.find_answer(bench.archive, wish) is None


def test_two_runs_are_compared_by_what_they_counted():
    before = {"totals": {"urls": 2}, "sources": {"a": {"urls": 2, "outcomes": {"captured": 2}}}}
    after = {"totals": {"urls": 2}, "sources": {"a": {"urls": 2, "outcomes": {"gone": 2}}}}
    assert compare(before, after) == [
        ("a", "outcomes.captured", 2, 0),
        ("a", "outcomes.gone", 0, 2),
    ]
