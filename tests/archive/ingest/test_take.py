"""WARC, ARC and WACZ files by others: taken in once, whole as far as they are, and searchable."""

import gzip
import hashlib
import io
from contextlib import closing

import pytest
import zstandard
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from archive.cli import cli
from archive.errors import ArchiveUnwritable
from archive.index.captures import iter_captures
from archive.index.open import open_index
from archive.ingest.convert import copy_records
from archive.ingest.forms import recognise
from archive.urls import urlkey
from archive.warc.openfile import seal
from archive.warc.reader import read_record
from tests.archive.indexer.press import story
from tests.archive.ingest.foreign import URL, foreign_arc, foreign_warc, found, ingest, wacz

FORMS = {
    "a.warc": lambda: foreign_warc(compressed=False),
    "a.warc.gz": lambda: foreign_warc(compressed=True),
    "whole.warc.gz": lambda: gzip.compress(foreign_warc(compressed=False)),
    "a.warc.zst": lambda: zstandard.compress(foreign_warc(compressed=False)),
    "a.wacz": lambda: wacz(foreign_warc(compressed=True)),
}


@pytest.mark.parametrize("name", FORMS)
def test_each_form_is_taken_in_once_and_searched(archive, tmp_path, name):
    path = tmp_path / name
    path.write_bytes(FORMS[name]())
    first = ingest(archive, path)
    assert first.exit_code == 0, first.output
    assert "Indexed: 3 captures, 3 new articles" in first.output
    again = ingest(archive, path)
    assert "there already: " in again.output
    assert "Indexed: 0 captures" in again.output
    assert found(archive) == 3
    with closing(open_index(archive)) as db:
        (capture,) = iter_captures(db, urlkey(URL.format("two")))
        assert (capture.timestamp, capture.source) == ("20190506070809", "example.org")
        http = read_record(archive, capture.file, capture.offset).http()
    assert http is not None
    assert http.body == story("Bridge two closed")
    rebuilt = CliRunner().invoke(cli, ["-C", str(archive.root), "index", "--rebuild"])
    assert "3 new articles" in rebuilt.output


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_arc_becomes_warc(archive, tmp_path, pack):
    path = tmp_path / ("old.arc.gz" if pack is gzip.compress else "old.arc")
    path.write_bytes(pack(foreign_arc()))
    result = ingest(archive, path)
    assert result.exit_code == 0, result.output
    assert "converted: " in result.output
    assert found(archive) == 1
    with closing(open_index(archive)) as db:
        (capture,) = iter_captures(db, urlkey(URL.format("one")))
    assert capture.timestamp == "20010203040506"


def test_a_directory_with_several_forms_of_the_same_records(archive, tmp_path):
    place = tmp_path / "others"
    (place / "below").mkdir(parents=True)
    content = foreign_warc(compressed=True)
    (place / "a.warc.gz").write_bytes(content)
    (place / "below" / "b.warc.gz").write_bytes(content)
    (place / "below" / "c.wacz").write_bytes(wacz(content))
    (place / "notes.txt").write_text("not taken")
    result = ingest(archive, place)
    assert result.exit_code == 0, result.output
    assert "Indexed: 3 captures, 3 new articles" in result.output
    assert found(archive) == 3


def test_in_place_leaves_the_file_where_it_is(archive, tmp_path):
    path = tmp_path / "a.warc.gz"
    path.write_bytes(foreign_warc(compressed=True))
    result = ingest(archive, "--in-place", path)
    assert "linked: " in result.output
    (link,) = (archive.warcs_dir / "ingested").glob("*.warc.gz")
    assert link.is_symlink()
    assert found(archive) == 3


def test_a_link_to_a_file_that_was_moved_is_made_anew(archive, tmp_path):
    path, other = tmp_path / "a.warc.gz", tmp_path / "elsewhere" / "a.warc.gz"
    path.write_bytes(foreign_warc(compressed=True))
    assert "linked: " in ingest(archive, "--in-place", "--no-index", path).output
    other.parent.mkdir()
    path.rename(other)
    assert "linked: " in ingest(archive, "--in-place", "--no-index", other).output
    (link,) = (archive.warcs_dir / "ingested").glob("*.warc.gz")
    assert link.resolve() == other.resolve()
    assert "there already: " in ingest(archive, "--in-place", "--no-index", other).output


def test_nothing_is_copied_below_the_floor_of_the_disk(archive, tmp_path):
    config = archive.config_path
    config.write_text(config.read_text() + f"[crawl]\nmin_free_bytes = {1 << 60}\n")
    path = tmp_path / "a.warc.gz"
    path.write_bytes(foreign_warc(compressed=True))
    result = ingest(archive, path)
    assert isinstance(result.exception, ArchiveUnwritable)
    assert "crawl.min_free_bytes" in str(result.exception)
    assert list((archive.warcs_dir / "ingested").iterdir()) == []
    # What is linked to takes no room.
    assert ingest(archive, "--in-place", "--no-index", path).exit_code == 0


