"""One HTTP/1.1 connection that keeps every byte: one exchange at a time.

Our own protocol and not Twisted's: it changes nothing on the way, knows about interim
responses and excess bytes, and leans on no private class.
"""

from dataclasses import dataclass
from time import monotonic
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.error import ConnectionLost as TransportLost
from twisted.internet.interfaces import IHandshakeListener
from twisted.internet.protocol import Protocol, connectionDone
from twisted.python.failure import Failure
from zope.interface import implementer

from archive.warc.exchange import Truncation
from archive.warc.message import BadMessage, ResponseParser
from crawler.capture.tls import ConnectionCreator, TlsFailed, chain_of, describe, verify_name

_MAX_TUNNEL_ANSWER_BYTES = 16 * 1024
# Framing may be much longer than what it frames: "1\r\nx\r\n". Past this it is an attack.
_MAX_FRAMING_FACTOR = 8


class ConnectionLost(Exception):
    """The peer ended the connection before the response was whole."""


class TunnelRefused(Exception):
    """A proxy did not open the tunnel that was asked for."""


@dataclass(slots=True)
class End:
    """How an exchange ended: what was read, why it is not whole, what went wrong."""

    parser: ResponseParser
    first_byte_at: float | None = None
    truncated: Truncation | None = None
    error: Exception | None = None


