"""The chapter for Scrapy users, done as it says, against the newspaper of tests/site."""

import json
import re
import subprocess
import sys
from pathlib import Path

from archive.index.open import read_index
from archive.layout import create_archive, open_archive
from archive.replay.choose import Asked, find_capture
from archive.replay.resolve import load
from archive.search import search
from tests.crawler.conftest import Bench
from tests.site import Newspaper

ROOT = Path(__file__).parent.parent.parent.parent
CODE = re.compile(r"```python\n(.*?)```", re.DOTALL)


def test_the_ten_lines_of_the_chapter_are_archived_and_found(newspaper: Newspaper, tmp_path: Path):
    settings, spider = CODE.findall((ROOT / "docs" / "scrapy.md").read_text("utf-8"))
    create_archive(tmp_path / "press", contact="mailto:you@library.example")
    (tmp_path / "scrapy.cfg").write_text("[settings]\ndefault = paper.settings\n")
    (tmp_path / "paper" / "spiders").mkdir(parents=True)
    for package in ("paper", "paper/spiders"):
        (tmp_path / package / "__init__.py").touch()
    (tmp_path / "paper" / "settings.py").write_text(
        f'SPIDER_MODULES = ["paper.spiders"]\nROBOTSTXT_OBEY = True\n{settings}'
    )
    (tmp_path / "paper" / "spiders" / "harbour.py").write_text(
        spider.replace("https://gazette.example", newspaper.a)
    )
    done = subprocess.run(
        [sys.executable, "-m", "scrapy", "crawl", "harbour", "-O", "titles.json"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    titles = {item["title"] for item in json.loads((tmp_path / "titles.json").read_text())}
    assert any("yster" in title for title in titles if title)
    assert not newspaper.disallowed()
    bench = Bench(open_archive(tmp_path / "press"))
    assert bench.run("index").status == 0
    assert bench.run("check").status == 0
    with read_index(bench.archive) as db:
        hits = search(db, "oyster").hits
        assert hits
        assert all(hit.url.startswith(f"{newspaper.a}/harbour/") for hit in hits)
        capture = find_capture(db, Asked(hits[0].url, None))
        assert capture is not None
        stored = load(bench.archive, db, capture)
    assert (stored.http.status, b"yster" in stored.payload.content()) == (200, True)
