"""The download handler: no response travels on before its record is durable."""

import logging
from collections.abc import Callable
from datetime import datetime
from typing import Any

from scrapy import Request
from scrapy.core.downloader.handlers.base import BaseDownloadHandler
from scrapy.crawler import Crawler
from scrapy.http import Headers, Response
from scrapy.responsetypes import responsetypes
from scrapy.utils.defer import deferred_from_coro, maybe_deferred_to_future

from archive.errors import ArchiveUnwritable
from archive.times import utc_now
from archive.warc.exchange import Exchange, JsonValue, PayloadRef, Written
from archive.warc.message import ResponseParser
from archive.warc.records import chain_digest
from archive.warc.writer import WarcWriter
from crawler.capture.ask import compose, proxy_of, server_of
from crawler.capture.attempt import Attempt, Plan, Result
from crawler.capture.connect import Connections, Route
from crawler.capture.landing import Landing
from crawler.capture.outcome import outcome_of, told_to_scrapy
from crawler.capture.settings import SETTINGS
from crawler.outcomes import Kind, Outcome
from crawler.reservations import find_reservations, find_signals
from crawler.robots import product_token

logger = logging.getLogger(__name__)

# request.meta key -> key in the metadata record
_TOLD = {
    "microfiche_source": "source",
    "microfiche_kind": "kind",
    "microfiche_via": "via",
    "microfiche_why": "why",
    "microfiche_hops": "hops",
    "microfiche_page": "page",
}


class CapturingHandler(BaseDownloadHandler):
    """Fetches http and https addresses and keeps every byte.

    It needs a `WarcWriter` in ``crawler.capture_writer``. Of ``request.meta`` it reads
    ``microfiche_source``, ``_kind``, ``_via``, ``_why``, ``_hops``, ``_page`` (for the metadata
    record), ``microfiche_allow_private``, ``microfiche_verify_tls``,
    ``microfiche_not_modified_ref`` (what a 304 confirms), ``microfiche_on_sent`` (called when
    the request leaves: the pace of a host counts from there), ``download_timeout`` and ``proxy``;
    it sets ``microfiche_written`` (`Written`) and ``microfiche_outcome``, on failure too.

    A failure is written as well, then raised as Scrapy's exception for it. When the archive
    cannot be written, `ArchiveUnwritable` is raised, kept in ``crawler.capture_error``, and the
    spider is closed: what has no capture travels nowhere.

    Stats: ``capture/exchanges``, ``capture/bytes``, ``capture/outcome/NAME``.
    """

    lazy = True

    def __init__(self, crawler: Crawler, *, now: Callable[[], datetime] = utc_now) -> None:
        super().__init__(crawler)
        from twisted.internet import reactor  # noqa: PLC0415 - importing it installs it

        settings = crawler.settings
        self._reactor: Any = reactor
        self._now = now
        self._timeout_s = settings.getfloat("DOWNLOAD_TIMEOUT")
        ours = {name: settings.get(name, default) for name, default, _ in SETTINGS}
        self._max_body = int(ours["MICROFICHE_MAX_BODY_BYTES"])
        self._proxy = str(ours["MICROFICHE_PROXY"])
        self._connections = Connections(
            reactor,
            idle_s=float(ours["MICROFICHE_IDLE_CONNECTION_S"]),
            idle_per_route=int(ours["MICROFICHE_IDLE_CONNECTIONS_PER_HOST"]),
        )
        self._landing = Landing(reactor)

    async def download_request(self, request: Request) -> Response:
        """Fetch, write, wait until it is durable, answer.

        Raises:
            ArchiveUnwritable: the archive cannot be written; the run is being stopped.
            AddressRefused: the address is not on the public network and not allowed.
            ValueError: the request cannot be sent as it is; nothing was sent.
        """
        writer: WarcWriter | None = getattr(self.crawler, "capture_writer", None)
        if writer is None:
            raise RuntimeError("crawler.capture_writer is not set: nothing may be fetched")
        plan = self._plan(request)
        started = self._now()
        attempt = Attempt(plan, self._connections, self._reactor)
        result = await maybe_deferred_to_future(attempt.done)
        exchange = make_exchange(request, plan, result, started)
        written = await self._write(writer, exchange)
        outcome = outcome_of(result)
        request.meta["microfiche_written"] = written
        request.meta["microfiche_outcome"] = None if outcome is None else outcome.value
        # What Scrapy's own handlers tell, for AutoThrottle.
        request.meta["download_latency"] = result.first_byte_s or result.seconds
        self._count(result, outcome)
        error = told_to_scrapy(result)
        if error is not None:
            raise error from result.error
        return make_response(request, result)

    async def close(self) -> None:
        """End idle connections; the writer is closed by whoever made it."""
        self._connections.close()

    def _plan(self, request: Request) -> Plan:
        meta = request.meta
        stated = meta.get("proxy") or self._proxy
        headers = request.headers
        proxy = proxy_of(stated, headers.get(b"Proxy-Authorization")) if stated else None
        pairs = [(name, value) for name, values in headers.items() for value in values]
        route = Route(
            server_of(request.url),
            allow_private=bool(meta.get("microfiche_allow_private", False)),
            verify_tls=bool(meta.get("microfiche_verify_tls", True)),
            proxy=proxy,
        )
        return Plan(
            compose(request.method, request.url, pairs, request.body, proxy),
            route,
            request.method,
            timeout_s=float(meta.get("download_timeout") or self._timeout_s),
            max_body_bytes=self._max_body,
            on_sent=meta.get("microfiche_on_sent"),
        )

    async def _write(self, writer: WarcWriter, exchange: Exchange) -> Written:
        try:
            return await maybe_deferred_to_future(self._landing.wait(writer.submit(exchange)))
        except ArchiveUnwritable as error:
            self._stop(error)
            raise

    def _stop(self, error: ArchiveUnwritable) -> None:
        crawler: Any = self.crawler
        if getattr(crawler, "capture_error", None) is None:
            crawler.capture_error = error
            logger.error("%s", error)
            if crawler.engine is not None:
                closing = crawler.engine.close_spider_async(reason="archive_unwritable")
                deferred_from_coro(closing)

    def _count(self, result: Result, outcome: Outcome | None) -> None:
        stats = self.crawler.stats
        assert stats is not None
        stats.inc_value("capture/exchanges")
        stats.inc_value("capture/bytes", result.response.size if result.response else 0)
        if outcome is not None:
            stats.inc_value(f"capture/outcome/{outcome.value}")


