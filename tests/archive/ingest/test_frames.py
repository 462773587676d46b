"""Zstandard as WARC files have it: a frame for each record, a dictionary at the head, damage."""

import gzip
import io
import random

import pytest
import zstandard

from archive.ingest.convert import convert
from archive.ingest.forms import recognise
from archive.ingest.frames import DICTIONARY_MAGIC, ZstdFrames
from archive.warc.members import Damaged
from tests.archive.indexer.press import story
from tests.archive.ingest.foreign import faults, foreign_warc, found, take_in


def records(count: int) -> list[bytes]:
    whole = foreign_warc(compressed=False, titles=[f"Bridge n{n} closed" for n in range(count)])
    parts = whole.split(b"WARC/1.0\r\n")[1:]
    return [b"WARC/1.0\r\n" + part for part in parts]


def trained() -> zstandard.ZstdCompressionDict:
    samples = [story(f"Bridge n{n} closed, {random.Random(n).random()}") for n in range(200)]
    return zstandard.train_dictionary(4096, samples)


def packed(parts: list[bytes], *, dictionary: bytes = b"") -> bytes:
    """One frame a record, behind the dictionary in a skippable frame where there is one."""
    data = zstandard.ZstdCompressionDict(dictionary) if dictionary else None
    compressor = zstandard.ZstdCompressor(dict_data=data, write_checksum=True)
    return b"".join(compressor.compress(part) for part in parts)


def framed(dictionary: bytes) -> bytes:
    return DICTIONARY_MAGIC + len(dictionary).to_bytes(4, "little") + dictionary


def converted(content: bytes) -> tuple[bytes, int, list[str]]:
    file, into, told = io.BytesIO(content), io.BytesIO(), []
    assert recognise(file) == "zstd"
    count = convert(file, into, "zstd", digest="00", on_damage=told.append)
    return gzip.decompress(into.getvalue()), count, told


@pytest.mark.parametrize("kept", ["as it is", "compressed"])
def test_a_dictionary_at_the_head_is_used(kept):
    parts, dictionary = records(5), trained().as_bytes()
    stored = dictionary if kept == "as it is" else zstandard.compress(dictionary)
    plain, count, told = converted(framed(stored) + packed(parts, dictionary=dictionary))
    assert (plain, count, told) == (b"".join(parts), 5, [])


def test_a_dictionary_that_cannot_be_read_is_told():
    _, count, told = converted(framed(b"\x28\xb5\x2f\xfd no frame") + packed(records(2)))
    assert count == 0
    assert "dictionary" in told[0]
    with pytest.raises(Damaged, match="dictionary of 4294967295 bytes"):
        ZstdFrames(io.BytesIO(DICTIONARY_MAGIC + b"\xff" * 8), told.append)


def test_other_skippable_frames_are_passed_over():
    parts = records(2)
    skipped = b"\x50\x2a\x4d\x18" + (5).to_bytes(4, "little") + b"aside"
    plain, count, told = converted(packed(parts[:1]) + skipped + packed(parts[1:]))
    assert (plain, count, told) == (b"".join(parts), 2, [])


@pytest.mark.parametrize("at", [0.1, 0.4, 0.8])
def test_a_damaged_frame_costs_its_record_alone(at):
    parts = records(8)
    content = bytearray(packed(parts))
    place = int(len(content) * at)
    content[place : place + 8] = b"\xff" * 8
    plain, count, told = converted(bytes(content))
    assert count == 7
    assert told
    assert sum(part in plain for part in parts) == 7


def test_a_file_that_breaks_off_gives_what_came_before():
    parts = records(4)
    content = packed(parts)
    plain, count, told = converted(content[:-10])
    assert (plain, count) == (b"".join(parts[:3]), 3)
    assert "breaks off" in told[0]


def test_a_bomb_is_read_in_pieces():
    zeros = zstandard.compress(bytes(300_000_000))
    frames = ZstdFrames(io.BytesIO(zeros), lambda told: None)
    size, largest = 0, 0
    while piece := frames.read(1 << 20):
        size, largest = size + len(piece), max(largest, len(piece))
    assert size == 300_000_000
    assert largest <= 1 << 20


def test_a_zstd_file_is_taken_in_whole(archive, tmp_path):
    dictionary = trained().as_bytes()
    path = tmp_path / "a.warc.zst"
    path.write_bytes(framed(dictionary) + packed(records(3), dictionary=dictionary))
    result, damaged = take_in(archive, path)
    assert (result.exit_code, damaged) == (0, [])
    assert "converted: " in result.output
    assert found(archive) == 3
    assert faults(archive) == []
