"""What single programs write that others do not: facts told in their documents and issues."""

import base64
import gzip
import hashlib
import io
import json
from contextlib import closing

import pytest
from fastwarc.stream_io import Lz4Writer

from archive.index.captures import iter_captures
from archive.index.open import open_index
from archive.ingest.arc import iter_arc
from archive.ingest.forms import arc_fields
from archive.ingest.har import iter_har
from archive.search import search
from archive.urls import urlkey
from tests.archive.indexer.press import story
from tests.archive.ingest.foreign import Foreign, faults, ingest, shown, take_in

URL = "https://news.example.org/2020/harbour-vote"
PAGE = story("Harbour vote tonight")
HTML = ("Content-Type", "text/html; charset=utf-8")
RESPONSE, REQUEST = "application/http; msgtype=response", "application/http; msgtype=request"
FIELDS = "application/warc-fields"


def cc_news(protocol: str) -> bytes:
    """As the news crawl of Common Crawl writes: contents decoded, their old headers masked.

    Source: apache/stormcrawler 691, 828, 1010; commoncrawl/news-crawl 42 (HTTP/2, 2020).
    """
    warc = Foreign()
    info = (
        b"software: StormCrawler 1.17 http://stormcrawler.net/\r\nformat: WARC File Format 1.0\r\n"
    )
    warc.add("warcinfo", "", info, content_type=FIELDS)
    request = ("GET /2020/harbour-vote", protocol, [("Host", "news.example.org")])
    asked = warc.add(
        "request", URL, b"", http=(request[0], request[1], request[2]), content_type=REQUEST,
        IP_Address="192.0.2.7",
    )  # fmt: skip
    headers = [
        HTML,
        ("X-Crawler-Content-Encoding", "gzip"),
        ("X-Crawler-Transfer-Encoding", "chunked"),
        ("X-Crawler-Content-Length", "411"),
        ("Content-Length", str(len(PAGE))),
    ]
    answered = warc.add(
        "response", URL, PAGE, http=(protocol, "200 ", headers), content_type=RESPONSE,
        Concurrent_To=asked, IP_Address="192.0.2.7", Identified_Payload_Type="text/html",
    )  # fmt: skip
    fetched = b"fetchTimeMs: 212\r\ncharset-detected: UTF-8\r\nsource: another meaning\r\n"
    warc.add("metadata", URL, fetched, content_type=FIELDS, Concurrent_To=answered)
    return warc.content


def browsertrix() -> bytes:
    """As Browsertrix Crawler writes: WARC/1.1, SHA-256, what it knows of a page as resources.

    Source: webrecorder/browsertrix-crawler 457, 458; webrecorder/browsertrix 1588.
    """
    warc = Foreign(version="1.1")
    date = "2024-01-13T05:56:03.866Z"
    warc.add("warcinfo", "", b"software: Browsertrix-Crawler 1.0.0\r\n", content_type=FIELDS)
    digest = f"sha256:{hashlib.sha256(PAGE).hexdigest()}"
    answered = warc.add(
        "response", URL, PAGE, content_type=RESPONSE, Date=date, Payload_Digest=digest,
        http=("HTTP/1.1", "200 OK", [HTML, ("x-orig-content-encoding", "br")]),
        Page_ID="61046c48-286b-485a-a8ed-9974f79a179d", Resource_Type="document",
        JSON_Metadata='{"ipType": "Public", "cert": {"issuer": "R3", "ctc": "1"}}',
    )  # fmt: skip
    warc.add(
        "request", URL, b"", content_type=REQUEST, Date=date, Concurrent_To=answered,
        http=("GET /2020/harbour-vote", "HTTP/1.1", [("Host", "news.example.org")]),
    )  # fmt: skip
    about = json.dumps({"pageid": "61046c48", "urls": {URL: 200}}).encode()
    warc.add("resource", f"urn:pageinfo:{URL}", about, content_type="application/json", Date=date)
    warc.add("resource", f"urn:text:{URL}", b"Harbour vote", content_type="text/plain", Date=date)
    warc.add("metadata", URL, b'{"source": "x", "kind": "robots"}', content_type="application/json")
    return warc.content


