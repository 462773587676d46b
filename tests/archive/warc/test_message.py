"""The parser that says where a response ends: whatever the pieces it arrives in."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.warc.message import (
    MAX_HEAD_BYTES,
    MAX_INTERIM_BYTES,
    BadMessage,
    ResponseParser,
    parse_head,
    parse_headers,
    parse_response,
)
from tests.site.message import chunked
from tests.site.wire import CASES

ENDED = {name: case for name, case in CASES.items() if case.status and not case.repeat}
BROKEN = {"cut-head", "stall-head", "chunk-bad-size"}


def pieces(data: bytes, cuts: list[int]) -> list[bytes]:
    places = sorted({0, len(data), *(cut % (len(data) + 1) for cut in cuts)})
    return [data[a:b] for a, b in itertools.pairwise(places)]


@pytest.mark.parametrize("name", sorted(set(ENDED) - BROKEN - {"large"}))
@settings(max_examples=20, deadline=None)
@given(cuts=st.lists(st.integers(0, 1 << 20), max_size=12))
def test_pieces_make_no_difference(name, cuts):
    case = CASES[name]
    parser = ResponseParser()
    for piece in pieces(case.wire, cuts):
        parser.feed(piece)
    whole = parser.feed_eof()
    assert parser.raw == case.wire
    assert parser.entity == case.body
    assert parser.head.status == case.status
    assert whole is (not case.cut)


@given(st.binary(max_size=2000), st.lists(st.integers(1, 300), min_size=1, max_size=5))
def test_chunks_come_undone(body, sizes):
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    parser = parse_response(head + chunked(body, tuple(sizes)))
    assert (parser.entity, parser.complete, parser.excess) == (body, True, 0)


@given(st.binary(max_size=400))
def test_arbitrary_bytes_are_a_response_or_refused(data):
    parser = ResponseParser()
    try:
        parser.feed(data)
    except BadMessage:
        assert parser.raw == data


@given(st.binary(max_size=200), st.binary(max_size=200))
def test_arbitrary_header_bytes_never_move_the_end_of_the_head(name, value):
    line = (name + b":" + value).replace(b"\n", b"").replace(b"\r", b"")
    parser = parse_response(b"HTTP/1.1 200 OK\r\nA: b\r\n" + b"X" + line + b"\r\n\r\nbody")
    assert parser.entity == b"body"


@pytest.mark.parametrize("method", ["HEAD", "head"])
def test_a_response_to_head_has_no_body(method):
    parser = ResponseParser(method)
    assert parser.feed(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n")


def test_bytes_after_the_end_are_counted_and_kept():
    parser = parse_response(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi there")
    assert (parser.entity, parser.excess) == (b"hi", 6)
    assert parser.raw.endswith(b"hi there")


def test_a_head_without_end_is_refused():
    parser = ResponseParser()
    with pytest.raises(BadMessage, match="longer than"):
        parser.feed(b"HTTP/1.1 200 OK\r\nX: " + b"a" * MAX_HEAD_BYTES)


@pytest.mark.parametrize(
    "start",
    [b"SSH-2.0", b"\r\nHTTP/1.1 200 OK\r\n\r\n", b"HTTP/2 200\r\n\r\n", b"HTTP/1.1 hm\r\n\r\n"],
)
def test_what_is_no_status_line_is_refused(start):
    with pytest.raises(BadMessage, match="status line"):
        ResponseParser().feed(start)


@pytest.mark.parametrize(
    ("stated", "body"),
    [
        (b"Content-Length: 2\r\nContent-Length: 2", b"hi"),
        (b"Content-Length: 2\r\nTransfer-Encoding: identity", b"hi!"),
        (b"Content-Length: -1", b"hi!"),
        (b"Transfer-Encoding: Chunked", b""),
    ],
)
def test_lengths_that_servers_state(stated, body):
    raw = b"HTTP/1.1 200 OK\r\n" + stated + b"\r\n\r\n"
    parser = ResponseParser()
    parser.feed(raw + (b"0\r\n\r\n" if b"Chunked" in stated else b"hi!"))
    parser.feed_eof()
    assert parser.entity == body


def test_interim_responses_are_kept_and_told():
    interim = b"HTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\n"
    parser = parse_response(interim + b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
    assert (parser.interim, parser.interim_bytes) == ([103], len(interim))
    assert parser.head.status == 200


def test_interim_responses_without_end_are_no_response():
    interim = b"HTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\n" * 20
    parser = ResponseParser()
    for _ in range(MAX_INTERIM_BYTES // len(interim)):
        parser.feed(interim)
    with pytest.raises(BadMessage, match="1xx responses are longer than"):
        parser.feed(interim)


@pytest.mark.parametrize(
    "line", [b"A: b\n", b"no colon\r\n", b" \r\n", b"A : b\r\n", b"A: b\r\n c\r\n"]
)
def test_heads_that_readers_split_differently_are_not_plain(line):
    assert not parse_head(b"HTTP/1.1 200 OK\r\n" + line + b"\r\n").is_plain


def test_a_common_head_is_plain():
    assert parse_head(b"HTTP/1.1 200 OK\r\nA: \xff\r\nB-c:\r\n\r\n").is_plain


def test_a_fold_after_a_skipped_line_is_skipped_too():
    assert parse_headers([b"A: 1\r", b"junk\r", b" more\r"]) == ((b"A", b"1"),)
