"""``microfiche serve``: the reading room and the replay, each on its own port, in one process."""

import asyncio
import contextlib
import ipaddress
import socket
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from signal import SIGINT, SIGTERM
from urllib.parse import urlsplit

import click
import uvicorn
from starlette.types import ASGIApp

from archive.addresses import is_loopback
from archive.cli import archive_of
from archive.config import load_config
from archive.errors import CannotServe, NotFound
from archive.index.open import open_index
from archive.layout import Archive
from archive.replay.app import create_replay
from archive.replay.origins import ROOM_NAMES, Origins
from archive.rights.rules import Audience
from archive.staff.door import Door
from archive.staff.limits import Budgets
from archive.urls import is_http
from archive.viewers.found import find_pywb, find_replayweb
from archive.viewers.pywb import Pywb, free_port, run_pywb
from archive.viewers.replayweb import HOST as REPLAYWEB_HOST
from archive.viewers.replayweb import create_replayweb
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


@dataclass(frozen=True, slots=True)
class Beside:
    """What replays with script, each on an address of its own."""

    viewer: ASGIApp | None = None
    listening: socket.socket | None = None
    pywb: Pywb | None = None


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
@click.option(
    "--room-url", metavar="URL", help="Behind a proxy: where readers find the reading room."
)
@click.option("--replay-url", metavar="URL", help="Behind a proxy: where they find archived pages.")
@click.option(
    "--no-local-staff", is_flag=True, help="Let this machine sign in, too, to count as staff."
)
@click.option("--pywb", is_flag=True, help="Beside it pywb, which runs archived scripts.")
@click.option(
    "--replayweb",
    type=click.Path(path_type=Path),
    metavar="WACZ",
    help="Beside it ReplayWeb.page over a file, which runs archived scripts.",
)
@click.option("--install", is_flag=True, help="Get these two where they are not on this machine.")
@click.option(
    "--script-port",
    type=click.IntRange(0, 65535),
    default=8082,
    show_default=True,
    help="Of both, each on a loopback address of its own; 0: any free one.",
)
@click.pass_context
def command(  # noqa: PLR0913 - an option each
    ctx: click.Context,
    *,
    host: str,
    port: int,
    replay_port: int,
    room_url: str | None,
    replay_url: str | None,
    no_local_staff: bool,
    pywb: bool,
    replayweb: Path | None,
    install: bool,
    script_port: int,
) -> None:
    """Open the reading room: search, articles and replay.

    Both addresses are printed once both answer; Ctrl-C ends it. On this machine alone, whoever
    uses it counts as staff. With any other HOST, or behind a proxy, everybody who reaches it reads
    what is open to readers, and the staff sign in (`microfiche staff add`).

    --pywb and --replayweb replay with script, on this machine only. Their addresses differ from the
    reading room's, so that nothing an archived script does can read it.

    Example: microfiche serve --port 8080
    """
    archive = archive_of(ctx)
    public = public_origins(room_url, replay_url)
    with contextlib.suppress(NotFound):  # an archive that nothing was indexed in yet has a room too
        open_index(archive, audience=Audience.READERS).close()
    wayback = find_pywb(make=install) if pywb else None
    viewer = create_replayweb(find_replayweb(make=install), replayweb) if replayweb else None
    with contextlib.ExitStack() as stack:
        sockets = bind(host, port, replay_port)
        stack.callback(sockets.close)
        beside = Beside()
        if viewer is not None:
            listening = _bind(REPLAYWEB_HOST, script_port, "--script-port")
            stack.callback(listening.close)
            beside = Beside(viewer, listening)
        if wayback is not None:
            cdx = f"http://{url_name(host)}:{sockets.room.getsockname()[1]}/cdx"
            free = free_port(script_port)
            running = stack.enter_context(run_pywb(wayback, archive, cdx=cdx, port=free))
            beside = replace(beside, pywb=running)
        asyncio.run(_serve(archive, sockets, host, public, beside, local_staff=not no_local_staff))


def public_origins(room_url: str | None, replay_url: str | None) -> Origins | None:
    """Where a proxy makes us known; None where there is none.

    Raises:
        UsageError: one is missing, or they are no two origins.
    """
    if room_url is None and replay_url is None:
        return None
    origins = [_origin(url) for url in (room_url, replay_url) if url]
    if None in origins or len({urlsplit(origin or "").hostname for origin in origins}) < 2:
        raise click.UsageError(
            "expected both --room-url and --replay-url, each scheme://host[:port] and no more, "
            "with two different hosts: archived pages must not share one with the reading room"
        )
    return Origins(str(origins[0]), str(origins[1]))


