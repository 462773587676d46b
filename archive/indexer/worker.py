"""A worker process: pages in, readings out, one at a time, under a time and a memory limit.

Asked for by `archive.indexer.pool`, forked by `archive.indexer.forks`; speaks pickles over two
pipes. It imports the extraction and what undoes content codings, nothing of the index: a page that
kills it takes nothing else along.
"""

import gc
import logging
import resource
import signal
import socket
import sys
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from multiprocessing.connection import Connection
from types import FrameType

from archive.indexer.forks import serve
from archive.indexer.reading import Failure, FailureReason, Reading, reading_of
from archive.warc.stored import StoredHttp
from extract import VERSION, extract
from extract.errors import ExtractError, NotHTMLError, TooLargeError
from extract.rules import OutletRules

# Between two collections of garbage: a page leaves cycles behind (lxml's proxies), and a
# collection in the midst of one costs more than one between pages.
_PAGES_PER_COLLECTION = 32
# Read before the first page, so that what the extraction loads when first used (word lists, the
# model of languages) is not charged to that page's time.
_WARM_UP = b"<html><body><article><h1>A page</h1>" + b"<p>Some words of it, read once.</p>" * 9


@dataclass(frozen=True, slots=True)
class Page:
    """One page to be read: its address, the stored response, when it was captured.

    ``rules`` are its outlet's, by the operator's rule files; None: those that ``extract`` has.
    """

    url: str
    http: StoredHttp
    captured_at: datetime
    rules: OutletRules | None = None


class PageTimeout(BaseException):
    """The soft limit of time for one page; no `Exception`, so that no library swallows it."""


def read_page(page: Page) -> Reading | Failure:
    """Extract one page; whatever breaks on it is a `Failure`."""
    try:
        html = page.http.content()
        article = extract(
            html,
            url=page.url,
            headers=page.http.headers,
            captured_at=page.captured_at,
            status=page.http.status,
            rules=page.rules,
        )
        return reading_of(article)
    except Exception as error:  # noqa: BLE001 - one page, whatever broke on it; the reason is kept
        digest = page.rules.digest if page.rules else ""
        return _failed(_reason(error), _line(error), f"+{digest}" if digest else "")


def _reason(error: Exception) -> FailureReason:
    if isinstance(error, MemoryError) or isinstance(error.__cause__, MemoryError):
        return FailureReason.MEMORY
    if isinstance(error, NotHTMLError):
        return FailureReason.NOT_HTML
    return FailureReason.TOO_LARGE if isinstance(error, TooLargeError) else FailureReason.UNREADABLE


def work(tasks_fd: int, results_fd: int, timeout_s: float, memory_bytes: int) -> None:
    """Read pages until the pipe of tasks is closed.

    Each task is ``(number, Page)``; each answer ``(number, extractor's version)`` when the page is
    begun, then ``(number, Reading | Failure)``. A page that ran out of memory is the last one.
    """
    signal.signal(signal.SIGALRM, _on_alarm)
    with suppress(ValueError, OSError):  # a lower limit is set from outside already
        resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    tasks, results = Connection(tasks_fd, writable=False), Connection(results_fd, readable=False)
    done = 0
    with suppress(EOFError, BrokenPipeError):
        while True:
            number, page = tasks.recv()
            results.send((number, VERSION))
            outcome = _timed(page, timeout_s)
            results.send((number, outcome))
            done += 1
            if isinstance(outcome, Failure) and outcome.reason is FailureReason.MEMORY:
                return
            if done % _PAGES_PER_COLLECTION == 0:
                gc.collect()


def _timed(page: Page, timeout_s: float) -> Reading | Failure:
    gc.disable()
    # It goes on firing: a library that swallowed the first one meets the next.
    signal.setitimer(signal.ITIMER_REAL, timeout_s, 1.0)
    try:
        return read_page(page)
    except PageTimeout:
        return _failed(FailureReason.TIMEOUT, f"not read within {timeout_s:g} s")
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        gc.enable()


def _on_alarm(_signal: int, _frame: FrameType | None) -> None:
    raise PageTimeout


def _failed(reason: FailureReason, detail: str, rules: str = "") -> Failure:
    return Failure(reason, detail, VERSION + rules)


def _line(error: BaseException) -> str:
    return " ".join(f"{error or type(error).__name__}".split())[:300]


def main(control_fd: int) -> None:
    """Load all that the extraction needs, then fork workers as they are asked for."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    logging.disable(logging.CRITICAL)
    with suppress(ExtractError):
        extract(_WARM_UP, url="https://warm-up.invalid/")
    gc.freeze()
    serve(socket.socket(fileno=control_fd), work)


if __name__ == "__main__":
    main(int(sys.argv[1]))
