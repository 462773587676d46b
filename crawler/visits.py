"""What an answer, a failure or an obstacle means for an address in the frontier."""

from dataclasses import dataclass, field, replace

from archive.config import Source
from crawler.answers import Answer
from crawler.frontier import KnownUrl, Lane, NewUrl, Visit
from crawler.frontier.evidence import Habits
from crawler.outcomes import LISTINGS, Kind, NotFollowed, Outcome, State, Why
from crawler.schedule import (
    MOVED_S,
    REQUISITE_S,
    due_after_failure,
    due_after_gone,
    due_after_success,
    rate_of,
)
from crawler.scope import Scope

_SKIPPED_S = 86400.0
_SAME_LOOK_S = 30.0


@dataclass(frozen=True, slots=True)
class Seen:
    """What a look has shown, beyond its answer.

    Attributes:
        new: Of a listing, the addresses it named for the first time.
        text: Of an article, a fingerprint of its text; None where it has none.
        habits: Of its source.
    """

    new: int = 0
    text: int | None = None
    habits: Habits = field(default_factory=Habits)

    def changes(self, known: KnownUrl) -> bool:
        """Tell whether an article has another text than at the last look."""
        return self.text is not None and known.text is not None and self.text != known.text


def visit_of(
    known: KnownUrl,
    source: Source,
    answer: Answer,
    *,
    now: float,
    outcome: Outcome | None = None,
    seen: Seen | None = None,
) -> Visit:
    """What to write down for an address that was answered.

    Args:
        known: The address.
        source: Its source.
        answer: What came back.
        now: The moment.
        outcome: Instead of the answer's own, where its content says otherwise.
        seen: What its content shows.
    """
    outcome, seen = outcome or answer.outcome, seen or Seen()
    match outcome:
        case Outcome.CAPTURED:
            return _captured(known, source, answer, now, seen)
        case Outcome.UNCHANGED:
            return _unchanged(known, source, answer, now, seen)
        case Outcome.REDIRECTED | Outcome.TOO_MANY_REDIRECTS:
            due, ref = _due_redirected(known, source, answer, now), answer.ref
            return Visit(State.FETCHED, outcome, due, now, status=answer.status, capture=ref)
        case Outcome.RESERVED:
            # Counted as a failure, so that no listing makes it due again.
            failures, ref = known.failures + 1, answer.ref
            return Visit(
                State.SKIPPED, outcome, None, now, answer.status, failures=failures, capture=ref
            )
        case Outcome.GONE:
            return _gone(known, source, answer, now)
        case _:
            return failed_visit(known, source, outcome, now=now, answer=answer)


def failed_visit(
    known: KnownUrl,
    source: Source,
    outcome: Outcome,
    *,
    now: float,
    answer: Answer | None = None,
    not_before: float = 0.0,
) -> Visit:
    """What to write down for an address that could not be fetched; it comes again, ever later.

    Args:
        known: The address.
        source: Its source.
        outcome: Why.
        now: The moment.
        answer: What came back, where anything did: it is captured all the same.
        not_before: The earliest moment at which its host may be asked again.
    """
    failures = known.failures + 1
    due = due_after_failure(source, known.kind, seed=known.seed, failures=failures, now=now)
    return Visit(
        State.FAILED,
        outcome,
        max(due, not_before) if due is not None else None,
        fetched_at=now if answer else None,
        status=answer.status if answer else None,
        failures=failures,
        keep_validators=True,
        at=now,
        gone_at=known.gone_at,
    )


