"""A server on loopback that answers as a test says, and remembers what it was asked for."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(frozen=True)
class Asked:
    """One request."""

    at: float
    path: str
    headers: dict[str, str]


@dataclass(frozen=True)
class Reply:
    """One response."""

    status: int = 200
    body: bytes = b"<html><title>x</title><p>x</html>"
    content_type: str = "text/html"
    headers: dict[str, str] = field(default_factory=dict)
    after_s: float = 0.0


Answer = Reply | Callable[["OddSite", Asked], Reply]


class OddSite:
    """Addresses and answers; what is not named is 404, as is robots.txt where not said."""

    def __init__(self) -> None:
        self.answers: dict[str, Answer] = {}
        self.asked: list[Asked] = []
        self.base = ""
        self._lock = threading.Lock()

    def times(self, path: str) -> int:
        """How often an address was asked for."""
        return sum(asked.path == path for asked in self.asked)

    def paths(self) -> list[str]:
        return [asked.path for asked in self.asked]

    def answer(self, asked: Asked) -> Reply:
        with self._lock:
            self.asked.append(asked)
        found = self.answers.get(asked.path, Reply(404))
        return found if isinstance(found, Reply) else found(self, asked)

    def feed(self, *paths: str) -> Reply:
        """A feed with these articles."""
        items = "".join(f"<item><link>{self.base}{path}</link></item>" for path in paths)
        body = f"<rss version='2.0'><channel>{items}</channel></rss>".encode()
        return Reply(body=body, content_type="application/rss+xml")


@contextmanager
def odd_site() -> Iterator[OddSite]:
    """Run one until the block ends."""
    site = OddSite()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            at = time.monotonic()
            reply = site.answer(Asked(at, self.path, dict(self.headers)))
            time.sleep(reply.after_s)
            self.send_response(reply.status)
            for name, value in {
                "Content-Type": reply.content_type,
                "Content-Length": str(len(reply.body)),
                **reply.headers,
            }.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(reply.body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    # A slow answer nobody waits for any more is not waited for here either.
    server.block_on_close = False
    site.base = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