def _origin(url: str) -> str | None:
    """An address as an origin; None when it is none.

    >>> _origin("https://Press.example/"), _origin("https://press.example/room"), _origin("x")
    ('https://press.example', None, None)
    """
    parts = urlsplit(url)
    bare = parts.path in ("", "/") and not (parts.query or parts.fragment or "@" in parts.netloc)
    if not bare or not is_http(url):
        return None
    return f"{parts.scheme}://{parts.netloc}".lower()


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


async def _serve(
    archive: Archive,
    sockets: Sockets,
    host: str,
    public: Origins | None,
    beside: Beside,
    *,
    local_staff: bool,
) -> None:
    address, port = sockets.room.getsockname()[:2]
    name = url_name(host)
    origins = public or Origins.on_loopback(port, sockets.replay.getsockname()[1], name=name)
    door = Door(
        archive,
        room=origins.room,
        elsewhere=not (local_staff and is_loopback(address)),
        behind_proxy=public is not None,
    )
    budgets = Budgets(door, load_config(archive).limits)
    hosts = [name_in(origin) for origin in (origins.room, origins.replay)]
    names = dict.fromkeys((*ROOM_NAMES, name, hosts[0]))
    servers = [
        (
            _server(create_room(archive, origins, names=names, door=door, budgets=budgets)),
            sockets.room,
        ),
        (
            _server(create_replay(archive, origins, names=hosts[1:], door=door, budgets=budgets)),
            sockets.replay,
        ),
    ]
    if beside.viewer is not None and beside.listening is not None:
        servers.append((_server(beside.viewer), beside.listening))

    def stop() -> None:
        for server, _ in servers:
            server.should_exit = True

    loop = asyncio.get_running_loop()
    for number in (SIGINT, SIGTERM):
        loop.add_signal_handler(number, stop)
    running = [asyncio.ensure_future(s.serve(sockets=[listening])) for s, listening in servers]
    try:
        await _announce([server for server, _ in servers], running, origins)
        await _announce_beside(beside, running)
        if public or not (local_staff and is_loopback(address)):
            _say_who_is_staff(door, host, is_plain=origins.room.startswith("http:"))
    finally:
        # Whichever ends first takes the other along.
        await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
        stop()
        await asyncio.gather(*running)


async def _announce(
    servers: list[_Server], running: Sequence[asyncio.Future[None]], origins: Origins
) -> None:
    while not all(server.started for server in servers):
        if any(task.done() for task in running):
            return
        await asyncio.sleep(0.02)
    click.echo(f"Reading room:   {origins.room}/")
    click.echo(f"Archived pages: {origins.replay}/")
    click.echo("Ctrl-C ends it.", err=True)


async def _announce_beside(beside: Beside, running: Sequence[asyncio.Future[None]]) -> None:
    if beside.listening is not None:
        host, port = beside.listening.getsockname()[:2]
        click.echo(f"ReplayWeb.page: http://{host}:{port}/")
    pywb = beside.pywb
    while pywb is not None and not any(task.done() for task in running):
        if pywb.has_ended():
            click.echo(f"pywb has ended; `{pywb.command}` says why", err=True)
            return
        if await asyncio.to_thread(pywb.answers):
            click.echo(f"pywb:           {pywb.address}")
            return
        await asyncio.sleep(0.1)


def _say_who_is_staff(door: Door, host: str, *, is_plain: bool) -> None:
    told = f"Whoever reaches {host} reads what is open to readers; "
    if not door.has_accounts():
        told += "nobody is staff: `microfiche staff add NAME` makes a sign-in."
    elif is_plain:
        told += "the staff sign in, unencrypted: put a proxy with TLS before it (--room-url)."
    else:
        told += "the staff sign in."
    click.echo(told, err=True)


def _server(app: object) -> _Server:
    config = uvicorn.Config(
        app,  # type: ignore[arg-type]  # uvicorn spells ASGI's types its own way
        lifespan="off",
        ws="none",
        log_level="warning",
        access_log=False,
        server_header=False,
        # Whether a proxy's headers are believed is decided by its own settings.
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


def name_in(origin: str) -> str:
    """The host of an origin, as a Host header has it without its port.

    >>> name_in("https://press.example:8443"), name_in("http://[::1]:8080")
    ('press.example', '[::1]')
    """
    host = urlsplit(origin).hostname or ""
    return f"[{host}]" if ":" in host else host