def warcprox() -> bytes:
    """As warcprox writes: digests in hexadecimal, revisits by address and date."""
    warc = Foreign()
    digest = f"sha1:{hashlib.sha1(PAGE).hexdigest()}"
    answer = ("HTTP/1.1", "200 OK", [HTML, ("Content-Length", str(len(PAGE)))])
    warc.add(
        "response", URL, PAGE, http=answer, content_type=RESPONSE.replace(" ", ""),
        Payload_Digest=digest, Date="2020-09-20T02:42:54Z",
    )  # fmt: skip
    warc.add(
        "revisit", URL, b"", http=answer, content_type=RESPONSE.replace(" ", ""),
        Payload_Digest=digest, Refers_To_Target_URI=URL, Refers_To_Date="2020-09-20T02:42:54Z",
        Profile="http://netpreserve.org/warc/1.0/revisit/identical-payload-digest",
    )  # fmt: skip
    return warc.content


def heritrix() -> bytes:
    """As Heritrix writes: look-ups of names, its own metadata, ids without angle brackets."""
    warc = Foreign()
    lookup = b"20200921024254\nnews.example.org.\t300\tIN\tA\t192.0.2.7\n"
    warc.add("response", "dns:news.example.org", lookup, content_type="text/dns")
    answered = warc.add(
        "response", URL, PAGE, http=("HTTP/1.1", "200 OK", [HTML]), content_type=RESPONSE,
        Record_ID="urn:uuid:20000000-0000-4000-8000-000000000001", Truncated="length",
    )  # fmt: skip
    about = b"via: https://news.example.org/\r\nhopsFromSeed: L\r\nsourceTag: a seed\r\n"
    warc.add("metadata", URL, about, content_type=FIELDS, Concurrent_To=answered)
    return warc.content


def kept_as_resource() -> bytes:
    """A page kept without the answer it came in."""
    warc = Foreign()
    warc.add("resource", URL, PAGE, content_type="text/html")
    return warc.content


PROGRAMS = {
    "CC-NEWS": lambda: cc_news("HTTP/1.1"),
    "CC-NEWS of 2020, HTTP/2": lambda: cc_news("HTTP/2"),
    "Browsertrix": browsertrix,
    "warcprox": warcprox,
    "Heritrix": heritrix,
    "resource": kept_as_resource,
}


@pytest.mark.parametrize("program", PROGRAMS)
def test_what_a_program_wrote_is_searched_replayed_and_sound(archive, tmp_path, program):
    path = tmp_path / "by-others.warc.gz"
    path.write_bytes(PROGRAMS[program]())
    result, damaged = take_in(archive, path)
    assert (result.exit_code, damaged) == (0, []), result.output
    with closing(open_index(archive)) as db:
        (hit,) = search(db, "harbour").hits
        captures = list(iter_captures(db, "", prefix=True))
    assert ("".join(part.text for part in hit.title), hit.source, hit.url) == (
        "Harbour vote tonight",
        "example.org",
        URL,
    )
    # What is no address of the web, and what belongs to another record, is no capture.
    assert {capture.urlkey for capture in captures} == {urlkey(URL)}
    assert {capture.status for capture in captures} == {200}
    assert len(captures) == (2 if program == "warcprox" else 1)
    assert shown(archive, URL) == PAGE
    assert faults(archive) == []
    assert "there already: " in ingest(archive, "--no-index", path).output


@pytest.mark.parametrize("program", PROGRAMS)
def test_cut_short_it_gives_what_is_whole_and_says_so(archive, tmp_path, program):
    whole = PROGRAMS[program]()
    path = tmp_path / "by-others.warc.gz"
    path.write_bytes(whole[:-25])
    _, damaged = take_in(archive, path)
    assert len(damaged) == 1
    assert "by-others" in str(damaged[0])
    with closing(open_index(archive)) as db:
        assert search(db, "harbour").total == (program != "resource")
    assert "damaged" in faults(archive)


