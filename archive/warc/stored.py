"""A stored HTTP response, read without trusting it."""

from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass

from archive.warc.codings import BROKEN, DECODERS
from archive.warc.message import MAX_STORED_HEAD_BYTES, BadMessage, ResponseParser, as_http_1

# A page of 64 MiB is no page. Whatever expands beyond this is cut there, in steps that
# never hold more than this and one buffer.
MAX_CONTENT_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class StoredHttp:
    """One response as stored: head, and body after transfer-decoding, still content-coded.

    Header names and values are Latin-1, in order, repeated ones kept.
    """

    status: int
    reason: str
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def get(self, name: str) -> str | None:
        """First value of a header, whatever the case of its name."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key.lower() == wanted), None)

    def content(self, max_bytes: int = MAX_CONTENT_BYTES) -> bytes:
        """The body without its content codings, as far as they can be undone.

        Cut at ``max_bytes``, however far it would expand. Broken or unknown codings give what
        came out before the break, or the body as it stands.
        """
        stated = ",".join(value for name, value in self.headers if name.lower() == CODING)
        content = self.body
        for coding in reversed([part.strip().lower() for part in stated.split(",")]):
            decoder = DECODERS.get(coding)
            if decoder is not None:
                content = _decode(decoder, content, max_bytes)
        return content[:max_bytes]


CODING = "content-encoding"


def stored_response(
    block: bytes, method: str = "GET", *, truncated: bool = False
) -> StoredHttp | None:
    r"""Read the block of a response or revisit record; None when it holds no response.

    What does not start with a status line is an answer of HTTP/0.9, which is a body and no more.
    A block without chunks whose head announces some is read as others wrote it, the chunks
    undone and the header left; unless it is known to be ``truncated``.

    >>> stored_response(b"HTTP/1.1 200 OK\r\nA: b\r\nContent-Length: 2\r\n\r\nhi").body
    b'hi'
    """
    block = as_http_1(block)
    parser = ResponseParser(method, max_head=MAX_STORED_HEAD_BYTES)
    # Where the framing breaks, what was read before the break is what there is.
    with suppress(BadMessage):
        parser.feed(block)
    head = parser.head
    if head is None:
        is_http_0 = block.strip() and not block.startswith(b"HTTP/")
        return StoredHttp(200, "", (), block) if is_http_0 else None
    body = parser.entity
    if parser.chunked and not body and not parser.complete and not truncated:
        body = block[parser.interim_bytes + len(head.raw) :]
    headers = tuple(
        (name.decode("latin-1"), value.decode("latin-1")) for name, value in head.headers
    )
    return StoredHttp(head.status, head.reason.decode("latin-1"), headers, body)


def _decode(decoder: Callable[[bytes], Iterable[bytes]], coded: bytes, limit: int) -> bytes:
    pieces: list[bytes] = []
    size = 0
    try:
        for piece in decoder(coded):
            pieces.append(piece)
            size += len(piece)
            if size >= limit:
                break
    except BROKEN:
        # Servers label plain pages as gzip; browsers then fail, readers need not.
        if not size:
            return coded
    return b"".join(pieces)
