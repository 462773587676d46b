"""A first look at a site: its name, its feeds, its sitemaps. Polite, bounded, never archived."""

import asyncio
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import urljoin

from scrapy.utils.reactor import install_reactor, is_reactor_installed
from twisted.internet.defer import Deferred
from twisted.python.failure import Failure

from archive.errors import MicroficheError
from archive.urls import registered_domain
from crawler.capture.ask import compose, proxy_of, server_of
from crawler.capture.attempt import Attempt, Plan, Result
from crawler.capture.connect import AddressRefused, Connections, Route
from crawler.discovery.content import ACCEPTED, Undecodable, decode_content
from crawler.discovery.found import absolute
from crawler.discovery.pages import (
    NoMarkup,
    ScannedPage,
    find_language,
    find_name,
    iter_announced_feeds,
    read_page,
)
from crawler.discovery.readers import Document, read_listing
from crawler.robots import MAX_BYTES, Rules, origin_of, product_token, read_rules

TIMEOUT_S = 20.0
MAX_BODY_BYTES = 10_000_000
MAX_REDIRECTS = 5
#: How many feeds are looked into at most, announced or guessed.
MAX_FEEDS = 6
MAX_SITEMAPS = 10
USUAL_PLACES = ("/feed", "/rss", "/feed.xml", "/rss.xml", "/atom.xml", "/index.xml")

_Result = TypeVar("_Result")


class NoAnswer(MicroficheError):
    """The site to be added cannot be looked at."""


@dataclass(frozen=True, slots=True)
class FoundFeed:
    """A feed that could be read."""

    url: str
    title: str
    entries: int


@dataclass(slots=True)
class Site:
    """What a first look shows."""

    url: str
    """The home page, after redirects within its domain."""
    status: int = 0
    name: str | None = None
    language: str | None = None
    feeds: list[FoundFeed] = field(default_factory=list)
    sitemaps: list[str] = field(default_factory=list)
    crawl_delay: float = 0.0
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Reply:
    url: str
    status: int
    content_type: str
    body: bytes


