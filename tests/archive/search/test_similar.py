"""More like an article: by its telling words, without copies of it."""

import json
from contextlib import closing

import pytest
from click.testing import CliRunner

from archive.cli import cli
from archive.errors import NotFound
from archive.index.open import open_index
from archive.search import find_similar, search
from tests.archive.indexer.press import http, index_here, new_press, story
from tests.archive.search.test_stories import AGENCY

LISBON = (
    "Ministers in Lisbon spoke of harbours, of parliaments and of Portugal again on Monday.",
    "None of the parliaments had wanted to be the first to vote about money for harbours so far.",
    "Portugal offered to hold another meeting in Lisbon before the end of the month, they said.",
    "Greece and eight other countries of the south had not answered by Tuesday, to their dismay.",
)
TOKYO = "東京都は港湾地区の再開発計画について住民説明会を開いた。計画は来年四月に着工する。" * 3


@pytest.fixture(scope="module")
def press(tmp_path_factory):
    press = new_press(tmp_path_factory.mktemp("similar"))
    pages = [
        ("nine-countries-agree", "morning", story("Nine countries agree on harbours", *AGENCY)),
        ("countries-agree-too", "evening", story("Nine countries agree", *AGENCY, "By us.")),
        ("lisbon-harbours-talk", "evening", story("Talks in Lisbon go on", *LISBON)),
        ("lisbon-harbours-copy", "herald", story("Talks in Lisbon", *LISBON, "By the Herald.")),
        ("tokyo-kowan-keikaku", "morning", story("港湾計画で説明会", TOKYO, lang="ja")),
        ("tokyo-kowan-mondai", "morning", story("港湾地区の再開発", TOKYO + "続報。", lang="ja")),
        *((f"filler-number-{n}-here", "morning", story(f"Filler {n}")) for n in range(6)),
    ]
    exchanges = [
        press.exchange(f"https://{source}.example/2026/{name}", http(page), source=source)
        for name, source, page in pages
    ]
    press.write("a.warc.gz", exchanges)
    with closing(open_index(press.archive, write=True)) as db:
        index_here(db, press.archive, ["a.warc.gz"])
    return press


@pytest.fixture
def db(press):
    with closing(open_index(press.archive)) as reader:
        yield reader


def id_of(db, query):
    return search(db, query, order="oldest").hits[0].article_id


def test_finds_what_shares_telling_words_and_no_copies(db):
    found = find_similar(db, id_of(db, "title:countries"))
    urls = [hit.url for hit in found.hits]
    assert "lisbon-harbours" in urls[0]
    assert len([url for url in urls if "lisbon" in url]) == 1
    assert not any("agree" in url for url in urls)
    assert {"harbours", "lisbon"} <= set(found.words)
    assert any(segment.marked for segment in found.hits[0].snippet)
    assert len(find_similar(db, id_of(db, "title:filler"), limit=2).hits) == 2


def test_finds_text_without_spaces(db):
    found = find_similar(db, id_of(db, "港湾計画で説明会"))
    assert all(len(word.replace(" ", "")) == 2 for word in found.words)


def test_refuses_what_is_not_there(db):
    with pytest.raises(NotFound, match="not in the index"):
        find_similar(db, "00000000000000000000")


def test_the_command(press, db):
    url = "https://morning.example/2026/nine-countries-agree"
    run = CliRunner()
    told = run.invoke(cli, ["-C", str(press.archive.root), "similar", url])
    assert told.exit_code == 0
    assert "Talks in Lisbon" in told.output
    assert "by its words: " in told.output
    lines = run.invoke(cli, ["-C", str(press.archive.root), "similar", "--json", url]).output
    assert json.loads(lines.splitlines()[0])["title"].startswith("Talks in Lisbon")
