r"""Responses as exact bytes, one for each way in which servers frame, bend or break HTTP/1.1.

``/wire/NAME`` of either title answers with ``CASES[NAME]``. Whatever the method, a HEAD
request gets the head only. A case that never ends has no bytes to compare with in full: its
`Case.wire` is how it begins, and it repeats `Case.repeat`.

>>> CASES["no-content"].wire
b'HTTP/1.1 204 No Content\r\nServer: wire\r\n\r\n'
"""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, Literal

from tests.site.codings import encode
from tests.site.message import Ending, Script, Step, chunked
from tests.site.prose_files import stories

Cut = Literal["", "disconnect", "time", "length"]

# An endless body stops after this many repeats (64 MiB), should no limit of the reader do so.
MAX_REPEATS = 1024
BOMB_MIB = 64


@dataclass(frozen=True, slots=True)
class Case:
    """One exact response.

    Attributes:
        wire: Bytes sent; of an endless one, how it begins.
        body: Entity after transfer-decoding, still content-coded, as far as it was sent.
        status: Status code of the final response.
        ending: What becomes of the connection afterwards.
        cut: Why the reader gets less than was announced, as ``WARC-Truncated`` names it.
        repeat: Sent again and again after ``wire``.
        pauses: Offsets in ``wire`` to wait at, so that the reader sees several pieces.
    """

    wire: bytes
    body: bytes = b""
    status: int = 200
    ending: Ending = "keep"
    cut: Cut = ""
    repeat: bytes = b""
    pauses: tuple[int, ...] = ()

    @property
    def head_end(self) -> int:
        """Where the body begins, interim responses passed over."""
        at = 0
        while True:
            end = self.wire.find(b"\r\n\r\n", at)
            if end < 0:
                return len(self.wire)
            if not self.wire[at:].startswith(b"HTTP/1.1 1"):
                return end + 4
            at = end + 4


@cache
def page() -> bytes:
    """A small page for the cases to carry: the first English story."""
    story = stories("en")[0]
    paragraphs = "".join(f"<p>{paragraph}</p>\n" for paragraph in story.paragraphs)
    return (
        f"<!DOCTYPE html><html lang=en><head><meta charset=utf-8><title>{story.headline}</title>"
        f"</head><body><article><h1>{story.headline}</h1>\n{paragraphs}</article></body></html>\n"
    ).encode()


def zeros_in_gzip(mebibytes: int) -> bytes:
    """Gzip member of zeros, a thousandth of their size, made without compressing them all.

    >>> import gzip
    >>> gzip.decompress(zeros_in_gzip(2)) == bytes(2 << 20)
    True
    """
    packer = zlib.compressobj(9, wbits=-zlib.MAX_WBITS)
    # After a full flush nothing refers back, so the same bytes may follow again and again.
    piece = packer.compress(bytes(1 << 20)) + packer.flush(zlib.Z_FULL_FLUSH)
    checksum = 0
    for _ in range(mebibytes):
        checksum = zlib.crc32(bytes(1 << 20), checksum)
    tail = packer.flush() + struct.pack("<II", checksum, mebibytes << 20)
    return b"\x1f\x8b\x08\0\0\0\0\0\0\xff" + piece * mebibytes + tail


def _case(*lines: bytes, body: bytes = b"", sent: bytes | None = None, **values: Any) -> Case:
    """Build a case from its head lines; ``sent`` is the framed body where that differs."""
    if not lines[0].startswith(b"HTTP/"):
        lines = (b"HTTP/1.1 200 OK", *lines)
    head = b"\r\n".join([lines[0], b"Server: wire", *lines[1:], b"", b""])
    return Case(head + (body if sent is None else sent), body, **values)


def _sized(*lines: bytes, body: bytes | None = None, **values: Any) -> Case:
    entity = page() if body is None else body
    if not any(line.lower().startswith(b"content-type") for line in lines):
        lines = (*lines, b"Content-Type: text/html; charset=utf-8")
    return _case(*lines, b"Content-Length: %d" % len(entity), body=entity, **values)


def _coded(coding: str, name: bytes) -> Case:
    return _sized(b"Content-Encoding: " + name, body=encode(page(), coding))


CHUNKED = b"Transfer-Encoding: chunked"
TYPE = b"Content-Type: text/html; charset=utf-8"


