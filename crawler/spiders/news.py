"""The spider: requests out of the queue, answers into the harvest."""

import asyncio
import logging
import math
import os
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractContextManager, suppress
from functools import partial
from pathlib import Path
from typing import Any, Self

import scrapy
from scrapy import Request, signals
from scrapy.core.engine import ExecutionEngine
from scrapy.crawler import Crawler
from scrapy.exceptions import UsageError
from scrapy.http import Response
from twisted.internet.error import ReactorNotRunning

from archive.errors import ArchiveUnwritable, MicroficheError
from archive.layout import open_archive
from archive.times import utc_now
from archive.warc.exchange import Written
from archive.wording import did_you_mean
from crawler.aftermath import look_back
from crawler.answers import Answer
from crawler.discovery.content import ACCEPTED
from crawler.fetch import Fetch
from crawler.frontier import KnownUrl
from crawler.items import Kept, is_heard
from crawler.outcomes import Outcome
from crawler.report import count_due_left, make_report, summary, write_report
from crawler.session import Mode, Session, open_session
from crawler.watching import EVERY_S, Keeper, notify

logger = logging.getLogger(__name__)

_LAST_ORDERS_S = 3.0
_HEADERS = {
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "Accept-Encoding": ACCEPTED,
}


class NewsSpider(scrapy.Spider):
    """Visits what is due at every source.

    ``microfiche crawl`` gives it a session; ``scrapy crawl news -a archive=DIR`` (or
    MICROFICHE_ARCHIVE), with ``-a sources=a,b`` and ``-a recheck=1``, opens one itself.
    """

    name = "news"

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.session = session
        self._closing: asyncio.Future[None] | None = None
        self._offers = False
        self._queue = session.harvest.queue
        self._woken = asyncio.Event()
        self._looking_back: asyncio.Future[tuple[str, ...]] | None = None
        self._visits: set[asyncio.Future[None]] = set()

    @classmethod
    def from_crawler(cls, crawler: Crawler, **kwargs: str) -> Self:
        """Make the spider, its session where none is given, and Scrapy's settings for it."""
        session: Session | None = getattr(crawler, "microfiche_session", None)
        if session is None:
            opened = _session_of(kwargs)
            session = opened.__enter__()
            closer = _Closer(opened, session)
            crawler.signals.connect(closer.close, signals.engine_stopped, weak=False)
        crawl = session.config.crawl
        for name, value in {
            "USER_AGENT": session.user_agent,
            "DOWNLOAD_TIMEOUT": crawl.timeout.total_seconds(),
            "MICROFICHE_MAX_BODY_BYTES": crawl.max_body_bytes,
            "MICROFICHE_PROXY": crawl.proxy,
        }.items():
            crawler.settings.set(name, value, priority="spider")
        crawler.capture_writer = session.writer  # type: ignore[attr-defined] # the handler's
        spider = cls(session)
        spider._set_crawler(crawler)  # as scrapy.Spider.from_crawler does
        crawler.signals.connect(spider.closing, signals.spider_closed)
        return spider

    async def start(self) -> AsyncIterator[Request]:
        """Visit what is due, each host at its pace, until nothing is left.

        Nothing goes through Scrapy's scheduler and scraper: what may leave has been decided, and
        nothing is to be scraped. They cost 0.7 CPU-ms a page. What is kept goes to item pipelines
        and signals, where there are any.
        """
        self._offers = is_heard(self.crawler)
        keeper = Keeper(self.session)
        # What waits in the inbox is due, too: a run must not end before it has looked.
        self._look(keeper)
        keeping = asyncio.ensure_future(self._keep(keeper))
        try:
            await self._visit_all()
        finally:
            keeping.cancel()
            # Who is told that we stop ends what begins again.
            notify("RELOADING=1" if self.session.again else "STOPPING=1")
        nothing: tuple[Request, ...] = ()
        for request in nothing:
            yield request

    def request(self, fetch: Fetch) -> Request:
        """The request for a fetch."""
        known = fetch.known
        headers = {**_HEADERS, "User-Agent": self.session.user_agent}
        headers |= self._shown(fetch)
        meta: dict[str, Any] = {
            "microfiche_source": fetch.source_id,
            "microfiche_kind": str(fetch.kind),
            "microfiche_via": fetch.via,
            "microfiche_why": str(known.why) if known else "robots",
            "microfiche_hops": fetch.hops,
            "microfiche_allow_private": fetch.source.allow_private_addresses,
            "microfiche_verify_tls": fetch.source.verify_tls,
            "microfiche_on_sent": partial(self._leaving, fetch),
        }
        if fetch.source.proxy:
            meta["proxy"] = fetch.source.proxy
        if known is not None:
            meta["microfiche_page"] = known.page
            if known.capture is not None and (validators := validators_of(known)):
                meta["microfiche_not_modified_ref"] = known.capture
                headers |= validators
        return Request(fetch.url, headers=headers, meta=meta, encoding="latin-1", dont_filter=True)

    def _shown(self, fetch: Fetch) -> dict[str, str]:
        """What a source wants to see; its own hosts only, and never what only serves a page."""
        secrets = self.session.credentials.get(fetch.source_id)
        cookies = [fetch.cookies] if fetch.cookies else []
        shown = {}
        # In clear over the wire only where the source itself is.
        is_safe = fetch.url.startswith("https:") or fetch.source.url.startswith("http:")
        if secrets and is_safe and self.session.harvest.is_at_home(fetch.source_id, fetch.url):
            cookies += [secrets.cookie] if secrets.cookie else []
            shown = {"Authorization": secrets.authorization} if secrets.authorization else {}
        return shown | ({"Cookie": "; ".join(cookies)} if cookies else {})

    async def _visit_all(self) -> None:
        engine = self.crawler.engine
        assert engine is not None
        # Nothing more leaves once the engine is closing: it waits for what is in flight.
        while not engine.needs_backout():
            self._woken.clear()
            if self._is_at_limit():
                if not self._visits:
                    return
                await self._wait(math.inf)
                continue
            try:
                turn = self._queue.next()
            except MicroficheError as error:
                self._stop(error)
                return
            if turn is None:
                return
            if isinstance(turn, Fetch):
                visit = asyncio.ensure_future(self._visit(turn, engine))
                self._visits.add(visit)
                visit.add_done_callback(self._visits.discard)
            else:
                await self._wait(turn)

    async def _keep(self, keeper: Keeper) -> None:
        """Look after a run for as long as it goes on."""
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGHUP, setattr, keeper, "reload_asked", True)
        notify("READY=1")
        while self._look(keeper):
            self._woken.set()
            await asyncio.sleep(EVERY_S)

    def _look(self, keeper: Keeper) -> bool:
        """Look after a run once; False where it has to stop."""
        try:
            keeper.look(self._report)
        except MicroficheError as error:
            self._stop(error)
            return False
        except OSError as error:  # somebody else's inbox, or a full disk: the next look may do
            logger.warning("%s", error)
        return True

    def _report(self) -> None:
        """Write down how far a watch is; the report of its end replaces it."""
        session = self.session
        left = count_due_left(session)
        report = make_report(session, ended=utc_now(), due_left=left)
        write_report(session, report)
        if self._looking_back is None or self._looking_back.done():
            # Beside the watch: it asks other servers.
            beside = asyncio.to_thread(look_back, session.archive, session.config, report)
            self._looking_back = asyncio.ensure_future(beside)

    def _is_at_limit(self) -> bool:
        session = self.session
        if session.again:
            return True
        elapsed = (utc_now() - session.started).total_seconds()
        if session.limits.reached(session.tally, elapsed_s=elapsed):
            session.at_limit = True
        return session.at_limit

    async def _visit(self, fetch: Fetch, engine: ExecutionEngine) -> None:
        """Fetch and settle; what cannot be settled is no reason to stop the others."""
        try:
            if engine.needs_backout():
                return  # closed before this began: it is due as before
            request = self.request(fetch)
            try:
                response = await engine.download_async(request)
            except Exception as error:  # noqa: BLE001 - one request; told, and counted
                self.failed(fetch, request, error)
            else:
                answer = _answer_of(response)
                await self.session.harvest.answered(fetch, answer)
                if self._offers:
                    item = Kept.of(fetch, answer)
                    await engine.scraper.start_itemproc_async(item, response=response)
        except MicroficheError as error:
            self._stop(error)
        except Exception as error:  # one page: logged with its trace, and counted
            logger.exception("%s: answer could not be read", fetch.url)
            self._give_up(fetch, Outcome.FAILED, repr(error))
        finally:
            self._queue.finish(fetch)
            self._woken.set()

    def failed(self, fetch: Fetch, request: Request, error: Exception) -> None:
        """Settle a failure.

        Raises:
            ArchiveUnwritable: that is what failed.
        """
        if isinstance(error, ArchiveUnwritable):
            raise error
        named = request.meta.get("microfiche_outcome")
        outcome = Outcome(named) if named else Outcome.FAILED
        self._give_up(fetch, outcome, str(error), request.meta.get("microfiche_written"))

    async def closing(self, spider: scrapy.Spider, reason: str) -> None:  # noqa: ARG002 - Scrapy's
        """Settle what has been answered, and keep why the run ends, for its report."""
        if self._visits:
            await asyncio.wait(self._visits)
        if self._looking_back is not None:
            await asyncio.wait([self._looking_back])
        ended = "limit" if self.session.at_limit and reason == "finished" else reason
        if self.session.again and reason == "finished":
            ended = "reloaded"
        self.session.reason = {"shutdown": "interrupted"}.get(ended, ended)
        if self.session.fatal is None:
            try:
                self.session.harvest.abandon()
            except MicroficheError as error:
                self.session.fatal = error

    def _leaving(self, fetch: Fetch) -> None:
        # What is handed to the transport leaves in the next turn of the loop, which may be long
        # in coming when a feed is being read: the pace counts from after that turn.
        loop = asyncio.get_running_loop()
        loop.call_soon(loop.call_soon, self._left, fetch)

    def _left(self, fetch: Fetch) -> None:
        try:
            self._queue.sent(fetch)
        except MicroficheError as error:
            self._stop(error)
        self._woken.set()

    def _give_up(
        self, fetch: Fetch, outcome: Outcome, message: str, written: Written | None = None
    ) -> None:
        try:
            self.session.harvest.failed(fetch, outcome, message, written)
        except MicroficheError as error:
            self._stop(error)

    def _stop(self, error: MicroficheError) -> None:
        if self.session.fatal is None:
            self.session.fatal = error
            logger.error("%s", error)
            closing = self.crawler.engine.close_spider_async(reason="unwritable")
            self._closing = asyncio.ensure_future(closing)
            # Requests in flight have nowhere to go any more; nobody waits for their time-outs.
            asyncio.get_running_loop().call_later(_LAST_ORDERS_S, _halt)

    async def _wait(self, seconds: float) -> None:
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        # Limits of time are kept though nothing happens.
        longest = 1.0 if self.session.limits.time_s is not None else math.inf
        timeout = None if min(seconds, longest) == math.inf else min(seconds, longest)
        with suppress(TimeoutError):
            await asyncio.wait_for(self._woken.wait(), timeout)


