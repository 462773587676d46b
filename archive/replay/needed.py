"""What a stored page or style sheet needs to look right, and how far off in time each part is."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from sqlite_utils import Database

from archive.index.captures import Capture
from archive.replay.address import Links
from archive.replay.choose import Asked, find_capture, known_among, redirect_target
from archive.replay.headers import treatment_of
from archive.replay.resolve import Stored
from archive.replay.respond import Around, Body, replay_of
from archive.times import from_timestamp

MAX_PARTS = 500
_HOLD_ADDRESSES = frozenset({"html", "xhtml", "css", "svg"})
_MAX_HOPS = 5


@dataclass(frozen=True, slots=True)
class Part:
    """Something that a page needs.

    Attributes:
        url: Its address, as the page names it.
        capture: What is shown for it; None where it was not captured.
        offset_s: Seconds by which that was captured after the page; negative: before it.
    """

    url: str
    capture: Capture | None
    offset_s: float = 0.0


@dataclass(frozen=True, slots=True)
class _NotedLinks(Links):
    """Links that note which requisites were asked for, in that order."""

    noted: dict[str, None] = field(default_factory=dict)

    def requisite(self, url: str) -> str | None:
        located = Links.requisite(self, url)
        start = f"/web/{self.timestamp}/"
        if located is not None and located.startswith(start):
            self.noted[located.removeprefix(start).partition("#")[0]] = None
        return located


def needed_by(db: Database, stored: Stored) -> Sequence[str]:
    """What a browser would ask for, in order: found in what the replay would give it."""
    capture, content_type = stored.capture, stored.http.get("content-type") or ""
    if treatment_of(content_type, stored.payload.body[:64]).how not in _HOLD_ADDRESSES:
        return ()
    body = Body(capture.uri, stored.http.status, content_type, stored.payload.content())
    links = _NotedLinks(capture.uri, capture.timestamp, "")

    def read(drawing: str) -> None:
        links.noted[drawing] = None

    replay_of(body, links, around=Around(lambda urls: known_among(db, urls), read))
    return tuple(links.noted)


def find_parts(db: Database, urls: Iterable[str], timestamp: str) -> list[Part]:
    """What the replay shows for each address in a page of this moment."""
    moment = from_timestamp(timestamp)
    parts = []
    for url in urls:
        found = _shown_for(db, url, timestamp)
        off = (from_timestamp(found.timestamp) - moment).total_seconds() if found else 0.0
        parts.append(Part(url, found, off))
    return parts


def _shown_for(db: Database, url: str, timestamp: str) -> Capture | None:
    """The capture at the end of redirects, an error where there is nothing else."""
    found = None
    for _ in range(_MAX_HOPS):
        found = find_capture(db, Asked(url, timestamp, requisite=True))
        target = redirect_target(found) if found is not None else None
        if found is None or target is None:
            break
        url = target
    return found
