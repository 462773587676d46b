"""``microfiche serve``: the reading room and the replay, each on its own port, in one process."""

import asyncio
import contextlib
import ipaddress
import socket
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from signal import SIGINT, SIGTERM

import click
import uvicorn

from archive.cli import archive_of
from archive.errors import CannotServe, NotFound
from archive.index.open import open_index
from archive.layout import Archive
from archive.replay.app import create_replay
from archive.replay.origins import ROOM_NAMES, Origins
from archive.web.app import create_room

# Requests still being answered when Ctrl-C comes get so long.
_GRACE_S = 3


@dataclass(frozen=True, slots=True)
class Sockets:
    """The two listening sockets, bound before anything starts, so that port 0 has its answer."""

    room: socket.socket
    replay: socket.socket

    def close(self) -> None:
        """Let both go."""
        self.room.close()
        self.replay.close()


class _Server(uvicorn.Server):
    """A server that leaves signals to us: two of them would take them from each other."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Take none."""
        yield


@click.command("serve")
@click.option(
    "--host", default="127.0.0.1", show_default=True, help="The address to listen on; see below."
)
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8080,
    show_default=True,
    help="Of the reading room; 0: any free one.",
)
@click.option(
    "--replay-port",
    type=click.IntRange(0, 65535),
    default=8081,
    show_default=True,
    help="Of the archived pages; 0: any free one.",
)
@click.pass_context
def command(ctx: click.Context, host: str, port: int, replay_port: int) -> None:
    """Open the reading room: search, articles and replay.

    Both addresses are printed once both answer; Ctrl-C ends it. There is no log-in: whoever
    reaches HOST reads the archive, so leave it on this machine or put a proxy with one before it.

    Example: microfiche serve --port 8080
    """
    archive = archive_of(ctx)
    with contextlib.suppress(NotFound):  # an archive that nothing was indexed in yet has a room too
        open_index(archive).close()
    sockets = bind(host, port, replay_port)
    try:
        asyncio.run(_serve(archive, sockets, host))
    finally:
        sockets.close()


def bind(host: str, port: int, replay_port: int) -> Sockets:
    """Bind both ports.

    Raises:
        CannotServe: one of them is taken, or the host is none of this machine's.
    """
    room = _bind(host, port, "--port")
    try:
        return Sockets(room, _bind(host, replay_port, "--replay-port"))
    except CannotServe:
        room.close()
        raise


def _bind(host: str, port: int, option: str) -> socket.socket:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, kind, protocol, _, address = found[0]
        listening = socket.socket(family, kind, protocol)
    except OSError as error:
        raise CannotServe(f"{host}: no address of this machine: {error.strerror}") from error
    try:
        # On Windows the option would let two programs share a port.
        if sys.platform != "win32":
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
        listening.listen(128)
    except OSError as error:
        listening.close()
        raise CannotServe(
            f"{host}:{port}: cannot be listened on: {error.strerror}; choose another {option}, "
            "or 0 for any free one"
        ) from error
    return listening


async def _serve(archive: Archive, sockets: Sockets, host: str) -> None:
    port, replay_port = sockets.room.getsockname()[1], sockets.replay.getsockname()[1]
    name = url_name(host)
    origins = Origins.on_loopback(port, replay_port, name=name)
    names = dict.fromkeys((*ROOM_NAMES, name))
    servers = [
        (_server(create_room(archive, origins, names=names)), sockets.room),
        (_server(create_replay(archive, origins)), sockets.replay),
    ]

    def stop() -> None:
        for server, _ in servers:
            server.should_exit = True

    loop = asyncio.get_running_loop()
    for number in (SIGINT, SIGTERM):
        loop.add_signal_handler(number, stop)
    running = [asyncio.ensure_future(s.serve(sockets=[listening])) for s, listening in servers]
    try:
        await _announce([server for server, _ in servers], running, origins, host)
    finally:
        # Whichever ends first takes the other along.
        await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
        stop()
        await asyncio.gather(*running)


async def _announce(
    servers: list[_Server], running: Sequence[asyncio.Future[None]], origins: Origins, host: str
) -> None:
    while not all(server.started for server in servers):
        if any(task.done() for task in running):
            return
        await asyncio.sleep(0.02)
    click.echo(f"Reading room:   {origins.room}/")
    click.echo(f"Archived pages: {origins.replay}/")
    if not is_loopback(host):
        click.echo(
            f"Anyone who reaches {host} can read this archive: there is no log-in.", err=True
        )
    click.echo("Ctrl-C ends it.", err=True)


def _server(app: object) -> _Server:
    config = uvicorn.Config(
        app,  # type: ignore[arg-type]  # uvicorn spells ASGI's types its own way
        lifespan="off",
        ws="none",
        log_level="warning",
        access_log=False,
        server_header=False,
        # A proxy that needs these headers believed is told so by its own settings.
        proxy_headers=False,
        timeout_graceful_shutdown=_GRACE_S,
    )
    return _Server(config)


def url_name(host: str) -> str:
    """How a listening address is named in a URL; every address of the machine: by loopback's.

    >>> url_name("127.0.0.1"), url_name("::1"), url_name("0.0.0.0"), url_name("Archive.local")
    ('127.0.0.1', '[::1]', '127.0.0.1', 'archive.local')
    """
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host.lower()
    if address.is_unspecified:
        return "127.0.0.1"
    return f"[{address}]" if address.version == 6 else str(address)


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach a listening address.

    >>> is_loopback("localhost"), is_loopback("127.0.0.2"), is_loopback("0.0.0.0")
    (True, True, False)
    """
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"
