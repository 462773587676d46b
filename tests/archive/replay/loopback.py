"""Our applications on real sockets, in this process."""

import asyncio
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import uvicorn
from starlette.types import ASGIApp


def listening() -> socket.socket:
    """A socket on a free port of loopback."""
    return socket.create_server(("127.0.0.1", 0))


@contextmanager
def serving(*apps: tuple[ASGIApp, socket.socket]) -> Iterator[None]:
    """Serve each application on its socket until the block ends."""
    servers = [
        (
            uvicorn.Server(uvicorn.Config(app, lifespan="off", ws="none", log_level="error")),
            listener,
        )
        for app, listener in apps
    ]

    async def run() -> None:
        await asyncio.gather(*(server.serve(sockets=[held]) for server, held in servers))

    thread = threading.Thread(target=asyncio.run, args=(run(),), daemon=True)
    thread.start()
    try:
        deadline = time.monotonic() + 10
        while not all(server.started for server, _ in servers):
            assert time.monotonic() < deadline, "the servers did not start"
            time.sleep(0.01)
        yield
    finally:
        for server, _ in servers:
            server.should_exit = True
        thread.join(10)
        for _, listener in servers:
            listener.close()


def client(port: int, host: str) -> httpx.Client:
    """Asks a port of loopback under a name that no resolver need know; follows nothing."""
    return httpx.Client(
        base_url=f"http://127.0.0.1:{port}",
        headers={"Host": f"{host}:{port}", "Accept-Encoding": "identity"},
        timeout=20,
        trust_env=False,
    )
