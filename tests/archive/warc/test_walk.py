"""Files as others write them: what any program reads is read, by the index and by `check` alike."""

import gzip
import io

import pytest

from archive.check.records import check_file
from archive.warc.digests import plain_digest
from archive.warc.reader import iter_records
from archive.warc.stored import stored_response

PAGE = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<p>Body</p>"


def record(n: int, block: bytes = PAGE, *, kind="response", length=None, eol="\r\n", **fields):
    named = {
        "WARC-Type": kind,
        "WARC-Record-ID": f"<urn:uuid:{n}>",
        "WARC-Target-URI": f"http://a.example/{n}",
        "WARC-Date": "2026-01-10T12:00:00Z",
        "Content-Type": "application/http; msgtype=response",
        "Content-Length": str(len(block) if length is None else length),
    } | {"WARC-" + key.replace("_", "-"): value for key, value in fields.items()}
    lines = [f"{name}: {value}" for name, value in named.items() if value is not None]
    return eol.join(["WARC/1.0", *lines, "", ""]).encode() + block + 2 * eol.encode()


def read(tmp_path, content: bytes):
    """What the index reads, having seen that `check` reads the same."""
    path = tmp_path / "f.warc"
    path.write_bytes(content)
    lost = []
    found = list(iter_records(path, filename="f.warc", on_damage=lost.append))
    checked = check_file(path, "f.warc", manifest=False)
    rows = [(r.offset, r.length, r.type) for r in checked.rows if r.type != "continuation"]
    assert [(r.offset, r.length, r.type) for r in found] == rows
    assert len(lost) == sum(fault.kind == "damaged" for fault in checked.faults)
    return found, [fault.kind.value for fault in checked.faults]


@pytest.mark.parametrize(
    ("content", "faults"),
    [
        (b"\r\n\r\n\n" + record(1) + record(2), []),
        (record(1) + b"\r\n\r\n\r\n" + record(2), []),
        (record(1, eol="\n") + record(2, eol="\n"), ["field", "field"]),
        (record(1, kind="Response") + record(2, kind="RESPONSE"), []),
        (record(1, length=len(PAGE) - 2) + record(2), ["field"]),
        (record(1, length=len(PAGE) - 9) + record(2), ["field"]),
        (record(1)[:-4] + record(2)[:-2], ["field", "field"]),
        (record(1) + record(2, length=9999), ["damaged"]),
        (record(1, length=9999) + record(2), ["damaged"]),
        (record(1, Record_ID=None) + record(2, Record_ID=None), ["field", "field"]),
        (record(1, Comment="x" * 200_000) + record(2), []),
        (record(1).replace(b"WARC/1.0", b"WARC/0.18") + record(2), []),
        (record(1).replace(b"\r\nContent-T", b"\r\nno field\r\nContent-T", 1) + record(2), []),
        (gzip.compress(b"") + gzip.compress(record(1)) + gzip.compress(record(2)), []),
        (gzip.compress(record(1)) + gzip.compress(b"") * 3 + gzip.compress(record(2)), []),
        (gzip.compress(record(1)) + gzip.compress(b"\r\n") + gzip.compress(record(2)), []),
        (gzip.compress(record(1)[:-4]) + gzip.compress(record(2) + b"\r\n"), ["field", "field"]),
        (gzip.compress(record(1, length=len(PAGE) + 9)) + gzip.compress(record(2)), ["field"]),
    ],
)  # fmt: skip
def test_what_is_a_little_wrong_is_read_all_the_same(tmp_path, content, faults):
    found, told = read(tmp_path, content)
    assert [r.target_uri for r in found] == ["http://a.example/1", "http://a.example/2"]
    assert [r.type for r in found] == ["response", "response"]
    assert found[1].http().content() == b"<p>Body</p>"
    assert [r.http().status for r in found] == [200, 200]
    assert told == faults


def test_a_plain_record_is_placed_where_its_version_line_stands(tmp_path):
    found, _ = read(tmp_path, b"\r\n\r\n" + record(1))
    assert found[0].offset == 4


def test_several_records_in_one_member_are_told_as_lost(tmp_path):
    content = gzip.compress(record(1) + record(2)) + gzip.compress(record(3))
    found, told = read(tmp_path, content)
    assert [r.target_uri for r in found] == ["http://a.example/3"]
    assert told == ["damaged"]


