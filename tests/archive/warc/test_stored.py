"""Stored responses: codings undone as far as they go, never further than allowed."""

import gzip
import tracemalloc
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.warc.stored import StoredHttp, stored_response
from tests.site.codings import encode
from tests.site.wire import CASES, page, zeros_in_gzip


@pytest.mark.parametrize(
    "name",
    [
        "gzip",
        "deflate",
        "br",
        "zstd",
        "deflate-raw",
        "x-gzip",
        "gzip-br",
        "coding-unknown",
        "coding-false",
        "chunked-gzip",
        "length",
    ],
)
def test_codings_come_undone(name):
    assert stored_response(CASES[name].wire).content() == page()


def test_what_came_before_the_break_is_given():
    content = stored_response(CASES["gzip-cut"].wire).content()
    assert 0 < len(content) < len(page())
    assert page().startswith(content)


def coded(body: bytes, *codings: str) -> StoredHttp:
    return StoredHttp(200, "OK", tuple(("Content-Encoding", name) for name in codings), body)


@pytest.mark.parametrize(
    ("coding", "bomb"),
    [
        ("gzip", zeros_in_gzip(64)),
        ("deflate", zlib.compress(bytes(64 << 20), 9)),
        ("br", encode(bytes(64 << 20), "br")),
        ("zstd", encode(bytes(64 << 20), "zstd")),
    ],
)
def test_a_bomb_never_expands_in_memory(coding, bomb):
    limit = 1 << 20
    assert len(bomb) < limit
    tracemalloc.start()
    try:
        content = coded(bomb, coding).content(limit)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert content == bytes(limit)
    assert peak < 4 * limit


def test_a_bomb_in_a_bomb_is_cut_at_every_layer():
    bomb = gzip.compress(zeros_in_gzip(64))
    assert len(coded(bomb, "gzip", "gzip").content(1 << 16)) <= 1 << 16


def test_several_gzip_members_are_one_body_and_padding_is_none():
    body = gzip.compress(b"one, ") + gzip.compress(b"two") + bytes(20)
    assert coded(body, "gzip").content() == b"one, two"


def test_chunks_that_somebody_else_has_undone():
    block = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n<p>no chunks here</p>"
    assert stored_response(block).body == b"<p>no chunks here</p>"
    assert stored_response(block, truncated=True).body == b""


def test_headers_are_latin1_in_order_and_repeated():
    block = b"HTTP/1.1 200 \xc0 la carte\r\nB: \xe9\r\na: 1\r\nA: 2\r\n\r\n"
    http = stored_response(block)
    assert http.headers == (("B", "é"), ("a", "1"), ("A", "2"))
    assert (http.get("A"), http.get("none"), http.reason) == ("1", None, "À la carte")


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=300), st.sampled_from(["gzip", "deflate", "br", "zstd", "gzip, br"]))
def test_no_bytes_break_a_decoder(body, codings):
    assert len(coded(body, codings).content(4096)) <= 4096


@settings(deadline=None)
@given(st.binary(max_size=2000), st.sampled_from(["gzip", "deflate", "br", "zstd"]))
def test_every_body_comes_back(body, coding):
    assert coded(encode(body, coding), coding).content() == body
