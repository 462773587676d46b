"""What goes on beside a crawl: the indexer child, the live progress, Scrapy's own command."""

import io
import json
import subprocess
import sys
import textwrap
import time
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest
from rich.console import Console
from scrapy import signals
from scrapy.exceptions import DropItem
from scrapy.pipelines import ItemPipelineManager
from scrapy.utils.test import get_crawler

from archive.config import load_config
from archive.index.captures import iter_captures
from archive.index.open import open_index
from archive.runs.running import find_running
from archive.urls import urlkey
from archive.warc.exchange import Written
from crawler.indexing import IndexerChild
from crawler.items import is_heard
from crawler.outcomes import Kind, NotFollowed, Outcome
from crawler.progress import render
from crawler.session import Mode, open_session, redacted_config
from crawler.tally import Tally
from crawler.telling import told_running
from tests.crawler.oddsite import Reply, odd_site

ECHO = """
import json, sys
told = [json.loads(line) for line in sys.stdin]
open(sys.argv[1], "w").write(json.dumps(told))
print(json.dumps({"captures": 7, "articles_new": 2, "by_source": {"news": {"articles_new": 2}}}))
print("not json")
"""


def child(bench, tmp_path: Path, code: str) -> IndexerChild:
    script = tmp_path / "child.py"
    script.write_text(textwrap.dedent(code))
    command = (sys.executable, str(script), str(tmp_path / "told.json"))
    return IndexerChild(bench.archive, command=command)


def test_the_indexer_is_told_what_is_durable_and_tells_how_far_it_is(bench, tmp_path):
    indexer = child(bench, tmp_path, ECHO)
    for offset in (10, 20, 30):
        indexer.durable("2026/11/a.warc.gz", offset)
    indexer.sealed("2026/11/a.warc.gz", "abc")
    indexer.close()
    assert indexer.progress.complete
    assert (indexer.progress.captures, indexer.progress.articles_new) == (7, 2)
    assert indexer.progress.by_source == {"news": {"articles_new": 2}}
    told = (tmp_path / "told.json").read_text()
    assert told.endswith('{"sealed": "2026/11/a.warc.gz"}]')


def test_a_dead_or_slow_indexer_holds_nobody_up(bench, tmp_path):
    dead = child(bench, tmp_path, "raise SystemExit('no index here')")
    for offset in range(20_000):
        dead.durable("2026/11/a.warc.gz", offset)
    dead.close()
    assert not dead.progress.complete
    slow = child(bench, tmp_path, "import time; time.sleep(600)")
    for offset in range(20_000):
        slow.durable("2026/11/a.warc.gz", offset)
    slow.close(timeout_s=0.5)
    assert not slow.progress.complete


def test_live_progress_shows_each_source(bench):
    bench.source("news", "http://127.0.0.1:9/")
    with open_session(bench.archive, mode=Mode(index=False)) as session:
        tally = session.tally
        written = Written("urn:1", "f", 0, 9, "revisit", None, "20260101000000", "", "http://a/")
        tally.captured("news", written, body_bytes=2_500_000)
        for outcome in (Outcome.CAPTURED, Outcome.TIMED_OUT):
            tally.settled("news", Kind.ARTICLE, outcome, url="http://a/", seed=False)
        console = Console(width=100, record=True, file=io.StringIO())
        console.print(render(session, now=session.started.timestamp() + 12))
    text = console.export_text()
    assert text.splitlines()[1].split() == ["News", "2", "0", "1", "2.5", "1", "1"]
    assert "12 s, 0 in flight" in text


def test_the_reading_room_is_told_how_far_a_run_is(bench):
    bench.source("news", "http://127.0.0.1:9/")
    with open_session(bench.archive, mode=Mode(index=False)) as session:
        session.tally.settled("news", Kind.ARTICLE, Outcome.TIMED_OUT, url="http://a/", seed=False)
        bench.archive.runs_dir.mkdir(exist_ok=True)
        with told_running(session):
            while (told := find_running(bench.archive)) is None:
                time.sleep(0.01)
        assert told["sources"]["news"]["urls"] == told["totals"]["errors"] == 1
        assert [error["outcome"] for error in told["errors"]] == ["timed_out"]
        assert find_running(bench.archive) is None


