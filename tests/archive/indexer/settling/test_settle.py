"""When second passes run: at the end of a run, and in the pauses of a crawl."""

import json
from contextlib import closing

from click.testing import CliRunner

from archive.cli import cli
from archive.index.articles import find_article, get_article
from archive.index.open import open_index, open_index_file
from archive.index.stories import find_story
from archive.indexer.pool import Pool, PoolSettings
from archive.indexer.run import LIVE, Indexer
from archive.indexer.write import write_batch
from tests.archive.indexer.press import http, index_here, is_settled, rows_of, story
from tests.archive.indexer.settling.wire import entry, paragraphs

BEGGING = "Our readers make this paper what it is, so be one of them and never look back."


def test_a_pause_of_a_crawl_is_used(tmp_path):
    with closing(open_index_file(tmp_path / "index.db", write=True)) as db:
        write_batch(db, [entry(source, "it", paragraphs("it")) for source in "ab"])
        with Pool(PoolSettings(1, 10.0)) as pool:
            Indexer(db, pool, LIVE).run([None])
            assert not is_settled(db)
            Indexer(db, pool, LIVE, rest_s=0.0).run([None])
        assert is_settled(db)
        assert db.execute("SELECT articles FROM stories").fetchall() == [(2,)]


def pages(press):
    """A small paper that begs on every page, an agency, and what the paper took from it."""
    visits = []
    for n in range(6):
        own = [" ".join(paragraphs(f"{n} {part}", 2)) for part in range(3)]
        page = story(f"Story number {n} of the harbour", own[0], own[1], BEGGING, own[2])
        visits.append(press.exchange(f"https://morning.example/2026/story-number-{n}", http(page)))
    wire = [" ".join(paragraphs(f"wire {part}", 2)) for part in range(4)]
    url = "https://agency.example/2026/what-the-wire-said"
    visits.append(press.exchange(url, http(story("What the wire said", *wire)), source="agency"))
    page = story("From the wire, in other words", *wire[:3], BEGGING)
    visits.append(press.exchange("https://morning.example/2026/from-the-wire", http(page)))
    return visits


def test_pages_of_a_paper_lose_what_it_repeats_and_their_copies_are_found(press, db, tmp_path):
    visits = pages(press)
    press.write("a.warc.gz", visits[:4])
    press.write("b.warc.gz", visits[4:])
    index_here(db, press.archive, ["a.warc.gz", "b.warc.gz"])
    for n in range(6):
        url = f"https://morning.example/2026/story-number-{n}"
        article = get_article(db, find_article(db, url))
        assert BEGGING not in article.current.text
        assert article.current.site_template == (BEGGING,)
        assert len(article.current.text.split("\n")) == 3
    taken = find_article(db, "https://morning.example/2026/from-the-wire")
    found = find_story(db, taken)
    assert [member.source for member in found.members] == ["agency", "morning"]
    with closing(open_index_file(tmp_path / "other.db", write=True)) as other:
        for name in ("b.warc.gz", "a.warc.gz"):
            index_here(other, press.archive, [name], batch=1)
        assert rows_of(other) == rows_of(db)


def test_readers_see_stories_while_nothing_is_written(press, db):
    press.write("a.warc.gz", pages(press))
    index_here(db, press.archive, ["a.warc.gz"])
    with closing(open_index(press.archive)) as reader:
        taken = find_article(reader, "https://morning.example/2026/from-the-wire")
        assert find_story(reader, taken).first.source == "agency"


def test_show_and_history_tell_of_copies_and_of_lines_left_out(press, db):
    press.write("a.warc.gz", pages(press))
    index_here(db, press.archive, ["a.warc.gz"])

    def said(*arguments):
        done = CliRunner().invoke(cli, ["-C", str(press.archive.root), *arguments])
        assert done.exit_code == 0, done.output
        return done.output

    url = "https://morning.example/2026/from-the-wire"
    shown = said("show", url)
    assert f"Left out, repeated by the site (1)\n  {BEGGING}" in shown
    assert "Appeared at (2)" in shown
    assert "agency  first in this archive  What the wire said" in shown
    assert "morning  after agency  From the wire, in other words" in shown
    assert "appeared  " in said("history", url)
    found = json.loads(said("show", "--json", url))
    assert [member["source"] for member in found["story"]["members"]] == ["agency", "morning"]
    assert found["versions"][0]["site_template"] == [BEGGING]
