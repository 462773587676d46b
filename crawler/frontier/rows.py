"""Values of the frontier. Moments are seconds since 1970 in UTC, as the tables keep them."""

from dataclasses import dataclass
from enum import IntEnum
from urllib.parse import urlsplit

from archive.warc.exchange import PayloadRef
from crawler.outcomes import Kind, Outcome, State, Why


class Lane(IntEnum):
    """What goes first at a host; the requisites of a page go before the next page of its lane.

    A page and its pictures should be of one moment, and no backlog may hold up news.
    """

    URGENT_REQUISITE = -2
    URGENT = -1
    LISTING = 0
    NEWS_REQUISITE = 1
    NEWS = 2
    CHECK_REQUISITE = 3
    CHECK = 4
    BACKFILL_REQUISITE = 5
    BACKFILL = 6

    @property
    def of_requisites(self) -> "Lane":
        """The lane of what a page of this lane needs.

        >>> Lane.NEWS.of_requisites.name, Lane.LISTING.of_requisites.name
        ('NEWS_REQUISITE', 'CHECK_REQUISITE')
        """
        if self is Lane.LISTING:
            return Lane.CHECK_REQUISITE
        if self < 0:
            return Lane.URGENT_REQUISITE
        return Lane(self - 1) if self % 2 == 0 else self


_LANES = {Kind.ARTICLE: Lane.NEWS, Kind.REQUISITE: Lane.NEWS_REQUISITE}


def lane_of(kind: Kind) -> Lane:
    """Where something goes of which no more is known than its kind."""
    return _LANES.get(kind, Lane.LISTING)


@dataclass(frozen=True, slots=True)
class NewUrl:
    """One address to put into the frontier."""

    url: str
    source: str
    kind: Kind
    why: Why
    via: str = ""
    page: str = ""
    """For a requisite, the address of the page that wants it."""
    hops: int = 0
    """Redirects between the address first found and this one; for a sitemap, indexes."""
    published: float | None = None
    stale_before: float | None = None
    """Where the address is known already: fetch again if the last visit was before this moment."""
    lane: Lane | None = None
    """None: as its kind has it."""
    modified: float | None = None
    """When it changed last, as the listing says."""


@dataclass(frozen=True, slots=True)
class Added:
    """What came of putting addresses into the frontier."""

    new: int
    """How many were not known before."""
    due: frozenset[tuple[str, str]]
    """Source and host of those that are due now and were not, or not for this source."""


@dataclass(frozen=True, slots=True)
class KnownUrl:
    """What the frontier knows of one address."""

    url: str
    source: str
    kind: Kind
    seed: bool
    why: Why
    via: str
    page: str
    hops: int
    first_seen: float
    due_at: float | None
    last_fetched: float | None
    failures: int
    etag: str
    last_modified: str
    capture: PayloadRef | None
    """The last full response, of which the validators speak."""
    lane: Lane = Lane.NEWS
    outcome: str = ""
    """Of the last visit; empty: there was none."""
    modified: float | None = None
    """When it changed last, as a listing says, believed or not."""
    rate: float | None = None
    """Of a listing: new articles a day, lately; None: not known yet."""
    text: int | None = None
    """Of an article: a fingerprint of its text at the last look."""
    gone_at: float | None = None
    """When it was first found gone, if it still is."""

    @property
    def host(self) -> str:
        """The host name, without port: the unit of politeness."""
        return host_name(self.url)


@dataclass(frozen=True, slots=True)
class Visit:
    """What came of one visit."""

    state: State
    outcome: Outcome
    due_at: float | None
    """When to come again; None: not before something asks for it."""
    fetched_at: float | None = None
    """None: nothing durable came of it, and the last fetch stays what it was."""
    status: int | None = None
    failures: int = 0
    etag: str = ""
    last_modified: str = ""
    capture: PayloadRef | None = None
    keep_validators: bool = False
    """Keep validators and capture as they stand (a 304, a failure)."""
    at: float | None = None
    """When it was settled, by the wall clock."""
    lane: Lane | None = None
    """Where it goes from now on; None: where it was."""
    rate: float | None = None
    """None: as it was."""
    text: int | None = None
    """None: as it was."""
    gone_at: float | None = None


def host_name(url: str) -> str:
    """The host name of an address in lower case, without its port.

    >>> host_name("http://Example.org:8080/a")
    'example.org'
    """
    return urlsplit(url).hostname or ""
