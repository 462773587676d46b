"""`microfiche rights`: what applies and why, and the log of what was kept back."""

import json

import pytest
from click.testing import CliRunner

from archive.cli import cli
from archive.index.articles import find_article
from archive.index.open import read_index
from archive.layout import create_archive
from archive.rights.read import rules_of
from archive.rights.rules import Audience
from archive.takedowns import iter_takedowns, note_rules
from tests.archive.rights.shelves import FIRST, MARK, OPEN, SECOND, SECRET, fill


@pytest.fixture
def filled(tmp_path):
    return fill(tmp_path / "archive")


def run(filled, *arguments):
    done = CliRunner().invoke(cli, ["-C", str(filled.archive.root), "rights", *arguments])
    assert done.exception is None, done.exception
    return done.stdout


def put(filled, *rules):
    text = "".join(f"\n[[rights]]\n{rule}\n" for rule in rules)
    filled.archive.config_path.write_text(filled.config + text, "utf-8")


def test_check_says_which_rule_applies_and_why(filled):
    assert run(filled, "check", OPEN).splitlines() == [
        "1 capture, 20260102030405: open; no rule fits",
        "Its article is shown to readers as a whole",
    ]
    first, _ = filled.records
    put(
        filled,
        f'access = "blocked"\nreason = "Order 1/26."\nrecord = "{first}"',
        'access = "embargo"\nuntil = 2999-01-01\nsource = "daily"',
    )
    with read_index(filled.archive, audience=Audience.OWNER) as db:
        article = find_article(db, SECRET)
    kept = (
        f"1 capture, {FIRST}: kept from readers and staff, by rule 1, `blocked` (Not shown, by a "
        "rule of this archive: Order 1/26.)"
    )
    later = (
        f"1 capture, {SECOND}: kept from readers, by rule 2, `embargo` (Under embargo until 1 "
        "January 2999.)"
    )
    whole = "Its article is kept from readers as a whole"
    for name in (SECRET, article):
        assert run(filled, "check", name).splitlines() == [kept, later, whole]
    assert run(filled, "check", first.strip("<>")).splitlines() == [kept, whole]


def test_the_log_tells_what_came_and_went_and_is_only_added_to(filled):
    assert run(filled, "log") == ""
    assert not filled.archive.takedowns_path.exists()
    put(filled, 'access = "staff"\nsource = "daily"', 'access = "staff"\nsource = "post"')
    rules_of(filled.archive)
    once = filled.archive.takedowns_path.read_text("utf-8")
    assert run(filled, "log", "--json") == once, "looked at twice, noted once"
    put(filled, 'access = "staff"\nsource = "post"')
    told = [json.loads(line) for line in run(filled, "log", "--json").splitlines()]
    assert filled.archive.takedowns_path.read_text("utf-8").startswith(once)
    assert [(entry["did"], json.loads(entry["rule"])["source"]) for entry in told] == [
        ("rule in force", "daily"),
        ("rule in force", "post"),
        ("rule lifted", "daily"),
    ]


@pytest.mark.parametrize(
    "damage",
    [
        b'{"at": "20260101000000", "did": "rule in fo',
        b'{"did": "rule in force"}\n',
        b"\xff\xfe\n",
        b"5\n[",
    ],
)
def test_a_damaged_log_keeps_what_is_added_to_it(tmp_path, damage):
    archive = create_archive(tmp_path / "archive", contact="a@b.example")
    archive.takedowns_path.write_bytes(damage)
    for _ in range(2):
        note_rules(archive, ["one", "two"], at="20260102030405")
    told = [entry["rule"] for entry in iter_takedowns(archive) if "rule" in entry]
    assert told == ["one", "two"]
    assert archive.takedowns_path.read_bytes().startswith(damage)


def test_an_export_for_readers_leaves_out_what_they_may_not_see(filled):
    put(filled, 'access = "staff"\nsource = "daily"')

    def export(*arguments):
        return (
            CliRunner().invoke(cli, ["-C", str(filled.archive.root), "export", *arguments]).stdout
        )

    assert (MARK in export(), MARK in export("--for-readers")) == (True, False)
    assert "Storm over the harbour" in export("--for-readers")
