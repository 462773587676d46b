"""CONNECT on every port of the newspaper: it is its own proxy, to loopback only.

Absolute-form requests need nothing more: whatever host they name, the title answers.
"""

import asyncio
import contextlib
from urllib.parse import urlsplit

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
ESTABLISHED = b"HTTP/1.1 200 Connection established\r\nVia: 1.1 tests.site\r\n\r\n"
REFUSED = b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


def find_destination(target: str) -> tuple[str, int] | None:
    """Find host and port of a CONNECT target; None when it does not lead to loopback.

    >>> find_destination("localhost:443"), find_destination("192.0.2.1:443")
    (('localhost', 443), None)
    """
    parts = urlsplit(f"//{target}")
    return (parts.hostname, parts.port) if parts.hostname in LOOPBACK and parts.port else None


async def relay(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, host: str, port: int
) -> None:
    """Pass bytes both ways until either side ends."""
    far_reader, far_writer = await asyncio.open_connection(host, port)
    writer.write(ESTABLISHED)
    ways = [
        asyncio.create_task(_pass_on(reader, far_writer)),
        asyncio.create_task(_pass_on(far_reader, writer)),
    ]
    try:
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for way in ways:
            way.cancel()
        far_writer.close()


async def _pass_on(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while piece := await source.read(65536):
            sink.write(piece)
            await sink.drain()
