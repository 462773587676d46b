"""One request from its first packet to its outcome, within its time."""

from collections.abc import Callable
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

from twisted.internet.defer import Deferred
from twisted.python.failure import Failure

from archive.warc.exchange import Truncation
from archive.warc.message import ResponseParser
from crawler.capture.ask import Ask
from crawler.capture.connect import Connections, Route
from crawler.capture.wire import ConnectionLost, End, Wire

SAFE_METHODS = frozenset({"GET", "HEAD"})


class TimedOut(Exception):
    """The response was not whole when its time was over."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be done: ``timeout_s`` from name look-up to last byte.

    ``on_sent`` is called when the request leaves; again where a kept connection was stale.
    """

    ask: Ask
    route: Route
    method: str
    timeout_s: float
    max_body_bytes: int
    on_sent: Callable[[], None] | None = None


@dataclass(slots=True)
class Result:
    """What came of it.

    Attributes:
        sent: Whether the request went out.
        response: As far as it was read; None where no connection was made.
        truncated: Why it ends early.
        error: What went wrong, where something did.
        connected_s: Seconds to the connection, 0 for a kept one.
        first_byte_s: Seconds to the first byte of the answer.
        seconds: To the last.
    """

    sent: bool = False
    response: ResponseParser | None = None
    truncated: Truncation | None = None
    error: Exception | None = None
    ip: str | None = None
    protocol: tuple[str, ...] = ()
    cipher_suite: str | None = None
    certificates: bytes = b""
    connected_s: float | None = None
    first_byte_s: float | None = None
    seconds: float = field(default=0.0)


class Attempt:
    """Carries out a plan; ``done`` fires once with a `Result` and never fails."""

    def __init__(self, plan: Plan, connections: Connections, reactor: Any) -> None:  # noqa: ANN401 - Twisted's
        self._plan, self._connections = plan, connections
        self._began = monotonic()
        self._result = Result()
        self._wire: Wire | None = None
        self._timer = reactor.callLater(plan.timeout_s, self._time_out)
        self._timed_out = False
        self.done: Deferred[Result] = Deferred()
        self._connect(fresh=False)

    def _connect(self, *, fresh: bool) -> None:
        self._connecting = self._connections.get(self._plan.route, fresh=fresh)
        self._connecting.addCallbacks(self._connected, self._not_connected)
        self._connecting.addErrback(self._broken)

    def _connected(self, wire: Wire) -> None:
        self._wire = wire
        result = self._result
        result.connected_s = monotonic() - self._began
        result.ip, result.protocol = wire.ip, wire.names
        result.cipher_suite = wire.cipher_suite
        result.certificates = wire.certificates
        result.sent = True
        if self._plan.on_sent is not None:
            self._plan.on_sent()
        ended = wire.exchange(self._plan.ask.raw, self._plan.method, self._plan.max_body_bytes)
        ended.addCallback(self._ended)
        ended.addErrback(self._broken)

    def _not_connected(self, failure: Failure) -> None:
        error = failure.value
        if self._timed_out:
            error = TimedOut(f"no connection within {self._plan.timeout_s:g} s")
        self._result.error = error if isinstance(error, Exception) else RuntimeError(str(error))
        self._finish()

    def _ended(self, end: End) -> None:
        wire, self._wire = self._wire, None
        assert wire is not None
        if _was_stale(wire, end) and not self._timed_out and self._plan.method in SAFE_METHODS:
            # The server had closed a kept connection: it never saw the request.
            self._connect(fresh=True)
            return
        result = self._result
        result.response, result.truncated, result.error = end.parser, end.truncated, end.error
        if end.first_byte_at is not None:
            result.first_byte_s = end.first_byte_at - self._began
        self._connections.put_back(self._plan.route, wire)
        self._finish()

    def _broken(self, failure: Failure) -> None:
        """A fault of ours: told like any other, so that nobody waits for ever."""
        self._result.error = RuntimeError(failure.getTraceback())
        self._finish()

    def _finish(self) -> None:
        if self._timer.active():
            self._timer.cancel()
        self._result.seconds = monotonic() - self._began
        if not self.done.called:
            self.done.callback(self._result)

    def _time_out(self) -> None:
        self._timed_out = True
        if self._wire is None:
            self._connecting.cancel()
            return
        self._wire.cut("time", TimedOut(f"not whole within {self._plan.timeout_s:g} s"))


def _was_stale(wire: Wire, end: End) -> bool:
    return wire.exchanges > 1 and not end.parser.size and isinstance(end.error, ConnectionLost)
