"""Counts over time: found, published, for each source and language."""

import csv
import io
import json
from contextlib import closing
from datetime import UTC, datetime

import pytest
from click.testing import CliRunner

from archive.cli import cli
from archive.index.open import open_index
from archive.search.trend import find_trend
from tests.archive.indexer.press import http, index_here, new_press, story

STAMP = '<meta property="article:published_time" content="{}">'
PUBLISHED = (
    ("2025-11-03T08:00:00+00:00", "morning", "Harbour wall"),
    ("2025-11-20T08:00:00+00:00", "evening", "Harbour dredged"),
    ("2025-12-01T08:00:00+00:00", "evening", "Choir sings"),
    ("2026-01-02T08:00:00+00:00", "morning", "Harbour frozen"),
    ("2026-01-03T08:00:00+00:00", "morning", "Choir practises"),
)


@pytest.fixture(scope="module")
def press(tmp_path_factory):
    press = new_press(tmp_path_factory.mktemp("trend"))
    press.now = datetime(2026, 1, 5, 8, tzinfo=UTC)
    pages = [
        press.exchange(
            f"https://{source}.example/{number}",
            http(story(title, f"{title}. " * 20, head=STAMP.format(when))),
            source=source,
        )
        for number, (when, source, title) in enumerate(PUBLISHED)
    ]
    press.write("2026/01/a.warc.gz", pages)
    with closing(open_index(press.archive, write=True)) as db:
        index_here(db, press.archive, ["2026/01/a.warc.gz"])
    return press


@pytest.fixture
def db(press):
    with closing(open_index(press.archive)) as db:
        yield db


def figures(trend):
    return [(p.period, p.group, p.articles, p.published) for p in trend.points]


def test_what_was_found_stands_beside_what_was_published(db):
    trend = find_trend(db, "harbour", unit="month")
    assert figures(trend) == [
        ("2025-11", "", 2, 2),
        ("2025-12", "", 0, 1),
        ("2026-01", "", 1, 2),
    ]
    assert [point.share for point in trend.points] == [1.0, 0.0, 0.5]


def test_each_source_has_its_own_figures_the_commonest_first(db):
    trend = find_trend(db, "harbour", unit="year", split="source")
    assert trend.groups == ("morning", "evening")
    assert figures(trend) == [
        ("2025", "morning", 1, 1),
        ("2025", "evening", 1, 2),
        ("2026", "morning", 1, 2),
        ("2026", "evening", 0, 0),
    ]


def test_nothing_found_has_no_figures_and_a_short_span_is_in_days(db):
    assert find_trend(db, "zzqx").points == ()
    assert find_trend(db, "harbour after:2026").unit == "day"


def test_the_command_draws_counts_or_shares_and_writes_csv(press):
    def trend(*arguments):
        done = CliRunner().invoke(cli, ["-C", str(press.archive.root), "trend", *arguments])
        assert done.exit_code == 0, done.output
        return done.stdout

    assert trend("harbour", "--by", "month").splitlines()[2].split() == (
        ["2026-01", "█" * 20, "1", "of", "2", "(50.0%)"]
    )
    table = list(csv.reader(io.StringIO(trend("harbour", "--by", "year", "--csv"))))
    assert table == [
        ["period", "group", "articles", "published"],
        ["2025", "", "2", "3"],
        ["2026", "", "1", "2"],
    ]
    [first, _] = map(json.loads, trend("harbour", "--by", "year", "--json").splitlines())
    assert first == {"period": "2025", "group": "", "articles": 2, "published": 3}
