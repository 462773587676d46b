"""What happened to an article, told from its captures: pure, the same for any order of reading."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from itertools import pairwise

from archive.index.rows import StoredEvent, StoredVersion
from archive.indexer.likeness import is_other_story, is_teaser
from archive.times import from_timestamp
from extract.fingerprint import essence
from extract.passing import without_passing

REMOVED_AFTER = timedelta(days=3)
"""That nothing is there must be seen twice, so far apart, before an article counts as removed."""

# A moment that is printed to the minute, or in another zone, is no other date.
_REDATED_AFTER = timedelta(hours=1)
_NOW = timedelta(minutes=10)
_LOCKED = {"partial", "closed"}


class Outcome(StrEnum):
    """What a capture showed at its address."""

    READ = "read"
    GONE = "gone"
    SOFT = "soft"
    MOVED = "moved"
    WAITING = "waiting"


class Kind(StrEnum):
    """What can happen to an article."""

    PUBLISHED = "published"
    EDITED = "edited"
    RETITLED = "retitled"
    REDATED = "redated"
    MOVED = "moved"
    REMOVED = "removed"
    RESTORED = "restored"
    REPLACED = "replaced"
    OPENED = "opened"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Sight:
    """One capture of one address of an article, and what it showed.

    ``version`` is there where something was read, and ``told_by`` is what its text is told by,
    without what the site's template says; ``published`` is the date that was printed. ``target`` is
    where the reader was sent. ``edition`` tells languages apart. ``capture`` numbers are in order
    of time.
    """

    article: int
    capture: int
    timestamp: str
    address: int
    outcome: Outcome
    version: StoredVersion | None = None
    told_by: int | None = None
    published: str | None = None
    target: str | None = None
    is_cut: bool = False
    edition: int = 0

    def event(self, kind: Kind, **more: object) -> StoredEvent:
        """An event that this capture shows."""
        return StoredEvent(self.capture, kind.value, self.timestamp, self.article, **more)  # type: ignore[arg-type]


def events_of(
    sights: Sequence[Sight], *, removed_after: timedelta = REMOVED_AFTER
) -> tuple[StoredEvent, ...]:
    """Everything that happened, in order of time.

    Edits are drawn along each address by itself (an AMP page that differs from its article has
    not been edited), within each edition, and only between texts read by the same extractor.
    """
    ordered = sorted(sights, key=lambda sight: sight.capture)
    by_address: dict[int, list[Sight]] = defaultdict(list)
    by_edition: dict[tuple[int, int], list[Sight]] = defaultdict(list)
    for sight in ordered:
        by_address[sight.address].append(sight)
        if sight.version:
            by_edition[sight.address, sight.edition].append(sight)
    found = [*_published(ordered), *_presence(ordered, removed_after)]
    along = [_changes(seen) for seen in by_edition.values()]
    along += [list(_moves(seen)) for seen in by_address.values()]
    unique: dict[tuple[object, ...], StoredEvent] = {}
    for happened in along:
        for twin, event in _numbered(happened):
            first = unique.setdefault(twin, event)
            if event.capture < first.capture:
                unique[twin] = event
    found += unique.values()
    return tuple(sorted(found, key=lambda event: (event.capture, event.kind)))


def _numbered(along: Iterable[StoredEvent]) -> Iterator[tuple[tuple[object, ...], StoredEvent]]:
    """Each event of one address with what its twin at another address has in common with it.

    The same edit shows at every address, and is one; a text put back and changed again is edited
    again, so the how-manieth time it is counts too.
    """
    times: Counter[tuple[object, ...]] = Counter()
    for event in along:
        same = (event.kind, event.version_before, event.version_after, event.detail)
        times[same] += 1
        yield (*same, times[same]), event


def _published(ordered: Iterable[Sight]) -> Iterator[StoredEvent]:
    for sight in ordered:
        if sight.version:
            yield sight.event(
                Kind.PUBLISHED, version_after=sight.version.digest, detail=sight.published
            )
            return


def _changes(along: Sequence[Sight]) -> list[StoredEvent]:
    """Edits of one edition at one address; titles that take turns are one event, and counted."""
    found: list[StoredEvent] = []
    turns: dict[frozenset[str], int] = {}
    for before, sight in pairwise(along):
        old, new = before.version, sight.version
        if old is None or new is None or old.extractor != new.extractor:
            continue
        for event in _change(old, new, before, sight):
            if event.kind == Kind.RETITLED:
                place = turns.setdefault(
                    frozenset(map(essence, (old.title, new.title))), len(found)
                )
                if place < len(found):
                    found[place] = replace(found[place], flips=found[place].flips + 1)
                    continue
            found.append(event)
    return found


def _change(
    old: StoredVersion, new: StoredVersion, before: Sight, sight: Sight
) -> Iterator[StoredEvent]:
    between = {"version_before": old.digest, "version_after": new.digest}
    if old.digest != new.digest:
        titles = f"{old.title} → {new.title}"
        if is_other_story(old, new):
            yield sight.event(Kind.REPLACED, detail=titles, **between)
            return
        silent = new.modified is None or new.modified == old.modified
        if essence(old.title) != essence(new.title):
            yield sight.event(Kind.RETITLED, silent=silent, detail=titles, **between)
        if before.told_by != sight.told_by or _standfirst(old) != _standfirst(new):
            kind = _gate(old, new) or Kind.EDITED
            yield sight.event(kind, silent=silent and kind is Kind.EDITED, **between)
    if is_redated(before.published, sight.published) and not (
        _says_now(before) and _says_now(sight)
    ):
        dates = f"{before.published} → {sight.published}"
        yield sight.event(Kind.REDATED, detail=dates, **between)


def _says_now(sight: Sight) -> bool:
    """Whether the date that is printed is that of the visit: some pages print the time it is."""
    printed = sight.published or ""
    if len(printed) < len("2026-03-01T09:00"):
        return False
    moment = datetime.fromisoformat(printed)
    seen = from_timestamp(sight.timestamp)
    return abs((moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - seen) <= _NOW


def _standfirst(version: StoredVersion) -> str:
    return essence(without_passing(version.standfirst, version.language))


def _gate(old: StoredVersion, new: StoredVersion) -> Kind | None:
    """Whether a paywall was opened or closed: the one text is the beginning of the other."""
    if new.paywall not in _LOCKED and old.modified == new.modified and is_teaser(old, new):
        return Kind.OPENED
    if old.paywall not in _LOCKED and old.modified == new.modified and is_teaser(new, old):
        return Kind.CLOSED
    return None


def is_redated(before: str | None, after: str | None) -> bool:
    """Whether another date is printed, as far as both say.

    >>> is_redated("2026-03-01", "2026-03-10"), is_redated("2026-03-01", "2026-03-01T09:00:00")
    (True, False)
    >>> is_redated("2026-03-01T09:00:00+01:00", "2026-03-01T08:00:00+00:00")
    False
    """
    if not before or not after or before == after:
        return False
    size = min(len(before), len(after))
    if size < len("2026-03-01T09:00"):
        return before[: min(size, 10)] != after[: min(size, 10)]
    moments = [datetime.fromisoformat(text) for text in (before, after)]
    if any(moment.tzinfo is None for moment in moments):
        moments = [moment.replace(tzinfo=None) for moment in moments]
    return abs(moments[1] - moments[0]) >= _REDATED_AFTER


def _moves(along: Iterable[Sight]) -> Iterator[StoredEvent]:
    told: str | None = None
    for sight in along:
        if sight.outcome is Outcome.READ:
            told = None
        elif sight.outcome is Outcome.MOVED and sight.target != told:
            told = sight.target
            yield sight.event(Kind.MOVED, detail=sight.target)


def _presence(ordered: Iterable[Sight], removed_after: timedelta) -> Iterator[StoredEvent]:
    """Removed when the last of its addresses is gone for good; restored when one can be read.

    An address that redirects does not keep an article alive: nothing can be read there.
    """
    gone_since: dict[int, str] = {}
    live: set[int] = set()
    moved: set[int] = set()
    removed = False
    for sight in ordered:
        if sight.outcome in (Outcome.GONE, Outcome.SOFT):
            since = gone_since.setdefault(sight.address, sight.timestamp)
            is_news = sight.address in live
            if is_news and _has_passed(since, sight.timestamp, removed_after):
                live.remove(sight.address)
                if live <= moved and not removed:
                    removed = True
                    yield sight.event(Kind.REMOVED, detail=f"{sight.outcome} since {since}")
            continue
        gone_since.pop(sight.address, None)
        if sight.outcome is Outcome.MOVED:
            moved.add(sight.address)
        elif sight.outcome is Outcome.READ:
            live.add(sight.address)
            moved.discard(sight.address)
            if removed:
                removed = False
                yield sight.event(Kind.RESTORED)


def _has_passed(since: str, until: str, span: timedelta) -> bool:
    return from_timestamp(until) - from_timestamp(since) >= span


def last_removal(events: Iterable[StoredEvent]) -> str | None:
    """When the article was removed, where it has not been restored since."""
    presence = [event for event in events if event.kind in (Kind.REMOVED, Kind.RESTORED)]
    return presence[-1].at if presence and presence[-1].kind == Kind.REMOVED else None