def test_a_source_is_barren_when_every_seed_tried_has_failed():
    tally = Tally(["good", "bad", "idle"])
    tally.settled("good", Kind.FEED, Outcome.TIMED_OUT, url="u", seed=True)
    tally.settled("good", Kind.FEED, Outcome.UNCHANGED, url="u", seed=True)
    tally.settled("bad", Kind.FEED, Outcome.GONE, url="u", seed=True)
    tally.settled("bad", Kind.ARTICLE, Outcome.SERVER_ERROR, url="u", seed=False)
    tally.sources["bad"].not_followed[NotFollowed.TRAP] += 1
    assert tally.barren == ["bad"]
    assert [trouble.outcome for trouble in tally.troubles] == [
        Outcome.TIMED_OUT,
        Outcome.SERVER_ERROR,
    ]


def test_the_configuration_that_is_archived_holds_no_secret(bench):
    bench.crawl["proxy"] = "http://user:secret@127.0.0.1:9/"
    bench.source("news", "http://127.0.0.1:9/a", proxy="http://u:hidden@127.0.0.1:9/f?x=1")
    text = redacted_config(load_config(bench.archive))
    assert "secret" not in text
    assert "hidden" not in text
    assert "http://[redacted]@127.0.0.1:9/f?x=1" in text
    assert "mailto:desk@example.org" in text


class ArticlesOnly:
    """A pipeline of somebody else's."""

    def process_item(self, item):
        if item.kind != "article":
            raise DropItem(item.kind)
        return item


def test_scrapys_own_command_line_does_the_same_and_offers_items(bench, tmp_path):
    with odd_site() as site:
        site.answers |= {"/feed": site.feed("/a"), "/a": Reply()}
        bench.source("news", f"{site.base}/", feeds=[f"{site.base}/feed"], delay=0)
        scrapy = [sys.executable, "-m", "scrapy"]
        kept = tmp_path / "kept.jsonl"
        pipelines = '{"tests.crawler.test_beside.ArticlesOnly": 1}'
        options = ("-O", kept, "-s", f"ITEM_PIPELINES={pipelines}")
        listed = subprocess.run([*scrapy, "list"], capture_output=True, text=True, check=True)
        assert listed.stdout == "news\n"
        crawled = subprocess.run(
            [*scrapy, "crawl", "news", "-a", f"archive={bench.archive.root}", *options],
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        )
    assert "Traceback" not in crawled.stderr
    report = bench.report()
    assert report["sources"]["news"]["outcomes"]["captured"] == 2
    assert report["started"] <= datetime.now(UTC).isoformat()
    assert list(bench.archive.warcs_dir.rglob("*.open")) == []
    (item,) = map(json.loads, kept.read_text().splitlines())
    assert (item["url"], item["kind"], item["status"]) == (f"{site.base}/a", "article", 200)
    with closing(open_index(bench.archive)) as db:
        (capture,) = iter_captures(db, urlkey(item["url"]))
    assert item["record_id"] == f"<{capture.record_id}>"


def test_where_nobody_listens_no_item_is_made():
    crawler = get_crawler(settings_dict={"EXTENSIONS_BASE": {}})
    crawler.engine = SimpleNamespace(
        scraper=SimpleNamespace(itemproc=ItemPipelineManager(crawler=crawler))
    )
    assert not is_heard(crawler)

    def listener(item):
        """Listens."""

    crawler.signals.connect(listener, signals.item_scraped)
    assert is_heard(crawler)
    crawler.signals.disconnect(listener, signals.item_scraped)
    crawler.engine.scraper.itemproc = ItemPipelineManager(ArticlesOnly(), crawler=crawler)
    assert is_heard(crawler)


def test_an_argument_that_scrapy_passes_on_and_nobody_knows_crawls_nothing(bench):
    with odd_site() as site:
        bench.source("news", f"{site.base}/", feeds=[f"{site.base}/feed"], delay=0)
        done = subprocess.run(
            [
                *(sys.executable, "-m", "scrapy", "crawl", "news"),
                *("-a", f"archive={bench.archive.root}", "-a", "source=other"),
            ],
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert site.asked == []
    assert done.returncode == 1
    assert "unknown argument 'source'; did you mean 'sources'?" in done.stderr


@pytest.mark.parametrize("sources", [{}, {"off": {"enabled": False}}])
def test_an_archive_without_sources_says_what_to_do(bench, sources):
    for source_id, values in sources.items():
        bench.source(source_id, "https://a.example/", **values)
    ended = bench.run("crawl")
    assert ended.status == 1
    assert "microfiche add URL" in ended.err
