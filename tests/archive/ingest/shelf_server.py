"""A server of files on loopback: ranges, validators, redirects, connections that break off."""

import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any


@dataclass
class Shelf:
    """What is served, and how; ``asked`` lists each request's path and Range."""

    files: dict[str, bytes]
    etag: str = '"one"'
    ranges: bool = True
    break_after: list[int] = field(default_factory=list)
    """Of the next answers, so many bytes of the body are sent, then the connection is cut."""
    statuses: list[int] = field(default_factory=list)
    """The next answers are these, without a file."""
    asked: list[tuple[str, str | None]] = field(default_factory=list)
    base: str = ""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Any

    def do_GET(self) -> None:
        shelf: Shelf = self.server.shelf
        path = self.path.partition("?")[0]
        wanted = self.headers.get("Range")
        shelf.asked.append((path, wanted))
        if shelf.statuses:
            self._empty(shelf.statuses.pop(0))
        elif path.startswith("/moved/"):
            self._empty(302, Location=path.removeprefix("/moved"))
        elif path == "/to-http":
            self._empty(301, Location="http://127.0.0.1:1/a.warc.gz")
        elif path == "/nowhere":
            self._empty(302, Location="http://[nowhere/")
        elif path == "/round":
            self._empty(302, Location="/round")
        elif path not in shelf.files:
            self._empty(404)
        else:
            self._send(shelf, shelf.files[path], wanted)

    def _send(self, shelf: Shelf, content: bytes, wanted: str | None) -> None:
        same = self.headers.get("If-Range") in (None, shelf.etag)
        start = int(wanted.removeprefix("bytes=").rstrip("-")) if wanted else 0
        if wanted and same and shelf.ranges:
            if start >= len(content):
                self._empty(416)
                return
            self.send_response(206)
            self.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
            content = content[start:]
        else:
            self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        if shelf.etag:
            self.send_header("ETag", shelf.etag)
        self.end_headers()
        if shelf.break_after:
            self.wfile.write(content[: shelf.break_after.pop(0)])
            self.close_connection = True
        else:
            self.wfile.write(content)

    def _empty(self, status: int, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_arguments: object) -> None:
        pass


@contextmanager
def serving(shelf: Shelf, *, certificate: tuple[Path, Path] | None = None) -> Iterator[Shelf]:
    """Serve until the block ends."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.shelf = shelf  # type: ignore[attr-defined]
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    scheme, host = ("https", "localhost") if certificate else ("http", "127.0.0.1")
    shelf.base = f"{scheme}://{host}:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield shelf
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
