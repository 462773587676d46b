"""robots.txt for any spider: no request of an origin leaves before its rules are known.

Scrapy's own middleware (2.14 to 2.19) lets requests through that come while robots.txt is on its
way, and takes an answer that did not come for permission.
"""

import logging
from typing import Self

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest, NotConfigured
from scrapy.http.request import NO_CALLBACK
from scrapy.utils.defer import maybe_deferred_to_future
from scrapy.utils.httpobj import urlparse_cached
from twisted.internet.defer import Deferred

from crawler.robots import Rules, origin_of, product_token, read_rules

logger = logging.getLogger(__name__)

_PRIORITY = 1_000


class ObedienceMiddleware:
    """Keeps to robots.txt where ``ROBOTSTXT_OBEY`` is on, for the name the request goes out with.

    ``ROBOTSTXT_USER_AGENT`` and ``dont_obey_robotstxt`` in ``request.meta`` mean what they mean in
    Scrapy. An origin whose robots.txt is unavailable (5xx, 429, no answer) is left alone.

    Stats: ``robotstxt/forbidden``, ``robotstxt/request_count``, ``robotstxt/unreachable``.

    Source: RFC 9309, 2.3.1.
    """

    def __init__(self, crawler: Crawler) -> None:
        if not crawler.settings.getbool("ROBOTSTXT_OBEY"):
            raise NotConfigured
        self._crawler = crawler
        self._agent: str | None = crawler.settings["ROBOTSTXT_USER_AGENT"]
        self._default: str = crawler.settings["USER_AGENT"]
        self._known: dict[tuple[str, str], Rules] = {}
        self._waiting: dict[tuple[str, str], list[Deferred[None]]] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Make it, or say that it is not wanted."""
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        """Let a request pass, once the rules of its origin are known and allow it.

        Raises:
            IgnoreRequest: they do not.
        """
        is_http = urlparse_cached(request).scheme in ("http", "https")
        if request.meta.get("dont_obey_robotstxt") or not is_http:
            return
        own = request.headers.get(b"User-Agent")
        agent = self._agent or (own.decode("latin-1") if own else self._default)
        rules = await self._rules(origin_of(request.url), product_token(agent))
        if not rules.allows(request.url):
            self._count("forbidden")
            raise IgnoreRequest("Forbidden by robots.txt")

    async def _rules(self, origin: str, agent: str) -> Rules:
        key = (origin, agent)
        if key in self._known:
            return self._known[key]
        if key in self._waiting:
            ready: Deferred[None] = Deferred()
            self._waiting[key].append(ready)
            await maybe_deferred_to_future(ready)
            return self._known[key]
        self._waiting[key] = []
        try:
            self._known[key] = await self._fetch(origin, agent)
        finally:
            # Whatever happened, nobody waits for ever: no rules, no request.
            self._known.setdefault(key, read_rules(None, b"", agent=agent))
            for ready in self._waiting.pop(key):
                ready.callback(None)
        return self._known[key]

    async def _fetch(self, origin: str, agent: str) -> Rules:
        request = Request(
            f"{origin}/robots.txt",
            priority=_PRIORITY,
            meta={"dont_obey_robotstxt": True},
            callback=NO_CALLBACK,
        )
        self._count("request_count")
        engine = self._crawler.engine
        assert engine is not None
        try:
            response = await engine.download_async(request)
        except Exception as error:  # noqa: BLE001 - whatever the project's middlewares raise
            self._count("unreachable")
            logger.warning("%s: robots.txt is unavailable, nothing is fetched: %s", origin, error)
            return read_rules(None, b"", agent=agent)
        rules = read_rules(response.status, response.body, agent=agent)
        if not rules.reachable:
            self._count("unreachable")
            logger.warning("%s: robots.txt is unavailable (%d)", origin, response.status)
        return rules

    def _count(self, name: str) -> None:
        assert self._crawler.stats is not None
        self._crawler.stats.inc_value(f"robotstxt/{name}")
