"""Requests as they came, replies as they will leave: values without a socket."""

import http
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

Header = tuple[str, str]
Step = bytes | float
"""Bytes to write, or seconds to wait before the next step."""

Framing = Literal["length", "chunked", "close"]
Ending = Literal["keep", "close", "reset", "stall"]

# Odd and unequal on purpose: a reader that assumes round chunks trips over them.
CHUNK_SIZES = (1, 977, 13, 4099, 256)


@dataclass(frozen=True, slots=True)
class Request:
    """One request, with the exact bytes it arrived in."""

    method: str
    target: str
    headers: tuple[Header, ...]
    raw: bytes

    @property
    def path(self) -> str:
        """Target up to the query."""
        return self.target.partition("?")[0]

    @property
    def query(self) -> str:
        """Target after the question mark."""
        return self.target.partition("?")[2]

    def header(self, name: str) -> str:
        """First value of a header, empty when there is none."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key.lower() == wanted), "")


@dataclass(frozen=True, slots=True)
class Reply:
    """A well-formed response; ``framing`` says how its end is found."""

    status: int = 200
    headers: tuple[Header, ...] = ()
    body: bytes = b""
    framing: Framing = "length"
    delay_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Script:
    """Exact bytes and pauses, and what becomes of the connection afterwards."""

    status: int
    steps: Callable[[], Iterable[Step]]
    ending: Ending = "keep"


def chunked(body: bytes, sizes: Iterable[int] = CHUNK_SIZES) -> bytes:
    r"""Frame a body in chunks, going round the sizes.

    >>> chunked(b"abcdef", (1, 3))
    b'1\r\na\r\n3\r\nbcd\r\n1\r\ne\r\n1\r\nf\r\n0\r\n\r\n'
    """
    pattern = tuple(sizes)
    out, at, turn = [], 0, 0
    while at < len(body):
        piece = body[at : at + pattern[turn % len(pattern)]]
        out.append(b"%x\r\n%s\r\n" % (len(piece), piece))
        at += len(piece)
        turn += 1
    out.append(b"0\r\n\r\n")
    return b"".join(out)


def head(status: int, headers: Iterable[Header]) -> bytes:
    r"""Status line and header lines, with the blank line that ends them.

    >>> head(410, [("X", "y")])
    b'HTTP/1.1 410 Gone\r\nX: y\r\n\r\n'
    """
    lines = [f"HTTP/1.1 {status} {http.HTTPStatus(status).phrase}"]
    lines += [f"{name}: {value}" for name, value in headers]
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


def to_script(reply: Reply, method: str) -> Script:
    """Frame a reply for the wire; HEAD, 204 and 304 carry no body."""
    bodiless = reply.status in {204, 304}
    headers, body = list(reply.headers), reply.body
    if not bodiless and reply.framing == "length":
        headers.append(("Content-Length", str(len(body))))
    elif not bodiless and reply.framing == "chunked":
        headers.append(("Transfer-Encoding", "chunked"))
        body = chunked(body)
    closing = reply.framing == "close" and not bodiless
    if closing:
        headers.append(("Connection", "close"))
    wire = head(reply.status, headers)
    if method != "HEAD" and not bodiless:
        wire += body

    def steps() -> Iterator[Step]:
        if reply.delay_s:
            yield reply.delay_s
        yield wire

    return Script(reply.status, steps, "close" if closing else "keep")