def make_exchange(request: Request, plan: Plan, result: Result, started: datetime) -> Exchange:
    """What is to be written of one attempt."""
    parser, proxy = result.response, plan.route.proxy
    told: dict[str, JsonValue] = {
        key: request.meta[name] for name, key in _TOLD.items() if name in request.meta
    }
    outcome = outcome_of(result)
    told |= {
        "seconds": round(result.seconds, 6),
        "connected_s": _rounded(result.connected_s),
        "first_byte_s": _rounded(result.first_byte_s),
        "outcome": None if outcome is None else outcome.value,
        "error": None if result.error is None else f"{result.error}"[:1000],
        "masked": list(plan.ask.masked) or None,
        "tls_verified": plan.route.verify_tls if plan.route.server.scheme == "https" else None,
        "certificates": chain_digest(result.certificates) if result.certificates else None,
        "proxy": proxy.name if proxy else None,
    }
    told |= _said(request, parser)
    ref = request.meta.get("microfiche_not_modified_ref")
    return Exchange(
        target_uri=request.url.partition("#")[0],
        started_at=started,
        request=plan.ask.kept if result.sent else b"",
        response=parser.raw if parser else b"",
        ip=None if proxy else result.ip,
        protocol=result.protocol,
        cipher_suite=result.cipher_suite,
        certificates=result.certificates,
        truncated=result.truncated if parser and parser.head else None,
        metadata=told,
        not_modified=PayloadRef(**ref) if isinstance(ref, dict) else ref,
        method=plan.method,
        entity=parser.entity if parser and parser.head else None,
    )


def _said(request: Request, parser: ResponseParser | None) -> dict[str, JsonValue]:
    """What the publisher says of the use of an answer; the reservations travel on, too."""
    request.meta["microfiche_reserved"] = ()
    if parser is None or parser.head is None:
        return {}
    is_page = b"html" in (parser.head.find(b"content-type") or b"").lower()
    body = parser.entity if is_page else b""
    agent = product_token((request.headers.get(b"User-Agent") or b"").decode("latin-1"))
    reserved = find_reservations(parser.head.headers, body, agent=agent)
    request.meta["microfiche_reserved"] = reserved
    is_robots = request.meta.get("microfiche_kind") == Kind.ROBOTS
    signals = find_signals(parser.entity) if is_robots else ()
    return {"reserved": list(reserved) or None, "content_signals": list(signals) or None}


def make_response(request: Request, result: Result) -> Response:
    """Scrapy's response; the body transfer-decoded, still content-coded."""
    parser = result.response
    assert parser is not None
    assert parser.head is not None
    headers = _scrapy_headers(parser)
    body = parser.entity
    kind = responsetypes.from_args(headers=headers, url=request.url, body=body)
    return kind(
        url=request.url.partition("#")[0],
        status=parser.head.status,
        headers=headers,
        body=body,
        flags=[f"truncated-{result.truncated}"] if result.truncated else None,
        protocol=parser.head.raw[:8].decode("ascii"),
    )


def _scrapy_headers(parser: ResponseParser) -> Headers:
    assert parser.head is not None
    headers = Headers()
    for name, value in parser.head.headers:
        # The body that travels on is no longer framed.
        if name.lower() != b"transfer-encoding":
            headers.appendlist(name, value)
    return headers


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 6)
