"""Reading: groups of any writer, watermarks, damage, memory."""

import gzip
from pathlib import Path

import pytest

from archive.check.faults import FaultKind
from archive.check.records import check_file
from archive.errors import WarcError
from archive.layout import Archive
from archive.warc.reader import iter_groups, iter_records, read_record
from tests.archive.warc.exchanges import archive_at, exchange, make_writer, response, sealed

DATE = "WARC-Date: 2026-01-02T03:04:05Z"


def record(kind: str, number: int, block: bytes, *fields: str) -> bytes:
    lines = [f"WARC-Type: {kind}", f"WARC-Record-ID: <urn:uuid:{number}>", DATE, *fields]
    head = "WARC/1.0\r\n" + "".join(line + "\r\n" for line in lines)
    return (head + f"Content-Length: {len(block)}\r\n\r\n").encode() + block + b"\r\n\r\n"


URI = "WARC-Target-URI: http://a.example/"
HTTP = "Content-Type: application/http;msgtype=response"
BLOCK = response(b"foreign")


def written(place: Path, *records: bytes, compressed: bool = True) -> Path:
    path = place / ("foreign.warc.gz" if compressed else "foreign.warc")
    path.write_bytes(b"".join(gzip.compress(r) if compressed else r for r in records))
    return path


def groups(path: Path, **values):
    return list(iter_groups(path, filename="foreign", **values))


@pytest.mark.parametrize("compressed", [True, False])
def test_groups_of_other_writers(tmp_path, compressed):
    path = written(
        tmp_path,
        record("warcinfo", 1, b"software: other\r\n"),
        # wget writes the request first, Heritrix last.
        record("request", 2, b"GET / HTTP/1.1\r\n\r\n", URI),
        record("response", 3, BLOCK, URI, HTTP, "WARC-Concurrent-To: <urn:uuid:2>"),
        record("response", 4, BLOCK, "WARC-Target-URI: <http://b.example/>", HTTP),
        record("metadata", 5, b"via: x\r\n", URI, "WARC-Concurrent-To: <urn:uuid:4>"),
        record("response", 6, BLOCK, URI, HTTP),
        compressed=compressed,
    )
    found = groups(path)
    assert [(g.main.type, g.main.record_id[10:-1]) for g in found] == [
        ("warcinfo", "1"),
        ("response", "3"),
        ("response", "4"),
        ("response", "6"),
    ]
    assert [bool(g.request) for g in found] == [False, True, False, False]
    assert (found[1].http().body, found[2].main.target_uri) == (b"foreign", "http://b.example/")
    assert found[2].facts == {}
    ends = [(g.start, g.end) for g in found]
    assert [start for start, _ in ends[1:]] == [end for _, end in ends[:-1]]
    assert ends[-1][1] == path.stat().st_size
    for group in found:
        assert group.main.length == len(path.read_bytes()[group.main.offset :][: group.main.length])


def test_a_revisits_original_is_no_part_of_its_group(tmp_path):
    path = written(
        tmp_path,
        record("response", 1, BLOCK, URI, HTTP),
        record("revisit", 2, b"", URI, "WARC-Refers-To: <urn:uuid:1>"),
    )
    assert len(groups(path)) == 2


def test_reading_stops_at_the_watermark(tmp_path):
    marks = []
    writer = make_writer(tmp_path, on_durable=lambda _name, offset: marks.append(offset))
    for number in range(4):
        writer.submit(exchange(f"/{number}")).result()
    writer.close()
    (path,) = sealed(tmp_path)
    # What follows the mark may be half a record, or anything.
    path.write_bytes(path.read_bytes()[: marks[2]] + b"\x1f\x8b\x08 half")
    found = groups(path, start=marks[0], end=marks[2])
    assert [g.main.target_uri[-1] for g in found] == ["1", "2"]
    assert (found[0].start, found[-1].end) == (marks[0], marks[2])
    assert groups(path, start=marks[2], end=marks[2]) == []


