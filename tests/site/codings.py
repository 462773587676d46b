"""Content codings of HTTP, and the raw deflate that some servers send in place of zlib's."""

import gzip
import zlib

import brotlicffi as brotli
import zstandard


def encode(body: bytes, coding: str) -> bytes:
    """Encode a body; ``deflate`` is zlib's format (RFC 9110, 8.4.1.2), ``deflate-raw`` is not.

    >>> zlib.decompress(encode(b"tide", "deflate"))
    b'tide'
    """
    match coding:
        case "gzip":
            return gzip.compress(body, 6, mtime=0)
        case "deflate":
            return zlib.compress(body)
        case "deflate-raw":
            packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
            return packer.compress(body) + packer.flush()
        case "br":
            return bytes(brotli.compress(body, quality=4))
        case "zstd":
            return zstandard.ZstdCompressor().compress(body)
    return body


def header_name(coding: str) -> str:
    """Token for Content-Encoding.

    >>> header_name("deflate-raw")
    'deflate'
    """
    return coding.removesuffix("-raw")


def accepts(accept_encoding: str, coding: str) -> bool:
    """Tell whether an Accept-Encoding header names a coding; weights are not looked at.

    >>> accepts("gzip, br;q=0.9", "br"), accepts("", "gzip")
    (True, False)
    """
    offered = {part.partition(";")[0].strip().lower() for part in accept_encoding.split(",")}
    return header_name(coding) in offered
