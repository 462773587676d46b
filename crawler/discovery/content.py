"""The entity of a response without its content coding, and never more of it than asked for."""

import re
import zlib
from collections.abc import Iterator

import brotlicffi as brotli
import zstandard

ACCEPTED = "gzip, deflate"
"""What we ask servers for: the codings that every reader of WARC files undoes.

Whatever else a server sends is kept and understood all the same. But warcio 1.8 breaks off at a
Brotli body where brotli 1.2 is installed (as it is wherever Scrapy is), and knows no zstd; some
bytes more today weigh less than a page that a reader of tomorrow cannot open.
"""

_CHUNK = 65_536
_SUPPORTED = frozenset({"gzip", "x-gzip", "deflate", "br", "zstd"})


class Undecodable(ValueError):
    """The body is not in the coding it is said to be in."""


def decode_content(body: bytes, codings: str = "", *, max_bytes: int) -> bytes:
    """Undo ``Content-Encoding``; what goes beyond ``max_bytes`` is cut, never expanded.

    A stream that breaks off gives what could be read. A body that is not coded at all, though
    its header says so, is given as it is: common, and browsers show it.

    >>> import gzip
    >>> decode_content(gzip.compress(b"x" * 1000), "gzip", max_bytes=10)
    b'xxxxxxxxxx'

    Args:
        body: The entity, transfer-decoded.
        codings: The value of ``Content-Encoding``; empty: none.
        max_bytes: The longest result.

    Raises:
        Undecodable: a coding nobody knows.
    """
    names = [name for name in re.split(r"[\s,]+", codings.lower()) if name and name != "identity"]
    for name in reversed(names):
        if name not in _SUPPORTED:
            raise Undecodable(f"unknown content coding {name!r}")
        body = _take(_pieces(name, body), max_bytes, otherwise=body)
    return body[:max_bytes]


def gunzip(body: bytes, *, max_bytes: int) -> bytes:
    """A file that is gzipped itself (``sitemap.xml.gz``), unpacked; any other as it is.

    >>> gunzip(b"<urlset/>", max_bytes=100)
    b'<urlset/>'
    """
    if body[:2] == b"\x1f\x8b":
        return _take(_pieces("gzip", body), max_bytes, otherwise=b"")
    return body[:max_bytes]


def _take(pieces: Iterator[bytes], max_bytes: int, *, otherwise: bytes) -> bytes:
    taken = bytearray()
    try:
        for piece in pieces:
            taken += piece
            if len(taken) >= max_bytes:
                break
    except (zlib.error, brotli.error, zstandard.ZstdError, EOFError):
        # What was read before the fault is kept: half a sitemap still names half the articles.
        if not taken:
            return otherwise
    return bytes(taken[:max_bytes])


def _pieces(name: str, body: bytes) -> Iterator[bytes]:
    if name == "br":
        yield from _brotli(body)
    elif name == "zstd":
        with zstandard.ZstdDecompressor().stream_reader(body, read_across_frames=True) as reader:
            yield from iter(lambda: reader.read(_CHUNK), b"")
    elif name == "deflate":
        # RFC 9110 says zlib, many servers send raw deflate.
        yield from _inflate(body, zlib.MAX_WBITS if body[:1] == b"\x78" else -zlib.MAX_WBITS)
    else:
        yield from _inflate(body, zlib.MAX_WBITS | 16)


def _inflate(body: bytes, wbits: int) -> Iterator[bytes]:
    while body:
        member = zlib.decompressobj(wbits)
        while body and not member.eof:
            yield member.decompress(body, _CHUNK)
            body = member.unconsumed_tail
        body = member.unused_data


def _brotli(body: bytes) -> Iterator[bytes]:
    decompressor = brotli.Decompressor()
    yield decompressor.process(body, output_buffer_limit=_CHUNK)
    while not decompressor.can_accept_more_data():
        yield decompressor.process(b"", output_buffer_limit=_CHUNK)
