"""Two hundred hosts at once, robots.txt of every sort: nothing forbidden, nothing too close."""

import asyncio
import random
import threading
import time
from collections import defaultdict
from itertools import pairwise

import pytest

from tests.crawler.conftest import CRAWL_S, Bench

pytestmark = pytest.mark.soak

HOSTS, PAGES, DELAY_S = 200, 6, 0.4
RULE = "User-agent: *\nDisallow: /secret/\n"
ROBOTS = (
    RULE.encode(),
    RULE.encode("utf-16"),
    RULE.replace("\n", "\r").encode(),
    b"User-agent: microfiche\nContent-Signal: search=yes\nUser-agent: *\nDisallow: /secret/\n",
    b"\0" + RULE.encode(),
    RULE.replace("\n", "<br>").encode(),
    (RULE + "Crawl-delay: 0.6\n").encode(),
    b"\x89PNG\0\0\1\2\3",
)


class Hosts:
    """One server on many loopback addresses; it keeps account of who asked for what, and when."""

    def __init__(self) -> None:
        self.asked: dict[str, list[tuple[float, str]]] = defaultdict(list)
        self.port = 0
        self._ready = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> "Hosts":
        self._thread.start()
        assert self._ready.wait(CRAWL_S)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    def _serve(self) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(asyncio.start_server(self._talk, "0.0.0.0", 0))
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        self._loop.run_forever()
        server.close()
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
        self._loop.run_until_complete(asyncio.sleep(0))
        self._loop.close()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                at, path = time.monotonic(), head.split(b" ")[1].decode()
                host = writer.get_extra_info("sockname")[0]
                self.asked[host].append((at, path))
                number = int(host.rpartition(".")[2])
                if path == "/robots.txt":
                    await asyncio.sleep(0.3 * (number % 3))
                status, kind, body, more = self._answer(host, number, path)
                writer.write(
                    f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\n{more}"
                    f"Content-Length: {len(body)}\r\n\r\n".encode()
                    + body
                )
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    def _answer(self, host: str, number: int, path: str) -> tuple[str, str, bytes, str]:
        if path == "/robots.txt":
            return "200 OK", "text/plain", ROBOTS[number % len(ROBOTS)], ""
        if path == "/feed":
            paths = [f"/p{n}" for n in range(PAGES)] + ["/secret/a", "/open/../secret/b", "/moved"]
            items = "".join(
                f"<item><link>http://{host}:{self.port}{p}</link></item>" for p in paths
            )
            return "200 OK", "text/xml", f"<rss><channel>{items}</channel></rss>".encode(), ""
        if path == "/moved":
            return "302 Found", "text/plain", b"", "Location: /x/%2e%2e/secret/c\r\n"
        return "200 OK", "text/html", b"<html><p>x", ""


def test_two_hundred_hosts_across_a_kill_and_a_restart(bench: Bench):
    bench.crawl |= {"concurrency": 16}
    with Hosts() as hosts:
        for number in range(1, HOSTS + 1):
            home = f"http://127.0.0.{number}:{hosts.port}"
            values = {"feeds": [f"{home}/feed"], "hosts": [f"127.0.0.{number}:{hosts.port}"]}
            values |= {"delay": DELAY_S, "concurrency": 4, "requisites": "none"}
            base = {"name": "x", "url": f"{home}/", "allow_private_addresses": True}
            bench.sources[f"s{number}"] = base | values
        bench.write()
        with bench.start("crawl", "--no-index") as process:
            deadline = time.monotonic() + CRAWL_S
            while sum(map(len, list(hosts.asked.values()))) < 700 and time.monotonic() < deadline:
                time.sleep(random.Random(3).uniform(0.05, 0.1))
            process.kill()
            process.communicate()
        # 7: the hosts whose robots.txt nobody can read were left alone, and that is said.
        assert bench.run("crawl", "--no-index").status == 7
    asked = [path for requests in hosts.asked.values() for _, path in requests]
    assert len(hosts.asked) == HOSTS
    assert [path for path in asked if "secret" in path] == []
    too_close = [
        (host, later - earlier)
        for host, requests in hosts.asked.items()
        for (earlier, _), (later, _) in pairwise(requests)
        if later - earlier < DELAY_S - 0.02
    ]
    assert too_close == []
    unread = len([n for n in range(1, HOSTS + 1) if n % len(ROBOTS) == len(ROBOTS) - 1])
    pages = {(host, path) for host, requests in hosts.asked.items() for _, path in requests}
    wanted = (HOSTS - unread) * PAGES
    assert len([path for _, path in pages if path.startswith("/p")]) == wanted