def skipped_visit(known: KnownUrl, source: Source, outcome: Outcome, *, now: float) -> Visit:
    """What to write down for an address that was not asked for."""
    due: float | None
    if outcome in (Outcome.HOST_DOWN, Outcome.ROBOTS_UNREACHABLE) or known.kind in LISTINGS:
        # Nothing is known against the address itself: the next run tries again.
        due = now + source.feed_interval.total_seconds()
        state = State.KNOWN if known.last_fetched is None else State.FETCHED
    elif outcome is Outcome.TWIN:
        due, state = None, State.SKIPPED
    else:
        due, state = now + _SKIPPED_S, State.SKIPPED
    if outcome in (Outcome.ROBOTS_DISALLOWED, Outcome.ADDRESS_REFUSED):
        state = State.SKIPPED
    return Visit(
        state,
        outcome,
        due,
        failures=known.failures,
        keep_validators=True,
        at=now,
        gone_at=known.gone_at,
    )


def redirect_entry(
    known: KnownUrl, answer: Answer, scope: Scope, *, now: float
) -> NewUrl | NotFollowed | None:
    """Where a redirect leads, as an entry; or why it is not followed; None: it is no redirect.

    The target is fetched as what the address was: a feed that has moved is a feed. It is held
    to the same scope, and counts the steps that led to it.
    """
    target = answer.location
    if target is None:
        return None
    if known.hops >= scope.max_redirects:
        return NotFollowed.TOO_MANY_REDIRECTS
    if (refusal := scope.refusal(target, known.kind)) is not None:
        return refusal
    # A listing is wanted each time; a moment ago is often enough.
    stale_before = now - _SAME_LOOK_S if known.kind in LISTINGS else None
    if known.kind is Kind.REQUISITE:
        stale_before = now - REQUISITE_S
    return NewUrl(
        target,
        known.source,
        known.kind,
        Why.REDIRECT,
        via=known.url,
        page=known.page,
        hops=known.hops + 1,
        stale_before=stale_before,
        lane=known.lane,
    )


def _captured(known: KnownUrl, source: Source, answer: Answer, now: float, seen: Seen) -> Visit:
    known, lane = _as_of_now(known, now, seen)
    return Visit(
        State.FETCHED,
        Outcome.CAPTURED,
        due_after_success(source, known, now=now, changed=seen.changes(known), habits=seen.habits),
        fetched_at=now,
        status=answer.status,
        etag=answer.headers.get("etag", ""),
        last_modified=answer.headers.get("last-modified", ""),
        capture=answer.ref,
        lane=lane,
        rate=known.rate,
        text=seen.text,
    )


def _unchanged(known: KnownUrl, source: Source, answer: Answer, now: float, seen: Seen) -> Visit:
    known, lane = _as_of_now(known, now, seen)
    return Visit(
        State.FETCHED,
        Outcome.UNCHANGED,
        due_after_success(source, known, now=now, habits=seen.habits),
        now,
        status=answer.status,
        keep_validators=True,
        lane=lane,
        rate=known.rate,
    )


def _as_of_now(known: KnownUrl, now: float, seen: Seen) -> tuple[KnownUrl, Lane | None]:
    """An address with what the look says of its pace, and its lane from now on."""
    if known.kind is Kind.ARTICLE:
        return known, Lane.CHECK
    if known.kind not in LISTINGS:
        return known, None
    rate = rate_of(known, seen.new, now=now)
    if known.kind is Kind.SITEMAP and known.last_fetched is not None and seen.new:
        # One of an index that turns out to be where news are listed.
        return replace(known, rate=rate, lane=Lane.LISTING), Lane.LISTING
    return replace(known, rate=known.rate if rate is None else rate), None


def _due_redirected(known: KnownUrl, source: Source, answer: Answer, now: float) -> float | None:
    # The target is known from now on, and comes again by itself.
    due = due_after_success(source, known, now=now)
    if answer.is_permanent_redirect and not known.seed and due is not None:
        return now + MOVED_S
    return due


def _gone(known: KnownUrl, source: Source, answer: Answer, now: float) -> Visit:
    return Visit(
        State.GONE,
        Outcome.GONE,
        due_after_gone(source, known, now=now),
        now,
        answer.status,
        failures=known.failures + 1,
        keep_validators=True,
        gone_at=now if known.gone_at is None else known.gone_at,
    )
