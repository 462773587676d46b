"""The whole main job on real pages: served on loopback, crawled, indexed, found again.

The pages are data of others and not part of the project; MICROFICHE_CORPUS says where they are.
"""

import json
import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator

from archive.config import Source
from archive.config_edit import add_source
from archive.index.open import open_index
from archive.layout import Archive, create_archive
from archive.search import search
from tests.site import Newspaper, running
from tests.site.corpus import CorpusPage, pages, sources
from tests.site.journal import Entry

WORDS_IN_A_SENTENCE = 7
# What the annotators call the article is not always what a reader of one page can tell apart;
# the floor is on pages whose annotated sentences are found, and no page may be lost before it.
MIN_FOUND = 0.97

pytestmark = pytest.mark.soak


@dataclass(frozen=True)
class Crawled:
    archive: Archive
    site: Newspaper
    pages: tuple[CorpusPage, ...]
    asked: tuple[Entry, ...]

    @property
    def base(self) -> str:
        return self.site.a


def microfiche(archive: Archive, *args: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "archive.cli", "-C", str(archive.root), *args]
    return subprocess.run(command, capture_output=True, text=True, timeout=540, check=False)


@pytest.fixture(scope="module")
def crawled(corpus_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crawled]:
    archive = create_archive(
        tmp_path_factory.mktemp("real") / "archive", contact="mailto:keeper@press.example"
    )
    with running(corpus=corpus_dir, keep_bytes=True) as site:
        for found in sources(corpus_dir, site.a):
            add_source(
                archive,
                found.id,
                Source(
                    name=found.name,
                    url=found.url,
                    feeds=(found.feed,),
                    sitemaps=(found.sitemap,),
                    include=(found.include,),
                    delay=0,
                    concurrency=8,
                    requisites="none",
                    allow_private_addresses=True,
                ),
            )
        done = microfiche(archive, "crawl")
        assert done.returncode == 0, done.stderr
        yield Crawled(archive, site, pages(corpus_dir), tuple(site.journal()))


def test_every_page_is_captured_byte_for_byte(crawled):
    """The block of each response record is what the server put on the socket."""
    kept: dict[str, bytes] = {}
    for warc in crawled.archive.warcs_dir.rglob("*.warc.gz"):
        with warc.open("rb") as file:
            for record in ArchiveIterator(file, no_record_parse=True):
                if record.rec_type == "response":
                    kept[record.rec_headers["WARC-Target-URI"]] = record.raw_stream.read()
    sent = {entry.path: crawled.site.exchange(entry.exchange)[1] for entry in crawled.asked}
    bodies = {page.path: (page.html, page.file.read_bytes()) for page in crawled.pages}
    assert [path for path, body in bodies.items() if not sent[path].endswith(body)] == []
    wrong = [path for path in bodies if sent[path] != kept.get(crawled.site.a + path)]
    assert wrong == []


def test_no_page_crashes_a_worker(crawled):
    done = microfiche(crawled.archive, "index")
    assert done.returncode == 0, done.stderr
    with sqlite3.connect(f"file:{crawled.archive.index_path}?mode=ro", uri=True) as db:
        failures = db.execute("SELECT reason, detail FROM extraction_failures").fetchall()
    assert failures == []


def a_sentence(page: CorpusPage) -> str | None:
    """Some words in a row from the middle of an annotated paragraph, quoted for a search."""
    for piece in sorted(page.pieces, key=len, reverse=True)[:1]:
        words = re.findall(r"\w+", piece)
        start = max(0, len(words) // 2 - WORDS_IN_A_SENTENCE)
        taken = words[start : start + WORDS_IN_A_SENTENCE]
        if len("".join(taken)) >= 12:
            return " ".join(taken)
    return None


def test_articles_are_found_by_a_sentence_of_their_own(crawled):
    db = open_index(crawled.archive)
    asked = [(page, text) for page in crawled.pages if (text := a_sentence(page))]
    assert len(asked) >= 0.95 * len(crawled.pages)
    missed = []
    for page, text in asked:
        hits = search(db, f'"{text}"', limit=20).hits
        if crawled.base + page.path not in {hit.url for hit in hits}:
            missed.append(f"{page.path}: {text}")
    assert len(missed) <= (1 - MIN_FOUND) * len(asked), "\n".join(missed)


def test_every_language_of_the_corpus_is_found(crawled, corpus_dir):
    """A language counts as found when a page of it is, by its own words."""
    languages: dict[str, list[CorpusPage]] = {}
    by_id = {page.id: page for page in crawled.pages}
    for truth in corpus_dir.rglob("truth.jsonl"):
        for line in truth.read_text("utf-8").splitlines():
            row = json.loads(line)
            if (language := row.get("language")) and language != "?":
                languages.setdefault(language, []).append(by_id[row["id"]])
    assert len(languages) >= 15
    db = open_index(crawled.archive)
    silent = [
        language
        for language, written in languages.items()
        if not any(
            crawled.base + page.path in {hit.url for hit in search(db, f'"{text}"', limit=20).hits}
            for page in written
            if (text := a_sentence(page))
        )
    ]
    assert silent == []


def test_a_second_run_asks_for_no_page_that_is_not_due(crawled):
    before = len(crawled.site.journal())
    done = microfiche(crawled.archive, "crawl")
    assert done.returncode == 0, done.stderr
    asked = {entry.path for entry in crawled.site.journal()[before:]}
    assert asked & {page.path for page in crawled.pages} == set()


@pytest.mark.skipif("MICROFICHE_CORPUS" not in os.environ, reason="MICROFICHE_CORPUS is not set")
def test_the_scorer_runs_and_finds_us_no_worse_than_trafilatura(corpus_dir):
    scorer = corpus_dir / "score.py"
    command = [sys.executable, str(scorer), "extract:extract", "--versus", "trafilatura", "--json"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=540, check=False)
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    below = {
        corpus: scores
        for corpus, scores in result.items()
        if scores["extract:extract"]["f1"] < scores["trafilatura"]["f1"]
    }
    assert below == {}
    assert result["seed"]["extract:extract"]["precision"] == 1.0
    assert result["seed"]["extract:extract"]["recall"] == 1.0