def segments(*sizes: int, total: bool = True, origin: bool = True):
    at, made = 0, []
    for number, size in enumerate(sizes, 1):
        more = {} if number == 1 or not origin else {"Segment_Origin_ID": "<urn:uuid:1>"}
        if total and number == len(sizes):
            more["Segment_Total_Length"] = str(len(PAGE))
        kind = "response" if number == 1 else "continuation"
        more |= {"Segment_Number": str(number), "Target_URI": "http://a.example/1"}
        made.append(record(number, PAGE[at : at + size], kind=kind, **more))
        at += size
    return b"".join(made)


def test_segments_are_put_together(tmp_path):
    found, told = read(tmp_path, segments(20, 20, len(PAGE) - 40) + record(9))
    assert [r.target_uri for r in found] == ["http://a.example/1", "http://a.example/9"]
    assert (found[0].content, found[0].truncated, told) == (PAGE, None, [])


@pytest.mark.parametrize(("total", "origin"), [(False, True), (False, False)])
def test_segments_that_never_say_they_are_all_are_told_as_a_part(tmp_path, total, origin):
    found, _ = read(tmp_path, segments(20, len(PAGE) - 20, total=total, origin=origin) + record(9))
    assert (found[0].content, found[0].truncated) == (PAGE, "segmented")


def test_a_segment_alone_is_a_part(tmp_path):
    found, _ = read(tmp_path, segments(48, total=False))
    assert (found[0].http().content(), found[0].truncated) == (b"<p>B", "segmented")


@pytest.mark.parametrize(
    ("block", "status", "body"),
    [
        (b"HTTP 200 Document follows\r\nA: b\r\n\r\nx", 200, b"x"),
        (b"ICY 404 Gone\r\nA: b\r\n\r\nx", 404, b"x"),
        (b"\r\n\r\nHTTP/1.1 200 OK\r\nA: b\r\n\r\nx", 200, b"x"),
        (b"http/1.1 200 ok\r\nA: b\r\n\r\nx", 200, b"x"),
        (b"HTTP/3 200\r\nA: b\r\n\r\nx", 200, b"x"),
        (b"HTTP/1.1 200 OK\r\nA: " + b"y" * 90_000 + b"\r\n\r\nx", 200, b"x"),
        (b"<html><p>HTTP/0.9", 200, b"<html><p>HTTP/0.9"),
        (b"GIF89a....", 200, b"GIF89a...."),
    ],
)
def test_odd_status_lines(block, status, body):
    http = stored_response(block)
    assert (http.status, http.body) == (status, body)


def test_an_empty_block_holds_no_response():
    assert stored_response(b"\r\n") is None
    assert stored_response(b"HTTP/1.1 what") is None


@pytest.mark.parametrize(
    "stated",
    [
        "sha1:JUT2PDFAFFVXMMGUGKH3XWY3QACIEPEA",
        "SHA1:jut2pdfaffvxmmgugkh3xwy3qaciepea",
        "sha-1:4d27a78ca0296b7630d4328fbbdb1b8004823c80",
        "4D27A78CA0296B7630D4328FBBDB1B8004823C80",
        "JUT2PDFAFFVXMMGUGKH3XWY3QACIEPEA",
    ],
)
def test_a_digest_has_one_spelling(stated):
    assert plain_digest(stated) == "sha1:JUT2PDFAFFVXMMGUGKH3XWY3QACIEPEA"


@pytest.mark.parametrize("stated", ["", "sha1:", "sha1:xyz", "urn:x", "md5:JUT2PDFA", "sha1:!"])
def test_what_is_no_digest_stays(stated):
    assert plain_digest(stated) == stated


def test_ids_are_told_from_blank_ones(tmp_path):
    found, _ = read(tmp_path, record(1, Record_ID=None) + record(2, Record_ID=""))
    assert [r.capture_id for r in found] == [
        "urn:microfiche:f.warc:0",
        f"urn:microfiche:f.warc:{found[1].offset}",
    ]
    assert io.BytesIO(found[0].content).read(4) == b"HTTP"
