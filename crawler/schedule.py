"""When an address is due again: arithmetic only. Moments are seconds since 1970, UTC."""

from archive.config import Source
from crawler.outcomes import Kind

#: First wait after a failure; doubled with every further one.
BACKOFF_S = 300.0
#: Longest wait after failures.
MAX_BACKOFF_S = 7 * 86400.0
#: After so many failures in a row an address that is no seed is not asked for again by itself.
MAX_FAILURES = 8
#: A removal is believed at a second look this much later (`removed_after` of the index).
REMOVAL_CHECK_S = 3 * 86400.0
#: A sitemap found in an index is looked at again after this, or when the index says it changed.
#: News sites list years of closed monthly sitemaps: looking at all of them every quarter of an
#: hour would be most of the traffic.
SITEMAP_S = 86400.0
#: A requisite is kept anew when a page wants it this long after its last capture.
REQUISITE_S = 86400.0
#: A listing that claims a change is believed at most this often for one address.
MIN_RECHECK_S = 3600.0
#: An address that redirects for good is looked at again after this.
MOVED_S = 30 * 86400.0


def due_after_success(
    source: Source, kind: Kind, *, seed: bool, first_seen: float, now: float
) -> float | None:
    """When what was fetched is due again; None: not by itself.

    Listings come again after the source's interval, articles at the ages of its ``recheck``.

    >>> source = Source(name="x", url="https://a.example/", recheck=("1h", "6h"))
    >>> ages = [due_after_success(source, Kind.ARTICLE, seed=False, first_seen=0, now=now)
    ...         for now in (0, 3600, 90_000)]
    >>> ages
    [3600.0, 21600.0, None]
    """
    if kind is Kind.SITEMAP and not seed:
        return now + max(SITEMAP_S, source.feed_interval.total_seconds())
    if kind in (Kind.FEED, Kind.SITEMAP, Kind.SECTION):
        return now + source.feed_interval.total_seconds()
    if kind is not Kind.ARTICLE:
        return None
    ages = sorted(age.total_seconds() for age in source.recheck)
    return next((first_seen + age for age in ages if first_seen + age > now), None)


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


def due_after_gone(
    source: Source, kind: Kind, *, seed: bool, failures: int, first_seen: float, now: float
) -> float | None:
    """When a 404 or 410 is looked at again: a removal needs two captures some days apart.

    >>> source = Source(name="x", url="https://a.example/", recheck=("1h",))
    >>> due_after_gone(source, Kind.ARTICLE, seed=False, failures=1, first_seen=0, now=7200)
    266400.0
    """
    due = due_after_success(source, kind, seed=seed, first_seen=first_seen, now=now)
    if kind is Kind.ARTICLE and failures <= 2:
        again = now + REMOVAL_CHECK_S
        return min(due, again) if due is not None else again
    return due


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
