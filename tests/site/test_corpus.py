"""Real pages in place of the titles, with a feed and a sitemap for each publisher."""

import gzip
import json
import re
from pathlib import Path

import feedparser

from tests.site import corpus, running


def write_corpus(place: Path, publishers: dict[str | None, str]) -> None:
    (place / "pages").mkdir(parents=True)
    rows = []
    for number, (publisher, text) in enumerate(publishers.items()):
        (place / "pages" / f"{number}.gz").write_bytes(gzip.compress(text.encode()))
        url = f"https://www.paper{number}.example/2024/story-{number}?x=1"
        row = {"id": f"{number}.gz", "url": url, "publisher": publisher, "title": None}
        rows.append(json.dumps(row | {"pieces": [[text, "p"], ["maybe", "o"]]}))
    (place / "truth.jsonl").write_text("\n".join(rows) + "\n", "utf-8")


def test_corpus_is_served_with_a_feed_and_a_sitemap_for_each_publisher(get, tmp_path):
    texts = {"The Tide": "<p>first", "Grün & Blau": "<p>zweite", None: "<p>third"}
    write_corpus(tmp_path / "corpus" / "small", texts)
    with running(directory=tmp_path / "run", corpus=tmp_path / "corpus") as paper:
        served = corpus.pages(tmp_path / "corpus")
        for page, text in zip(served, texts.values(), strict=True):
            assert get(paper.a + page.path).content == text.encode() == page.html
            assert page.pieces == (text,)
        found = corpus.sources(tmp_path / "corpus", paper.a)
        assert [source.id for source in found] == ["gr-n-blau", "paper2-example", "the-tide"]
        for source in found:
            (page,) = [page for page in served if page.publisher == source.id]
            assert [e.link for e in feedparser.parse(get(source.feed).content).entries] == [
                paper.a + page.path
            ]
            assert f"<loc>{paper.a}{page.path}</loc>" in get(source.sitemap).text
            assert re.search(source.include, paper.a + page.path)
            assert "feed.xml" in get(source.url).text


def test_real_corpus_is_served_whole(get, corpus_dir, tmp_path):
    with running(directory=tmp_path, corpus=corpus_dir) as paper:
        served = corpus.pages(corpus_dir)
        assert len({page.path for page in served}) == len(served)
        for page in served[::25]:
            assert get(paper.a + page.path).content == page.html
