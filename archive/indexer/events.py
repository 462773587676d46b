"""What happened to an article, told from its captures: pure, the same for any order of reading."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from archive.indexer.reading import letters
from archive.times import from_timestamp

REMOVED_AFTER = timedelta(days=3)
"""A 404 or 410 must be seen twice, so far apart, before an article counts as removed."""


@dataclass(frozen=True, slots=True)
class VersionFacts:
    """What two versions are compared by."""

    digest: int
    title: str
    standfirst: str
    text_digest: int | None
    published: str | None
    modified: str | None
    extractor: str


@dataclass(frozen=True, slots=True)
class Sight:
    """One capture of one address of the article, and what it showed.

    ``outcome`` is ``read`` (then ``version`` is there), ``gone``, ``moved`` (then ``target`` is)
    or ``waiting``. ``capture`` numbers are in order of time.
    """

    capture: int
    timestamp: str
    address: int
    outcome: str
    version: VersionFacts | None = None
    target: str | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """A row of ``events``, without its article; versions by their digests."""

    at: str
    kind: str
    capture: int
    version_before: int | None = None
    version_after: int | None = None
    silent: bool = False
    detail: str | None = None


def events_of(
    sights: Sequence[Sight], *, removed_after: timedelta = REMOVED_AFTER
) -> tuple[Event, ...]:
    """Everything that happened, in order of time.

    Edits are drawn along each address by itself (an AMP page that differs from its article has
    not been edited), and only between texts read by the same extractor.

    >>> def read(n, day, text):
    ...     facts = VersionFacts(text, "T", "", text, None, None, "1")
    ...     return Sight(n, f"202601{day:02}000000", 7, "read", facts)
    >>> [(e.at[:8], e.kind) for e in events_of([read(1, 1, 8), read(2, 2, 8), read(3, 3, 9)])]
    [('20260101', 'published'), ('20260103', 'edited')]
    """
    ordered = sorted(sights, key=lambda sight: sight.capture)
    by_address: dict[int, list[Sight]] = defaultdict(list)
    for sight in ordered:
        by_address[sight.address].append(sight)
    found = [*_published(ordered), *_presence(ordered, removed_after)]
    unique: dict[tuple[object, ...], Event] = {}
    for along in by_address.values():
        for twin, event in _numbered([*_changes(along), *_moves(along)]):
            first = unique.setdefault(twin, event)
            if event.capture < first.capture:
                unique[twin] = event
    found += unique.values()
    return tuple(sorted(found, key=lambda event: (event.capture, event.kind)))


def _numbered(along: Iterable[Event]) -> Iterator[tuple[tuple[object, ...], Event]]:
    """Each event of one address with what its twin at another address has in common with it.

    The same edit shows at every address, and is one; a text put back and changed again is edited
    anew, so the how-manieth time it is counts too.
    """
    times: Counter[tuple[object, ...]] = Counter()
    for event in along:
        same = (event.kind, event.version_before, event.version_after, event.detail)
        times[same] += 1
        yield (*same, times[same]), event


def _published(ordered: Iterable[Sight]) -> Iterator[Event]:
    for sight in ordered:
        if sight.version:
            yield Event(
                sight.timestamp,
                "published",
                sight.capture,
                version_after=sight.version.digest,
            )
            return


def _changes(along: Iterable[Sight]) -> Iterator[Event]:
    before: VersionFacts | None = None
    for sight in along:
        after = sight.version
        if after is None:
            continue
        if before and before.digest != after.digest and before.extractor == after.extractor:
            yield from _change(before, after, sight)
        before = after


def _change(before: VersionFacts, after: VersionFacts, sight: Sight) -> Iterator[Event]:
    silent = after.modified is None or after.modified == before.modified
    if letters(before.title) != letters(after.title):
        yield Event(
            sight.timestamp,
            "retitled",
            sight.capture,
            before.digest,
            after.digest,
            silent,
            f"{before.title} → {after.title}",
        )
    if before.text_digest != after.text_digest or letters(before.standfirst) != letters(
        after.standfirst
    ):
        yield Event(sight.timestamp, "edited", sight.capture, before.digest, after.digest, silent)


def _moves(along: Iterable[Sight]) -> Iterator[Event]:
    told: str | None = None
    for sight in along:
        if sight.outcome == "read":
            told = None
        elif sight.outcome == "moved" and sight.target != told:
            told = sight.target
            yield Event(sight.timestamp, "moved", sight.capture, detail=sight.target)


def _presence(ordered: Iterable[Sight], removed_after: timedelta) -> Iterator[Event]:
    """Removed when the last of its addresses is gone for good; restored when one can be read.

    An address that redirects does not keep an article alive: nothing can be read there.
    """
    gone_since: dict[int, str] = {}
    live: set[int] = set()
    moved: set[int] = set()
    removed = False
    for sight in ordered:
        if sight.outcome == "gone":
            since = gone_since.setdefault(sight.address, sight.timestamp)
            is_news = sight.address in live
            if is_news and _has_passed(since, sight.timestamp, removed_after):
                live.remove(sight.address)
                if live <= moved and not removed:
                    removed = True
                    yield Event(sight.timestamp, "removed", sight.capture)
            continue
        gone_since.pop(sight.address, None)
        if sight.outcome == "moved":
            moved.add(sight.address)
        elif sight.outcome == "read":
            live.add(sight.address)
            moved.discard(sight.address)
            if removed:
                removed = False
                yield Event(sight.timestamp, "restored", sight.capture)


def _has_passed(since: str, until: str, span: timedelta) -> bool:
    return from_timestamp(until) - from_timestamp(since) >= span