def arc(*records: tuple[str, int], version: bool = True) -> bytes:
    """An ARC file; each record's stated length is off by a number of bytes."""
    about = b"1 0 Alexa\nURL IP-address Archive-date Content-type Archive-length\n"
    made = [b"filedesc://x.arc 0.0.0.0 20010203040506 text/plain 12\n" + about + b"\n"]
    for address, off in records:
        answer = b"HTTP/1.0 200 OK\r\nContent-Type: text/html\r\n\r\n" + story("Harbour vote")
        line = f"{address} 192.0.2.1 20010203040506 text/html {len(answer) + off}\n".encode()
        made.append(line + answer + b"\n")
    return b"".join(made if version else made[1:])


ADDRESSES = [f"http://old.example/{n}" for n in range(4)]


@pytest.mark.parametrize("version", [True, False])
@pytest.mark.parametrize("pack", [bytes, gzip.compress])
@pytest.mark.parametrize("off", [0, 3, -5, 100_000])
def test_lengths_of_an_arc_that_are_wrong_lose_nothing(archive, tmp_path, version, pack, off):
    path = tmp_path / "old.arc.gz"
    path.write_bytes(pack(arc(*((a, off) for a in ADDRESSES), version=version)))
    result, damaged = take_in(archive, path)
    assert (damaged, faults(archive)) == ([], [])
    assert ("its length is" in result.output) == (off != 0 or version)
    for address in ADDRESSES:
        assert shown(archive, address) == story("Harbour vote")


def har(*bodies: bytes) -> bytes:
    entries = [
        {
            "startedDateTime": f"2026-01-10T12:00:0{n}.250Z",
            "request": {"method": "GET", "url": f"http://har.example/{n}#top", "headers": []},
            "response": {
                "status": 200,
                "statusText": "OK",
                "headers": [
                    {"name": ":status", "value": "200"},
                    {"name": "Content-Type", "value": "text/html"},
                    {"name": "Content-Encoding", "value": "br"},
                ],
                "content": {"encoding": "base64", "text": base64.b64encode(body).decode()},
            },
        }
        for n, body in enumerate(bodies)
    ]
    return json.dumps({"log": {"version": "1.2", "entries": [*entries, {"request": 1}]}}).encode()


def test_a_har_is_taken_in(archive, tmp_path):
    path = tmp_path / "page.har"
    path.write_bytes(har(story("Harbour vote"), b"\xff\x00picture"))
    result, damaged = take_in(archive, path)
    assert (damaged, faults(archive)) == ([], [])
    assert "entry 3: KeyError" in result.output
    assert shown(archive, "http://har.example/0", "20260110120000") == story("Harbour vote")
    assert shown(archive, "http://har.example/1") == b"\xff\x00picture"
    assert "there already: " in ingest(archive, "--no-index", path).output


def converted(content: bytes, iter_members, **options) -> tuple[bytes, list[str]]:
    """The records made of a file, unpacked, and what was said of it."""
    told: list[str] = []
    members = list(iter_members(io.BytesIO(content), "0" * 64, told.append, **options))
    return b"".join(map(gzip.decompress, members)), told


@pytest.mark.parametrize("entries", [5, {"a": 1}, "abc", None])
def test_a_har_without_a_list_of_entries_is_said_to_be_none(entries):
    _, told = converted(json.dumps({"log": {"entries": entries}}).encode(), iter_har)
    assert len(told) == 1
    assert "entries is" in told[0]


def test_a_moment_before_all_calendars_costs_its_entry_only():
    content = har(b"one", b"two").replace(b"2026-01-10T12:00:00.250Z", b"0001-01-01T00:00:00+14:00")
    made, told = converted(content, iter_har)
    assert made.count(b"WARC-Type: response") == 1
    assert told[0].startswith("entry 1: OverflowError")


