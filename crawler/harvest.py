"""From an answer to the frontier: what it is, what it leads to, when to come again.

Everything learnt from one answer is written down in one transaction, after its capture is
durable: a run that is killed in between visits the address once more, and misses nothing.
"""

import asyncio
import logging
import time
from collections.abc import Callable
from datetime import UTC, datetime

from archive.config import Config, Source
from archive.warc.exchange import Written
from crawler.answers import Answer
from crawler.frontier import Entry, Frontier, KnownUrl, Visit
from crawler.leads import MAX_REFRESH_BYTES, Leads, find_leads
from crawler.outcomes import LISTINGS, SUCCESSES, Kind, NotFollowed, Outcome
from crawler.politeness import read_retry_after
from crawler.queue import Fetch, FetchQueue
from crawler.robots import MAX_BYTES, MAX_REDIRECTS
from crawler.scope import Scope
from crawler.tally import Tally, Trouble
from crawler.visits import failed_visit, redirect_entry, skipped_visit, visit_of

logger = logging.getLogger(__name__)

_UNANSWERED = frozenset(
    {Outcome.DNS_FAILED, Outcome.CONNECTION_FAILED, Outcome.TLS_FAILED, Outcome.TIMED_OUT}
)


class Harvest:
    """Settles what was fetched, and puts into the frontier what it leads to."""

    def __init__(
        self,
        frontier: Frontier,
        config: Config,
        sources: dict[str, Source],
        tally: Tally,
        *,
        agent: str,
        fresh_robots: bool = False,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self._frontier, self._sources, self._tally, self._wall = frontier, sources, tally, wall
        self._started = wall()
        self._scopes = {name: Scope(source, config.crawl) for name, source in sources.items()}
        self.queue = FetchQueue(
            frontier,
            config,
            sources,
            agent=agent,
            on_skip=self.skipped,
            fresh_robots=fresh_robots,
            wall=wall,
        )

    async def answered(self, fetch: Fetch, answer: Answer) -> None:
        """There is a response, and its records are durable."""
        self._tally.captured(fetch.source_id, answer.written, body_bytes=len(answer.body))
        outcome = answer.outcome
        self.queue.answered(fetch, welcome=outcome in SUCCESSES or outcome is Outcome.GONE)
        not_before = self._leave_alone(fetch, answer)
        if fetch.known is None:
            self._robots_answered(fetch, answer)
            return
        if not_before and self.queue.retry(fetch):
            return
        leads = Leads()
        if outcome is Outcome.CAPTURED and _may_lead_on(fetch, answer):
            scope, now = self._scopes[fetch.source_id], self._wall()
            leads = await asyncio.to_thread(find_leads, fetch, answer, scope, now=now)
            if not leads.readable:
                outcome = Outcome.UNREADABLE
        self._settle_answer(fetch, fetch.known, answer, outcome, leads, not_before)

    def failed(self, fetch: Fetch, outcome: Outcome, message: str, written: Written | None) -> None:
        """There is no response, or not all of it; what there is, is durable."""
        answered = written is not None and written.record_type != "metadata"
        if written is not None and answered:
            self._tally.captured(fetch.source_id, written, body_bytes=0)
        if answered:
            # A body too slow for its time is no sign of a host that is down.
            self.queue.answered(fetch, welcome=False)
        elif outcome in _UNANSWERED:
            self.queue.unanswered(fetch)
        if fetch.known is None:
            self._robots_failed(fetch, outcome, message)
            return
        now = self._wall()
        if outcome is Outcome.ADDRESS_REFUSED:
            visit = skipped_visit(fetch.known, fetch.source, outcome, now=now)
        else:
            visit = failed_visit(fetch.known, fetch.source, outcome, now=now)
        self._settle(fetch.known, visit, message=message)

    def skipped(self, known: KnownUrl, outcome: Outcome) -> None:
        """The queue passes an address over."""
        source = self._sources[known.source]
        self._settle(known, skipped_visit(known, source, outcome, now=self._wall()))

    def abandon(self) -> None:
        """Settle the retries that the run has not come to."""
        for fetch in self.queue.abandon():
            assert fetch.known is not None
            now = self._wall()
            visit = failed_visit(fetch.known, fetch.source, Outcome.RATE_LIMITED, now=now)
            self._settle(fetch.known, visit)

    def _settle_answer(
        self,
        fetch: Fetch,
        known: KnownUrl,
        answer: Answer,
        outcome: Outcome,
        leads: Leads,
        not_before: float,
    ) -> None:
        now = self._wall()
        scope = self._scopes[fetch.source_id]
        onward = redirect_entry(known, answer, scope, now=now, run_started=self._started)
        if onward is NotFollowed.TOO_MANY_REDIRECTS:
            outcome = Outcome.TOO_MANY_REDIRECTS
        entries = [*leads.entries, onward] if isinstance(onward, Entry) else leads.entries
        if isinstance(onward, NotFollowed):
            leads.not_followed[onward] += 1
        visit = (
            failed_visit(
                known, fetch.source, outcome, now=now, answer=answer, not_before=not_before
            )
            if not_before
            else visit_of(known, fetch.source, answer, now=now, outcome=outcome)
        )
        with self._frontier.transaction():
            if (ref := answer.ref) is not None and ref.digest and ref.record_id:
                self._frontier.remember_payload(ref.digest, ref)
            new = self.queue.learn(entries) if entries else 0
            self._settle(known, visit, message=f"HTTP status {answer.status}")
        if known.seed and outcome is Outcome.REDIRECTED and isinstance(onward, NotFollowed):
            self._leads_nowhere(known, answer, onward)
        tally = self._tally.sources[fetch.source_id]
        tally.new_urls += new
        tally.not_followed.update(leads.not_followed)

    def _settle(self, known: KnownUrl, visit: Visit, *, message: str = "") -> None:
        self._frontier.settle(known.url, visit)
        self._tally.settled(
            known.source,
            known.kind,
            visit.outcome,
            url=known.url,
            seed=known.seed,
            message=message,
        )
        if visit.outcome is Outcome.HOST_DOWN:
            self._tally.hosts_down.add(known.host)
        logger.debug("%s %s", visit.outcome, known.url)

    def _leads_nowhere(self, known: KnownUrl, answer: Answer, why: NotFollowed) -> None:
        """A seed has moved to where the source may not follow: somebody has to decide."""
        told = (
            f"leads to {answer.location}, which is not followed ({why}); give the source that "
            "address, or its host in `hosts`"
        )
        logger.warning("%s: %s", known.url, told)
        self._tally.seed_lost(Trouble(known.url, known.source, Outcome.REDIRECTED, told))

    def _leave_alone(self, fetch: Fetch, answer: Answer) -> float:
        """Until when a host that asks for it is left alone; 0.0 where none asks."""
        if not answer.asks_for_rest:
            return 0.0
        stated = answer.headers.get("retry-after", "")
        seconds = self.queue.refused(fetch, read_retry_after(stated, now=datetime.now(UTC)))
        logger.info("%s asks to be left alone: %.0f s", fetch.host, seconds)
        return self._wall() + seconds

    def _robots_answered(self, fetch: Fetch, answer: Answer) -> None:
        self._tally.sources[fetch.source_id].robots_fetched += 1
        target = answer.location
        if target is not None and fetch.hops < MAX_REDIRECTS:
            self.queue.follow_robots(fetch, target)
            return
        whole = answer.outcome is not Outcome.TRUNCATED
        rules = self.queue.set_rules(
            fetch.origin, answer.status if whole else None, answer.content(MAX_BYTES)
        )
        if not rules.reachable:
            self._robots_unreachable(fetch, f"HTTP status {answer.status}")

    def _robots_failed(self, fetch: Fetch, outcome: Outcome, message: str) -> None:
        if outcome is Outcome.ADDRESS_REFUSED:
            # Its pages will be refused the same way, each for the right reason.
            self.queue.set_rules(fetch.origin, 404, b"", keep=False)
            return
        self.queue.set_rules(fetch.origin, None, b"")
        self._robots_unreachable(fetch, message or str(outcome))

    def _robots_unreachable(self, fetch: Fetch, message: str) -> None:
        self._tally.robots_unreachable.add(fetch.origin)
        self._tally.trouble(
            Trouble(fetch.url, fetch.source_id, Outcome.ROBOTS_UNREACHABLE, message)
        )
        logger.warning(
            "%s: robots.txt cannot be had (%s), so nothing there is fetched in this run (RFC 9309)",
            fetch.origin,
            message,
        )


def _may_lead_on(fetch: Fetch, answer: Answer) -> bool:
    if fetch.kind in LISTINGS:
        return True
    if fetch.kind is Kind.REQUISITE:
        return answer.media_type == "text/css"
    # A page that only sends its reader on is short; any other need not be read for that.
    short = len(answer.body) <= MAX_REFRESH_BYTES
    return answer.is_html and (short or fetch.source.requisites == "page")
