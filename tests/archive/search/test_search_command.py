"""What ``microfiche search`` says beside the hits."""

import json
from contextlib import closing

import pytest
from click.testing import CliRunner

from archive.cli import cli
from archive.index.open import open_index
from tests.archive.indexer.press import http, index_here, new_press, story


@pytest.fixture(scope="module")
def press(tmp_path_factory):
    press = new_press(tmp_path_factory.mktemp("command"))
    pages = []
    for number in range(3):
        page = story(f"Harbour report {number}", f"Report {number} from the harbour. " * 12)
        url = f"https://morning.example/2026/harbour-report-{number}"
        pages.append(press.exchange(url, http(page), source="morning"))
    press.write("a.warc.gz", pages)
    with closing(open_index(press.archive, write=True)) as writer:
        index_here(writer, press.archive, ["a.warc.gz"])
    return press


def asked(press, *arguments):
    run = CliRunner().invoke(cli, ["-C", str(press.archive.root), "search", *arguments])
    assert run.exit_code == 0
    return run


def test_lines_of_json_have_the_total_and_the_ranking_beside_them(press):
    run = asked(press, "--json", "--all-copies", "harbour")
    assert len([json.loads(line) for line in run.stdout.splitlines()]) == 3
    assert run.stderr == "microfiche: 3 articles, 3 shown (bm25)\n"
    assert "microfiche: 0 articles, 0 shown (bm25)\n" in asked(press, "--json", "nowhere").stderr


@pytest.mark.parametrize("options", [[], ["--json"]])
def test_each_page_says_what_goes_on_after_it(press, options):
    seen, after = [], []
    for _ in range(4):
        run = asked(press, "--all-copies", "--limit", "1", *options, *after, "harbour")
        seen += [number for number in range(3) if f"harbour-report-{number}" in run.stdout]
        *_, last = run.stderr.splitlines() or [""]
        if "next page:" not in last:
            break
        after = last.partition("next page: ")[2].split()
    assert sorted(seen) == [0, 1, 2]
    assert "--after" not in run.stderr
