"""What the queue and a run ask of a frontier, whatever keeps it; SQLite is the built-in answer."""

from collections.abc import Collection, Iterable
from contextlib import AbstractContextManager
from typing import Protocol

from archive.warc.exchange import PayloadRef
from crawler.frontier.evidence import Habits
from crawler.frontier.hosts import HostState, StoredRobots
from crawler.frontier.rows import Added, KnownUrl, Lane, NewUrl, Visit


class PaceMemory(Protocol):
    """Pace and robots.txt, from one run to the next and, where there are several, between them."""

    def get(self, host: str) -> HostState:
        """What is remembered of a host."""

    def note_start(self, host: str, at: float) -> None:
        """A request to a host starts."""

    def note_refusals(self, host: str, refusals: int, retry_until: float | None) -> None:
        """How often in a row a host has asked to be left alone, and until when it is."""

    def note_rebuffs(self, host: str, rebuffs: int, retry_until: float | None) -> None:
        """How often in a row a host has served nothing, and until when it rests."""

    def find_robots(self, origin: str) -> StoredRobots | None:
        """The robots.txt of an origin; None: never fetched."""

    def keep_robots(self, origin: str, robots: StoredRobots) -> None:
        """Keep the robots.txt of an origin."""


class LearnedMemory(Protocol):
    """What has been learned of sources and hosts."""

    def habits(self, source: str) -> Habits:
        """How far the dates of a source can be believed."""

    def note_habits(self, source: str, habits: Habits) -> None:
        """Write that down."""

    def idle_marks(self, host: str) -> frozenset[str]:
        """The parameters and endings that change nothing of what a host serves."""

    def note_twins(self, host: str, mark: str, *, same: bool) -> None:
        """Two addresses that differ by a mark have, or have not, given the same text."""

    def compare(self, url: str, text: int) -> bool | None:
        """Whether an address gives the text its twins gave; None: this is the first of them."""


class UrlFrontier(Protocol):
    """Every known address: why it is known, when it is due, what came of it."""

    @property
    def hosts(self) -> PaceMemory:
        """Pace and robots.txt."""

    @property
    def evidence(self) -> LearnedMemory:
        """What has been learned."""

    def transaction(self) -> AbstractContextManager[None]:
        """All of it or nothing."""

    def add(self, entries: Iterable[NewUrl], *, now: float) -> Added:
        """Put addresses in; known ones stay as they are, or become due."""

    def due_hosts(self, source: str) -> list[str]:
        """The hosts at which a source has anything with a due time, past or to come."""

    def take_due(
        self, source: str, host: str, *, until: float, limit: int, lanes: Iterable[Lane] = Lane
    ) -> list[KnownUrl]:
        """What is due at one host, in the order in which it should be fetched."""

    def next_due(self, source: str, host: str, *, lanes: Iterable[Lane] = Lane) -> float | None:
        """When something of a source is due next at a host."""

    def hand_out(self, url: str, *, now: float) -> None:
        """Mark an address as being fetched."""

    def count_due(self, sources: Collection[str], *, until: float) -> int:
        """How many addresses of these sources are due."""

    def find(self, url: str) -> KnownUrl | None:
        """What is known of one address."""

    def settle(self, url: str, visit: Visit) -> None:
        """Write down what came of a visit, and take the mark away."""

    def remember_payload(self, digest: str, ref: PayloadRef) -> None:
        """Remember the first capture of an entity."""