@implementer(IHandshakeListener)
class Wire(Protocol):
    """A connection to a server or proxy.

    Attributes:
        ip: The peer's address.
        names: What is spoken, for ``WARC-Protocol``.
        cipher_suite: IANA's name, where TLS is spoken.
        certificates: The chain that the server showed, PEM.
        exchanges: Exchanges begun on this connection.
    """

    transport: Any  # Twisted's interfaces have no types

    def __init__(self) -> None:
        self.lost = False
        self.ip = ""
        self.names: tuple[str, ...] = ("http/1.1",)
        self.cipher_suite: str | None = None
        self.certificates = b""
        self.exchanges = 0
        self._end: End | None = None
        self._done: Deferred[End] | None = None
        self._max_body = 0
        self._securing: tuple[Deferred[Wire], str, bool] | None = None
        self._tunnelling: Deferred[Wire] | None = None
        self._tunnel_answer = b""

    @property
    def is_idle(self) -> bool:
        """Whether another exchange may begin."""
        return not self.lost and self._done is None

    def connectionMade(self) -> None:  # noqa: N802 - Twisted's name
        """Send small requests at once."""
        self.ip = self.transport.getPeer().host
        self.transport.setTcpNoDelay(True)

    def secure(self, creator: ConnectionCreator, host: str, *, verify: bool) -> "Deferred[Wire]":
        """Speak TLS from here on; fails with `TlsFailed`."""
        done: Deferred[Wire] = Deferred(self._give_up)
        self._securing = (done, host, verify)
        self.transport.startTLS(creator)
        return done

    def tunnel(self, request: bytes) -> "Deferred[Wire]":
        """Ask a proxy to pass bytes on; fails with `TunnelRefused`."""
        done: Deferred[Wire] = Deferred(self._give_up)
        self._tunnelling = done
        self.transport.write(request)
        return done

    def exchange(self, request: bytes, method: str, max_body: int) -> "Deferred[End]":
        """Send a request, keep what comes back; the result never is a failure."""
        assert self.is_idle
        self.exchanges += 1
        self._end, self._max_body = End(ResponseParser(method)), max_body
        self._done = Deferred()
        done = self._done
        self.transport.write(request)
        return done

    def cut(self, truncated: Truncation, error: Exception) -> None:
        """End the exchange now, with what has arrived."""
        if self._end is not None:
            self._end.truncated, self._end.error = truncated, error
            self._finish(keep=False)

    def abort(self) -> None:
        """Drop the connection at once."""
        if self.transport is not None and not self.lost:
            self.transport.abortConnection()

    def close(self) -> None:
        """End an idle connection."""
        if self.transport is not None and not self.lost:
            self.transport.loseConnection()

    def handshakeCompleted(self) -> None:  # noqa: N802 - Twisted's name
        """TLS is spoken now, with whom remains to be seen."""
        if self._securing is None:
            return
        (done, host, verify), self._securing = self._securing, None
        connection = self.transport.getHandle()
        try:
            if verify:
                verify_name(connection, host)
        except TlsFailed as error:
            self.abort()
            done.errback(error)
            return
        version, self.cipher_suite = describe(connection)
        self.certificates = chain_of(connection)
        self.names = (version, "http/1.1")
        done.callback(self)

    def dataReceived(self, data: bytes) -> None:  # noqa: N802 - Twisted's name
        """Keep what arrives."""
        end = self._end
        if end is None:
            self._not_asked_for(data)
            return
        parser = end.parser
        if end.first_byte_at is None:
            end.first_byte_at = monotonic()
        try:
            complete = parser.feed(data)
        except BadMessage as error:
            end.error = error
            end.truncated = "unspecified" if parser.head else None
            self._finish(keep=False)
            return
        if complete:
            self._finish(keep=not parser.excess and _persists(parser))
        elif parser.entity_size > self._max_body or self._is_mostly_framing(parser):
            end.truncated = "length"
            self._finish(keep=False)

    def connectionLost(self, reason: Failure = connectionDone) -> None:  # noqa: N802 - Twisted's name
        """The connection has ended, as it should or not."""
        self.lost = True
        if self._securing is not None:
            (done, host, _), self._securing = self._securing, None
            done.errback(TlsFailed(f"no TLS with {host}: {_tell(reason)}"))
        if self._tunnelling is not None:
            opened, self._tunnelling = self._tunnelling, None
            opened.errback(TunnelRefused(f"the proxy hung up: {_tell(reason)}"))
        if self._end is not None:
            # A body that ends with the connection ends whole with a polite end only.
            if isinstance(reason.value, TransportLost) or not self._end.parser.feed_eof():
                self._end.truncated = "disconnect" if self._end.parser.head else None
                self._end.error = ConnectionLost(_tell(reason))
            self._finish(keep=False)

    def _give_up(self, _cancelled: "Deferred[Wire]") -> None:
        self._securing = self._tunnelling = None
        self.abort()

    def _finish(self, *, keep: bool) -> None:
        end, done = self._end, self._done
        self._end = self._done = None
        if not keep:
            self.abort() if end and end.truncated else self.close()
            # Nobody may use it any more, though the socket takes its time to close.
            self.lost = True
        if done is not None and end is not None:
            done.callback(end)

    def _not_asked_for(self, data: bytes) -> None:
        if self._tunnelling is None:
            # A server that speaks unasked would have its words taken for the next answer.
            self.abort()
            self.lost = True
            return
        self._tunnel_answer += data
        if b"\r\n\r\n" not in self._tunnel_answer:
            if len(self._tunnel_answer) > _MAX_TUNNEL_ANSWER_BYTES:
                self.abort()
            return
        done, self._tunnelling = self._tunnelling, None
        status = self._tunnel_answer.split(b"\r\n", 1)[0]
        if status.split(b" ")[1:2] == [b"200"]:
            done.callback(self)
        else:
            self.abort()
            done.errback(TunnelRefused(f"the proxy answered {status[:80]!r}"))

    def _is_mostly_framing(self, parser: ResponseParser) -> bool:
        return parser.chunked and parser.size > _MAX_FRAMING_FACTOR * max(
            parser.entity_size, self._max_body // _MAX_FRAMING_FACTOR
        )


def _persists(parser: ResponseParser) -> bool:
    assert parser.head is not None
    tokens = b",".join(parser.head.find_all(b"connection")).lower()
    if parser.head.raw.startswith(b"HTTP/1.0"):
        return b"keep-alive" in tokens
    return b"close" not in tokens


def _tell(reason: Failure) -> str:
    error = reason.value
    return f"{type(error).__name__}: {error}"[:300]
