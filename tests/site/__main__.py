"""``python -m tests.site``: run the newspaper until stdin closes, its time is up, or Ctrl-C."""

import argparse
import asyncio
import json
import os
import signal
import ssl
import stat
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from tests.site.newsroom import Newsroom, Ports, make_recorder
from tests.site.server import BEAT_S

MAX_LIFETIME_S = 2 * 60 * 60
PARENT_CHECK_S = 1.0


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.site", description=__doc__)
    parser.add_argument("--port-a", type=int, default=0, help="port of the English title")
    parser.add_argument("--port-b", type=int, default=0, help="port of the German title")
    parser.add_argument("--control-port", type=int, default=0)
    parser.add_argument("--journal", type=Path, help="file for one JSON line a request")
    parser.add_argument("--keep-bytes", type=Path, help="directory for the bytes of exchanges")
    parser.add_argument("--ready", type=Path, help="file for the JSON line of base addresses")
    parser.add_argument("--tls", type=Path, help="directory for a certificate; title one over TLS")
    parser.add_argument("--corpus", type=Path, help="serve real pages instead: truth.jsonl, pages/")
    parser.add_argument("--opened", type=datetime.fromisoformat, help="start of the first day")
    parser.add_argument("--beat", type=float, default=BEAT_S, help="seconds between two looks")
    parser.add_argument("--lifetime", type=float, default=MAX_LIFETIME_S, help="seconds")
    return parser.parse_args()


async def until_left_alone(stopped: asyncio.Event, lifetime_s: float) -> None:
    """Return when told to stop, when the parent has gone, or when the time is up."""
    parent, ends = os.getppid(), time.monotonic() + lifetime_s
    if stat.S_ISFIFO(os.fstat(sys.stdin.fileno()).st_mode):
        watch_stdin(stopped)
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    while not stopped.is_set() and os.getppid() == parent and time.monotonic() < ends:
        try:
            await asyncio.wait_for(stopped.wait(), PARENT_CHECK_S)
        except TimeoutError:
            continue


def watch_stdin(stopped: asyncio.Event) -> None:
    """Stop at the end of standard input: whoever holds its other end has gone."""
    loop, number = asyncio.get_running_loop(), sys.stdin.fileno()

    def readable() -> None:
        if not os.read(number, 4096):
            loop.remove_reader(number)
            stopped.set()

    loop.add_reader(number, readable)


def server_context(directory: Path) -> ssl.SSLContext:
    """Make a certificate."""
    # Loaded here, because most starts need not pay for it.
    from tests.site import certificate

    return certificate.server_context(directory)


async def run(options: argparse.Namespace) -> None:
    """Open the newspaper, say where it is, and serve."""
    recorder = make_recorder(options.journal, options.keep_bytes, options.beat)
    opened = options.opened or datetime.now(UTC).replace(microsecond=0)
    tls = server_context(options.tls) if options.tls else None
    newsroom = Newsroom(recorder, opened, tls)
    ports = Ports(options.port_a, options.port_b, options.control_port)
    if options.corpus:
        ready = await newsroom.open_corpus(options.corpus, ports)
    else:
        ready = await newsroom.open(ports)
    line = json.dumps(ready)
    if options.ready:
        options.ready.write_text(line + "\n", encoding="utf-8")
    print(line, flush=True)
    await until_left_alone(newsroom.stopped, options.lifetime)
    await newsroom.close()


if __name__ == "__main__":
    asyncio.run(run(arguments()))
