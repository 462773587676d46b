"""What the frontier, the runs and the machine say: sources, runs, why, doctor."""

import json
import time
from datetime import UTC, datetime, timedelta

import click
import pytest
from click.testing import CliRunner

from archive.cli import cli
from crawler.frontier import NewUrl, Visit, open_frontier
from crawler.outcomes import Kind, Outcome, State, Why
from tests.crawler.conftest import Bench

HOME = "https://news.example/"


def microfiche(bench: Bench, *arguments: str):
    command = ["-C", str(bench.archive.root), *arguments]
    return CliRunner().invoke(cli, command, standalone_mode=False)


def fetched(now: float, outcome: Outcome = Outcome.CAPTURED, **values) -> Visit:
    state = State.FETCHED if outcome is Outcome.CAPTURED else State.FAILED
    return Visit(state, outcome, now + 600.0, fetched_at=now, status=200, **values)


@pytest.fixture
def crawled(bench):
    """A source that was read well, and one that meets a wall."""
    bench.source("press", HOME, exclude=["/tag/"])
    bench.source("walled", "https://walled.example/")
    frontier = open_frontier(bench.archive.frontier_path)
    now = time.time()
    for source, home in (("press", HOME), ("walled", "https://walled.example/")):
        frontier.set_seeds(source, {f"{home}feed": Kind.FEED}, now=now, interval=900)
        entries = [
            NewUrl(f"{home}{n}", source, Kind.ARTICLE, Why.FEED, f"{home}feed") for n in range(4)
        ]
        frontier.add(entries, now=now)
        frontier.settle(f"{home}feed", fetched(now))
        outcome = Outcome.CAPTURED if source == "press" else Outcome.CHALLENGE
        for entry in entries:
            frontier.settle(entry.url, fetched(now, outcome, failures=source == "walled"))
    frontier.close()
    totals = {"urls": 5, "articles_new": 4, "body_bytes": 10, "errors": 0, "warc_bytes": 9}
    report = {"run": "20260101000000", "reason": "finished", "seconds": 60.0, "sources": {}}
    report["totals"] = totals
    (bench.archive.runs_dir / "20260101000000.json").write_text(json.dumps(report))
    return bench


def test_sources_say_how_they_stand_and_check_says_only_what_is_wrong(crawled):
    listed = microfiche(crawled, "sources", "--json")
    press, walled = (json.loads(line) for line in listed.output.splitlines())
    assert (press["articles"], press["new_day"], press["due"], press["problem"]) == (4, 4, 0, "")
    assert (walled["walled"], walled["problem"]) == (4, "4 addresses meet a wall")
    check = microfiche(crawled, "sources", "--check")
    assert (check.return_value, check.output) == (7, "walled: 4 addresses meet a wall\n")
    drawn = microfiche(crawled, "sources").output
    assert "press" in drawn
    assert drawn == "\n".join(line.rstrip() for line in drawn.splitlines()) + "\n"


def test_runs_are_listed_shown_and_named(crawled):
    assert "20260101000000" in microfiche(crawled, "runs").output
    assert json.loads(microfiche(crawled, "runs", "show").output)["totals"]["urls"] == 5
    assert "20260101000000" in microfiche(crawled, "runs", "diff", "last", "last").output
    missing = microfiche(crawled, "runs", "show", "1999")
    assert "`microfiche runs` lists" in str(missing.exception)


def test_why_says_how_an_address_was_found_and_what_is_next(crawled):
    told = microfiche(crawled, "why", f"{HOME}2")
    assert f"via {HOME}feed" in told.output
    assert "state       fetched, captured" in told.output
    assert "next look   in 10 min" in told.output
    assert all(line[11] == " " and line[12] != " " for line in told.output.splitlines())
    assert "robots      not read yet" in told.output
    known = json.loads(microfiche(crawled, "why", "--json", f"{HOME}2").output)
    assert known["scope"] == {"press": "followed", "walled": "out_of_scope"}
    unknown = microfiche(crawled, "why", f"{HOME}tag/x")
    assert "does not know it" in str(unknown.exception)
    assert isinstance(microfiche(crawled, "why", "news.example").exception, click.BadParameter)


def test_why_says_when_a_closed_source_opens(crawled):
    opens = datetime.now(UTC) + timedelta(hours=2)
    span = f"{opens:%H:%M}-{opens + timedelta(hours=1):%H:%M}"
    crawled.source("press", HOME, hours=[span])
    assert "hours       closed, opens in" in microfiche(crawled, "why", f"{HOME}2").output


def test_a_doctor_says_what_is_left_out_before_a_run_stops(crawled):
    crawled.crawl |= {"budget_bytes": 10**9, "spare_bytes": 10**10}
    crawled.write()
    told = microfiche(crawled, "doctor", "--offline", "--json").output
    disk = next(line for line in map(json.loads, told.splitlines()) if line["what"] == "disk")
    assert not disk["ok"]
    assert disk["says"].startswith("1.0 GB until a run would stop; ")
    assert "not fetched any more: all but news; make room" in disk["says"]


def test_a_doctor_says_ok_or_what_to_do(crawled):
    told = microfiche(crawled, "doctor", "--offline", "--json")
    found = {line["what"]: line for line in map(json.loads, told.output.splitlines())}
    assert found["configuration"] == {"what": "configuration", "ok": True, "says": "2 sources"}
    assert found["permissions"]["ok"]
    assert not found["index"]["ok"]
    assert "walled: 4 addresses meet a wall" in found["crawls"]["says"]
    assert told.return_value == 1
    crawled.archive.config_path.write_text("layout = 1\n[archive]\n")
    wrong = microfiche(crawled, "doctor", "--offline")
    assert "look  configuration: " in wrong.output
    assert "contact: this key is required" in wrong.output


def test_before_anything_was_crawled_that_is_said(bench):
    bench.source("press", HOME)
    for command in (("sources",), ("why", HOME)):
        assert "nothing has been crawled yet" in str(microfiche(bench, *command).exception)
    assert microfiche(bench, "runs").exit_code == 0
