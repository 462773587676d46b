"""Records byte for byte, and what each kind of exchange becomes."""

import pytest

from archive.warc.digests import sha1
from archive.warc.exchange import PayloadRef
from archive.warc.facts import read_facts
from archive.warc.records import NOT_MODIFIED, SAME_PAYLOAD, RecordWriter, build, make_record
from tests.archive.warc.exchanges import counted_ids, exchange, response

CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2;x=y\r\nhi\r\n0\r\nT: v\r\n\r\n"
REF = PayloadRef("<urn:uuid:old>", "http://news.example/old", "2026-01-01T00:00:00Z", "sha1:OLD")

GOLDEN = """\
WARC/1.1\r
WARC-Type: response\r
WARC-Record-ID: <urn:uuid:00000000-0000-4000-8000-000000000001>\r
WARC-Target-URI: http://news.example/a\r
WARC-Date: 2026-11-22T16:00:00.123456Z\r
WARC-Warcinfo-ID: <urn:uuid:info>\r
WARC-Page-ID: 00000000-0000-4000-8000-000000000001\r
WARC-IP-Address: 192.0.2.7\r
WARC-Protocol: http/1.1\r
WARC-Payload-Digest: sha1:ZYD7FAEWDCVVUHAPMOX536XHKHJBPRUM\r
Content-Type: application/http; msgtype=response\r
WARC-Block-Digest: sha1:N7ISIXSR4INS35GCHY2T7JGPYSQM3FW5\r
Content-Length: 50\r
\r
HTTP/1.1 200 OK\r
Content-Length: 11\r
\r
<p>news</p>\r
\r
WARC/1.1\r
WARC-Type: request\r
WARC-Record-ID: <urn:uuid:00000000-0000-4000-8000-000000000002>\r
WARC-Target-URI: http://news.example/a\r
WARC-Date: 2026-11-22T16:00:00.123456Z\r
WARC-Warcinfo-ID: <urn:uuid:info>\r
WARC-Page-ID: 00000000-0000-4000-8000-000000000001\r
WARC-IP-Address: 192.0.2.7\r
WARC-Protocol: http/1.1\r
WARC-Concurrent-To: <urn:uuid:00000000-0000-4000-8000-000000000001>\r
Content-Type: application/http; msgtype=request\r
WARC-Block-Digest: sha1:OBBYKRUMJCAJVGMIXBX2YGQRNJSXMNP3\r
Content-Length: 39\r
\r
GET /a HTTP/1.1\r
Host: news.example\r
\r
\r
\r
WARC/1.1\r
WARC-Type: metadata\r
WARC-Record-ID: <urn:uuid:00000000-0000-4000-8000-000000000003>\r
WARC-Target-URI: http://news.example/a\r
WARC-Date: 2026-11-22T16:00:00.123456Z\r
WARC-Warcinfo-ID: <urn:uuid:info>\r
WARC-Page-ID: 00000000-0000-4000-8000-000000000001\r
WARC-Concurrent-To: <urn:uuid:00000000-0000-4000-8000-000000000001>\r
WARC-Refers-To: <urn:uuid:00000000-0000-4000-8000-000000000001>\r
Content-Type: application/warc-fields\r
WARC-Block-Digest: sha1:C33BC4DUGL2UQMVQ5E6QT46NQBXFHQGE\r
Content-Length: 127\r
\r
json-metadata: {"source":"herald","kind":"article","http_status":200,"entity_digest":"sha1:ZYD7FAEWDCVVUHAPMOX536XHKHJBPRUM"}\r
\r
\r
"""  # noqa: E501 - one line of the record


def built(item, find=lambda _digest: None):
    return build(item, warcinfo_id="<urn:uuid:info>", find_payload=find, new_id=counted_ids())


def found(record, name):
    return record.rec_headers.get_header(name)


def block(record):
    return record.raw_stream.getvalue()


def types(made):
    return [record.rec_type for record in made.records]


def test_a_group_byte_for_byte():
    made = built(exchange("/a"))
    raw = b"".join(
        record.rec_headers.to_bytes() + block(record) + b"\r\n\r\n" for record in made.records
    )
    assert raw.decode() == GOLDEN


def test_what_the_writer_says_of_a_response():
    made = built(exchange("/a"))
    assert (made.record_type, made.main, made.timestamp) == ("response", 0, "20261122160000")
    assert made.entity_digest == sha1(b"<p>news</p>")
    assert made.record_id == found(made.records[0], "WARC-Record-ID")


@pytest.mark.parametrize(
    "raw",
    [
        CHUNKED,
        b"HTTP/1.1 103 Early Hints\r\n\r\n" + response(b"hi"),
        response(b"hi") + b"and more",
        b"HTTP/1.1 200 OK\nContent-Length: 2\n\nhi",
        b"HTTP/1.1 200 OK\r\n \r\nContent-Length: 2\r\n\r\nhi",
    ],
)
def test_payload_digest_stands_elsewhere_where_readers_would_disagree(raw):
    made = built(exchange(raw=raw))
    first, _, last = made.records
    assert found(first, "WARC-Payload-Digest") is None
    assert found(first, "WARC-Block-Digest") == sha1(raw)
    assert read_facts(block(last))["entity_digest"] == made.entity_digest == sha1(b"hi")


