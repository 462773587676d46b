"""What happened in the archive, as events; and which versions a person means."""

import json
import re
from calendar import monthrange
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlite_utils import Database

from archive.errors import NotFound
from archive.index.articles import ArticleRow, VersionRow
from archive.index.ids import first_capture_number
from archive.text.fold import fold


@dataclass(frozen=True, slots=True)
class Happening:
    """An event with the article it happened to; ``at`` is a timestamp of 14 digits.

    ``id`` never changes, and is where a list goes on.
    """

    at: str
    kind: str
    article_id: str
    title: str
    url: str
    source: str
    source_name: str
    record_id: str
    version_before: str | None
    version_after: str | None
    silent: bool
    detail: str | None
    flips: int
    id: str


_EVENTS = """
SELECT e.at, e.kind, a.hex AS article_id, a.title, a.url, a.source, s.name AS source_name,
       c.record_id,
       iif(e.version_before IS NULL, NULL, printf('%016x', e.version_before)) AS version_before,
       iif(e.version_after IS NULL, NULL, printf('%016x', e.version_after)) AS version_after,
       e.silent, e.detail, e.flips, printf('%016x-%s', e.capture, e.kind) AS id
FROM events e JOIN articles a ON a.id = e.article JOIN sources s ON s.id = a.source
JOIN captures c ON c.id = e.capture
WHERE e.capture >= :first AND e.capture < :last AND (:kind = '' OR e.kind = :kind)
AND (:source = '' OR a.source = :source) AND (NOT :silent OR e.silent)
AND (:author = '' OR a.number IN (
    SELECT k.article FROM people p JOIN article_people k ON k.person = p.id
    WHERE instr(p.folded, :author)
))
{among} {after} ORDER BY e.capture {way}, e.kind
"""
_AFTER_THIS = "AND (e.capture {than} :capture OR (e.capture = :capture AND e.kind > :after_kind))"
_ID = re.compile(r"([0-7][0-9a-f]{15})-([a-z]+)")


@dataclass(frozen=True, slots=True)
class Narrowing:
    """Which events are wanted; timestamps may be cut short (``2026``), bounds are inclusive.

    ``author`` is a name or a part of one; ``silent``: only edits the page does not date itself.
    """

    since: str = ""
    until: str = "9"
    kind: str = ""
    source: str = ""
    author: str = ""
    silent: bool = False


def iter_events(
    db: Database,
    narrowing: Narrowing = Narrowing(),
    *,
    among: tuple[str, Sequence[str | int]] | None = None,
    newest_first: bool = False,
    after: str = "",
) -> Iterator[Happening]:
    """Events in order of time.

    Args:
        db: The index.
        narrowing: Which ones.
        among: A SELECT of the numbers of articles with its parameters: only events of these.
        newest_first: In the opposite order.
        after: The id of an event: only those that come after it in this order.

    Raises:
        NotFound: ``after`` is the id of no event.
    """
    values: dict[str, str | int | bool] = {
        "first": first_capture_number(_moment(narrowing.since, "0")),
        "last": first_capture_number(_moment(narrowing.until, "9") + timedelta(seconds=1)),
        "kind": narrowing.kind,
        "source": narrowing.source,
        "silent": narrowing.silent,
        "author": fold(narrowing.author),
    }
    clause = "" if among is None else "AND a.number IN (SELECT value FROM json_each(:numbers))"
    if among is not None:
        values["numbers"] = json.dumps([row[0] for row in db.execute(*among)])
    later = ""
    if after:
        place = _ID.fullmatch(after)
        if place is None:
            raise NotFound(f"{after[:60]!r} is the id of no event; give back that of the last one")
        later = _AFTER_THIS.format(than="<" if newest_first else ">")
        values |= {"capture": int(place[1], 16), "after_kind": place[2]}
    way = "DESC" if newest_first else ""
    for row in db.query(_EVENTS.format(among=clause, after=later, way=way), values):
        yield Happening(**{**row, "silent": bool(row["silent"])})


def _moment(timestamp: str, filler: str) -> datetime:
    """The first (filler 0) or last (9) moment of those whose timestamp starts with it.

    >>> [str(_moment("202602", filler)) for filler in "09"]
    ['2026-02-01 00:00:00+00:00', '2026-02-28 23:59:59+00:00']
    """
    digits = timestamp.ljust(14, filler)
    year = min(max(int(digits[:4]), 1), 9998)
    month = min(max(int(digits[4:6]), 1), 12)
    day = min(max(int(digits[6:8]), 1), monthrange(year, month)[1])
    hour, minute, second = (
        min(int(digits[at : at + 2]), most) for at, most in ((8, 23), (10, 59), (12, 59))
    )
    return datetime(year, month, day, hour, minute, second, tzinfo=UTC)


def choose_versions(
    article: ArticleRow, before: str | None = None, after: str | None = None
) -> tuple[VersionRow, VersionRow]:
    """Two versions to compare: by number (from 1), id, the start of one, or timestamp.

    Without ``after`` the newest; without ``before`` the one that was there before ``after``.

    Raises:
        NotFound: there is no such version, or only one.
    """
    if len(article.versions) < 2:
        raise NotFound(f"article {article.id}: there is one version only, nothing to compare")
    newer = _choose(article, after) if after else article.versions[-1]
    if before:
        return _choose(article, before), newer
    place = article.versions.index(newer)
    if place == 0:
        raise NotFound(f"article {article.id}: there is no version before {newer.id}; name one")
    return article.versions[place - 1], newer


def _choose(article: ArticleRow, name: str) -> VersionRow:
    versions = article.versions
    if name.isdecimal() and len(name) <= 4 and 0 < int(name) <= len(versions):
        return versions[int(name) - 1]
    if name.isdecimal() and len(name) == 14:
        seen = [version for version in versions if version.first_captured <= name]
        if seen:
            return seen[-1]
    found = [
        version
        for version in versions
        if len(name) >= 4 and any(known.startswith(name) for known in (version.id, *version.also))
    ]
    if len(found) != 1:
        raise NotFound(
            f"article {article.id}: no version {name!r}; expected a number from 1 to "
            f"{len(versions)}, an id, or a timestamp of 14 digits; `microfiche history` lists them"
        )
    return found[0]
