"""Archives on disk: making, opening, refusing."""

import os

import pytest

from archive.errors import ArchiveNotFound, ArchiveUnwritable, ConfigError, LayoutError
from archive.layout import create_archive, open_archive, write_atomically

CONTACT = "mailto:keeper@press.example"


def test_made_archives_open(tmp_path):
    made = create_archive(tmp_path / "a", contact=CONTACT)
    assert open_archive(tmp_path / "a") == made
    assert made.warcs_dir.is_dir()
    assert made.runs_dir.is_dir()


def test_nothing_is_overwritten(tmp_path):
    create_archive(tmp_path / "a", contact=CONTACT)
    with pytest.raises(ArchiveUnwritable, match="already"):
        create_archive(tmp_path / "a", contact=CONTACT)
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "thesis.txt").write_text("mine")
    with pytest.raises(ArchiveUnwritable, match="new or empty"):
        create_archive(tmp_path / "b", contact=CONTACT)
    with pytest.raises(ArchiveUnwritable, match="new or empty"):
        create_archive(tmp_path / "b" / "thesis.txt", contact=CONTACT)


def test_no_archive_here(tmp_path):
    with pytest.raises(ArchiveNotFound, match=r"no archive here.*microfiche init"):
        open_archive(tmp_path)


def test_another_layout_is_refused(tmp_path):
    archive = create_archive(tmp_path / "a", contact=CONTACT)
    archive.config_path.write_text(
        archive.config_path.read_text().replace("layout = 1", "layout = 99")
    )
    with pytest.raises(LayoutError, match="layout is 99"):
        open_archive(tmp_path / "a")


def test_broken_toml_is_refused_with_its_place(tmp_path):
    archive = create_archive(tmp_path / "a", contact=CONTACT)
    archive.config_path.write_text("layout = 1\n[archive\n")
    with pytest.raises(ConfigError, match=r"microfiche\.toml: not valid TOML.*line 2"):
        open_archive(tmp_path / "a")


def test_a_contact_with_quotes_stays_valid(tmp_path):
    create_archive(tmp_path / "a", contact='https://x.example/?"\\')
    assert open_archive(tmp_path / "a").root.name == "a"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_directory_that_may_not_be_written(tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(ArchiveUnwritable, match="cannot be written"):
        create_archive(tmp_path / "a", contact=CONTACT)


def test_a_place_that_cannot_hold_a_directory():
    with pytest.raises(ArchiveUnwritable, match="cannot be written"):
        create_archive(__import__("pathlib").Path("/dev/null/a"), contact=CONTACT)


def test_find_warc_knows_open_and_sealed(tmp_path):
    archive = create_archive(tmp_path / "a", contact=CONTACT)
    assert archive.find_warc("x.warc.gz") is None
    (archive.warcs_dir / "x.warc.gz.open").touch()
    assert archive.find_warc("x.warc.gz").name == "x.warc.gz.open"
    (archive.warcs_dir / "x.warc.gz").touch()
    assert archive.find_warc("x.warc.gz").name == "x.warc.gz"


def test_atomic_writing_replaces_whole(tmp_path):
    path = tmp_path / "f"
    write_atomically(path, "one")
    write_atomically(path, "two")
    assert path.read_text() == "two"
    assert [p.name for p in tmp_path.iterdir()] == ["f"]
