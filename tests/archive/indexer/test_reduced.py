"""`export --format sqlite`: the index as readers may have it, to the last byte."""

import sqlite3
from contextlib import closing

import pytest
from click.testing import CliRunner

from archive.cli import cli
from archive.errors import ExitCode
from archive.index.open import open_index, open_index_file
from archive.rights.rules import Audience
from archive.search import search
from tests.archive.rights.shelves import MARK, WORD, fill

RULES = {
    "source": 'access = "staff"\nsource = "daily"',
    "record": 'access = "blocked"\nreason = "x"\nrecord = "{record}"',
}
TABLES = (
    *("captures", "articles", "versions", "facets", "links", "events", "article_people", "pages"),
    *("people", "tags", "facet_names", "stories", "languages", "article_tags"),
)


@pytest.fixture(scope="module")
def filled(tmp_path_factory):
    return fill(tmp_path_factory.mktemp("reduced") / "archive")


def export(filled, target, *more):
    arguments = ["export", "--format", "sqlite", "--to", str(target), *more]
    return CliRunner().invoke(cli, ["-C", str(filled.archive.root), *arguments])


def put(filled, rule):
    rule = rule.replace("{record}", filled.records[0])
    text = f"{filled.config}\n[[rights]]\n{rule}\n" if rule else filled.config
    filled.archive.config_path.write_text(text, "utf-8")


@pytest.mark.parametrize("rule", RULES)
def test_it_has_what_readers_see_and_no_byte_of_the_rest(filled, tmp_path, rule):
    put(filled, RULES[rule])
    target = tmp_path / "copy.db"
    done = export(filled, target)
    assert (done.exit_code, "without" in done.stdout) == (0, True), done.output
    assert MARK.encode() in filled.archive.index_path.read_bytes().lower()
    assert MARK.encode() not in target.read_bytes().lower()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["copy.db"]
    with (
        closing(open_index_file(target)) as copy,
        closing(open_index(filled.archive, audience=Audience.READERS)) as seen,
    ):
        for table in TABLES:
            count = f"SELECT count(*) FROM {table}"
            assert copy.execute(count).fetchone() == seen.execute(count).fetchone(), table
        ids = "SELECT record_id, uri, file, offset FROM cdx ORDER BY 1"
        assert copy.execute(ids).fetchall() == seen.execute(ids).fetchall()
        assert search(copy, WORD).total == 0
        hits = search(copy, "harbour").hits
        assert [hit.article_id for hit in hits] == [
            hit.article_id for hit in search(seen, "harbour").hits
        ]
    with closing(sqlite3.connect(target)) as db:
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert db.execute("PRAGMA foreign_key_check").fetchall() == []


def test_without_rules_it_is_the_whole_index(filled, tmp_path):
    put(filled, "")
    target = tmp_path / "copy.db"
    assert export(filled, target).stdout == f"Exported the index to {target}\n"
    with closing(open_index_file(target)) as copy:
        assert search(copy, WORD).total == 1


def test_it_is_a_file_and_whole(filled, tmp_path):
    assert export(filled, tmp_path / "copy.db", "harbour").exit_code == ExitCode.USAGE
