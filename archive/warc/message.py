"""HTTP/1 messages, read without losing or changing a byte.

One incremental parser serves both ends: the crawler asks it where a response ends, readers
ask it what the entity of a stored one is. It never decodes a content coding.

Source: RFC 9112 (message format, chunked), lenient where servers are wrong: bare line feeds,
header lines without a colon, folded lines, any bytes in values.
"""

import re
from dataclasses import dataclass
from enum import Enum, auto

# fastwarc and pywb refuse larger heads; real ones stay below 16 KiB. What is stored is read longer.
MAX_HEAD_BYTES = 32 * 1024 - 256
MAX_STORED_HEAD_BYTES = 1024 * 1024
MAX_CHUNK_LINE_BYTES = 4096
# Early hints take a few KiB; a server that sends nothing but 1xx would fill the memory.
MAX_INTERIM_BYTES = 64 * 1024
_BLANK_LINE = re.compile(rb"\n\r?\n")
# warcio accepts these two versions at the start of a response block and no other.
_STATUS_LINE = re.compile(rb"HTTP/1\.[01][ \t]+(\d{3})(?:[ \t]+([^\r\n]*))?[ \t]*\r?$")
_OTHER_VERSION = re.compile(
    rb"[\r\n]*(?:HTTP(?:/[0-9.]*)?|ICY)(?=[ \t]+[0-9]{3}(?![0-9]))", re.IGNORECASE
)
_CHUNK_SIZE = re.compile(rb"[ \t]*([0-9a-fA-F]{1,15})[ \t]*(?:;.*)?$", re.DOTALL)
# What every reader splits alike: named fields ended by CRLF. Other heads are as sound, but
# readers disagree where such a head ends, so a payload digest would be a matter of opinion.
_PLAIN_HEAD = re.compile(rb"[^\r\n]+\r\n(?:[!-9;-~]+:[^\r\n]*\r\n)*\r\n")
REDIRECTS = frozenset({301, 302, 303, 307, 308})
"""Statuses whose Location is followed."""

RawHeaders = tuple[tuple[bytes, bytes], ...]


class BadMessage(ValueError):
    """The bytes are no HTTP/1 response, or their framing is broken."""


class _State(Enum):
    HEAD = auto()
    LENGTH = auto()
    CLOSE = auto()
    CHUNK_SIZE = auto()
    CHUNK_DATA = auto()
    CHUNK_END = auto()
    TRAILER = auto()
    DONE = auto()


@dataclass(frozen=True, slots=True)
class Head:
    """Status line and header lines of one response; ``raw`` ends with the blank line."""

    raw: bytes
    status: int
    reason: bytes
    headers: RawHeaders

    def find(self, name: bytes) -> bytes | None:
        """First value of a header, by its lower-case name."""
        return next((value for key, value in self.headers if key.lower() == name), None)

    def find_all(self, name: bytes) -> list[bytes]:
        """Every value of a header, by its lower-case name."""
        return [value for key, value in self.headers if key.lower() == name]

    @property
    def is_plain(self) -> bool:
        """Whether every reader agrees where this head ends."""
        return _PLAIN_HEAD.fullmatch(self.raw) is not None


def parse_headers(lines: list[bytes]) -> RawHeaders:
    r"""Split header lines; folded ones are joined, those without a colon skipped.

    >>> parse_headers([b"A: 1\r", b" 2\r", b"junk\r", b"B:\xe9"])
    ((b'A', b'1 2'), (b'B', b'\xe9'))
    """
    headers: list[tuple[bytes, bytes]] = []
    skipped = False
    for line in lines:
        text = line.removesuffix(b"\r")
        if text[:1] in (b" ", b"\t"):
            if headers and not skipped:
                name, value = headers[-1]
                headers[-1] = (name, value + b" " + text.strip(b" \t"))
            continue
        name, colon, value = text.partition(b":")
        skipped = not colon
        if colon:
            headers.append((name.rstrip(b" \t"), value.strip(b" \t")))
    return tuple(headers)