class _Closer:
    """Ends the session of a spider that was started by Scrapy's own command line."""

    def __init__(self, opened: AbstractContextManager[Session], session: Session) -> None:
        self._opened, self._session = opened, session

    def close(self) -> None:
        """Seal and close what is open, and write the report."""
        session = self._session
        due_left = count_due_left(session)
        self._opened.__exit__(None, None, None)
        report = make_report(session, ended=utc_now(), due_left=due_left)
        write_report(session, report)
        logger.info("%s", summary(report))


def _session_of(kwargs: dict[str, str]) -> AbstractContextManager[Session]:
    root = kwargs.pop("archive", None) or os.environ.get("MICROFICHE_ARCHIVE") or "."
    sources = [name for name in str(kwargs.pop("sources", "")).split(",") if name]
    recheck = str(kwargs.pop("recheck", "")).lower() in ("1", "true", "yes")
    if kwargs:
        known = ("archive", "sources", "recheck")
        unknown = min(kwargs)
        meant = did_you_mean(unknown, known) or f"; there is {', '.join(known)}"
        raise UsageError(f"scrapy crawl news: unknown argument {unknown!r}{meant}")
    return open_session(open_archive(Path(root)), sources, Mode(recheck=recheck))


def validators_of(known: KnownUrl) -> dict[str, str]:
    """The header lines that make a request conditional; none that cannot be sent as they came."""
    lines = {"If-None-Match": known.etag, "If-Modified-Since": known.last_modified}
    return {name: value for name, value in lines.items() if value and value.isprintable()}


def _halt() -> None:
    from twisted.internet import reactor  # noqa: PLC0415 - importing it installs it

    stop: Callable[[], None] = reactor.stop  # type: ignore[misc] # zope's interfaces say no self
    with suppress(ReactorNotRunning):
        stop()


def _answer_of(response: Response) -> Answer:
    headers = {
        name.decode("latin-1").lower(): values[-1].decode("latin-1")
        for name, values in response.headers.items()
        if values
    }
    # A reference, as the server sent it: UTF-8 where it is that, else one byte a character.
    if (location := response.headers.get(b"Location")) is not None:
        with suppress(UnicodeDecodeError):
            headers["location"] = location.decode("utf-8")
    assert response.request is not None
    return Answer(
        url=response.url,
        status=response.status,
        headers=headers,
        body=response.body,
        written=response.request.meta["microfiche_written"],
        reserved=response.request.meta["microfiche_reserved"],
        set_cookies=tuple(v.decode("latin-1") for v in response.headers.getlist(b"Set-Cookie")),
    )