def _framings() -> dict[str, Case]:
    body = page()
    extended = b"".join(
        b'%x;name="va\\"lue;x";flag\r\n%s\r\n' % (len(piece), piece)
        for piece in (body[:300], body[300:])
    )
    padded = b"000%X\r\n%s\r\n" % (len(body), body)
    unfinished = chunked(body).removesuffix(b"0\r\n\r\n")
    return {
        "length": _sized(),
        "chunked": _case(TYPE, CHUNKED, body=body, sent=chunked(body, (512,))),
        "chunked-odd": _case(TYPE, CHUNKED, body=body, sent=chunked(body, (1, 7, 3, 431))),
        "chunked-padded": _case(TYPE, CHUNKED, body=body, sent=padded + b"000\r\n\r\n"),
        "chunked-extensions": _case(
            TYPE, CHUNKED, body=body, sent=extended + b"0;last=yes\r\n\r\n"
        ),
        "chunked-trailers": _case(
            TYPE,
            CHUNKED,
            b"Trailer: X-Checksum",
            body=body,
            sent=unfinished + b"0\r\nX-Checksum: 1234\r\nX-Twice: 1\r\nX-Twice: 2\r\n\r\n",
        ),
        "chunked-trailers-latin1": _case(
            TYPE, CHUNKED, body=body, sent=unfinished + b"0\r\nX-Tr\xe9iler: caf\xe9\r\n\r\n"
        ),
        "chunked-empty": _case(TYPE, CHUNKED, sent=b"0\r\n\r\n"),
        "chunked-gzip": _case(
            TYPE,
            CHUNKED,
            b"Content-Encoding: gzip",
            body=encode(body, "gzip"),
            sent=chunked(encode(body, "gzip"), (5, 1, 90)),
        ),
        "close": _case(TYPE, b"Connection: close", body=body, ending="close"),
        "close-http10": _case(b"HTTP/1.0 200 OK", TYPE, body=body, ending="close"),
        "slow-pieces": _sized(pauses=(5, 40, 300, 301)),
        "large": _sized(body=(page() * 4096)[: 3 * 1024 * 1024 + 17]),
    }


def _codings() -> dict[str, Case]:
    pairs = [("gzip", b"gzip"), ("deflate", b"deflate"), ("br", b"br"), ("zstd", b"zstd")]
    cases = {coding: _coded(coding, name) for coding, name in pairs}
    twice = encode(encode(page(), "gzip"), "br")
    return cases | {
        "deflate-raw": _coded("deflate-raw", b"deflate"),
        "x-gzip": _coded("gzip", b"x-gzip"),
        "gzip-br": _sized(b"Content-Encoding: gzip, br", body=twice),
        "coding-unknown": _sized(b"Content-Encoding: rot13"),
        "coding-false": _sized(b"Content-Encoding: gzip"),
        "gzip-cut": _sized(b"Content-Encoding: gzip", body=encode(page(), "gzip")[:-40]),
        "bomb": _sized(b"Content-Encoding: gzip", body=zeros_in_gzip(BOMB_MIB)),
    }


def _bodiless() -> dict[str, Case]:
    return {
        "empty": _sized(body=b""),
        "no-content": _case(b"HTTP/1.1 204 No Content", status=204),
        "not-modified": _case(b"HTTP/1.1 304 Not Modified", b'ETag: "wire"', status=304),
        "not-modified-length": _case(
            b"HTTP/1.1 304 Not Modified", b'ETag: "wire"', b"Content-Length: 4711", status=304
        ),
    }


def _interim() -> dict[str, Case]:
    final = _sized()
    go_on = b"HTTP/1.1 100 Continue\r\n\r\n"
    hints = b"HTTP/1.1 103 Early Hints\r\nLink: </static/main.css>; rel=preload; as=style\r\n\r\n"
    return {
        "continue": Case(go_on + final.wire, final.body),
        "early-hints": Case(hints + final.wire, final.body),
        "interim-several": Case(
            go_on + hints + hints + final.wire, final.body, pauses=(len(go_on), len(go_on) + 9)
        ),
    }


