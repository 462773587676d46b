"""Content codings undone in steps, so that nothing expands further than its reader asks for.

Source: RFC 9110, 8.4.1; RFC 7932 (br); RFC 8878 (zstd).
"""

import zlib
from collections.abc import Callable, Iterable

import brotlicffi as brotli
import zstandard

# What a decoder holds besides its window: one piece of this size.
_STEP = 64 * 1024

BROKEN = (zlib.error, brotli.error, zstandard.ZstdError)
"""What a decoder raises over a stream that is not what it is said to be."""


def _inflate(coded: bytes) -> Iterable[bytes]:
    left = coded
    while left:
        member = zlib.decompressobj(zlib.MAX_WBITS | 32)
        while left and not member.eof:
            yield member.decompress(left, _STEP)
            left = member.unconsumed_tail or member.unused_data
            if not member.eof and not member.unconsumed_tail:
                return
        # Bytes after a gzip member are another one, or padding that browsers ignore.
        if not left.startswith(b"\x1f\x8b"):
            return


def _inflate_deflate(coded: bytes) -> Iterable[bytes]:
    # "deflate" is zlib by the standard and raw by the habit of some servers.
    raw = len(coded) < 2 or coded[0] & 0x0F != 8 or int.from_bytes(coded[:2], "big") % 31
    stream = zlib.decompressobj(-zlib.MAX_WBITS if raw else zlib.MAX_WBITS)
    left = coded
    while left and not stream.eof:
        yield stream.decompress(left, _STEP)
        left = stream.unconsumed_tail


def _unbrotli(coded: bytes) -> Iterable[bytes]:
    stream = brotli.Decompressor()
    yield stream.process(coded, output_buffer_limit=_STEP)
    while not stream.is_finished():
        piece = stream.process(b"", output_buffer_limit=_STEP)
        if not piece and stream.can_accept_more_data():
            return
        yield piece


def _unzstd(coded: bytes) -> Iterable[bytes]:
    with zstandard.ZstdDecompressor(max_window_size=1 << 27).stream_reader(
        coded, read_across_frames=True
    ) as stream:
        while piece := stream.read(_STEP):
            yield piece


DECODERS: dict[str, Callable[[bytes], Iterable[bytes]]] = {
    "gzip": _inflate,
    "x-gzip": _inflate,
    "deflate": _inflate_deflate,
    "br": _unbrotli,
    "zstd": _unzstd,
}
"""Name of a content coding -> coded bytes to pieces; a stream that breaks off just ends."""
