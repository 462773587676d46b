"""Backups: whole, openable, made while the archive is written."""

import json
import sqlite3
from contextlib import closing

import pytest
from click.testing import CliRunner

from archive.backup import back_up, restore
from archive.cli import cli
from archive.errors import ArchiveNotFound, ArchiveUnwritable
from archive.index.open import open_index
from archive.layout import create_archive, open_archive
from archive.lock import hold
from archive.search import search
from tests.archive.indexer.press import http, new_press, story

URL = "https://morning.example/2026/bridge-closed-again"


@pytest.fixture
def press(tmp_path):
    press = new_press(tmp_path)
    press.write("2026/01/a.warc.gz", [press.exchange(URL, http(story("Bridge closed again")))])
    assert microfiche(press, "index").exit_code == 0
    return press


def microfiche(press, *arguments):
    return CliRunner().invoke(cli, ["-C", str(press.archive.root), *arguments])


def test_a_backup_is_an_archive(press, tmp_path):
    (press.archive.runs_dir / "1.json").write_text("{}")
    result = microfiche(press, "backup", str(tmp_path / "copy"))
    assert result.exit_code == 0, result.output
    assert "1 WARC file copied, 0 there already" in result.output
    copy = open_archive(tmp_path / "copy")
    with closing(open_index(copy)) as db:
        assert search(db, "bridge").total == 1
    assert (copy.runs_dir / "1.json").is_file()
    assert copy.find_warc("2026/01/a.warc.gz")
    assert not list(copy.root.rglob("*.part"))


def test_the_next_backup_copies_what_is_new(press, tmp_path):
    back_up(press.archive, tmp_path / "copy")
    press.write("2026/02/b.warc.gz", [press.exchange(URL, http(story("Bridge open again")))])
    open_file = press.archive.warcs_dir / "2026/02/c.warc.gz.open"
    open_file.write_bytes(b"half")
    with closing(open_index(press.archive, write=True)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        writer.execute("UPDATE sources SET name = 'half done'")
        report = back_up(press.archive, tmp_path / "copy")
        writer.conn.rollback()
    assert (report.copied, report.present) == (1, 1)
    assert report.left_open == ("2026/02/c.warc.gz.open",)
    with closing(open_index(open_archive(tmp_path / "copy"))) as db:
        assert db.execute("SELECT name FROM sources").fetchall() == [("morning",)]


def test_the_frontier_is_never_ahead_of_the_files(press, tmp_path):
    frontier = press.archive.frontier_path
    with closing(sqlite3.connect(frontier)) as db:
        db.execute("CREATE TABLE urls (url TEXT)")
    with hold(press.archive.lock_path, purpose="crawl"):
        assert back_up(press.archive, tmp_path / "copy").left_open == ("frontier.db",)
    assert not (tmp_path / "copy" / "frontier.db").exists()
    assert back_up(press.archive, tmp_path / "copy").left_open == ()
    assert (tmp_path / "copy" / "frontier.db").exists()
    (press.archive.warcs_dir / "a.warc.gz.open").touch()
    assert back_up(press.archive, tmp_path / "copy").left_open == (
        "frontier.db",
        "a.warc.gz.open",
    )


def test_a_backup_of_an_archive_without_captures_can_be_crawled_into(tmp_path):
    archive = create_archive(tmp_path / "new", contact="mailto:a@b.example")
    back_up(archive, tmp_path / "copy")
    assert open_archive(tmp_path / "copy").warcs_dir.is_dir()


def test_damage_to_the_crawlers_memory_is_not_laid_to_the_index(press, tmp_path):
    press.archive.frontier_path.write_bytes(b"no database" * 100)
    result = microfiche(press, "backup", str(tmp_path / "copy"))
    assert isinstance(result.exception, ArchiveUnwritable)
    assert "frontier.db: cannot be copied" in str(result.exception)
    assert "1 article" in microfiche(press, "search", "bridge").output


def test_downloads_on_their_way_are_left_out(press, tmp_path):
    downloads = press.archive.warcs_dir / "ingested" / ".downloads"
    downloads.mkdir(parents=True)
    for suffix in (".part", ".json", ".lock"):
        (downloads / f"a{suffix}").touch()
    assert back_up(press.archive, tmp_path / "copy").copied == 1
    assert not list((tmp_path / "copy").rglob("*.downloads/*"))


def test_not_into_another_archive_nor_among_other_files(press, tmp_path):
    other = new_press(tmp_path / "other").archive
    plain = tmp_path / "plain"
    plain.mkdir()
    (plain / "letter.txt").write_text("Dear reader")
    for target in (other.root, plain):
        before = sorted((p, p.read_bytes() if p.is_file() else b"") for p in target.rglob("*"))
        with pytest.raises(ArchiveUnwritable, match="no earlier backup; nothing was changed"):
            back_up(press.archive, target)
        after = sorted((p, p.read_bytes() if p.is_file() else b"") for p in target.rglob("*"))
        assert after == before
    (tmp_path / "empty").mkdir()
    back_up(press.archive, tmp_path / "empty")
    back_up(press.archive, tmp_path / "empty")


def test_not_into_the_archive_itself(press):
    with pytest.raises(ArchiveUnwritable, match="within the archive"):
        back_up(press.archive, press.archive.root / "backup")


def test_a_target_that_is_a_file(press, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(ArchiveUnwritable, match="cannot be written"):
        back_up(press.archive, tmp_path / "file" / "copy")


def test_stats_tell_what_takes_what(press):
    result = microfiche(press, "stats")
    assert "1 article in 1 version, 1 capture," in result.output
    assert "full text" in result.output
    row = json.loads(microfiche(press, "stats", "--json").output)
    assert (row["articles"], row["warcs"], row["failures"]) == (1, 1, {})
    assert row["sources"][0]["source"] == "morning"
    assert sum(part["bytes"] for part in row["space"]) > row["text_bytes"] > 0
    assert row["warc_bytes"] == press.archive.find_warc("2026/01/a.warc.gz").stat().st_size


def test_a_backup_is_restored_elsewhere(press, tmp_path):
    back_up(press.archive, tmp_path / "copy")
    press.archive.root.rename(tmp_path / "lost")
    result = CliRunner().invoke(
        cli, ["restore", str(tmp_path / "copy"), str(tmp_path / "another" / "place")]
    )
    assert result.exit_code == 0, result.output
    assert "1 WARC file" in result.output
    restored = open_archive(tmp_path / "another" / "place")
    with closing(open_index(restored)) as db:
        assert search(db, "bridge").total == 1
    assert sorted(path.name for path in restored.root.iterdir()) == [
        "index.db",
        "microfiche.toml",
        "runs",
        "warcs",
    ]


def test_only_a_backup_is_restored_and_only_into_an_empty_place(press, tmp_path):
    with pytest.raises(ArchiveNotFound, match="expected a directory that `microfiche backup`"):
        restore(press.archive.root, tmp_path / "new")
    assert not (tmp_path / "new").exists()
    back_up(press.archive, tmp_path / "copy")
    taken = tmp_path / "taken"
    taken.mkdir()
    (taken / "letter.txt").write_text("mine")
    with pytest.raises(ArchiveUnwritable, match="expected a new or empty directory"):
        restore(tmp_path / "copy", taken)
    assert [path.name for path in taken.iterdir()] == ["letter.txt"]