def test_a_har_gives_away_nobodys_cookies():
    content = json.loads(har(b"one"))
    content["log"]["entries"][0]["request"]["headers"] = [
        {"name": name, "value": "s3cret"} for name in ("Cookie", "authorization", "X-Api-Key")
    ]
    made, _ = converted(json.dumps(content).encode(), iter_har)
    assert b"s3cret" not in made
    assert b"\r\nCookie: [masked]\r\nauthorization: [masked]\r\n" in made


def test_a_block_of_an_arc_that_is_too_long_is_cut_and_that_is_said():
    made, told = converted(arc((ADDRESSES[0], 0)), iter_arc, max_block_bytes=60)
    assert b"\r\nContent-Length: 60\r\n" in made
    assert any(line.startswith(ADDRESSES[0]) and "first 60 were taken" in line for line in told)


HOSTILE = (b" 1.1.1.1 20010203040506", b" a", b" ", b" 1.1.1.1 20010203")


@pytest.mark.parametrize("piece", HOSTILE)
def test_a_long_line_is_read_as_a_short_one(piece):
    long, short = (arc_fields(b"http://a.example/" + piece * n + b" \xff\n") for n in (20_000, 3))
    assert (long is None) == (short is None)


def test_lz4_is_taken_in(archive, tmp_path):
    warc = Foreign()
    warc.add("response", URL, PAGE, http=("HTTP/1.1", "200 OK", [HTML]), content_type=RESPONSE)
    packed = io.BytesIO()
    writer = Lz4Writer(packed)
    writer.write(gzip.decompress(warc.content))
    writer.close()
    path = tmp_path / "a.warc.lz4"
    path.write_bytes(packed.getvalue())
    result, _ = take_in(archive, path)
    assert result.exit_code == 0, result.output
    assert shown(archive, URL) == PAGE


def test_records_that_share_a_gzip_member_are_all_taken_in(archive, tmp_path):
    warc = Foreign()
    for n in range(4):
        warc.add(
            "response", f"{URL}/{n}", PAGE, http=("HTTP/1.1", "200 OK", [HTML]),
            content_type=RESPONSE,
        )  # fmt: skip
    members = gzip.decompress(warc.content).split(b"WARC/1.0")[1:]
    alone, *shared = [b"WARC/1.0" + member for member in members]
    path = tmp_path / "a.warc.gz"
    path.write_bytes(gzip.compress(b"") + gzip.compress(alone) + gzip.compress(b"".join(shared)))
    result, damaged = take_in(archive, path)
    assert (result.exit_code, damaged) == (0, []), result.output
    assert [shown(archive, f"{URL}/{n}") for n in range(4)] == [PAGE] * 4


def test_a_directory_names_what_it_passes_over(archive, tmp_path):
    (tmp_path / "in").mkdir()
    warc = Foreign()
    warc.add("response", URL, PAGE, http=("HTTP/1.1", "200 OK", [HTML]), content_type=RESPONSE)
    (tmp_path / "in" / "crawl-without-suffix").write_bytes(warc.content)
    (tmp_path / "in" / "index.cdx").write_bytes(b" CDX N b a m s k r M S V g\n")
    (tmp_path / "in" / "notes.txt").write_bytes(b"")
    result = ingest(archive, "--no-index", tmp_path / "in")
    assert result.exit_code == 0, result.output
    assert "copied: " in result.output
    for name in ("index.cdx", "notes.txt"):
        told = f"{tmp_path / 'in' / name}: passed over: neither WARC nor ARC nor HAR nor WACZ"
        assert told in result.output


def test_one_record_in_two_files_is_not_said_to_be_missing(archive, tmp_path):
    for name, address in (("a", f"{URL}?x=1"), ("b", "https://news.example.org?x=1")):
        warc = Foreign()
        warc.add("response", address, PAGE, http=("HTTP/1.1", "200 OK", [HTML]))
        (tmp_path / f"{name}.warc.gz").write_bytes(warc.content)
    take_in(archive, tmp_path)
    assert faults(archive) == ["duplicate_id"]
