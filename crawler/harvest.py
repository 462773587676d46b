"""From an answer to the frontier: what it is, what it leads to, when to come again.

Everything learnt from one answer is written down in one transaction, after its capture is
durable: a run that is killed in between visits the address once more, and misses nothing.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from archive.config import Config, Source
from archive.warc.exchange import Written
from crawler.answers import Answer
from crawler.chains import Chains
from crawler.discovery.found import absolute
from crawler.fetch import Fetch
from crawler.frontier import KnownUrl, Lane, NewUrl, Visit
from crawler.frontier.protocol import UrlFrontier
from crawler.leads import Context, Leads, find_leads, may_lead_on
from crawler.learning import learn_habits, learn_span, learn_twins
from crawler.outcomes import (
    LISTINGS,
    REBUFFS,
    SUCCESSES,
    WALLS,
    Kind,
    NotFollowed,
    Outcome,
    Silence,
    Why,
)
from crawler.politeness import read_retry_after
from crawler.queue import FetchQueue
from crawler.robots import MAX_BYTES, MAX_REDIRECTS
from crawler.scope import Scope
from crawler.tally import Tally, Trouble
from crawler.twins import story_address
from crawler.visits import Seen, failed_visit, redirect_entry, skipped_visit, visit_of
from crawler.walls import Gates, find_challenge

logger = logging.getLogger(__name__)

_UNANSWERED = frozenset(
    {Outcome.DNS_FAILED, Outcome.CONNECTION_FAILED, Outcome.TLS_FAILED, Outcome.TIMED_OUT}
)
_DEAD = frozenset({Outcome.GONE, Outcome.UNREADABLE, Outcome.CLIENT_ERROR})
# A feed that fails so often is dead, and its home is looked at so often for another.
_DEAD_AFTER = 3
_DEAD_LOOK_S = 6 * 3600.0
# A longer page asks for no proof of anything; one that comes coded is that much shorter.
_MAX_CHALLENGE_BYTES, _MAX_CODED_BYTES = 60_000, 20_000


@dataclass(frozen=True, slots=True)
class _Onward:
    """Where an answer sends on: an entry, or why it is not followed, or what it was instead."""

    entry: NewUrl | None = None
    refusal: NotFollowed | None = None
    instead: Outcome | None = None


@dataclass(frozen=True, slots=True)
class _Read:
    """What one answer amounts to."""

    outcome: Outcome
    leads: Leads
    onward: _Onward
    not_before: float
    """Until when its host is left alone, where it asks for that."""


class Harvest:
    """Settles what was fetched, and puts into the frontier what it leads to."""

    def __init__(  # noqa: PLR0913 - clocks and modes are the caller's
        self,
        frontier: UrlFrontier,
        config: Config,
        sources: dict[str, Source],
        tally: Tally,
        *,
        agent: str,
        fresh_robots: bool = False,
        patient: bool = False,
        lanes: Iterable[Lane] = Lane,
        wall: Callable[[], float] = time.time,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._frontier, self._tally, self._wall = frontier, tally, wall
        self._scopes = {name: Scope(source, config.crawl) for name, source in sources.items()}
        self._chains, self._gates = Chains(), Gates()
        self._feedless: set[str] = set()
        self._awaited: dict[str, list[Callable[[Outcome], None]]] = {}
        self.queue = FetchQueue(
            frontier,
            config,
            sources,
            agent=agent,
            on_skip=self.skipped,
            fresh_robots=fresh_robots,
            patient=patient,
            lanes=lanes,
            wall=wall,
            clock=clock,
        )

    async def answered(self, fetch: Fetch, answer: Answer) -> None:
        """There is a response, and its records are durable."""
        self._tally.captured(fetch.source_id, answer.written, body_bytes=len(answer.body))
        if fetch.known is None:
            self.queue.answered(fetch, welcome=answer.outcome in SUCCESSES)
            self._leave_alone(fetch, answer)
            self._robots_answered(fetch, answer)
            return
        outcome, leads = await self._read(fetch, answer)
        onward = self._onward(fetch.known, answer, self._wall())
        outcome = onward.instead or outcome
        # What belongs to a page says nothing of whether pages are served.
        speaks = fetch.kind is not Kind.REQUISITE
        welcome = speaks and (outcome in SUCCESSES or outcome is Outcome.GONE)
        self.queue.answered(fetch, welcome=welcome)
        not_before = self._leave_alone(fetch, answer)
        if not_before and self.queue.retry(fetch):
            return
        if speaks and not not_before and outcome in REBUFFS:
            self._rebuffed(fetch, outcome)
        self._settle_answer(fetch, fetch.known, answer, _Read(outcome, leads, onward, not_before))

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
        source = self.queue.source(known.source)
        visit = skipped_visit(known, source, outcome, now=self._wall())
        with self._frontier.transaction():
            if outcome is Outcome.TWIN:
                plain = story_address(known.url, self._frontier.evidence.idle_marks(known.host))
                entry = NewUrl(plain, known.source, known.kind, Why.TWIN, via=known.url)
                self.queue.learn([replace(entry, lane=known.lane)])
            self._settle(known, visit)

    def abandon(self) -> None:
        """Settle the retries that the run has not come to."""
        for fetch in self.queue.abandon():
            assert fetch.known is not None
            now = self._wall()
            visit = failed_visit(fetch.known, fetch.source, Outcome.RATE_LIMITED, now=now)
            self._settle(fetch.known, visit)

    def use(self, source_id: str, source: Source, config: Config) -> None:
        """Take a source up, or its changed configuration."""
        self._scopes[source_id] = Scope(source, config.crawl)
        self._tally.use(source_id)

    def is_at_home(self, source_id: str, url: str) -> bool:
        """Tell whether an address lies on the hosts of a source."""
        return self._scopes[source_id].has_host(url)

    def save(
        self, source_id: str, url: str, then: Callable[[Outcome], None] = lambda _: None
    ) -> None:
        """Fetch an address before all others, with what belongs to it, and tell the outcome."""
        self._awaited.setdefault(url, []).append(then)
        entry = NewUrl(url, source_id, Kind.ARTICLE, Why.SAVED, lane=Lane.URGENT)
        self.queue.learn([replace(entry, stale_before=float("inf"))])

    async def _read(self, fetch: Fetch, answer: Answer) -> tuple[Outcome, Leads]:
        """What an answer is, by its content too, and what it names."""
        outcome = answer.outcome
        coded = "content-encoding" in answer.headers
        short = len(answer.body) <= (_MAX_CODED_BYTES if coded else _MAX_CHALLENGE_BYTES)
        may_be_wall = outcome is Outcome.CAPTURED or outcome in REBUFFS
        if may_be_wall and short and fetch.kind is not Kind.REQUISITE:
            content = answer.content(2 * _MAX_CHALLENGE_BYTES)
            outcome = find_challenge(answer, content) or outcome
        is_article = outcome is Outcome.CAPTURED and fetch.kind is Kind.ARTICLE
        if is_article and not set(fetch.source.respect).isdisjoint(answer.reserved):
            return Outcome.RESERVED, Leads()
        if outcome is not Outcome.CAPTURED or not may_lead_on(fetch, answer):
            return outcome, Leads()
        learned = self._frontier.evidence
        habits = learned.habits(fetch.source_id)
        context = Context(
            self._wall(),
            self._scopes[fetch.source_id],
            idle=learned.idle_marks(fetch.host),
            trusted=habits.is_honest,
            believed=not habits.cries_wolf,
            wants_feeds=fetch.source_id in self._feedless,
        )
        leads = await asyncio.to_thread(find_leads, fetch, answer, context)
        return outcome if leads.readable else Outcome.UNREADABLE, leads

    def _settle_answer(self, fetch: Fetch, known: KnownUrl, answer: Answer, read: _Read) -> None:
        outcome, leads, onward = read.outcome, read.leads, read.onward
        entries = [*leads.entries, onward.entry] if onward.entry else leads.entries
        if onward.refusal:
            leads.not_followed[onward.refusal] += 1
        with self._frontier.transaction():
            if (ref := answer.ref) is not None and ref.digest and ref.record_id:
                self._frontier.remember_payload(ref.digest, ref)
            again = onward.entry is not None and onward.entry.url == known.url
            new = self.queue.learn(e for e in entries if e.url != known.url) if entries else 0
            visit = self._visit(fetch, known, answer, read, new)
            if again:
                # It sends to itself, with a cookie this time.
                visit = replace(visit, due_at=0.0)
            self._settle(known, visit, message=f"HTTP status {answer.status}")
        if known.seed and outcome is Outcome.REDIRECTED and onward.refusal:
            self._leads_nowhere(known, answer, onward.refusal)
        if known.seed and known.kind is Kind.FEED and outcome in _DEAD:
            self._look_for_feeds(known, visit)
        if known.kind in LISTINGS and outcome in (Outcome.CAPTURED, Outcome.UNREADABLE):
            self._tell_silence(known, leads)
        tally = self._tally.sources[fetch.source_id]
        tally.new_urls += new
        tally.not_followed.update(leads.not_followed)

    def _visit(self, fetch: Fetch, known: KnownUrl, answer: Answer, read: _Read, new: int) -> Visit:
        now, learned = self._wall(), self._frontier.evidence
        outcome, leads = read.outcome, read.leads
        if read.not_before or outcome in WALLS:
            return failed_visit(
                known, fetch.source, outcome, now=now, answer=answer, not_before=read.not_before
            )
        seen = Seen(new, leads.text, learned.habits(known.source))
        is_look = known.kind is Kind.ARTICLE and outcome in (Outcome.CAPTURED, Outcome.UNCHANGED)
        if is_look:
            learn_habits(learned, known, changed=seen.changes(known), now=now)
        if leads.span:
            learn_span(learned, known.source, leads.span)
        if leads.text is not None:
            learn_twins(learned, known, leads.text, leads.canonical)
        visit = visit_of(known, fetch.source, answer, now=now, outcome=outcome, seen=seen)
        if is_look and leads.canonical is not None:
            # The other address is the one to come back to.
            entry = NewUrl(leads.canonical, known.source, known.kind, Why.CANONICAL, via=known.url)
            self.queue.learn([replace(entry, lane=min(known.lane, Lane.CHECK))])
            visit = replace(visit, due_at=None)
        return visit

    def _onward(self, known: KnownUrl, answer: Answer, now: float) -> _Onward:
        """Where a redirect leads, and what is to be thought of it."""
        if (target := answer.location) is None:
            return _Onward()
        chain = self._chains.take(known.url)
        told_more = chain.pass_by(answer)
        if target in chain.seen and not told_more:
            return _Onward(instead=Outcome.REDIRECT_LOOP)
        if known.kind is Kind.ARTICLE and (gate := self._gates.find(chain.first, target)):
            return _Onward(instead=gate)
        scope = self._scopes[known.source]
        if chain.steps > scope.max_redirects:
            return _Onward(
                refusal=NotFollowed.TOO_MANY_REDIRECTS, instead=Outcome.TOO_MANY_REDIRECTS
            )
        found = redirect_entry(known, answer, scope, now=now)
        if isinstance(found, NotFollowed):
            too_many = found is NotFollowed.TOO_MANY_REDIRECTS
            return _Onward(refusal=found, instead=Outcome.TOO_MANY_REDIRECTS if too_many else None)
        assert found is not None
        self._chains.go_on(target, chain)
        cookies = chain.cookies_for(target)
        if cookies:
            self.queue.tell(target, cookies)
        before = self._frontier.find(target)
        if cookies or (before is not None and before.outcome == Outcome.REDIRECTED):
            # It is a station of the way and no page: without it there is no arrival.
            found = replace(found, stale_before=float("inf"))
        return _Onward(found)

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
        for tell in self._awaited.pop(known.url, ()):
            tell(visit.outcome)
        logger.debug("%s %s", visit.outcome, known.url)

    def _rebuffed(self, fetch: Fetch, outcome: Outcome) -> None:
        """The host serves nothing: it is slowed down, and rests when that goes on."""
        if seconds := self.queue.rebuffed(fetch):
            self._tally.rested[fetch.host] = outcome
            logger.warning(
                "%s serves nothing (%s, many in a row): left alone for %.0f min; see whether the "
                "publisher keeps us out, and write to them",
                fetch.host,
                outcome,
                seconds / 60,
            )

    def _look_for_feeds(self, known: KnownUrl, visit: Visit) -> None:
        """A feed has died: see at home whether another one is announced."""
        if visit.failures < _DEAD_AFTER:
            return
        home = absolute(source_url := self.queue.source(known.source).url, source_url)
        if home is None:
            return
        logger.warning("%s: the feed is dead; looking for another one at %s", known.url, home)
        self._feedless.add(known.source)
        entry = NewUrl(home, known.source, Kind.SECTION, Why.ANNOUNCED, lane=Lane.LISTING)
        self.queue.learn([replace(entry, stale_before=self._wall() - _DEAD_LOOK_S)])

    def _tell_silence(self, known: KnownUrl, leads: Leads) -> None:
        silence = leads.silence
        strangers = [host for host, _ in leads.strangers.most_common(5)]
        if self._tally.silent(known, silence, strangers) and silence is not None:
            hint = {
                Silence.EMPTY: "it names no address",
                Silence.OUT_OF_SCOPE: f"all it names lies elsewhere; add to `hosts`: {strangers}",
                Silence.EXCLUDED: "include, exclude and what looks like a trap leave nothing of it",
                Silence.UNREADABLE: "it is no feed, sitemap or page",
            }[silence]
            logger.warning("%s yields nothing: %s", known.url, hint)

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
        stated, date = answer.headers.get("retry-after", ""), answer.headers.get("date", "")
        asked = read_retry_after(stated, now=datetime.now(UTC), date=date)
        seconds = self.queue.refused(fetch, asked)
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
            "%s: robots.txt is unavailable (%s), so nothing there is fetched for now (RFC 9309)",
            fetch.origin,
            message,
        )
