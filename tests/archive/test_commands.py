"""What every command has in common: an example, whole lines in a pipe, names that are known."""

import pytest
from click.testing import CliRunner

from archive.cli import COMMANDS, cli
from archive.index.open import open_index
from tests.archive.indexer.press import http, index_here, new_press, story

LONG = "The Illustrated Weekly Intelligencer of the Upper Valley and All Its Villages"


def run(*arguments):
    return CliRunner().invoke(cli, [str(argument) for argument in arguments])


@pytest.fixture(scope="module")
def press(tmp_path_factory):
    press = new_press(tmp_path_factory.mktemp("commands"))
    press.write(
        "a.warc.gz", [press.exchange("https://a.example/2026/lock-shut", http(story("Lock")))]
    )
    db = open_index(press.archive, write=True)
    index_here(db, press.archive, ["a.warc.gz"])
    db.execute("UPDATE sources SET name = ?", [LONG])
    db.conn.commit()
    db.close()
    return press


@pytest.mark.parametrize("name", COMMANDS)
def test_every_help_ends_with_an_example(name):
    shown = " ".join(run(name, "-h").output.split())
    assert f"Example: microfiche {name}" in shown


def test_a_piped_table_cuts_nothing(press):
    lines = run("-C", press.archive.root, "stats").stdout.splitlines()
    (line,) = [line for line in lines if LONG in line]
    assert line.split()[-4::2] == ["2026-01-05", "2026-01-05"]
    assert "…" not in "".join(lines)


def test_an_unknown_source_is_named_with_those_there_are(press):
    asked = run("-C", press.archive.root, "events", "--source", "mornin")
    assert asked.exit_code == 1
    assert "no source 'mornin' in the index; did you mean morning? there is: morning" in str(
        asked.exception
    )
    assert run("-C", press.archive.root, "events", "--source", "morning").exit_code == 0
