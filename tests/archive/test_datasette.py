"""The real Datasette, over an index: its search box, our functions, canned queries."""

import asyncio
from pathlib import Path
from urllib.parse import quote

import pytest
from datasette.app import Datasette

from archive.datasette import is_index
from tests.archive.search.shelf import Told, new_shelf

ANN = ("Ann Lee",)
ARTICLES = [
    Told("lodz", "Łódź votes", "The mayor of Łódź spoke to O’Brien in the U.S.", authors=ANN),
    Told("weg", "Die Straße", "Die Straße kostet 12,345.67 Euro.", "de", dated="2026-02-01"),
    Told(
        "tokyo", "港湾計画", "東京都は計画を公表した。", "ja", links=("https://news.bbc.co.uk/1",)
    ),
    Told("quay", "Quay", earlier="The mayor resigned.", edited="20260304100000", authors=ANN),
]


@pytest.fixture(scope="module")
def index(tmp_path_factory):
    path = tmp_path_factory.mktemp("datasette") / "index.db"
    new_shelf(ARTICLES, path).close()
    return path


def get(path, address):
    async def ask():
        datasette = Datasette([str(path)])
        response = await datasette.client.get(address)
        # Its threads hold the database open.
        for database in datasette.databases.values():
            database.close()
        return response

    response = asyncio.run(ask())
    assert response.status_code == 200, response.text
    return response.json()


@pytest.mark.parametrize(
    ("words", "titles"),
    [
        ("lodz", ["Łódź votes"]),
        ("obrien us", ["Łódź votes"]),
        ('"die strasse"', ["Die Straße"]),
        ("12345.67", ["Die Straße"]),
        ("東京", ["港湾計画"]),
        ("mayor -lodz", ["Quay"]),
        ('"unclosed (', []),
        ("?!", []),
    ],
)
def test_the_search_box_finds_articles(index, words, titles):
    found = get(index, f"/index/articles.json?_shape=array&_search={quote(words)}")
    assert [row["title"] for row in found] == titles


def test_the_table_is_there(index):
    assert (
        get(index, "/index/articles.json?_extra=supports_search&_size=1")[
            "filtered_table_rows_count"
        ]
        == 4
    )


@pytest.mark.parametrize(
    ("query", "arguments", "rows"),
    [
        ("find", "words=lodz", [["Łódź votes", "2026-03-02"]]),
        ("silent_edits", "author=ann+LEE&month=202603", [["20260304100000", "edited"]]),
        ("share_of_a_word", "word=mayor", [["2026-02", 0], ["2026-03", 2]]),
        ("who_cites", "host=bbc.co.uk", [["morning", 1]]),
        ("no_longer_said", "word=resigned", [["2026-03-02", "morning"]]),
    ],
)
def test_canned_queries(index, query, arguments, rows):
    found = get(index, f"/index/{query}.json?_shape=arrays&{arguments}")["rows"]
    assert [row[:2] for row in found] == rows


def test_other_databases_are_left_alone(index, tmp_path):
    other = tmp_path / "other.db"
    other.write_bytes(b"")
    assert is_index(index)
    assert not is_index(other)
    assert not is_index(None)
    assert not is_index(str(Path("nowhere")))
    found = get(other, "/other.json?sql=select+escape_fts('a+b')&_shape=arrays")
    assert found["rows"] == [['"a" "b"']]
