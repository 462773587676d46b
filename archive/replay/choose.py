"""Which capture answers for an address and a moment: the very address, by GET, one that shows.

A urlkey is the key of several addresses, a second may hold several captures, and the nearest in
time may be an error of a minute. So captures near the moment are put in an order, and the first
that can be shown is shown. Every capture has an address of its own besides (`mark_of`).

Source: RFC 7089, 4.5.3 (what a TimeGate chooses is the server's affair).
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from sqlite_utils import Database

from archive.index.captures import Capture
from archive.times import from_timestamp
from archive.urls import DEFAULT_PORTS, WWW, urlkey

LATEST = "99991231235959"

# Seconds by which a capture counts as further away than it is.
_DAY = 86_400
_TWIN = _DAY
_TURNED = 60
_TROUBLE = 30 * _DAY
_NEVER = 10_000 * _DAY

_NEAR = 6
_GONE = frozenset({404, 410, 451})
_FAR = 60
_MAX_HOPS = 10
# How many on each side; the second and third question only where the first gave nothing good.
_SIDES = (
    "AND timestamp <= :timestamp ORDER BY timestamp DESC, id DESC LIMIT :most",
    "AND timestamp > :timestamp ORDER BY timestamp, id LIMIT :most",
)
_OF_KEY = "SELECT * FROM cdx WHERE urlkey = :urlkey AND record_type <> 'metadata'"
_OF_ADDRESS = f"{_OF_KEY} AND uri = :url"
_THAT_SHOW = f"{_OF_KEY} AND status = 200 AND method IS NULL"
_OF_SECOND = f"{_OF_KEY} AND timestamp = :timestamp"

_KNOWN = """
SELECT value FROM json_each(?) WHERE EXISTS (
    SELECT 1 FROM captures WHERE urlkey = value AND record_type <> 'metadata'
        AND (status IS NULL OR status < 400))
"""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is looked for.

    Attributes:
        url: The address.
        timestamp: 14 digits; None for the latest.
        mark: Of one capture of that second; empty for whichever shows best.
        requisite: It is a picture, a style sheet or such: whatever shows beats any error.
    """

    url: str
    timestamp: str | None = None
    mark: str = ""
    requisite: bool = False


def mark_of(record_id: str) -> str:
    """What tells captures of one address and second apart in addresses of ours.

    >>> mark_of("urn:uuid:1")
    'b362f50874'
    """
    return hashlib.sha256(record_id.encode()).hexdigest()[:10]


def moment_of(capture: Capture, *, exact: bool = False) -> str:
    """What an address says of when: the timestamp, and which capture of that second it must be.

    That is said where it is asked for (``exact``), and of what another capture may be shown for.
    """
    shows = (
        capture.status == 200
        or capture.status in _GONE
        or (capture.record_type == "revisit" and capture.status == 304)
    )
    if exact or not shows or capture.method is not None or capture.record_type == "conversion":
        return f"{capture.timestamp}@{mark_of(capture.record_id)}"
    return capture.timestamp


def of_one_second(captures: Iterable[Capture]) -> frozenset[str]:
    """Ids of those captures that share address and second with another one of them."""
    found = list(captures)
    count = Counter((capture.urlkey, capture.timestamp) for capture in found)
    return frozenset(c.record_id for c in found if count[c.urlkey, c.timestamp] > 1)


def find_capture(db: Database, asked: Asked) -> Capture | None:
    """The capture to be shown; None where there is none."""
    return next(iter_candidates(db, asked), None)


def iter_candidates(db: Database, asked: Asked) -> Iterator[Capture]:
    """Captures that could answer, best first; one that leads back to itself is left out."""
    if asked.mark:
        values = {"urlkey": urlkey(asked.url), "timestamp": asked.timestamp}
        found = [Capture(*row[1:]) for row in db.execute(_OF_SECOND, values)]
        yield from (capture for capture in found if mark_of(capture.record_id) == asked.mark)
        return
    for capture in _ranked(db, asked):
        if redirect_target(capture) is None or not _leads_back(db, capture):
            yield capture