def test_damage_is_told_with_its_place_after_what_is_whole(tmp_path):
    path = written(tmp_path, *(record("response", n, BLOCK, URI, HTTP) for n in range(3)))
    places = [item.offset for item in iter_records(path, filename="x")]
    data = bytearray(path.read_bytes())
    data[places[1] + 40] ^= 0xFF
    path.write_bytes(bytes(data))
    reading = iter_groups(path, filename="foreign", end=places[1])
    assert [group.main.record_id for group in reading] == ["<urn:uuid:0>"]
    with pytest.raises(WarcError, match=r"foreign@\d+: .*microfiche check"):
        groups(path)


@pytest.mark.parametrize("compressed", [True, False])
@pytest.mark.parametrize("width", [4, 90])
def test_reading_goes_on_after_damage_and_loses_what_check_loses(tmp_path, compressed, width):
    records = [record("response", n, BLOCK, URI, HTTP) for n in range(6)]
    path = written(tmp_path, *records, compressed=compressed)
    whole = path.read_bytes()
    places = [item.offset for item in iter_records(path, filename="x")]
    # Within the first record, across two, within the last.
    for at in (places[0] + 1, places[3] - 5, places[5] + 1):
        path.write_bytes(whole[:at] + b"\xff" * width + whole[at + width :])
        damages: list[WarcError] = []
        found = groups(path, on_damage=damages.append)
        checked = check_file(path, "foreign", manifest=False)
        assert [g.start for g in found] == [row.offset for row in checked.rows]
        assert [g.end - g.start for g in found] == [row.length for row in checked.rows]
        assert 4 <= len(found) <= 6
        faults = [
            f"foreign@{fault.offset}: "
            for fault in checked.faults
            if fault.kind is FaultKind.DAMAGED
        ]
        assert [str(damage)[: len(told)] for damage, told in zip(damages, faults, strict=True)] == (
            faults
        )


def test_a_group_goes_on_after_damage_within_it(tmp_path):
    path = written(
        tmp_path,
        record("response", 1, BLOCK, URI, HTTP),
        record("request", 2, b"GET / HTTP/1.1\r\n\r\n", URI, "WARC-Concurrent-To: <urn:uuid:1>"),
        record("metadata", 3, b"via: x\r\n", URI, "WARC-Concurrent-To: <urn:uuid:1>"),
    )
    place = [item.offset for item in iter_records(path, filename="x")][1]
    data = bytearray(path.read_bytes())
    data[place + 40 : place + 44] = b"\xff" * 4
    path.write_bytes(bytes(data))
    damages: list[WarcError] = []
    (group,) = groups(path, on_damage=damages.append)
    assert (group.request, group.metadata is None, group.end) == (None, False, len(data))
    assert f"foreign@{place}: " in str(damages[0])


def test_one_record_by_its_place(tmp_path):
    archive = archive_at(tmp_path)
    written(archive.warcs_dir, record("response", 7, BLOCK, URI, HTTP))
    found = read_record(archive, "foreign.warc.gz", 0)
    assert (found.record_id, found.http().body, found.date.year) == (
        "<urn:uuid:7>",
        b"foreign",
        2026,
    )


@pytest.mark.parametrize(
    ("name", "offset", "message"),
    [
        ("none.warc.gz", 0, "no such file"),
        ("foreign.warc.gz", 3, "expected a WARC record"),
        ("foreign.warc.gz", 10_000, "expected a WARC record"),
    ],
)
def test_a_place_without_a_record(tmp_path, name, offset, message):
    archive = Archive(archive_at(tmp_path).root)
    written(archive.warcs_dir, record("response", 7, BLOCK, URI, HTTP))
    with pytest.raises(WarcError, match=message):
        read_record(archive, name, offset)


def test_a_record_without_a_date_says_so(tmp_path):
    path = written(
        tmp_path, record("response", 1, BLOCK, URI, HTTP).replace(DATE.encode(), b"X: y")
    )
    (group,) = groups(path)
    with pytest.raises(WarcError, match="WARC-Date is ''"):
        _ = group.main.date


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(WarcError, match="cannot be read"):
        list(iter_records(tmp_path / "none.warc.gz", filename="x"))
