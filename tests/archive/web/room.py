"""`microfiche serve` in a process of its own, and a client for each of its origins."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from archive.replay.origins import REPLAY_NAME
from tests.archive.replay.loopback import client

MICROFICHE = (sys.executable, "-m", "archive.cli")


@dataclass(frozen=True, slots=True)
class Served:
    """Where a running `microfiche serve` answers; addresses without a slash at the end."""

    room: str
    replay: str
    process: "subprocess.Popen[str]"

    def ask_room(self) -> httpx.Client:
        """A client of the reading room."""
        return client(urlsplit(self.room).port or 0, "127.0.0.1")

    def ask_replay(self) -> httpx.Client:
        """A client of the replay, whose name no resolver need know."""
        return client(urlsplit(self.replay).port or 0, REPLAY_NAME)


@contextmanager
def serve(root: Path, *options: str) -> Iterator[Served]:
    """Run `microfiche serve` on free ports until the block ends; ended by SIGINT, as by Ctrl-C."""
    process = subprocess.Popen(
        [*MICROFICHE, "-C", str(root), "serve", "--port", "0", "--replay-port", "0", *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    try:
        lines = [process.stdout.readline() for _ in range(2)]
        assert all(lines), process.stderr.read()
        room, replay = (line.split()[-1].rstrip("/") for line in lines)
        yield Served(room, replay, process)
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()
        process.stderr.close()