def as_http_1(block: bytes) -> bytes:
    r"""A stored response with the version of its status line as this reader knows it.

    HTTP/2 has no status line; tools that keep one write its name there, as CC-NEWS did in 2020.
    Servers before HTTP/1.0 gave no version, those of radios ``ICY``; some begin with a line end.

    >>> as_http_1(b"HTTP/2 200 \r\nServer: x\r\n\r\n"), as_http_1(b"\r\nICY 200 OK\r\n\r\n")
    (b'HTTP/1.1 200 \r\nServer: x\r\n\r\n', b'HTTP/1.1 200 OK\r\n\r\n')
    """
    match = _OTHER_VERSION.match(block[:256])
    if not match or match[0] in (b"HTTP/1.1", b"HTTP/1.0"):
        return block
    return b"HTTP/1.1" + block[match.end() :]


def parse_head(raw: bytes) -> Head:
    r"""Read a response head that ends with its blank line.

    >>> parse_head(b"HTTP/1.1 200 Fine\r\nA: b\r\n\r\n").reason
    b'Fine'

    Raises:
        BadMessage: it does not start with a status line of HTTP/1.0 or 1.1.
    """
    first, *lines = raw.rstrip(b"\r\n").split(b"\n")
    match = _STATUS_LINE.match(first)
    if not match:
        raise BadMessage(f"no HTTP/1 status line: {first[:80]!r}")
    return Head(raw, int(match[1]), (match[2] or b"").rstrip(b" \t"), parse_headers(lines))


