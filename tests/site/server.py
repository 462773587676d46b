"""An HTTP/1.1 server on raw asyncio streams.

It is written by hand because a well-behaved HTTP library refuses to misbehave: it will not
send a false length, a folded header, a chunk extension or half a body, and it does not say
which bytes it sent. Loopback only.
"""

import asyncio
import contextlib
import itertools
import socket
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from tests.site import tunnel
from tests.site.journal import Entry, Journal
from tests.site.message import Reply, Request, Script, to_script

# Far above the very long URL that the site links to (about 9,000 characters).
MAX_HEAD_BYTES = 256 * 1024
# A stalled reply is held at most this long; every crawler's time limit is shorter.
STALL_S = 600.0

# As often as that where gaps between requests are measured.
BEAT_S = 0.005

Respond = Callable[[Request], Reply | Script]


@dataclass(slots=True)
class Recorder:
    """Journal, exchange numbers and, when asked, the exact bytes of both directions."""

    journal: Journal | None = None
    keep_bytes: Path | None = None
    # How often a server of it notes that it looks at its sockets; seldom where nobody measures.
    beat_s: float = 0.5
    exchanges: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))
    connections: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    def received(self, entry: Entry, raw: bytes) -> None:
        if self.journal:
            self.journal.write(entry)
        if self.keep_bytes:
            (self.keep_bytes / f"{entry.exchange}.received").write_bytes(raw)
            (self.keep_bytes / f"{entry.exchange}.sent").write_bytes(b"")

    def sent(self, exchange: int, data: bytes) -> None:
        if self.keep_bytes:
            with (self.keep_bytes / f"{exchange}.sent").open("ab") as file:
                file.write(data)


def parse_head(raw: bytes) -> tuple[str, str, tuple[tuple[str, str], ...]]:
    r"""Split a request head into method, target and headers.

    >>> parse_head(b"GET /a HTTP/1.1\r\nHost: h\r\n\r\n")
    ('GET', '/a', (('Host', 'h'),))
    """
    first, *lines = raw.decode("latin-1").rstrip("\r\n").split("\r\n")
    method, target, _ = [*first.split(" ", 2), "", ""][:3]
    if target.startswith(("http://", "https://")):  # absolute form, as sent to proxies
        target = "/" + target.split("/", 3)[3] if target.count("/") > 2 else "/"
    pairs = (line.partition(":") for line in lines)
    return method, target, tuple((name.strip(), value.strip()) for name, _, value in pairs)


async def read_request(reader: asyncio.StreamReader) -> Request | None:
    """Read one request with its body; None when the peer has gone."""
    try:
        raw = await reader.readuntil(b"\r\n\r\n")
        method, target, headers = parse_head(raw)
        length = next((int(v) for k, v in headers if k.lower() == "content-length"), 0)
        raw += await reader.readexactly(length)
    except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, ValueError, OSError):
        return None
    return Request(method, target, headers, raw)


class Site:
    """Serves one title on one port, on IPv4 and where it exists on IPv6 loopback."""

    def __init__(self, respond: Respond, recorder: Recorder, tls: ssl.SSLContext | None = None):
        self._respond, self._recorder, self._tls = respond, recorder, tls
        self._servers: list[asyncio.Server] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._looked = (time.monotonic(),) * 2
        self.port = 0

    async def start(self, port: int, *, ipv6: bool) -> int:
        """Listen on loopback and return the port, which the kernel chooses when it is 0."""
        beat = asyncio.get_running_loop().create_task(self._beat())
        self._tasks.add(beat)
        server = await self._listen("127.0.0.1", port)
        self.port = server.sockets[0].getsockname()[1]
        if ipv6 and socket.has_ipv6:
            # Without IPv6 loopback, or with its port taken, IPv4 serves.
            with contextlib.suppress(OSError):
                await self._listen("::1", self.port)
        return self.port

    async def _beat(self) -> None:
        """Keep the last two moments at which this server was looking.

        What has come before the older one has certainly been seen by now.
        """
        while True:
            self._looked = (self._looked[1], time.monotonic())
            await asyncio.sleep(self._recorder.beat_s)

    async def _listen(self, host: str, port: int) -> asyncio.Server:
        server = await asyncio.start_server(
            self._connected, host, port, limit=MAX_HEAD_BYTES, ssl=self._tls
        )
        self._servers.append(server)
        return server

    async def stop(self) -> None:
        for server in self._servers:
            server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.get_running_loop().create_task(self._serve(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = next(self._recorder.connections)
        # The peer goes away in the middle, as peers do.
        with contextlib.suppress(OSError):
            while request := await read_request(reader):
                now = time.monotonic()
                arrived = (now, time.time(), now - self._looked[0])
                if request.method == "CONNECT":
                    await self._tunnel(request, reader, writer, arrived, connection)
                    break
                answer = self._respond(request)
                script = to_script(answer, request.method) if isinstance(answer, Reply) else answer
                number = self._note(request, script.status, arrived, connection)
                await self._play(script, number, writer)
                wants_close = request.header("Connection").lower() == "close"
                if script.ending != "keep" or wants_close:
                    break
        writer.close()

    async def _tunnel(
        self,
        request: Request,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        arrived: tuple[float, float, float],
        connection: int,
    ) -> None:
        destination = tunnel.find_destination(request.target)
        self._note(request, 200 if destination else 403, arrived, connection)
        if destination:
            await tunnel.relay(reader, writer, *destination)
        else:
            writer.write(tunnel.REFUSED)

    def _note(
        self, request: Request, status: int, arrived: tuple[float, float, float], connection: int
    ) -> int:
        entry = Entry(
            next(self._recorder.exchanges),
            round(arrived[0], 6),
            round(arrived[1], 6),
            request.header("Host"),
            request.method,
            request.target,
            request.header("User-Agent"),
            status,
            self.port,
            connection,
            round(arrived[2], 6),
        )
        self._recorder.received(entry, request.raw)
        return entry.exchange

    async def _play(self, script: Script, exchange: int, writer: asyncio.StreamWriter) -> None:
        for step in script.steps():
            if isinstance(step, bytes):
                self._recorder.sent(exchange, step)
                writer.write(step)
                await writer.drain()
            else:
                await asyncio.sleep(step)
        if script.ending == "stall":
            await asyncio.sleep(STALL_S)
        elif script.ending == "reset":
            writer.transport.abort()
