"""A crawl with the operator's own rules, and with PDFs: recorded, applied, never in its way."""

import json
from contextlib import closing

from archive.index.open import open_index
from archive.rules import load_rules
from archive.warc.reader import iter_records
from archive.warc.records import RULES_URI
from extract import VERSION
from tests.crawler.oddsite import Reply, odd_site
from tests.extract.pdfs import document, paragraph

RULES = """\
hosts = ["127.0.0.1"]
[[rules]]
from = 2020-01-01
drop = ["//aside"]
"""
STORY = "<p>The ferry runs again, and all who wait at the harbour are glad that it does.</p>" * 4
PAGE = f"<h1>The ferry</h1><article>{STORY}<aside><p>Tea is served at four.</p></aside></article>"


def test_rules_are_recorded_and_applied_and_a_broken_file_ends_no_crawl(bench):
    with odd_site() as site:
        site.answers["/story"] = Reply(body=PAGE.encode())
        release = document(paragraph(["The ferry runs again, said the harbour."]))
        site.answers["/release.pdf"] = Reply(body=release, content_type="application/pdf")
        site.answers["/feed"] = site.feed("/story", "/release.pdf")
        bench.source("press", f"{site.base}/", feeds=[f"{site.base}/feed"], requisites="none")
        bench.archive.rules_dir.mkdir()
        (bench.archive.rules_dir / "here.toml").write_text(RULES, "utf-8")
        (bench.archive.rules_dir / "broken.toml").write_text("hosts = [", "utf-8")
        crawled = bench.run("crawl")
    assert crawled.status == 0, crawled.err
    (line,) = [line for line in crawled.err.splitlines() if "broken.toml" in line]
    assert line.startswith("microfiche: ")
    assert "line 1" in line
    (path,) = bench.archive.warcs_dir.rglob("*.warc.gz")
    record = list(iter_records(path, filename="x"))[2]
    assert record.target_uri.startswith(RULES_URI)
    assert json.loads(record.content) == {"files": {"here.toml": RULES}}
    with closing(open_index(bench.archive)) as db:
        found = dict(db.execute("SELECT kind, text FROM versions"))
        readers = {row[0] for row in db.execute("SELECT extractor FROM versions")}
    assert "Tea is served" not in found["article"]
    assert found["document"] == "The ferry runs again, said the harbour."
    (rules,) = load_rules(bench.archive).book.by_host["127.0.0.1"]
    assert readers == {f"{VERSION}+{rules.digest}"}
    # The PDF of the outlet counts as read by its rules: nothing is left to be read again.
    assert "Read again" not in bench.run("index").out
