"""When an address is due again: arithmetic only. Moments are seconds since 1970, UTC."""

import math
from datetime import UTC, datetime

from cronsim import CronSim

from archive.config import Source
from crawler.frontier.evidence import Habits
from crawler.frontier.rows import KnownUrl, Lane
from crawler.outcomes import LISTINGS, Kind, Why

#: First wait after a failure; doubled with every further one.
BACKOFF_S = 300.0
#: Longest wait after failures.
MAX_BACKOFF_S = 7 * 86400.0
#: After this many failures in a row an address that is no seed is not asked for again by itself.
MAX_FAILURES = 8
#: A removal is believed at a second look this much after the first 404 (`removed_after` of the
#: index is three days; the margin is for the clock of the machine that read it).
REMOVAL_CHECK_S = 3 * 86400.0 + 600.0
#: Before that, a look whether it was a slip.
SLIP_CHECK_S = 3600.0
#: A sitemap found in an index is looked at again after this, or when the index says it changed.
#: News sites list years of closed monthly sitemaps: looking at all of them every quarter of an
#: hour would be most of the traffic.
SITEMAP_S = 86400.0
#: A requisite is kept again when a page wants it this long after its last capture.
REQUISITE_S = 86400.0
#: A listing that claims a change is believed at most this often for one address; one whose claims
#: have been true, sooner.
MIN_RECHECK_S = 3600.0
MIN_HONEST_RECHECK_S = 600.0
#: An address that redirects for good is looked at again after this.
MOVED_S = 30 * 86400.0

# A listing comes again after feed_interval where it brings this many articles a day, else by the
# square root: of all ways to spend the same number of requests, that one finds articles soonest on
# average. tests/benchmarks/month.py has the sweep.
_USUAL_RATE = 20.0
_MIN_FACTOR, _MAX_FACTOR = 0.25, 4.0
# The rate is that of the last hours: news come by day.
_RATE_MEMORY_S = 4 * 3600.0
# An article that changes when it is younger than this is being written: it is looked at again when
# it is so much older. Later, a look after a change finds no more than one at a planned age.
_YOUNG_S = 2 * 3600.0
_CHANGED_FACTOR = 2.5
_MIN_CHANGED_S = 1800.0
# What leaves the listings of a source that tells of changes is known to be unchanged: the next look
# is worth most when it is this much older.
_AFTER_LISTING = 2.0


def rate_of(known: KnownUrl, new: int, *, now: float) -> float | None:
    """Articles a day that a listing brings lately, after a look that found ``new``.

    None after the first look, which finds whatever there ever was.
    """
    if known.last_fetched is None or now <= known.last_fetched:
        return None
    elapsed = now - known.last_fetched
    seen = new * 86400.0 / elapsed
    before = _USUAL_RATE if known.rate is None else known.rate
    weight = 1.0 - math.exp(-elapsed / _RATE_MEMORY_S)
    return before + weight * (seen - before)


def listing_interval(source: Source, known: KnownUrl, rate: float | None) -> float:
    """Seconds after which a listing is looked at again.

    >>> source = Source(name="x", url="https://a.example/")
    >>> feed = KnownUrl(*"us", Kind.FEED, True, Why.FEED, "", "", 0, 0, 0, 0, 0, "", "", None)
    >>> [round(listing_interval(source, feed, rate) / 60) for rate in (None, 0.2, 20, 80, 1e6)]
    [15, 60, 15, 8, 4]
    """
    usual = source.feed_interval.total_seconds()
    if known.kind is Kind.SITEMAP and not known.seed and known.lane is not Lane.LISTING:
        return max(SITEMAP_S, usual)
    rate = _USUAL_RATE if rate is None else max(rate, 1e-6)
    return usual * min(max(math.sqrt(_USUAL_RATE / rate), _MIN_FACTOR), _MAX_FACTOR)


def longest_interval(source: Source) -> float:
    """Seconds after which a listing is looked at again at the latest, however little it brings."""
    return source.feed_interval.total_seconds() * _MAX_FACTOR


