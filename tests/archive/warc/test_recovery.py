"""After a crash at any byte: whole groups are kept, the rest is kept beside, nothing is lost."""

import hashlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from archive.errors import ArchiveUnwritable
from archive.layout import OPEN_SUFFIX
from archive.warc.openfile import read_manifest
from archive.warc.reader import iter_groups, read_record
from archive.warc.recovery import recover
from tests.archive.warc.exchanges import (
    archive_at,
    exchange,
    fastwarc_passes,
    make_writer,
    sealed,
    warcio_faults,
)

REPOSITORY = Path(__file__).parents[3]
NAME = "2026/11/test-20261122160000-00001.warc.gz"


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A small file and where its groups end."""
    place = tmp_path_factory.mktemp("whole")
    marks = []
    writer = make_writer(place, on_durable=lambda _name, offset: marks.append(offset))
    for number in range(3):
        writer.submit(exchange(f"/{number}", b"" if number == 1 else None)).result()
    writer.close()
    (path,) = sealed(place)
    head_end = next(
        group.start
        for group in iter_groups(path, filename="x")
        if group.main.type not in {"warcinfo", "resource"}
    )
    return path.read_bytes(), [head_end, *marks]


def left_open(root: Path, data: bytes, name: str = NAME) -> Path:
    archive = archive_at(root)
    path = archive.warcs_dir / (name + OPEN_SUFFIX)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def test_every_length_is_cut_back_to_its_last_whole_group(tmp_path, whole):
    data, marks = whole
    for length in {*range(0, len(data), 37), *marks, *(mark - 1 for mark in marks)}:
        root = tmp_path / str(length)
        path = left_open(root, data[:length])
        (recovered,) = recover(archive_at(root))
        expected = max((mark for mark in marks if mark <= length), default=0)
        if length < marks[0]:
            # Of the two records at the head one may be whole; there is no capture yet.
            assert recovered.kept_bytes < marks[0]
            continue
        assert recovered.kept_bytes == expected, length
        result = (archive_at(root).warcs_dir / NAME).read_bytes()
        assert result == data[:expected]
        assert recovered.cut_bytes == length - expected
        cut = recovered.cut_path.read_bytes() if recovered.cut_path else b""
        assert result + cut == data[:length]
        assert not path.exists()


def test_what_is_recovered_is_sealed_and_sound(tmp_path, whole):
    data, _ = whole
    left_open(tmp_path, data + b"\x1f\x8b half a record")
    (recovered,) = recover(archive_at(tmp_path))
    (path,) = sealed(tmp_path)
    assert read_manifest(path) == recovered.sha256 == hashlib.sha256(data).hexdigest()
    assert (warcio_faults(path), fastwarc_passes(path)) == ("", True)
    assert "bytes cut off" in str(recovered)
    assert recovered.filename == NAME
    assert recovered.records == 2 + 3 + 2 + 3
    assert recover(archive_at(tmp_path)) == []


def test_damage_in_the_middle_ends_what_is_kept(tmp_path, whole):
    data, marks = whole
    broken = bytearray(data)
    broken[marks[1] + 40] ^= 0xFF
    left_open(tmp_path, bytes(broken))
    (recovered,) = recover(archive_at(tmp_path))
    assert recovered.kept_bytes == marks[1]
    assert recovered.cut_path.read_bytes() == bytes(broken)[marks[1] :]


def test_zeros_after_a_power_cut_are_cut_off(tmp_path, whole):
    data, _ = whole
    left_open(tmp_path, data + bytes(100_000))
    (recovered,) = recover(archive_at(tmp_path))
    assert (recovered.kept_bytes, recovered.cut_bytes) == (len(data), 100_000)


def test_a_file_without_a_whole_record_is_not_sealed(tmp_path, whole):
    left_open(tmp_path, whole[0][:50])
    (recovered,) = recover(archive_at(tmp_path))
    assert (recovered.kept_bytes, recovered.sha256, sealed(tmp_path)) == (0, None, [])
    assert recovered.cut_path.read_bytes() == whole[0][:50]


def test_recovery_that_was_interrupted_is_done_again(tmp_path, whole):
    data, marks = whole
    path = left_open(tmp_path, data[:-5])
    sealed_path = path.with_name(path.name.removesuffix(OPEN_SUFFIX))
    # A first recovery got as far as keeping the tail and writing the manifest.
    sealed_path.with_name(sealed_path.name + ".cut").write_bytes(data[marks[-2] : -5])
    sealed_path.with_name(sealed_path.name + ".sha256").write_text("00  wrong\n")
    (recovered,) = recover(archive_at(tmp_path))
    assert recovered.cut_path.name.endswith(".cut")
    assert read_manifest(sealed_path) == hashlib.sha256(data[: marks[-2]]).hexdigest()


def test_another_tail_never_overwrites_the_first(tmp_path, whole):
    data, marks = whole
    path = left_open(tmp_path, data[:-5])
    kept = path.with_name(path.name.removesuffix(OPEN_SUFFIX) + ".cut")
    kept.write_bytes(b"of an earlier crash")
    (recovered,) = recover(archive_at(tmp_path))
    assert kept.read_bytes() == b"of an earlier crash"
    assert recovered.cut_path.read_bytes() == data[marks[-2] : -5]


def test_a_sealed_file_of_the_same_name_is_never_replaced(tmp_path, whole):
    path = left_open(tmp_path, whole[0])
    path.with_name(path.name.removesuffix(OPEN_SUFFIX)).write_bytes(b"sealed long ago")
    manifest = path.with_name(path.name.removesuffix(OPEN_SUFFIX) + ".sha256")
    manifest.write_text("of the sealed one\n")
    with pytest.raises(ArchiveUnwritable, match="exists already"):
        recover(archive_at(tmp_path))
    assert path.read_bytes() == whole[0]
    assert manifest.read_text() == "of the sealed one\n"


def write_until_killed(place: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.archive.warc.endless", str(place)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=REPOSITORY,
    )


def kill_once(root: Path, wait_s: float) -> int:
    """Let a process write for a while, kill it, recover; how many captures it had reported."""
    archive = archive_at(root)
    process = write_until_killed(archive.warcs_dir)
    assert process.stdout is not None
    first = process.stdout.readline()
    time.sleep(wait_s)
    os.kill(process.pid, signal.SIGKILL)
    # A line that was cut short had not been told in full.
    told = [
        line.split()
        for line in (first + process.stdout.read()).splitlines(keepends=True)
        if line.endswith("\n")
    ]
    process.wait()
    process.stdout.close()
    recover(archive)
    for record_id, filename, offset, digest in told:
        record = read_record(archive, filename, int(offset))
        assert record.record_id == record_id
        assert hashlib.sha256(record.http().body).hexdigest() == digest
    return len(told)


@pytest.mark.parametrize("attempt", range(3))
def test_a_kill_loses_nothing_that_was_told(tmp_path, attempt):
    assert kill_once(tmp_path, 0.02 + attempt * 0.05) > 0
    for path in sealed(tmp_path):
        assert (warcio_faults(path), fastwarc_passes(path)) == ("", True)