class ResponseParser:
    """Takes a response as it arrives and knows when it is whole.

    Args:
        method: Of the request; a response to HEAD has no body.
        max_head: A longer head is no response.

    Attributes:
        received: Every piece fed, in order.
        size: Bytes fed.
        interim: Status codes of 1xx responses before the final one.
        interim_bytes: Their length.
        head: The final response's head, once it has been read.
        complete: No more bytes belong to this response.
        excess: Bytes fed that came after its end.
    """

    def __init__(self, method: str = "GET", *, max_head: int = MAX_HEAD_BYTES) -> None:
        self._method, self._max_head = method.upper(), max_head
        self._state = _State.HEAD
        self._pending = b""
        self._remaining = 0
        self._parts: list[bytes] = []
        self.received: list[bytes] = []
        self.size = 0
        self.entity_size = 0
        self.interim: list[int] = []
        self.interim_bytes = 0
        self.head: Head | None = None
        self.chunked = False
        self.excess = 0

    @property
    def complete(self) -> bool:
        """Whether the end of the response has been read."""
        return self._state is _State.DONE

    @property
    def raw(self) -> bytes:
        """Everything fed so far."""
        if len(self.received) > 1:
            self.received = [b"".join(self.received)]
        return self.received[0] if self.received else b""

    @property
    def entity(self) -> bytes:
        """The body after transfer-decoding, still content-coded, as far as it has come."""
        if len(self._parts) > 1:
            self._parts = [b"".join(self._parts)]
        return self._parts[0] if self._parts else b""

    def feed(self, data: bytes) -> bool:
        """Take bytes from the wire; True once the response is complete.

        Raises:
            BadMessage: this is no HTTP/1 response; the bytes are kept in ``received``.
        """
        self.received.append(data)
        self.size += len(data)
        while data and self._state is not _State.DONE:
            data = self._step(data)
        self.excess += len(data)
        return self._state is _State.DONE

    def feed_eof(self) -> bool:
        """The connection has ended; True when the response is complete all the same."""
        if self._state is _State.CLOSE:
            self._state = _State.DONE
        return self._state is _State.DONE

    def _step(self, data: bytes) -> bytes:
        if self._state is _State.LENGTH:
            return self._take(data, _State.DONE)
        if self._state is _State.CLOSE:
            self._keep(data)
            return b""
        if self._state is _State.CHUNK_DATA:
            return self._take(data, _State.CHUNK_END)
        if self._state is _State.HEAD:
            return self._step_head(data)
        return self._step_line(data)

    def _take(self, data: bytes, after: _State) -> bytes:
        piece = data if len(data) <= self._remaining else data[: self._remaining]
        self._keep(piece)
        self._remaining -= len(piece)
        if not self._remaining:
            self._state = after
        return data[len(piece) :] if len(piece) < len(data) else b""

    def _keep(self, piece: bytes) -> None:
        self._parts.append(piece)
        self.entity_size += len(piece)

    def _step_head(self, data: bytes) -> bytes:
        buffered = self._pending + data if self._pending else data
        match = _BLANK_LINE.search(buffered, max(0, len(self._pending) - 2))
        end = match.end() if match else len(buffered)
        if end > self._max_head:
            raise BadMessage(f"response head is longer than {self._max_head} bytes")
        if not match:
            if not _may_be_response(buffered):
                raise BadMessage(f"no HTTP/1 status line: {buffered[:80]!r}")
            self._pending = buffered
            return b""
        self._pending = b""
        head = parse_head(buffered[:end])
        if 100 <= head.status < 200 and head.status != 101:
            self.interim.append(head.status)
            self.interim_bytes += end
            if self.interim_bytes > MAX_INTERIM_BYTES:
                raise BadMessage(f"1xx responses are longer than {MAX_INTERIM_BYTES} bytes")
        else:
            self.head = head
            self._frame(head)
        return buffered[end:]

    def _frame(self, head: Head) -> None:
        codings = b",".join(head.find_all(b"transfer-encoding")).lower()
        if self._method == "HEAD" or head.status in {204, 304}:
            self._state = _State.DONE
        elif codings.rstrip().endswith(b"chunked"):
            self.chunked = True
            self._state = _State.CHUNK_SIZE
        elif (length := content_length(head)) is not None and not codings.strip(b" ,"):
            self._remaining = length
            self._state = _State.LENGTH if length else _State.DONE
        else:
            self._state = _State.CLOSE

    def _step_line(self, data: bytes) -> bytes:
        """Chunk sizes, the ends of chunks, and trailers: all of them lines."""
        end = data.find(b"\n") + 1
        line = self._pending + (data[:end] if end else data)
        if len(line) > MAX_CHUNK_LINE_BYTES:
            raise BadMessage("chunk framing: a line is longer than 4096 bytes")
        if not end:
            self._pending = line
            return b""
        self._pending = b""
        self._end_line(line.rstrip(b"\r\n"))
        return data[end:]

    def _end_line(self, line: bytes) -> None:
        if self._state is _State.CHUNK_END:
            if line:
                raise BadMessage(f"chunk framing: expected the end of a chunk, got {line[:40]!r}")
            self._state = _State.CHUNK_SIZE
        elif self._state is _State.CHUNK_SIZE:
            match = _CHUNK_SIZE.match(line)
            if not match:
                raise BadMessage(f"chunk framing: expected a chunk size, got {line[:40]!r}")
            self._remaining = int(match[1], 16)
            self._state = _State.CHUNK_DATA if self._remaining else _State.TRAILER
        elif not line:
            self._state = _State.DONE


def content_length(head: Head) -> int | None:
    r"""The stated length of the body; the first one, where several are stated.

    >>> content_length(parse_head(b"HTTP/1.1 200 OK\r\nContent-Length: 4, 4\r\n\r\n"))
    4
    >>> content_length(parse_head(b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n"))
    """
    stated = b",".join(head.find_all(b"content-length")).split(b",")[0].strip()
    return int(stated) if re.fullmatch(rb"[0-9]{1,18}", stated) else None


def parse_response(raw: bytes, method: str = "GET") -> ResponseParser:
    r"""Read a whole stored response.

    >>> stored = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n"
    >>> parse_response(stored).entity
    b'hi'

    Raises:
        BadMessage: these bytes are no HTTP/1 response.
    """
    parser = ResponseParser(method)
    parser.feed(raw)
    parser.feed_eof()
    return parser


def _may_be_response(start: bytes) -> bool:
    return start[:7] == b"HTTP/1."[: len(start)]
