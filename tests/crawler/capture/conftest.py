"""Runs of the capture handler over every case of the wire, one for each way to a server."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from archive.warc.reader import Group, iter_groups
from tests.crawler.capture.fetcher import Got, Run, Wanted, fetch
from tests.site import Newspaper, running
from tests.site.wire import CASES

WAYS = ("http", "tls", "proxy", "tunnel")
# Far above every case that ends, far below those that do not.
MAX_BODY_BYTES = 4 * 1024 * 1024
SETTINGS = {"DOWNLOAD_TIMEOUT": 30.0, "MICROFICHE_MAX_BODY_BYTES": MAX_BODY_BYTES}
# Only those that stall are to run into it; a busy machine must not make others late.
STALLED = {"download_timeout": 1.0}
HEADERS = {"User-Agent": "microfiche-test", "Accept-Encoding": "gzip, deflate, br, zstd"}


@dataclass(frozen=True, slots=True)
class Sweep:
    """Every case fetched one way: what the socket saw, what the WARC holds, what Scrapy got."""

    way: str
    base: str
    run: Run
    groups: dict[str, Group]
    sockets: dict[str, tuple[bytes, bytes]]

    def got(self, name: str) -> Got:
        return self.run.by_url()[f"{self.base}/wire/{name}"]

    def group(self, name: str) -> Group:
        return self.groups[f"{self.base}/wire/{name}"]

    def socket(self, name: str) -> tuple[bytes, bytes]:
        """Bytes that the server received and sent."""
        return self.sockets[f"/wire/{name}"]


def groups_by_uri(warcs_dir: Path) -> dict[str, Group]:
    found = {}
    for path in sorted(warcs_dir.rglob("*.warc.gz")):
        for group in iter_groups(path, filename=path.relative_to(warcs_dir).as_posix()):
            if group.main.type not in {"warcinfo", "resource"}:
                found[group.main.target_uri] = group
    return found


def sweep(way: str, newspaper: Newspaper, warcs_dir: Path) -> Sweep:
    base = newspaper.a.replace("127.0.0.1", "localhost")
    proxied = {"proxy": newspaper.b} if way in {"proxy", "tunnel"} else {}
    wanted = [
        Wanted(
            f"{base}/wire/{name}",
            headers=HEADERS,
            meta={"microfiche_source": "s", **proxied, **(STALLED if case.cut == "time" else {})},
        )
        for name, case in CASES.items()
    ]
    trusted = {"SSL_CERT_FILE": str(newspaper.ca)} if way in {"tls", "tunnel"} else {}
    run = fetch(wanted, warcs_dir, settings=SETTINGS, environment=trusted)
    assert run.returncode == 0, run.stderr
    sockets = {
        entry.path: newspaper.exchange(entry.exchange)
        for entry in newspaper.journal()
        if entry.method != "CONNECT"
    }
    return Sweep(way, base, run, groups_by_uri(warcs_dir), sockets)


@pytest.fixture(scope="session")
def swept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Sweep]]:
    """Sweeps by way, each made once."""
    made: dict[str, Sweep] = {}

    def make(way: str) -> Sweep:
        if way not in made:
            place = tmp_path_factory.mktemp(way)
            with running(
                directory=place / "site", keep_bytes=True, tls=way in {"tls", "tunnel"}
            ) as newspaper:
                made[way] = sweep(way, newspaper, place / "warcs")
        return made[way]

    return make
