"""One article, computed from its captures and versions: pure, and the only place that does.

Nothing here depends on what the article was before: that is what makes a rebuild equal.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from archive.index.dating import dated
from archive.index.rows import StoredArticle, StoredEvent, StoredVersion
from archive.indexer.events import Kind, Outcome, Sight, events_of, last_removal
from archive.indexer.likeness import COVERED, is_other_text, share_begun
from extract.fingerprint import essence
from extract.notices import is_notice


@dataclass(frozen=True, slots=True)
class Home:
    """Where an article lives: its id is that of its main address."""

    number: int
    id: int
    source: str
    url: str


@dataclass(frozen=True, slots=True)
class Derived:
    """One article computed: its row, its events, its versions, and the names that lead to it."""

    article: StoredArticle
    events: tuple[StoredEvent, ...]
    versions: tuple[StoredVersion, ...]
    people: tuple[str, ...]
    tags: tuple[str, ...]


def derive(
    home: Home,
    versions: Sequence[StoredVersion],
    sights: Sequence[Sight],
    left: Mapping[int, int | None],
) -> Derived:
    """Compute an article.

    Args:
        home: Where it lives.
        versions: All its texts, in order of their first captures; at least one.
        sights: All captures of all its addresses, in order of time; those that were read have
            their version.
        left: What is told of the text of versions without their site's template, by their ids.
    """
    counted = _counted(versions, sights)
    seen = _without_notices(_told(sights, counted, left), counted)
    seen = _with_editions(_whole(seen))
    counted = _shown(counted, seen, left)
    events = events_of(seen)
    current_sight = _current(home, seen)
    current = current_sight.version
    assert current is not None
    published = _published(events, seen, counted)
    reads = [sight for sight in seen if sight.version]
    shown = [version for version in counted if version.shown_as == version.id]
    edition_of = {sight.version.id: sight.edition for sight in reads if sight.version}
    own = [v for v in shown if edition_of.get(v.id, 0) == current_sight.edition]
    others = {
        sight.edition: sight.version
        for sight in reads
        if sight.version and sight.edition != current_sight.edition
    }
    edits = [event for event in events if event.kind in (Kind.EDITED, Kind.RETITLED)]
    article = StoredArticle(
        number=home.number,
        id=home.id,
        source=home.source,
        url=home.url,
        title=current.title,
        current_version=current.id,
        published=published,
        dated=dated(published, reads[0].timestamp),
        first_captured=reads[0].timestamp,
        last_captured=sights[-1].timestamp,
        versions=len(shown),
        captures=len(sights),
        kind=current.kind,
        language=current.language,
        section=current.section,
        credit=current.credit,
        paywall=current.paywall,
        words=current.words,
        edited=edits[-1].at if edits else None,
        removed=last_removal(events),
        earlier_text=earlier_text(current, own) if len(own) > 1 else "",
        editions_text="\n".join(text_of(v) for _, v in sorted(others.items())) if others else "",
    )
    return Derived(
        article,
        events,
        tuple(counted),
        _names([version.authors for version in counted]),
        _names([version.tags for version in counted]),
    )


def earlier_text(current: StoredVersion, versions: Iterable[StoredVersion]) -> str:
    """The lines of other versions that the current one no longer has: still to be found."""
    lines: dict[str, None] = {}
    for version in versions:
        if version.id != current.id:
            lines.update(dict.fromkeys(filter(None, text_of(version).split("\n"))))
    for line in text_of(current).split("\n"):
        lines.pop(line, None)
    return "\n".join(lines)


def text_of(version: StoredVersion) -> str:
    """Title, standfirst and text, a line each and more."""
    return "\n".join(part for part in (version.title, version.standfirst, version.text) if part)


def _counted(versions: Sequence[StoredVersion], sights: Sequence[Sight]) -> list[StoredVersion]:
    """Versions with how often, and when last, each was seen, and whether never whole."""
    if len(sights) == 1 and versions[0].is_cut == sights[0].is_cut and versions[0].captures == 1:
        # By far most of all: seen once, and as it was met.
        return [*versions]
    captures: dict[int, list[Sight]] = defaultdict(list)
    for sight in sights:
        if sight.version:
            captures[sight.version.id].append(sight)
    return [
        replace(
            version,
            last_capture=captures[version.id][-1].capture,
            captures=len(captures[version.id]),
            is_cut=all(sight.is_cut for sight in captures[version.id]),
            shown_as=version.id,
        )
        for version in versions
    ]


def _told(
    sights: Sequence[Sight], versions: Iterable[StoredVersion], left: Mapping[int, int | None]
) -> list[Sight]:
    if len(sights) == 1 and not left and sights[0].told_by is not None:
        return [*sights]
    by_id = {version.id: version for version in versions}
    return [
        replace(
            sight,
            version=(version := by_id[sight.version.id]),
            told_by=left.get(version.id, version.text_digest),
        )
        if sight.version
        else sight
        for sight in sights
    ]


def _without_notices(sights: list[Sight], versions: Sequence[StoredVersion]) -> list[Sight]:
    """What says that the story is gone is none of its versions, where there is another one."""
    if len(versions) == 1:
        return sights
    notices = {version.id for version in versions if is_notice(version.title, version.text)}
    if not notices or len(notices) == len(versions):
        return sights
    return [
        replace(sight, outcome=Outcome.SOFT, version=None)
        if sight.version and sight.version.id in notices
        else sight
        for sight in sights
    ]


def _whole(sights: list[Sight]) -> list[Sight]:
    """A capture that was cut off shows what the whole one has that begins most as it does."""
    if not any(sight.version and sight.version.is_cut for sight in sights):
        return sights
    return [
        _whole_at(place, sights) if sight.version and sight.version.is_cut else sight
        for place, sight in enumerate(sights)
    ]


def _whole_at(place: int, sights: Sequence[Sight]) -> Sight:
    cut = sights[place]
    assert cut.version is not None
    shares = [
        (share_begun(cut.version, other.version), other)
        for other in (*reversed(sights[:place]), *sights[place + 1 :])
        if other.version is not None and not other.version.is_cut
    ]
    # Of those that have as much the nearest before it, else the nearest after it.
    share, best = max(shares, key=lambda found: found[0], default=(0.0, cut))
    if share < COVERED:
        return cut
    return replace(cut, version=best.version, told_by=best.told_by, published=best.published)


def _with_editions(sights: list[Sight]) -> list[Sight]:
    """Tell apart what an address says in several languages; a language misread is none."""
    versions = {sight.version.id: sight.version for sight in sights if sight.version}
    if len({version.language for version in versions.values()} - {None}) < 2:
        return sights
    firsts: list[StoredVersion] = []
    edition_of: dict[int, int] = {}
    for version in versions.values():
        alike = (
            number
            for number, first in enumerate(firsts)
            if None in (first.language, version.language)
            or first.language == version.language
            or not is_other_text(first, version)
        )
        edition_of[version.id] = next(alike, len(firsts))
        if edition_of[version.id] == len(firsts):
            firsts.append(version)
    return [
        replace(sight, edition=edition_of[sight.version.id]) if sight.version else sight
        for sight in sights
    ]


def _shown(
    versions: Sequence[StoredVersion], sights: Iterable[Sight], left: Mapping[int, int | None]
) -> list[StoredVersion]:
    """Which version stands for each: the first that is told by the same, or has it whole."""
    if len(versions) == 1:
        return [*versions]
    at = {sight.capture: sight.version.id for sight in sights if sight.version}
    first: dict[tuple[object, ...], int] = {}
    for version in versions:
        if at.get(version.id, version.id) == version.id:
            first.setdefault(_key(version, left), version.id)
    by_id = {version.id: version for version in versions}
    return [
        replace(
            version,
            shown_as=first.get(_key(by_id[at.get(version.id, version.id)], left), version.id),
        )
        for version in versions
    ]


def _key(version: StoredVersion, left: Mapping[int, int | None]) -> tuple[object, ...]:
    """What versions are told apart by: by less than their digest where furniture was taken out."""
    if not left:
        return (version.digest,)
    told_by = left.get(version.id, version.text_digest)
    return essence(version.title), essence(version.standfirst), told_by


def _current(home: Home, sights: Sequence[Sight]) -> Sight:
    """What was read last at the main address, in the language it has most often."""
    reads = [sight for sight in sights if sight.version]
    at_home = [sight for sight in reads if sight.address == home.id] or reads
    often = Counter(sight.edition for sight in at_home)
    edition = max(often, key=lambda number: (often[number], -number))
    return [sight for sight in at_home if sight.edition == edition][-1]


def _published(
    events: Iterable[StoredEvent], sights: Sequence[Sight], versions: Iterable[StoredVersion]
) -> str | None:
    """The date that was printed first; of the last story, where others stood there before."""
    since = max((e.capture for e in events if e.kind == Kind.REPLACED), default=0)
    printed = (sight.published for sight in sights if sight.version and sight.capture >= since)
    return next(filter(None, printed), next((v.published for v in versions if v.published), None))


def _names(listed: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for names in listed for name in _read_names(names)))


@lru_cache(10_000)
def _read_names(listed: str) -> tuple[str, ...]:
    return () if listed == "[]" else tuple(json.loads(listed))
