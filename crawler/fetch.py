"""One request to make, and what a run holds in memory of each host."""

import math
from collections import deque
from dataclasses import dataclass, field

from archive.config import Source
from crawler.frontier import KnownUrl
from crawler.frontier.rows import host_name
from crawler.outcomes import Kind
from crawler.politeness import Pace


@dataclass(frozen=True, slots=True, eq=False)
class Fetch:
    """One request to make."""

    url: str
    source_id: str
    source: Source
    kind: Kind
    known: KnownUrl | None = None
    """The frontier's row; None for robots.txt."""
    origin: str = ""
    """For robots.txt: whose rules they will be."""
    via: str = ""
    hops: int = 0
    attempt: int = 1
    cookies: str = ""
    """What a redirect has asked to be told, as the header line says it; of its chain alone."""

    @property
    def host(self) -> str:
        """The host name, without port."""
        return host_name(self.url)


@dataclass(slots=True)
class HostAtWork:
    """What the queue holds in memory of one host."""

    name: str
    pace: Pace
    sources: dict[str, None] = field(default_factory=dict)
    """Those that have anything there, the one served longest ago first."""
    waiting: deque[KnownUrl] = field(default_factory=deque)
    errands: deque[Fetch] = field(default_factory=deque)
    """Retries and robots.txt of redirects: not in the frontier, so kept here."""
    stale: bool = True
    stale_at: float = math.inf
    """When a listing of it is due, which goes before what was read."""
    queued_at: float = math.inf
    """Where its valid entry in the heap is; infinity: it has none."""
    sleeps_until: float = math.inf
    """When something of it is due next, by the wall clock; infinity: nobody knows of anything."""
    walled: bool = True
    """Whether articles were among what it has served nothing for."""
    pages: int = 0
    pages_since: float = 0.0
