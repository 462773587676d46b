"""What a failed exchange is called, and what Scrapy gets to know of it."""

import scrapy.exceptions as scrapy_errors
from twisted.internet.error import ConnectError, ConnectionRefusedError, TimeoutError  # noqa: A004

from archive.warc.message import BadMessage
from crawler.capture.attempt import Result, TimedOut
from crawler.capture.connect import AddressRefused
from crawler.capture.tls import TlsFailed
from crawler.capture.wire import ConnectionLost, TunnelRefused
from crawler.outcomes import Outcome

_OUTCOMES: tuple[tuple[type[Exception], Outcome], ...] = (
    (AddressRefused, Outcome.ADDRESS_REFUSED),
    (scrapy_errors.CannotResolveHostError, Outcome.DNS_FAILED),
    (TlsFailed, Outcome.TLS_FAILED),
    (TimedOut, Outcome.TIMED_OUT),
    (TimeoutError, Outcome.TIMED_OUT),
    (ConnectError, Outcome.CONNECTION_FAILED),
    (TunnelRefused, Outcome.CONNECTION_FAILED),
    (ConnectionLost, Outcome.CONNECTION_LOST),
    (BadMessage, Outcome.UNREADABLE),
)


def outcome_of(result: Result) -> Outcome | None:
    """What an exchange that did not end well came to; None for a whole response."""
    if result.error is None:
        return Outcome.TRUNCATED if result.truncated else None
    for kind, outcome in _OUTCOMES:
        if isinstance(result.error, kind):
            return outcome
    return Outcome.FAILED


def told_to_scrapy(result: Result) -> Exception | None:
    """The exception that a request ends with; None when its response is to travel on.

    Scrapy's own classes, so that its retry middleware knows them. A response cut at the size
    limit travels on: asking again would cut it again.
    """
    error = result.error
    if error is None:
        return None
    message = f"{error}" or type(error).__name__
    if isinstance(error, AddressRefused | scrapy_errors.CannotResolveHostError):
        return error
    if isinstance(error, TimedOut | TimeoutError):
        return scrapy_errors.DownloadTimeoutError(message)
    if isinstance(error, ConnectionRefusedError):
        return scrapy_errors.DownloadConnectionRefusedError(message)
    if result.response is not None and result.response.head is not None:
        return scrapy_errors.ResponseDataLossError(message)
    return scrapy_errors.DownloadFailedError(message)