def test_the_same_payload_again_is_a_revisit_with_the_head_only():
    asked = []
    made = built(exchange(raw=CHUNKED), find=lambda digest: asked.append(digest) or REF)
    first = made.records[0]
    assert asked == [sha1(b"hi")]
    assert (made.record_type, found(first, "WARC-Profile")) == ("revisit", SAME_PAYLOAD)
    assert block(first) == b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    assert found(first, "WARC-Payload-Digest") == sha1(b"hi")
    assert found(first, "WARC-Refers-To") == REF.record_id
    assert found(first, "WARC-Refers-To-Target-URI") == REF.target_uri
    assert found(first, "WARC-Refers-To-Date") == REF.date
    assert made.refers_to == REF


@pytest.mark.parametrize(
    "item",
    [
        exchange(raw=response(b"")),
        exchange(raw=response(status=b"404 Not Found")),
        exchange(raw=response()[:-3], truncated="disconnect"),
        exchange(raw=response() + b"excess"),
    ],
)
def test_nothing_but_whole_successful_payloads_is_looked_up(item):
    made = built(item, find=lambda _digest: pytest.fail("looked up"))
    assert made.record_type == "response"


def test_a_304_confirms_an_earlier_capture():
    raw = b'HTTP/1.1 304 Not Modified\r\nETag: "a"\r\n\r\n'
    made = built(exchange(raw=raw, not_modified=REF))
    first, _, last = made.records
    assert (made.record_type, found(first, "WARC-Profile")) == ("revisit", NOT_MODIFIED)
    assert (block(first), found(first, "WARC-Refers-To")) == (raw, REF.record_id)
    assert found(first, "WARC-Payload-Digest") == made.entity_digest == REF.digest
    assert read_facts(block(last))["entity_digest"] == REF.digest


def test_a_304_that_confirms_nothing_known_is_a_response():
    made = built(exchange(raw=b"HTTP/1.1 304 Not Modified\r\n\r\n"))
    assert (made.record_type, made.entity_digest) == ("response", None)


def test_a_failure_is_a_request_and_a_metadata_record_that_stands_for_it():
    made = built(exchange(raw=b"", metadata={"outcome": "timed_out", "error": "too slow"}))
    assert (types(made), made.main, made.record_type) == (["request", "metadata"], 1, "metadata")
    request, metadata = made.records
    assert found(metadata, "WARC-Record-ID") == made.record_id
    assert found(request, "WARC-Concurrent-To") == made.record_id
    assert found(metadata, "WARC-Refers-To") is None
    assert read_facts(block(metadata))["outcome"] == "timed_out"


def test_without_a_request_the_metadata_record_stands_alone():
    item = exchange(raw=b"")
    made = built(type(item)(item.target_uri, item.started_at, b"", b""))
    assert types(made) == ["metadata"]


def test_an_answer_that_is_no_response_is_kept_in_the_metadata():
    made = built(exchange(raw=b"SSH-2.0\r\n"))
    facts = read_facts(block(made.records[-1]))
    assert (facts["received_base64"], facts["received_bytes"]) == ("U1NILTIuMA0K", 9)


def test_a_requisite_carries_the_id_of_its_page():
    page = "<urn:uuid:6f2a>"
    made = built(exchange("/a.css", metadata={"kind": "requisite", "page": page}))
    assert {found(record, "WARC-Page-ID") for record in made.records} == {"6f2a"}


def test_a_requisite_that_names_its_pages_address_gets_the_id_of_its_record():
    item = exchange("/a.css", metadata={"kind": "requisite", "page": "http://news.example/a"})
    pages = {"http://news.example/a": "<urn:uuid:6f2a>"}
    made = build(
        item,
        warcinfo_id="<urn:uuid:info>",
        find_payload=lambda _digest: None,
        find_page=pages.get,
        new_id=counted_ids(),
    )
    assert {found(record, "WARC-Page-ID") for record in made.records} == {"6f2a"}
    assert found(built(item).records[0], "WARC-Page-ID") is None


def test_truncation_is_told_in_both_records():
    made = built(exchange(raw=response()[:-3], truncated="time"))
    assert found(made.records[0], "WARC-Truncated") == "time"
    assert read_facts(block(made.records[-1]))["truncated"] == "time"


def test_a_line_end_in_a_field_is_refused():
    with pytest.raises(ValueError, match="line end"):
        make_record("response", [("WARC-Target-URI", "http://a/\r\nX: y")], "", b"")


def test_members_are_whole_gzip_members():
    import gzip

    record = make_record("metadata", [("WARC-Record-ID", "<urn:uuid:1>")], "text/plain", b"\xffx")
    assert gzip.decompress(RecordWriter(warc_version="1.1").member(record)).endswith(
        b"Content-Length: 2\r\n\r\n\xffx\r\n\r\n"
    )
