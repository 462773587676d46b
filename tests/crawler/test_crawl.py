"""The newspaper crawled by the command line: what was asked for, what is kept, what comes next."""

from collections import Counter
from dataclasses import dataclass
from urllib.parse import urlsplit

import pytest

from archive.warc.reader import iter_groups
from crawler.frontier import open_frontier
from tests.crawler.conftest import Bench, Crawled, make_bench
from tests.site import Newspaper, running

DELAY_S = 0.06


@dataclass
class Day:
    """The newspaper, the archive of it, and what it was asked for until a moment."""

    paper: Newspaper
    bench: Bench
    crawled: Crawled


@pytest.fixture(scope="module")
def first_day(tmp_path_factory):
    directory = tmp_path_factory.mktemp("newspaper")
    with running(directory=directory) as paper:
        bench = make_bench(directory / "archive")
        bench.source(
            "gazette",
            f"{paper.a}/",
            feeds=[f"{paper.a}/feed.xml"],
            sitemaps=[f"{paper.a}/sitemap_index.xml"],
            sections=[f"{paper.a}/"],
            delay=DELAY_S,
            concurrency=4,
        )
        # Its robots.txt asks for a longer delay than the source has.
        bench.source(
            "kurier",
            f"{paper.b}/",
            feeds=[f"{paper.b}/atom.xml"],
            sections=[f"{paper.b}/"],
            delay=DELAY_S,
            concurrency=4,
            requisites="none",
            include=["/sport/", "/hafen/"],
        )
        yield Day(paper, bench, bench.run("crawl"))


@pytest.fixture(scope="module")
def second_day(first_day):
    before = len(first_day.paper.journal())
    idle = first_day.bench.run("crawl")
    between = len(first_day.paper.journal())
    first_day.paper.advance()
    crawled = first_day.bench.run("crawl", "--recheck", "gazette")
    asked = first_day.paper.journal()
    return idle, asked[before:between], crawled, asked[between:]


def kept(bench: Bench) -> list:
    return [
        group
        for path in sorted(bench.archive.warcs_dir.rglob("*.warc.gz"))
        for group in iter_groups(
            path, filename=path.relative_to(bench.archive.warcs_dir).as_posix()
        )
    ]


def test_a_run_ends_in_order_and_says_what_it_did(first_day):
    assert first_day.crawled.status == 0, first_day.crawled.err
    report = first_day.bench.report()
    assert first_day.crawled.out.count("\n") == 1
    assert f"{report['run']} finished: " in first_day.crawled.out
    assert (report["exit_status"], report["reason"], report["due_left"]) == (0, "finished", 0)


def test_each_url_counts_once_by_its_outcome(first_day):
    report = first_day.bench.report()
    frontier = open_frontier(first_day.bench.archive.frontier_path)
    for source_id, source in report["sources"].items():
        assert sum(source["outcomes"].values()) == sum(source["kinds"].values()) == source["urls"]
        assert source["seeds"]["failed"] == 0
        assert frontier.due_hosts(source_id) == [
            urlsplit(first_day.bench.sources[source_id]["url"]).hostname
        ]
    frontier.close()


def test_nothing_disallowed_is_asked_for(first_day, second_day):
    assert first_day.bench.report()["sources"]
    assert first_day.bench.reports()[0]["sources"]["gazette"]["outcomes"]["robots_disallowed"] >= 3
    assert first_day.paper.disallowed() == []


def test_requests_to_one_host_keep_their_distance(first_day, second_day):
    gaps = first_day.paper.too_close(DELAY_S)
    assert [(round(gap.seconds, 3), gap.earlier.path, gap.later.path) for gap in gaps] == []


def test_we_say_who_we_are(first_day):
    agents = {entry.user_agent for entry in first_day.paper.journal()}
    (agent,) = agents
    assert agent.startswith("microfiche/")
    assert agent.endswith("(+mailto:desk@example.org)")


def test_nothing_is_asked_for_twice(first_day):
    asked = Counter(
        (entry.host, entry.path)
        for entry in first_day.paper.journal()
        # Asked to be left alone for a second, and asked again after it.
        if entry.status not in (429, 503)
    )
    assert [what for what, times in asked.items() if times > 2] == []


def test_every_answer_is_kept_and_every_fetched_url_has_its_record(first_day, second_day):
    groups = kept(first_day.bench)
    assert groups
    ids = {group.main.record_id for group in groups}
    frontier = open_frontier(first_day.bench.archive.frontier_path)
    fetched = list(frontier.iter_fetched())
    frontier.close()
    assert len(fetched) > 50
    assert [url for url, record_id in fetched if record_id not in ids] == []
    answered = first_day.paper.journal()
    captures = sum(report["totals"]["captures"] for report in first_day.bench.reports())
    assert captures == len(answered)


def test_metadata_says_where_from_and_why(first_day):
    told = {}
    for group in kept(first_day.bench):
        told[group.main.target_uri] = group.facts
    base = first_day.paper.a
    robots = told[f"{base}/robots.txt"]
    assert (robots["source"], robots["kind"]) == ("gazette", "robots")
    assert told[f"{base}/feed.xml"]["kind"] == "feed"
    pictures = [facts for facts in told.values() if facts.get("kind") == "requisite"]
    assert pictures
    assert all(facts["page"].startswith("http") for facts in pictures)


def test_a_second_run_asks_for_nothing_that_is_not_due(second_day):
    idle, asked, _, _ = second_day
    assert idle.status == 0
    assert asked == []


def test_a_recheck_asks_again_and_learns_of_the_edit_and_the_removal(first_day, second_day):
    _, _, crawled, asked = second_day
    assert crawled.status == 0, crawled.err
    outcomes = first_day.bench.report()["sources"]["gazette"]["outcomes"]
    assert outcomes["unchanged"] > 5
    assert outcomes["gone"] >= 2
    assert outcomes["captured"] >= 1
    assert any(entry.status == 304 for entry in asked)
    assert {entry.hostname for entry in asked} == {"127.0.0.1"}
    # The requisites of pages that did not change, and those kept lately, are left alone.
    assert not [entry for entry in asked if entry.path.endswith((".css", ".woff2"))]


def test_redirects_are_followed_hop_by_hop_within_scope(first_day):
    frontier = open_frontier(first_day.bench.archive.frontier_path)
    base = first_day.paper.a
    third = frontier.find(f"{base}/go/chain/3")
    assert third is not None
    assert (third.why, third.hops, third.via) == ("redirect", 2, f"{base}/go/chain/2")
    loop = frontier.find(f"{base}/go/loop/2")
    assert loop is not None
    assert frontier.find(f"{first_day.paper.b}/go/elsewhere") is None
    frontier.close()
    asked = {entry.path for entry in first_day.paper.journal()}
    assert "/admin" not in asked


def test_the_whole_is_quiet_off_a_terminal(first_day):
    assert first_day.crawled.err == ""
    log = next(iter(first_day.bench.archive.runs_dir.glob("*.log"))).read_text("utf-8")
    assert "finished" in log
