"""Ordinary gzip members, with ISA-L and without."""

import gzip
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.warc.deflate import DEFLATE_ERRORS, gzip_decompressor, gzip_member

WITHOUT_ISAL = """
import sys
sys.modules["isal"] = None
from archive.warc.deflate import HAVE_ISAL, gzip_decompressor, gzip_member
assert not HAVE_ISAL
member = gzip_member(b"news" * 100)
assert gzip_decompressor().decompress(member) == b"news" * 100
print(member.hex())
"""


@given(st.binary(max_size=5000))
def test_members_are_anybodys_gzip(data):
    member = gzip_member(data)
    assert gzip.decompress(member) == data
    inflater = gzip_decompressor()
    assert inflater.decompress(member + b"next") == data
    assert (inflater.eof, inflater.unused_data) == (True, b"next")


def test_nothing_of_the_moment_is_in_a_member():
    assert gzip_member(b"x") == gzip_member(b"x")
    assert gzip_member(b"x")[4:8] == bytes(4)


def test_zlib_serves_where_isal_is_missing():
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_ISAL], capture_output=True, text=True, check=True
    )
    assert gzip.decompress(bytes.fromhex(done.stdout.strip())) == b"news" * 100


def test_a_wrong_checksum_is_an_error():
    member = bytearray(gzip_member(b"news"))
    member[-8] ^= 1
    with pytest.raises(DEFLATE_ERRORS):
        gzip_decompressor().decompress(bytes(member))