class Prober:
    """Asks a site a few questions, one after another, with a pause between them."""

    def __init__(
        self,
        agent: str,
        *,
        allow_private: bool,
        pause_s: float,
        proxy: str = "",
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        from twisted.internet import reactor  # noqa: PLC0415 - importing it installs it

        self._agent, self._allow_private, self._pause_s = agent, allow_private, pause_s
        self._proxy = proxy_of(proxy, None) if proxy else None
        self._clock = clock
        self._last: float | None = None
        self._reactor: Any = reactor
        self._connections = Connections(reactor, idle_s=30.0, idle_per_route=1)

    async def look(self, url: str, *, feeds: bool = True) -> Site:
        """Look at robots.txt, the home page and its feeds.

        Args:
            url: The home page.
            feeds: Whether to look for feeds and sitemaps too.

        Raises:
            NoAnswer: the host does not answer, or may not be asked.
        """
        try:
            rules = await self._rules(url)
            site = Site(url, crawl_delay=rules.crawl_delay)
            if feeds:
                site.sitemaps = [s for s in rules.sitemaps if absolute(url, s)][:MAX_SITEMAPS]
            if not rules.allows(url):
                why = "does not let us see it" if rules.reachable else "is unavailable"
                site.notes.append(f"{url} was not looked at: robots.txt {why}")
                return site
            page = await self._home(site)
            if feeds:
                await self._find_feeds(site, page, rules)
        finally:
            self._connections.close()
        return site

    async def _rules(self, url: str) -> Rules:
        reply = await self._ask(f"{origin_of(url)}/robots.txt")
        rules = read_rules(reply.status, reply.body[:MAX_BYTES], agent=product_token(self._agent))
        self._pause_s = max(self._pause_s, rules.crawl_delay)
        return rules

    async def _home(self, site: Site) -> ScannedPage | None:
        reply = await self._ask(site.url)
        site.status = reply.status
        if reply.status >= 400:
            site.notes.append(f"the home page answers with HTTP status {reply.status}")
        if reply.url != site.url:
            site.notes.append(f"{site.url} leads to {reply.url}")
        if registered_domain(reply.url) == registered_domain(site.url):
            site.url = reply.url
        try:
            page = read_page(reply.body, reply.url, content_type=reply.content_type)
        except NoMarkup:
            site.notes.append("the home page is no HTML")
            return None
        if reply.status < 400:
            site.name, site.language = find_name(page), find_language(page)
        return page

    async def _find_feeds(self, site: Site, page: ScannedPage | None, rules: Rules) -> None:
        announced = iter_announced_feeds(page) if page is not None else ()
        titles = {feed.url: feed.title for feed in announced}
        origin = origin_of(site.url)
        for url in list(titles)[:MAX_FEEDS] or [urljoin(site.url, path) for path in USUAL_PLACES]:
            if origin_of(url) == origin and not rules.allows(url):
                continue
            feed = await self._feed(url, titles.get(url, ""))
            if feed is not None:
                site.feeds.append(feed)
                if not titles:
                    return
            elif url in titles:
                site.notes.append(f"announced, but not readable as a feed: {url}")
        if len(titles) > MAX_FEEDS:
            site.notes.append(f"{len(titles) - MAX_FEEDS} more feeds are announced")

    async def _feed(self, url: str, title: str) -> FoundFeed | None:
        try:
            reply = await self._ask(url)
        except NoAnswer:
            return None
        headers = {"content-type": reply.content_type}
        listing = read_listing(Document(reply.body, reply.url, headers))
        if reply.status != 200 or listing is None or listing.is_complete:
            return None
        return FoundFeed(reply.url, title, len(listing.pages))

    async def _ask(self, url: str) -> _Reply:
        for _ in range(MAX_REDIRECTS + 1):
            reply, location = await self._ask_once(url)
            if location is None:
                return reply
            url = location
        raise NoAnswer(f"{url}: redirected more than {MAX_REDIRECTS} times; give the final address")

    async def _ask_once(self, url: str) -> tuple[_Reply, str | None]:
        if self._last is not None:
            await asyncio.sleep(max(self._last + self._pause_s - self._clock(), 0.0))
        self._last = self._clock()
        headers = [
            (b"User-Agent", self._agent.encode("latin-1", "replace")),
            (b"Accept", b"text/html,application/xml;q=0.9,*/*;q=0.8"),
            (b"Accept-Encoding", ACCEPTED.encode()),
        ]
        plan = Plan(
            compose("GET", url, headers, b"", self._proxy),
            Route(
                server_of(url),
                allow_private=self._allow_private,
                verify_tls=True,
                proxy=self._proxy,
            ),
            "GET",
            timeout_s=TIMEOUT_S,
            max_body_bytes=MAX_BODY_BYTES,
        )
        done = Attempt(plan, self._connections, self._reactor).done
        result = await done.asFuture(asyncio.get_running_loop())
        return _reply_of(url, result)


def probe(
    url: str,
    *,
    agent: str,
    allow_private: bool,
    pause_s: float,
    proxy: str = "",
    feeds: bool = True,
) -> Site:
    """Look at a site, in a reactor of its own; once in a process.

    Args:
        url: The home page.
        agent: The User-Agent.
        allow_private: Whether it may be at a loopback or private address.
        pause_s: Seconds between two questions.
        proxy: Address of an HTTP proxy to ask through; empty: none.
        feeds: Whether to look for feeds and sitemaps too.

    Raises:
        NoAnswer: it does not answer, or may not be asked.
        KeyboardInterrupt: the reader had enough.
    """

    async def look() -> Site:
        prober = Prober(agent, allow_private=allow_private, pause_s=pause_s, proxy=proxy)
        return await prober.look(url, feeds=feeds)

    return _run(look)


def _run(work: Callable[[], Coroutine[Any, Any, _Result]]) -> _Result:
    if not is_reactor_installed():
        install_reactor("twisted.internet.asyncioreactor.AsyncioSelectorReactor")
    from twisted.internet import reactor as installed  # noqa: PLC0415 - importing it installs it

    reactor: Any = installed
    results: list[_Result | Failure] = []

    def begin() -> None:
        done: Deferred[_Result] = Deferred.fromFuture(asyncio.ensure_future(work()))
        done.addBoth(results.append)
        done.addBoth(lambda _: reactor.stop())

    reactor.callWhenRunning(begin)
    reactor.run()
    if not results:
        raise KeyboardInterrupt
    found = results[0]
    if isinstance(found, Failure):
        raise found.value  # type: ignore[misc] # what the coroutine raised
    return found


def _reply_of(url: str, result: Result) -> tuple[_Reply, str | None]:
    if result.error is not None or result.response is None or result.response.head is None:
        raise NoAnswer(_explain(url, result.error))
    head = result.response.head

    def header(name: bytes) -> str:
        return (head.find(name) or b"").decode("latin-1")

    try:
        codings = header(b"content-encoding")
        body = decode_content(result.response.entity, codings, max_bytes=MAX_BODY_BYTES)
    except Undecodable as error:
        raise NoAnswer(f"{url}: the answer cannot be read: {error}") from error
    location = absolute(url, header(b"location")) if 300 <= head.status < 400 else None
    return _Reply(url, head.status, header(b"content-type"), body), location


def _explain(url: str, error: Exception | None) -> str:
    if isinstance(error, AddressRefused):
        return f"{origin_of(url)}: {error}; here that is --allow-private-addresses"
    told = " ".join(str(error or "the connection ended").split()) or type(error).__name__
    return (
        f"{origin_of(url)}: no answer: {told}; check the address, or add it unseen with --no-probe"
    )
