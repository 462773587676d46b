"""Content codings: undone, bounded, forgiving."""

import gzip
import zlib

import brotlicffi as brotli
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from archive.warc.codings import DECODERS
from crawler.discovery.content import Undecodable, _take, decode_content, gunzip

CODERS = {
    "gzip": gzip.compress,
    "x-gzip": gzip.compress,
    "deflate": zlib.compress,
    "br": brotli.compress,
    "zstd": zstandard.compress,
    "identity": bytes,
    "": bytes,
}


@pytest.mark.parametrize("coding", CODERS)
@given(body=st.binary(max_size=5000))
def test_every_coding_comes_back(coding, body):
    assert decode_content(CODERS[coding](body), coding, max_bytes=10_000) == body


def test_raw_deflate_as_many_servers_send_it():
    coder = zlib.compressobj(wbits=-15)
    raw = coder.compress(b"news " * 100) + coder.flush()
    assert decode_content(raw, "deflate", max_bytes=9999) == b"news " * 100


def test_codings_are_undone_last_first():
    assert decode_content(gzip.compress(brotli.compress(b"x")), "br, gzip", max_bytes=9) == b"x"


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd"])
def test_a_bomb_is_cut_and_never_expanded(coding):
    bomb = CODERS[coding](bytes(50_000_000))
    assert decode_content(bomb, coding, max_bytes=1000) == bytes(1000)


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd"])
def test_a_stream_that_breaks_off_gives_what_could_be_read(coding):
    text = b"".join(b"line %d of the article\n" % number for number in range(50_000))
    whole = CODERS[coding](text)
    read = decode_content(whole[: len(whole) // 2], coding, max_bytes=9_999_999)
    assert text.startswith(read)
    assert len(read) > 1000


def test_a_body_that_is_not_coded_as_it_says_is_taken_as_it_is():
    assert decode_content(b"<html>", "gzip", max_bytes=99) == b"<html>"


@given(
    text=st.binary(max_size=300).map(lambda piece: piece * 30),
    place=st.integers(0, 400),
    byte=st.integers(0, 255),
    cut=st.integers(1, 400),
)
def test_the_fast_reader_gives_what_the_careful_one_gives(text, place, byte, cut):
    coded = bytearray(gzip.compress(text))
    coded[place % len(coded)] = byte
    coded = bytes(coded[: max(1, len(coded) - cut % 40)]) + b"\x1f\x8b" * (cut % 3 == 0)
    careful = _take(DECODERS["gzip"](coded), 100_000, otherwise=coded)
    assert decode_content(coded, "gzip", max_bytes=100_000) == careful


def test_members_in_a_row_are_one_body():
    assert decode_content(gzip.compress(b"a") + gzip.compress(b"b"), "gzip", max_bytes=9) == b"ab"


def test_an_unknown_coding_is_an_error():
    with pytest.raises(Undecodable, match="sdch"):
        decode_content(b"x", "sdch", max_bytes=9)


def test_a_gzipped_file_is_unpacked_and_any_other_left():
    assert gunzip(gzip.compress(b"<urlset/>"), max_bytes=99) == b"<urlset/>"
    assert gunzip(b"<urlset/>", max_bytes=99) == b"<urlset/>"