def next_look(
    source: Source, *, age: float, changed: bool = False, habits: Habits | None = None
) -> float | None:
    """The age at which an article is looked at again; None: not by itself.

    At the ages of the source's ``recheck``; sooner after a change in its first hours; not while it
    is still listed by a source whose dates tell of changes, nor soon after.

    >>> source = Source(name="x", url="https://a.example/", recheck=("1h", "1d"))
    >>> [next_look(source, age=age) for age in (0, 3600, 90_000)]
    [3600.0, 86400.0, None]
    >>> next_look(source, age=3600, changed=True), next_look(source, age=90_000, changed=True)
    (9000.0, None)
    >>> next_look(source, age=0, habits=Habits(announced=9, span=7200.0))
    86400.0
    """
    listed = habits.span if habits and habits.is_honest else 0.0
    quiet = listed * _AFTER_LISTING
    ages = sorted(a.total_seconds() for a in source.recheck)
    planned = next((a for a in ages if a > age and (a > quiet or a == ages[-1])), None)
    if planned is None or not changed or age >= _YOUNG_S or age < listed:
        return planned
    return min(planned, age + max(age * (_CHANGED_FACTOR - 1.0), _MIN_CHANGED_S))


def due_after_success(
    source: Source,
    known: KnownUrl,
    *,
    now: float,
    changed: bool = False,
    habits: Habits | None = None,
) -> float | None:
    """When what was fetched is due again; None: not by itself."""
    if known.kind in LISTINGS:
        if source.cron and known.seed:
            return next(CronSim(source.cron, datetime.fromtimestamp(now, UTC))).timestamp()
        looked_for_feeds = known.why is Why.ANNOUNCED and known.kind is Kind.SECTION
        if known.why is Why.BACKFILL or looked_for_feeds:
            return None
        return now + listing_interval(source, known, known.rate)
    if known.kind is not Kind.ARTICLE:
        return None
    if known.lane is Lane.BACKFILL:
        # It was old when it was found: one more look, to know whether it stays.
        ages = [a.total_seconds() for a in source.recheck]
        return known.first_seen + max(ages) if ages and now < known.first_seen + max(ages) else None
    age = max(now - known.first_seen, 0.0)
    look = next_look(source, age=age, changed=changed, habits=habits)
    return None if look is None else known.first_seen + look


def due_after_failure(
    source: Source, kind: Kind, *, seed: bool, failures: int, now: float
) -> float | None:
    """When what failed is due again, after its ``failures``-th failure in a row; None: never.

    >>> source = Source(name="x", url="https://a.example/")
    >>> [due_after_failure(source, Kind.ARTICLE, seed=False, failures=n, now=0) for n in (1, 2, 9)]
    [300.0, 600.0, None]
    """
    if kind is Kind.REQUISITE and failures > 2:
        return None
    if failures > MAX_FAILURES and not seed:
        return None
    wait = min(BACKOFF_S * 2.0 ** min(failures - 1, 20), MAX_BACKOFF_S)
    # A feed that is broken for a day is worth the next look as much as one that is not.
    return now + (min(wait, 4 * source.feed_interval.total_seconds()) if seed else wait)


def due_after_gone(source: Source, known: KnownUrl, *, now: float) -> float | None:
    """When a 404 or 410 is looked at again: a removal needs two captures some days apart.

    An hour later, in case it was a slip; then when three days are over since the first.
    """
    planned = due_after_success(source, known, now=now)
    if known.kind is not Kind.ARTICLE:
        return planned
    if known.gone_at is None:
        return now + SLIP_CHECK_S
    certain = known.gone_at + REMOVAL_CHECK_S
    return certain if now < certain else planned


def retry_pause(*, refusals: int, retry_after: float | None) -> float:
    """Seconds for which a host is left alone after its ``refusals``-th refusal in a row.

    >>> [retry_pause(refusals=n, retry_after=None) for n in (1, 2, 3)]
    [30.0, 60.0, 120.0]
    >>> retry_pause(refusals=1, retry_after=90.0)
    90.0
    """
    own = min(30.0 * 2.0 ** min(refusals - 1, 10), 3600.0)
    if retry_after is None:
        return own
    # A host that says how long is taken at its word; from the third time on, not for less than
    # we would have chosen, and never for more than a day.
    return min(max(retry_after, own if refusals > 2 else 0.0), 86400.0)
