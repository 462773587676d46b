"""The queue, the frontier and the harvest over answers made on the spot, under a clock of its own.

No socket, no WARC, no sleeping: a month goes by in minutes.
"""

import asyncio
import hashlib
import json
import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from archive.config import Config, Source
from archive.warc.exchange import Written
from crawler.answers import Answer
from crawler.fetch import Fetch
from crawler.frontier import open_frontier
from crawler.harvest import Harvest
from crawler.outcomes import Kind, Outcome
from crawler.session import set_seeds
from crawler.tally import Tally

PROSE = "The harbour board met on Tuesday and heard at length what the engineers had found out. "


@dataclass(frozen=True, slots=True)
class Reply:
    """What a server answers."""

    status: int = 200
    body: bytes = b""
    content_type: str = "text/html; charset=utf-8"
    headers: dict[str, str] = field(default_factory=dict)
    cookies: tuple[str, ...] = ()


Server = Callable[[Fetch, float], Reply | None]
"""What it answers at a moment; None: nothing."""


def page(title: str, text: str = "", head: str = "") -> Reply:
    body = f"<html><head><title>{title}</title>{head}</head><h1>{title}</h1><p>{PROSE}{text}</p>"
    return Reply(body=body.encode())


def redirect(to: str, *cookies: str, status: int = 302) -> Reply:
    return Reply(status, headers={"location": to}, cookies=cookies)


def feed(*urls: str, changed: "dict[str, float] | None" = None) -> Reply:
    """A JSON Feed: the cheapest to read."""
    times = changed or {}
    items = [
        {"url": url} | ({"date_modified": str(times[url])} if url in times else {}) for url in urls
    ]
    body = json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": items})
    return Reply(body=body.encode(), content_type="application/feed+json")


def sitemap(*urls: str, tag: str = "url", lastmod: str = "") -> Reply:
    dated = f"<lastmod>{lastmod}</lastmod>" if lastmod else ""
    entries = "".join(f"<{tag}><loc>{url}</loc>{dated}</{tag}>" for url in urls)
    root = {"url": "urlset", "sitemap": "sitemapindex"}[tag]
    return Reply(body=f"<{root}>{entries}</{root}>".encode(), content_type="application/xml")


class World:
    """Sources and what serves them; `run` visits what is due, as a crawl does."""

    def __init__(self, directory: Path, sources: dict[str, Source], server: Server) -> None:
        self.now = 1_800_000_000.0
        self.sources, self.server = sources, server
        self.config = Config(layout=1, archive={"contact": "mailto:x@y.example"}, sources=sources)
        self.frontier = open_frontier(directory / "frontier.db")
        self.frontier._db.execute("PRAGMA synchronous = OFF")
        self.asked: list[tuple[float, str]] = []
        self.on_visit: Callable[[Fetch, Reply | None, float], None] = lambda *_: None
        self.flight_s = 0.0
        self._records = 0

    def paths(self) -> list[str]:
        return [url.partition("//")[2].partition("/")[2] for _, url in self.asked]

    def open(self, *, patient: bool = False) -> Harvest:
        """As a session begins, and as it would go on."""
        self.frontier.mend_clock(now=self.now)
        self.frontier.take_back()
        set_seeds(self.frontier, self.sources, now=self.now)
        between = self.frontier.begin_run(now=self.now)
        if between is not None and not patient:
            until = self.now + min(between / 2, 1800.0)
            self.frontier.bring_forward(list(self.sources), now=self.now, until=until)
        self.tally = Tally(self.sources)
        self.harvest = Harvest(
            self.frontier,
            self.config,
            self.sources,
            self.tally,
            agent="microfiche",
            patient=patient,
            wall=lambda: self.now,
            clock=lambda: self.now,
        )
        return self.harvest

    def run(self, *, until: float = math.inf, patient: bool = False) -> Tally:
        """Visit what is due; a patient run until a moment."""
        self.open(patient=patient)
        asyncio.run(self._run(until))
        return self.tally

    async def _run(self, until: float) -> None:
        queue = self.harvest.queue
        while self.now < until:
            turn = queue.next()
            if turn is None:
                return
            if isinstance(turn, Fetch):
                queue.sent(turn)
                self.asked.append((self.now, turn.url))
                await self._visit(turn)
                queue.finish(turn)
            else:
                assert turn < math.inf
                self.now += min(turn, until - self.now)

    async def _visit(self, fetch: Fetch) -> None:
        reply = Reply(404) if fetch.kind is Kind.ROBOTS else None
        if fetch.kind is not Kind.ROBOTS:
            reply = self.server(fetch, self.now)
            self.on_visit(fetch, reply, self.now)
        if reply is None:
            self.harvest.failed(fetch, Outcome.CONNECTION_FAILED, "refused", None)
        else:
            await self.harvest.answered(fetch, self._answer(fetch, reply))

    def _answer(self, fetch: Fetch, reply: Reply) -> Answer:
        self._records += 1
        digest = f"sha1:{hashlib.sha1(reply.body).hexdigest()}"
        written = Written(
            record_id=f"urn:{self._records}",
            filename="f",
            offset=0,
            length=1,
            record_type="response",
            entity_digest=digest,
            timestamp="20270115080000",
            date="",
            target_uri=fetch.url,
        )
        headers = {"content-type": reply.content_type} | reply.headers
        return Answer(fetch.url, reply.status, headers, reply.body, written, reply.cookies)


@contextmanager
def world(directory: Path, sources: dict[str, Source], server: Server) -> Iterator[World]:
    made = World(directory, sources, server)
    try:
        yield made
    finally:
        made.frontier.close()