def known_among(db: Database, urls: Iterable[str]) -> set[str]:
    """Those of the addresses of which there is a capture that shows."""
    keys = {url: urlkey(url) for url in urls}
    if not keys:
        return set()
    rows = db.execute(_KNOWN, [json.dumps(sorted(set(keys.values())))])
    found = {row[0] for row in rows}
    return {url for url, key in keys.items() if key in found}


def redirect_target(capture: Capture) -> str | None:
    """The absolute address a capture redirects to; None when it does not."""
    if capture.status is None or not 300 <= capture.status < 400 or not capture.redirect:
        return None
    try:
        return urljoin(capture.uri, capture.redirect)
    except ValueError:
        return None


def is_same_page(url: str, other: str) -> bool:
    """Whether two addresses differ in scheme, ``www.`` and default port at most.

    >>> is_same_page("http://www.a.example/B?c", "https://a.example:443/B?c#d")
    True
    >>> is_same_page("http://a.example/b", "http://a.example/b/")
    False
    """
    return _plain(url) == _plain(other)


def _plain(url: str) -> str:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return url
    host = WWW.sub("", (parts.hostname or "").rstrip("."))
    own = f":{port}" if port and port != DEFAULT_PORTS.get(parts.scheme) else ""
    return f"{host}{own}{parts.path or '/'}?{parts.query}"


def _ranked(db: Database, asked: Asked) -> list[Capture]:
    wanted = asked.timestamp or LATEST
    moment = from_timestamp(wanted)
    values = {"urlkey": urlkey(asked.url), "timestamp": wanted, "url": asked.url}

    def cost(capture: Capture) -> tuple[int, int, float]:
        distance = abs((from_timestamp(capture.timestamp) - moment).total_seconds())
        same = is_same_page(asked.url, capture.uri)
        twin = 0 if capture.uri.partition("#")[0] == asked.url or not same else _TWIN
        shows = _penalty(capture, requisite=asked.requisite)
        aside = capture.method is not None or capture.record_type == "conversion"
        return (aside, not same, distance + twin + shows)

    near = _ask(db, (_OF_KEY,), values, _NEAR)
    best = min(near, key=cost, default=None)
    nearest = min(near, key=lambda c: abs(from_timestamp(c.timestamp) - moment), default=None)
    if best is not nearest or (best is not None and cost(best)[:2] != (0, 0)) or len(near) > 1:
        clear = best is not None and cost(best)[:2] == (0, 0) and not _penalty(best, requisite=True)
        if not clear:
            near = _ask(db, (_OF_KEY, _OF_ADDRESS, _THAT_SHOW), values, _FAR)
    return sorted(near, key=lambda capture: (*cost(capture), capture.timestamp))


def _ask(
    db: Database, questions: Iterable[str], values: dict[str, str], most: int
) -> list[Capture]:
    found = {
        row[0]: Capture(*row[1:])
        for question in questions
        for side in _SIDES
        for row in db.execute(f"{question} {side}", values | {"most": most})
    }
    return [found[number] for number in sorted(found)]


def _penalty(capture: Capture, *, requisite: bool) -> int:
    """By how many seconds something that shows may be further away, and is shown instead."""
    status = capture.status
    if capture.record_type == "revisit" and status in (None, 200, 304):
        return 0
    if status is None or status == 206 or status in (204, 205) or status < 200:
        return _NEVER
    if status < 300:
        return 0
    if status < 400:
        return _TURNED if capture.redirect else _NEVER
    if requisite:
        return _NEVER
    # A page that is gone is gone; servers that were too busy to say so are another matter.
    return 0 if status in _GONE else _TROUBLE


def _leads_back(db: Database, capture: Capture) -> bool:
    """Whether a redirect comes round to itself, by way of what the archive would answer."""
    seen = {capture.record_id}
    found: Capture | None = capture
    for _ in range(_MAX_HOPS):
        target = redirect_target(found) if found is not None else None
        if found is None or target is None:
            return False
        found = next(iter(_ranked(db, Asked(target, capture.timestamp))), None)
        if found is not None and found.record_id in seen:
            return True
        if found is not None:
            seen.add(found.record_id)
    return True
