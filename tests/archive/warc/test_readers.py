"""The field's readers, each in an environment of its own, read what we write as we do."""

import hashlib
import json
import subprocess
from pathlib import Path

import pytest

from archive.warc.exchange import PayloadRef
from archive.warc.reader import iter_records
from tests.archive.warc.exchanges import exchange, make_writer, response, sealed
from tests.environments import environment

PYWB = ("pywb-2.10", "setuptools<81", "pywb>=2.10,<2.11")
CDXJ_INDEXER = ("cdxj-indexer-1", "setuptools<81", "cdxj-indexer>=1.4,<2")
WARCIO = ("warcio-1", "warcio>=1.7,<2")
FASTWARC = ("fastwarc-2", "fastwarc>=0.15,<3")
pytestmark = pytest.mark.soak

# What every reader is asked for: type, id, address, and the SHA-1 of the block.
WITH_WARCIO = """
import hashlib, json, sys
from warcio.archiveiterator import ArchiveIterator
with open(sys.argv[1], "rb") as file:
    for record in ArchiveIterator(file, no_record_parse=True):
        get = record.rec_headers.get_header
        told = [record.rec_type, get("WARC-Record-ID"), get("WARC-Target-URI")]
        print(json.dumps([*told, hashlib.sha1(record.raw_stream.read()).hexdigest()]))
"""
WITH_FASTWARC = """
import hashlib, json, sys
from fastwarc.warc import ArchiveIterator
with open(sys.argv[1], "rb") as file:
    for record in ArchiveIterator(file, parse_http=False):
        get = record.headers.get
        told = [get("WARC-Type"), get("WARC-Record-ID"), get("WARC-Target-URI")]
        print(json.dumps([*told, hashlib.sha1(record.reader.read()).hexdigest()]))
"""

CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
RAW = {
    "/plain": response(b"<p>plain</p>"),
    "/headers": response(b"x", b"X-A: 1", b"x-a: 2", b"X-L: caf\xe9", b"X-F: 1\r\n 2", b"junk"),
    "/chunked": CHUNKED + b"3;a=b\r\nabc\r\n0\r\nT: 1\r\n\r\n",
    "/close": b"HTTP/1.0 200\r\nContent-Type: text/plain\r\n\r\nuntil the end",
    "/moved": response(b"", b"Location: /plain", status=b"301 Moved Permanently"),
    "/gone": response(b"gone", status=b"410 Tr\xc3\xa8s gone"),
    "/nothing": b"HTTP/1.1 204 No Content\r\n\r\n",
    "/excess": response(b"sized") + b"and more",
    "/failed": b"",
}


@pytest.fixture(scope="module")
def warc(tmp_path_factory) -> Path:
    """One file with every kind of record."""
    place = tmp_path_factory.mktemp("readers")
    kept = {}
    writer = make_writer(place, find_payload=kept.get)
    first = writer.submit(exchange("/plain", RAW["/plain"])).result()
    for path, raw in RAW.items():
        writer.submit(exchange(path, raw)).result()
    cut = writer.submit(exchange("/cut", RAW["/plain"][:-4], truncated="time"))
    cut.result()
    ref = PayloadRef(first.record_id, first.target_uri, first.date, first.entity_digest)
    kept[first.entity_digest] = ref
    assert writer.submit(exchange("/again", RAW["/plain"])).result().record_type == "revisit"
    not_modified = exchange("/304", b"HTTP/1.1 304 Not Modified\r\n\r\n", not_modified=ref)
    assert writer.submit(not_modified).result().record_type == "revisit"
    writer.close()
    (path,) = sealed(place)
    return path


def ours(warc: Path):
    return list(iter_records(warc, filename=warc.name))


def run(*command: object) -> str:
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def blocks(warc: Path) -> list[list[str | None]]:
    """What another reader has to list, record by record."""
    return [
        [
            record.type,
            record.record_id,
            record.find("WARC-Target-URI"),
            hashlib.sha1(record.content).hexdigest(),
        ]
        for record in ours(warc)
    ]


def listed(text: str) -> list[object]:
    return [json.loads(line) for line in text.splitlines()]


def captures(warc: Path) -> list[tuple[int, int, str, str]]:
    """Offset, length, address and status of what an index lists."""
    found = []
    for record in ours(warc):
        if record.type in {"response", "revisit"}:
            status = str(record.http().status)
            found.append((record.offset, record.length, record.target_uri, status))
    return sorted(found)


def from_cdxj(text: str) -> list[tuple[int, int, str, str]]:
    rows = [json.loads(line.split(" ", 2)[2]) for line in text.splitlines() if " {" in line]
    return sorted(
        (int(row["offset"]), int(row["length"]), row["url"], row.get("status", ""))
        for row in rows
        # Our configuration record and the metadata records are no captures of the web.
        if row["url"].startswith("http:") and "json" not in row.get("mime", "")
    )


def test_warcio_reads_every_block_as_we_do(warc):
    commands = environment(*WARCIO)
    assert listed(run(commands / "python", "-c", WITH_WARCIO, warc)) == blocks(warc)
    assert run(commands / "warcio", "check", warc) == ""


def test_fastwarc_reads_every_block_as_we_do(warc):
    commands = environment(*FASTWARC)
    assert listed(run(commands / "python", "-c", WITH_FASTWARC, warc)) == blocks(warc)


def test_cdxj_indexer_lists_every_capture_in_its_place(warc):
    commands = environment(*CDXJ_INDEXER)
    rows = from_cdxj(run(commands / "cdxj-indexer", "--sort", warc))
    expected = captures(warc)
    # It gives a revisit no status.
    assert [row[:3] for row in rows] == [row[:3] for row in expected]
    told = {row[2]: row[3] for row in rows if row[3]}
    assert told.items() <= {row[2]: row[3] for row in expected}.items()
    assert told["http://news.example/gone"] == "410"


def test_pywb_lists_every_capture_in_its_place(warc):
    commands = environment(*PYWB)
    rows = from_cdxj(run(commands / "cdx-indexer", "--cdxj", "--sort", warc))
    assert [row[:3] for row in rows] == [row[:3] for row in captures(warc)]
