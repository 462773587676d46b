"""A fact that a page prints, all the way: to search, exports, API and command line."""

import csv
import json
from contextlib import closing

import pytest
from click.testing import CliRunner

import microfiche
from archive.cli import cli
from archive.index.open import open_index
from archive.index.rows import PRINTED
from archive.search.query import FIELDS
from extract.article import Article
from tests.archive.indexer.press import SENTENCES, http, index_here, new_press, story


@pytest.fixture(scope="module")
def press(tmp_path_factory):
    press = new_press(tmp_path_factory.mktemp("printed"))
    text = (" ".join(SENTENCES[:4]), " ".join(SENTENCES[4:]))
    pages = {
        "ships": story("Ships wait outside", f"LONDON, Jan 5 (Reuters) - {text[0]}", text[1]),
        "mills": story("Old mills reopen", *reversed(text)),
    }
    exchanges = [press.exchange(f"https://morning.example/2026/{n}", http(pages[n])) for n in pages]
    press.write("a.warc.gz", exchanges)
    with closing(open_index(press.archive, write=True)) as db:
        index_here(db, press.archive, ["a.warc.gz"])
    return press


def test_what_is_printed_is_found_exported_and_shown(press, tmp_path):
    with microfiche.open_archive(press.archive.root) as archive:
        (hit,) = archive.search("dateline:london").hits
        assert hit.url == "https://morning.example/2026/ships"
        (other,) = archive.search("-dateline:london").hits
        assert other.url == "https://morning.example/2026/mills"
        assert archive.article(hit.article_id).current.dateline == "LONDON"
        assert {row.title: row.dateline for row in archive.export()} == {
            "Ships wait outside": "LONDON",
            "Old mills reopen": None,
        }
    runner, target = CliRunner(), tmp_path / "a.csv"
    shown = runner.invoke(cli, ["-C", str(press.archive.root), "show", hit.article_id, "--json"])
    assert json.loads(shown.output)["versions"][0]["dateline"] == "LONDON"
    to_csv = ["export", "--format", "csv", "--to", str(target), "dateline:london"]
    assert runner.invoke(cli, ["-C", str(press.archive.root), *to_csv]).exit_code == 0
    with target.open(encoding="utf-8", newline="") as file:
        (row,) = csv.DictReader(file)
    assert (next(iter(row)), row["dateline"]) == ("id", "LONDON")


def test_a_printed_fact_has_one_name_everywhere():
    assert set(PRINTED) <= set(FIELDS)
    assert set(PRINTED) <= set(Article.__dataclass_fields__)
