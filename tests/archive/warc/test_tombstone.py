"""Tombstones: of any length, and read by every reader of WARC files."""

import gzip
import io

import pytest
from fastwarc.warc import ArchiveIterator as FastIterator
from warcio.archiveiterator import ArchiveIterator

from archive.warc.deflate import gzip_member
from archive.warc.facts import read_facts
from archive.warc.scan import scan_record
from archive.warc.tombstone import TooShort, erased_by, write_tombstone

HEADERS = (
    ("WARC-Type", "response"),
    ("WARC-Record-ID", "<urn:uuid:0f419a49-93b3-426d-be42-71a6654a83ee>"),
    ("WARC-Target-URI", "http://post.test/é"),
    ("WARC-Date", "2026-01-02T03:04:05Z"),
    ("WARC-Block-Digest", "sha1:OLD"),
    ("Content-Length", "12"),
)
FACTS = {"error": "erased", "erased": {"at": "20260301000000", "reason": "Order 1/26, é"}}
NEXT = (
    b"WARC/1.1\r\nWARC-Type: resource\r\nWARC-Record-ID: <urn:uuid:2>\r\n"
    b"WARC-Target-URI: http://post.test/2\r\nWARC-Date: 2026-01-02T03:04:05Z\r\n"
    b"Content-Type: text/plain\r\nContent-Length: 4\r\n\r\nnext\r\n\r\n"
)
# Around where the digits of Content-Length grow, and stored blocks are full.
AROUND = (700, 1000, 1460, 10_000, 65_535, 65_553, 65_558, 100_470, 131_088, 200_000, 1_000_420)
LENGTHS = sorted({length + more for length in AROUND for more in range(-6, 7)})


@pytest.mark.parametrize("compressed", [True, False])
def test_it_is_as_long_as_what_it_replaces_and_whole(compressed):
    for length in LENGTHS:
        made = write_tombstone(HEADERS, FACTS, length, compressed=compressed)
        assert len(made) == length
        found = scan_record(io.BytesIO(made + b"rest"), 0)
        assert (found.length, found.block_digest_ok, found.problem) == (length, True, None)
        assert found.record_id == "<urn:uuid:0f419a49-93b3-426d-be42-71a6654a83ee>"
        assert found.head.find("WARC-Target-URI") == "http://post.test/é"
        assert erased_by(found.block) == FACTS["erased"], length


def test_where_there_is_little_room_the_reason_is_left_to_the_log():
    shortest = next(
        length for length in range(200, 700) if _fits(length) and "reason" in _said(length)
    )
    assert _fits(shortest - 5)
    assert "reason" not in _said(shortest - 15)
    with pytest.raises(TooShort):
        write_tombstone(HEADERS, FACTS, 150, compressed=True)


def test_a_record_shorter_than_its_digests_leaves_the_moment():
    digests = {"block_digest": "sha1:" + "A7" * 16, "payload_digest": "sha1:" + "B9" * 16}
    erased = FACTS["erased"] | digests | {"type": "response"}
    facts = {"source": "post", "kind": "article", "error": "erased", "erased": erased}
    made = write_tombstone(HEADERS, facts, 300, compressed=True)
    assert (len(made), scan_record(io.BytesIO(made), 0).problem) == (300, None)
    assert erased_by(scan_record(io.BytesIO(made), 0).block) == {"at": "20260301000000"}
    with pytest.raises(TooShort, match=r"by a rule: \[\[rights\]\]"):
        write_tombstone(HEADERS, facts, 200, compressed=True)


def _fits(length):
    try:
        return len(write_tombstone(HEADERS, FACTS, length, compressed=True)) == length
    except TooShort:
        return False


def _said(length):
    made = write_tombstone(HEADERS, FACTS, length, compressed=True)
    block = gzip.decompress(made).partition(b"\r\n\r\n")[2]
    return read_facts(block)["erased"]


@pytest.mark.parametrize("length", [430, 520, 5000, 200_003])
def test_warcio_and_fastwarc_read_on_behind_it(length):
    made = write_tombstone(HEADERS, FACTS, length, compressed=True)
    data = gzip_member(NEXT) + made + gzip_member(NEXT)
    told = [
        (record.rec_type, record.content_stream().read()[:4])
        for record in ArchiveIterator(io.BytesIO(data))
    ]
    assert [kind for kind, _ in told] == ["resource", "metadata", "resource"]
    assert told[2][1] == b"next"
    fast = [record.record_id for record in FastIterator(io.BytesIO(data), parse_http=False)]
    assert fast == ["<urn:uuid:2>", HEADERS[1][1], "<urn:uuid:2>"]
