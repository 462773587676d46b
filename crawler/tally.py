"""What a run has done so far, counted per source; each address counts once."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from archive.warc.exchange import Written
from crawler.frontier import KnownUrl
from crawler.outcomes import ERRORS, SUCCESSES, WALLS, Kind, NotFollowed, Outcome, Silence

_MAX_ERRORS = 200


@dataclass(frozen=True, slots=True)
class Trouble:
    """One address that could not be fetched, for the report."""

    url: str
    source: str
    outcome: Outcome
    message: str


@dataclass(frozen=True, slots=True)
class Quiet:
    """A listing that was read and yields nothing, for the report."""

    url: str
    source: str
    reason: Silence
    hosts: tuple[str, ...]
    """Where its addresses lie, if that is why."""


@dataclass(slots=True)
class SourceTally:
    """The counts of one source."""

    outcomes: Counter[Outcome] = field(default_factory=Counter)
    kinds: Counter[Kind] = field(default_factory=Counter)
    """Addresses visited, by what they were fetched as."""
    not_followed: Counter[NotFollowed] = field(default_factory=Counter)
    new_urls: int = 0
    captures: int = 0
    revisits: int = 0
    body_bytes: int = 0
    """Of bodies as received, content-coded."""
    warc_bytes: int = 0
    """Of response and revisit records, compressed."""
    robots_fetched: int = 0
    seeds_tried: int = 0
    seeds_failed: int = 0
    articles_new: int = 0
    versions_new: int = 0

    @property
    def urls(self) -> int:
        """Addresses visited or passed over."""
        return self.outcomes.total()

    @property
    def errors(self) -> int:
        """Addresses that could not be fetched."""
        return sum(self.outcomes[outcome] for outcome in ERRORS)

    @property
    def walls(self) -> int:
        """Articles in whose place a challenge, a consent gate or a login stood."""
        return sum(self.outcomes[outcome] for outcome in WALLS)

    @property
    def pages(self) -> int:
        """Articles and sections visited."""
        return self.kinds[Kind.ARTICLE] + self.kinds[Kind.SECTION]

    @property
    def is_barren(self) -> bool:
        """Tell whether the source yielded nothing because every seed tried has failed."""
        return (
            self.seeds_tried > 0
            and self.seeds_failed == self.seeds_tried
            and not any(self.outcomes[outcome] for outcome in SUCCESSES - {Outcome.REDIRECTED})
        )


class Tally:
    """Counts of all sources, and the first few hundred troubles."""

    def __init__(self, sources: Iterable[str]) -> None:
        self.sources = {source_id: SourceTally() for source_id in sources}
        self.silences: dict[str, Quiet] = {}
        """Listings that yielded nothing when they were last read, by address."""
        self.rested: dict[str, Outcome] = {}
        """Hosts that served nothing many times in a row, and what they answered instead."""
        self.troubles: list[Trouble] = []
        self.hosts_down: set[str] = set()
        self.robots_unreachable: set[str] = set()

    def use(self, source: str) -> None:
        """Count for a source from now on, too."""
        self.sources.setdefault(source, SourceTally())

    def silent(self, known: KnownUrl, silence: Silence | None, strangers: list[str]) -> bool:
        """Note whether a listing yields anything; True: that is news."""
        if silence is None:
            return self.silences.pop(known.url, None) is not None
        quiet = Quiet(known.url, known.source, silence, tuple(strangers))
        is_news = self.silences.get(known.url) != quiet
        self.silences[known.url] = quiet
        return is_news

    def settled(
        self, source: str, kind: Kind, outcome: Outcome, *, url: str, seed: bool, message: str = ""
    ) -> None:
        """An address is done with for this run."""
        tally = self.sources[source]
        tally.outcomes[outcome] += 1
        tally.kinds[kind] += 1
        if seed:
            tally.seeds_tried += 1
            tally.seeds_failed += outcome not in SUCCESSES
        if outcome in ERRORS:
            self.trouble(Trouble(url, source, outcome, message))

    def seed_lost(self, trouble: Trouble) -> None:
        """A seed that was settled leads to nothing that the source may fetch."""
        self.sources[trouble.source].seeds_failed += 1
        self.trouble(trouble)

    def trouble(self, trouble: Trouble) -> None:
        """Keep a trouble for the report, one of the first few hundred."""
        if len(self.troubles) < _MAX_ERRORS:
            self.troubles.append(trouble)

    def captured(self, source: str, written: Written, *, body_bytes: int) -> None:
        """A response is durable, whatever it says."""
        tally = self.sources[source]
        tally.captures += 1
        tally.revisits += written.record_type == "revisit"
        tally.body_bytes += body_bytes
        tally.warc_bytes += written.length

    @property
    def barren(self) -> list[str]:
        """The sources that yielded nothing because every seed tried has failed."""
        return [source_id for source_id, tally in self.sources.items() if tally.is_barren]