def _headers() -> dict[str, Case]:
    return {
        "duplicate-headers": _sized(
            b"Set-Cookie: a=1", b"set-cookie: b=2; Path=/", b"X-Twice: one", b"X-Twice: two"
        ),
        "folded-header": _sized(b"X-Folded: one\r\n two\r\n\tthree", b"X-After: fold"),
        "colonless-header": _sized(b"this line has no colon", b"X-After: it"),
        "spaced-header": _sized(b"X-Spaced:    wide   ", b"x-lower:tight", b"X-Empty:"),
        "latin1-header": _sized(b"X-Author: Andr\xe9 Gro\xdf"),
        "binary-header": _sized(b"X-Binary: \xff\xfe\x80\x01\x9f"),
        "utf8-header": _sized("X-Títle: Küste – Meer".encode()),
        "long-header": _sized(b"X-Long: " + b"a" * 12_000),
        "reason-empty": _sized(b"HTTP/1.1 200 "),
        "reason-missing": _sized(b"HTTP/1.1 200"),
        "reason-odd": _sized("HTTP/1.1 200 Très bien: 100% ✓ (sort of)".encode()),
        "status-odd": _sized(b"HTTP/1.1 299 Fine, more or less", status=299),
        "redirect-latin1": _sized(
            b"HTTP/1.1 302 Found", b"Location: /wire/length?caf\xe9", status=302
        ),
        "not-found": _sized(b"HTTP/1.1 404 Not Found", status=404),
    }


def _broken() -> dict[str, Case]:
    body = page()
    announced = b"Content-Length: %d" % (2 * len(body))
    excess = _sized(ending="close")
    endless = _case(TYPE, b"Connection: close", ending="close", cut="length")
    endless_chunks = _case(TYPE, CHUNKED, ending="close", cut="length")
    cut_chunk = b"%x\r\n%s" % (len(body), body[:500])
    return {
        "cut-length": _case(TYPE, announced, body=body, ending="close", cut="disconnect"),
        "cut-chunk": _case(
            TYPE, CHUNKED, body=body[:500], sent=cut_chunk, ending="close", cut="disconnect"
        ),
        "cut-before-last-chunk": _case(
            TYPE,
            CHUNKED,
            body=body,
            sent=chunked(body).removesuffix(b"0\r\n\r\n"),
            ending="close",
            cut="disconnect",
        ),
        "cut-reset": _case(TYPE, announced, body=body, ending="reset", cut="disconnect"),
        "cut-head": Case(
            b"HTTP/1.1 200 OK\r\nServer: wi", ending="close", cut="disconnect", status=200
        ),
        "cut-nothing": Case(b"", ending="close", cut="disconnect", status=0),
        "chunk-bad-size": _case(
            TYPE, CHUNKED, body=b"", sent=b"zz\r\n" + body + b"\r\n", ending="close"
        ),
        "not-http": Case(b"220 mail.example ESMTP ready\r\n", ending="close", status=0),
        "excess": replace(excess, wire=excess.wire + b"and more than was announced"),
        "stall-head": Case(b"HTTP/1.1 200 OK\r\nServer: wire\r\n", ending="stall", cut="time"),
        "stall-body": _case(TYPE, announced, body=body, ending="stall", cut="time"),
        "stall-chunk": _case(
            TYPE, CHUNKED, body=body[:500], sent=cut_chunk, ending="stall", cut="time"
        ),
        "endless": replace(endless, repeat=b"<p>and so on</p>" * 4096),
        "endless-chunked": replace(
            endless_chunks, repeat=b"10000\r\n" + b"<p>and so on</p>" * 4096 + b"\r\n"
        ),
    }


CASES: dict[str, Case] = (
    _framings() | _codings() | _bodiless() | _interim() | _headers() | _broken()
)


def script(name: str, method: str) -> Script:
    """Play a case; an unknown name gets a 404 of its own."""
    case = CASES.get(name) or _sized(b"HTTP/1.1 404 Not Found", body=b"no such case", status=404)
    if method == "HEAD":
        head_only = case.wire[: case.head_end]
        return Script(case.status, lambda: (head_only,))
    return Script(case.status, lambda: _steps(case), case.ending)


def _steps(case: Case) -> Iterator[Step]:
    at = 0
    for pause in case.pauses:
        yield case.wire[at:pause]
        yield 0.02
        at = pause
    if case.wire[at:]:
        yield case.wire[at:]
    for _ in range(MAX_REPEATS if case.repeat else 0):
        yield case.repeat
