"""Values of the frontier. Moments are seconds since 1970 in UTC, as the tables keep them."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from archive.warc.exchange import PayloadRef
from crawler.outcomes import Kind, Outcome, State, Why

#: Order within a host: what leads to news first, then what belongs to a page already kept
#: (a page and its pictures should be of one moment), then pages.
RANKS = {Kind.FEED: 0, Kind.SITEMAP: 0, Kind.SECTION: 0, Kind.REQUISITE: 1, Kind.ARTICLE: 2}


@dataclass(frozen=True, slots=True)
class Entry:
    """One address to put into the frontier."""

    url: str
    source: str
    kind: Kind
    why: Why
    via: str = ""
    page: str = ""
    """For a requisite, the address of the page that wants it."""
    hops: int = 0
    """Redirects between the address first found and this one."""
    published: float | None = None
    stale_before: float | None = None
    """Where the address is known already: fetch again if the last visit was before this moment."""


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


def host_name(url: str) -> str:
    """The host name of an address in lower case, without its port.

    >>> host_name("http://Example.org:8080/a")
    'example.org'
    """
    return urlsplit(url).hostname or ""