def test_what_a_killed_run_had_half_written_goes(archive, tmp_path):
    place = archive.warcs_dir / "ingested"
    place.mkdir()
    (place / ".b-0011223344556677.warc.gz.part").write_bytes(b"half")
    path = tmp_path / "a.warc.gz"
    path.write_bytes(foreign_warc(compressed=True))
    assert ingest(archive, "--no-index", path).exit_code == 0
    assert not list(place.glob(".*.part"))


@pytest.mark.parametrize("name", ["a.warc.gz", "a.warc", "whole.warc.gz", "a.warc.zst"])
def test_a_damaged_file_gives_what_is_whole_and_a_report(archive, tmp_path, name):
    whole = FORMS[name]()
    path = tmp_path / name
    path.write_bytes(whole[: len(whole) * 4 // 5])
    result = ingest(archive, path)
    assert result.exit_code == 6
    assert "microfiche: " in result.output
    # The three pages are much alike: one zstd frame or gzip member ends within its last block.
    assert found(archive) >= (1 if name in ("a.warc", "a.warc.gz") else 0)


@pytest.mark.parametrize(
    ("name", "content"),
    [("x.warc.gz", b"no such thing"), ("x.wacz", b"PK\x03\x04 broken"), ("x.warc", b"")],
)
def test_what_is_none_of_these_is_refused(archive, tmp_path, name, content):
    path = tmp_path / name
    path.write_bytes(content)
    result = ingest(archive, path)
    assert result.exit_code == 6
    assert "refused" in result.output


def test_a_name_that_is_not_there_is_a_usage_error_and_nothing_is_taken(archive, tmp_path):
    path = tmp_path / "a.warc.gz"
    path.write_bytes(foreign_warc(compressed=True))
    result = ingest(archive, path, tmp_path / "nothing.warc")
    assert result.exit_code == 2
    assert "nothing.warc' does not exist" in result.output
    assert list(archive.warcs_dir.iterdir()) == []


def sealed_here(archive):
    """A file of the archive's own, sealed and not yet indexed."""
    sealed = archive.warcs_dir / "2026" / "own.warc.gz"
    sealed.parent.mkdir()
    beside = sealed.with_name("own.warc.gz.open")
    beside.write_bytes(foreign_warc(compressed=True))
    seal(beside, sealed, hashlib.sha256(beside.read_bytes()).hexdigest())
    return sealed


@pytest.mark.parametrize("known_by", ["manifest", "index"])
def test_a_copy_of_what_the_archive_holds_is_not_taken(archive, tmp_path, known_by):
    sealed = sealed_here(archive)
    if known_by == "index":
        assert CliRunner().invoke(cli, ["-C", str(archive.root), "index"]).exit_code == 0
        sealed.with_name("own.warc.gz.sha256").unlink()
    copy = tmp_path / "copy.warc.gz"
    copy.write_bytes(sealed.read_bytes())
    (tmp_path / "copy.wacz").write_bytes(wacz(copy.read_bytes()))
    result = ingest(archive, copy, tmp_path / "copy.wacz")
    assert result.exit_code == 0, result.output
    assert f"there already: {copy} as 2026/own.warc.gz" in result.output
    assert result.output.count("there already: ") == 2
    assert not (archive.warcs_dir / "ingested").exists()
    assert found(archive) == 3


def test_the_sound_copy_of_a_damaged_file_is_not_said_to_be_there(archive, tmp_path):
    sealed = sealed_here(archive)
    copy = tmp_path / "copy.warc.gz"
    copy.write_bytes(sealed.read_bytes())
    data = bytearray(sealed.read_bytes())
    data[60:64] = b"\xff" * 4
    sealed.write_bytes(bytes(data))
    result = ingest(archive, copy)
    assert result.exit_code == 6
    assert "copy it over warcs/2026/own.warc.gz" in result.output
    assert not (archive.warcs_dir / "ingested").exists()


@pytest.mark.parametrize("name", ["a.warc", "whole.warc.gz", "a.wacz"])
def test_the_same_file_under_another_name_is_taken_once(archive, tmp_path, name):
    content = FORMS[name]()
    for number in "12":
        (tmp_path / number).mkdir()
        (tmp_path / number / f"{number}{name}").write_bytes(content)
    result = ingest(archive, tmp_path / "1", tmp_path / "2")
    assert result.exit_code == 0, result.output
    assert result.output.count("there already: ") == 1
    names = [path.name for path in (archive.warcs_dir / "ingested").iterdir()]
    assert len([name for name in names if not name.endswith(".sha256")]) == 1


@given(st.binary(max_size=300))
def test_no_bytes_are_mistaken_or_crash(content):
    assert recognise(io.BytesIO(content))
    into, problems = io.BytesIO(), []
    count = copy_records(io.BytesIO(content), into, problems.append)
    assert not count or gzip.decompress(into.getvalue()).count(b"WARC/") >= count
    assert count or problems or not content.strip()
