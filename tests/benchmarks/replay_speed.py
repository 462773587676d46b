"""CPU of a replayed page, and how long readers wait for one, beside pywb.

Real pages, each asked for twice before it is counted; both read the same WARC files on the same
machine, one after the other. CPU is that of the whole server process. Aimed at: at most 0.6 of
pywb's CPU a page; of twenty readers who pause a second, 95 in 100 pages no later than pywb's.
"""

import os
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import httpx

from archive.replay.origins import REPLAY_NAME
from archive.viewers.found import PYWB
from tests.archive.replay.loopback import client
from tests.archive.replay.shelf import Shelf
from tests.archive.web.room import serve
from tests.benchmarks.table import table
from tests.environments import environment
from tests.site.corpus import pages

T = "20260102030405"
PAGES, ROUNDS, READERS, READ = 60, 3, 20, 5


def run() -> str:
    """The table."""
    corpus = Path(os.environ["MICROFICHE_CORPUS"])
    every = pages(corpus)
    chosen = every[:: max(1, len(every) // PAGES)][:PAGES]
    with tempfile.TemporaryDirectory() as directory:
        shelf = Shelf(Path(directory) / "archive")
        for number, page in enumerate(chosen):
            shelf.put(f"http://real.test/{number}", page.html, at=T, content_type="text/html")
        shelf.index()
        shelf.close()
        warcs = sorted(shelf.archive.warcs_dir.rglob("*.warc.gz"))
        with _pywb(Path(directory) / "pywb", warcs) as (port, pid):
            with client(port, "127.0.0.1") as asking:
                # pywb breaks off in the middle of some; they are measured in neither.
                whole = [n for n in range(len(chosen)) if _is_whole(asking, n)]
            theirs = _measured(pid, partial(client, port, "127.0.0.1"), "/press", whole)
        with serve(shelf.archive.root) as served:
            port = int(served.replay.rpartition(":")[2])
            connect = partial(client, port, REPLAY_NAME)
            ours = _measured(served.process.pid, connect, "/web", whole)
    rows = [("microfiche", *_cells(ours)), ("pywb", *_cells(theirs))]
    share = ours[0] / theirs[0]
    head = ("server", "CPU ms a page", "p50 ms", "p95 ms")
    told = f"{share:.2f} of pywb's CPU a page, over {len(whole)} of {len(chosen)} pages"
    return f"{table(head, rows)}\n\n{told}"


def _cells(found: tuple[float, float, float]) -> list[str]:
    return [f"{value:.1f}" for value in found]


def _is_whole(asking: httpx.Client, number: int) -> bool:
    try:
        return asking.get(f"/press/{T}mp_/http://real.test/{number}").status_code == 200
    except httpx.HTTPError:
        return False


def _measured(
    pid: int, connect: Callable[[], httpx.Client], start: str, numbers: Sequence[int]
) -> tuple[float, float, float]:
    """Milliseconds: CPU a page; median and 95th percentile of what readers wait."""

    def ask(asking: httpx.Client, number: int) -> None:
        flavour = "mp_" if start == "/press" else ""
        reply = asking.get(f"{start}/{T}{flavour}/http://real.test/{number}")
        assert reply.status_code == 200, reply

    with connect() as asking:
        for _ in range(2):
            for number in numbers:
                ask(asking, number)
        began = _cpu_s(pid)
        for _ in range(ROUNDS):
            for number in numbers:
                ask(asking, number)
        cpu = (_cpu_s(pid) - began) / (ROUNDS * len(numbers)) * 1000
    waited: list[float] = []

    def read(reader: int) -> None:
        with connect() as asking:
            time.sleep(reader / READERS)
            for number in range(READ):
                begun = time.perf_counter()
                ask(asking, numbers[(reader * READ + number) % len(numbers)])
                waited.append((time.perf_counter() - begun) * 1000)
                time.sleep(1)

    threads = [threading.Thread(target=read, args=(reader,)) for reader in range(READERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    waited.sort()
    return cpu, waited[len(waited) // 2], waited[int(len(waited) * 0.95)]


def _cpu_s(pid: int) -> float:
    """Seconds of processor that a process and those it started have used."""
    total = 0
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text("ascii", "replace").rpartition(")")[2].split()
        except OSError:
            continue
        if int(path.parent.name) == pid or int(fields[1]) == pid:
            total += int(fields[11]) + int(fields[12])
    return total / os.sysconf("SC_CLK_TCK")


@contextmanager
def _pywb(root: Path, warcs: Sequence[Path]) -> Iterator[tuple[int, int]]:
    """pywb over an index of its own; its port and process."""
    root.mkdir()
    commands = environment("pywb-2.10", "setuptools<81", PYWB)
    for arguments in (("init", "press"), ("add", "press", *map(str, warcs))):
        subprocess.run(
            [commands / "wb-manager", *arguments], cwd=root, check=True, capture_output=True
        )
    with socket.create_server(("127.0.0.1", 0)) as held:
        port = held.getsockname()[1]
    process = subprocess.Popen(
        [commands / "wayback", "-b", "127.0.0.1", "-p", str(port), "-d", str(root)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            with socket.socket() as asking:
                if asking.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield port, process.pid
    finally:
        process.terminate()
        process.wait(10)
