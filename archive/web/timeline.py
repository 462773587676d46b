"""Captures before, after and beside one, and where a typed address leads."""

import re
from dataclasses import dataclass
from datetime import timedelta

from sqlite_utils import Database

from archive.index.captures import Capture, iter_captures
from archive.times import from_timestamp, to_timestamp
from archive.urls import is_http, urlkey
from archive.web.render import query

# A host as people type it, perhaps with a path: nothing that a query could mean otherwise.
_BARE = re.compile(r"(?:[\w-]+\.)+[^\W\d_]{2,}(?::\d+)?(?P<path>/\S*)?")
_COUNT = (
    "SELECT count(*), min(timestamp), max(timestamp) FROM captures "
    "WHERE urlkey = ? AND record_type <> 'metadata'"
)
# At most this many rows are looked at for neighbours: a courtesy page must not cost a scan.
_BESIDE = """
SELECT uri, count(*), max(timestamp) FROM (
    SELECT urlkey, uri, timestamp FROM captures
    WHERE urlkey >= ? AND urlkey < ? AND status = 200 AND mime LIKE 'text/html%' LIMIT 3000
) GROUP BY urlkey ORDER BY max(timestamp) DESC LIMIT ?
"""


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The captures of one urlkey around one of them."""

    total: int
    first: str
    last: str
    earlier: Capture | None
    later: Capture | None


@dataclass(frozen=True, slots=True)
class Beside:
    """Another page near an address, with how often and when last it was captured."""

    uri: str
    captures: int
    last: str


def neighbours(db: Database, capture: Capture) -> Neighbours:
    """Count the captures of the same address, and find the next one on either side."""
    total, first, last = db.execute(_COUNT, (capture.urlkey,)).fetchone()
    at, second = from_timestamp(capture.timestamp), timedelta(seconds=1)
    earlier = iter_captures(db, capture.urlkey, until=to_timestamp(at - second), newest_first=True)
    later = iter_captures(db, capture.urlkey, since=to_timestamp(at + second))
    return Neighbours(total, first, last, next(earlier, None), next(later, None))


def find_place(db: Database, typed: str) -> str | None:
    """Where what was typed for words leads, if it is an address or a host; None: it is words.

    Without its scheme only what was captured is taken for one.
    """
    if is_http(typed) and not re.search(r"\s", typed):
        return f"/captures?url={query(typed)}"
    bare = _BARE.fullmatch(typed)
    if bare is None:
        return None
    is_host = bare["path"] in (None, "/")
    key = urlkey(f"http://{typed}")
    if next(iter_captures(db, key, prefix=is_host, failures=True), None) is None:
        return None
    asked = f"{typed.rstrip('/')}/*" if is_host else typed
    return f"/captures?url={query(asked)}"


def pages_beside(db: Database, urlkey: str, *, limit: int = 10) -> tuple[Beside, ...]:
    """Pages whose address begins like this one, from as near as there are any."""
    for prefix in prefixes(urlkey):
        rows = db.execute(_BESIDE, (prefix, prefix + "\U0010ffff", limit)).fetchall()
        if rows:
            return tuple(Beside(*row) for row in rows)
    return ()


def prefixes(urlkey: str) -> list[str]:
    """Ever shorter beginnings of a urlkey, down to its host.

    >>> prefixes("org,example)/a/b/c?d=1")
    ['org,example)/a/b/c', 'org,example)/a/b/', 'org,example)/a/', 'org,example)/']
    """
    host, bracket, path = urlkey.partition(")")
    if not bracket:
        return []
    path, mark, _ = path.partition("?")
    found = [path] if mark and len(path) > 1 else []
    while "/" in path[:-1]:
        path = path.rstrip("/").rpartition("/")[0] + "/"
        found.append(path)
    return [f"{host}){part}" for part in found or ["/"]]
