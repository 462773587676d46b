"""Real tools: a crawl of the newspaper by wget, a WACZ of it by the wacz command."""

import shutil
import subprocess
import zipfile
from contextlib import closing

import pytest

from archive.index.captures import iter_captures
from archive.index.open import open_index
from archive.search import search
from tests.archive.ingest.foreign import faults, ingest, shown, take_in
from tests.environments import environment

# GPL: a program of its own, never imported.
WACZ = ("wacz-0.6", "wacz==0.6.0")
CRAWL_S = 60


@pytest.fixture(scope="module")
def crawl(shared_newspaper, tmp_path_factory):
    """A WARC file by wget of the newspaper's home page and what it links to."""
    if shutil.which("wget") is None:
        pytest.skip("wget is not installed")
    place = tmp_path_factory.mktemp("wget")
    options = ["--recursive", "--level=1", "--page-requisites", "--delete-after", "--tries=1"]
    limits = ["--timeout=5", "--execute", "robots=off", "--no-proxy"]
    subprocess.run(
        ["wget", "--quiet", "--warc-file=paper", *options, *limits, f"{shared_newspaper.a}/"],
        cwd=place,
        timeout=CRAWL_S,
        check=False,  # pages that are gone are part of the newspaper
    )
    return place / "paper.warc.gz"


def addresses(archive):
    with closing(open_index(archive)) as db:
        return [c.uri for c in iter_captures(db, "", prefix=True) if c.page_kind == "article"]


def test_a_crawl_by_wget_is_searched_replayed_and_sound(archive, crawl, shared_newspaper):
    result, damaged = take_in(archive, crawl)
    assert (result.exit_code, damaged) == (0, []), result.output
    articles = addresses(archive)
    assert len(articles) >= 10
    for uri in articles:
        assert b"<html" in shown(archive, uri).lower()
    with closing(open_index(archive)) as db:
        titles = [hit.title for hit in search(db, "council OR harbour OR the", limit=100).hits]
        sources = db.execute("SELECT DISTINCT source FROM articles").fetchall()
    assert len(titles) >= 10
    assert ("127.0.0.1",) in sources
    assert faults(archive) == []
    assert "there already: " in ingest(archive, "--no-index", crawl).output


@pytest.mark.soak
def test_a_wacz_of_it_holds_the_same(archive, crawl, tmp_path):
    command = environment(*WACZ) / "wacz"
    wacz = tmp_path / "paper.wacz"
    made = subprocess.run(
        [command, "create", "--detect-pages", "--output", wacz, crawl],
        capture_output=True,
        text=True,
        timeout=CRAWL_S,
        check=False,
    )
    assert wacz.is_file(), made.stderr
    result, damaged = take_in(archive, wacz)
    assert (result.exit_code, damaged) == (0, []), result.output
    assert len(addresses(archive)) >= 10
    assert faults(archive) == []
    # What the WACZ holds is the file that wget wrote.
    assert ingest(archive, "--no-index", crawl, wacz).output.count("there already: ") == 2


def test_a_collection_of_wacz_files_is_taken_apart(archive, crawl, tmp_path):
    inner = tmp_path / "inner.wacz"
    with zipfile.ZipFile(inner, "w") as bundle:
        bundle.write(crawl, "archive/paper.warc.gz")
    outer = tmp_path / "outer.wacz"
    with zipfile.ZipFile(outer, "w") as bundle:
        bundle.write(inner, "archive/inner.wacz")
    result = ingest(archive, "--no-index", outer)
    assert f"copied: {outer}:archive/inner.wacz:archive/paper.warc.gz" in result.output
