"""Captures that answer a question, in order, filtered, collapsed and cut."""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from sqlite_utils import Database

from archive.replay.cdx.query import MAX_LINES, CdxQuery
from archive.times import from_timestamp

_REVISIT_MIME = "warc/revisit"
_WHERE = """
FROM captures c JOIN warcs w ON w.id = c.warc
WHERE c.urlkey >= :first AND c.urlkey <= :last AND c.timestamp >= :since AND c.timestamp <= :until
AND c.record_type <> 'metadata'
"""
_SELECT = f"""
SELECT c.id, c.urlkey, c.timestamp, c.uri, c.mime, c.status, c.digest, c.length, c.offset,
    w.filename, c.redirect, c.method, c.record_type, c.source {_WHERE}
"""
_BEHIND = "AND (c.urlkey, c.timestamp, c.id) > (:key, :moment, :number)"
_FORWARD = "ORDER BY c.urlkey, c.timestamp, c.id"
_BACKWARD = "ORDER BY c.urlkey DESC, c.timestamp DESC, c.id DESC"
# What is sorted by distance is held; the nearest of these.
_MAX_SORTED = 20_000


@dataclass(frozen=True, slots=True)
class Line:
    """One capture, its ``fields`` by pywb's names; ``key`` and ``number`` say where to go on."""

    key: str
    number: int
    fields: dict[str, str]


def iter_lines(db: Database, query: CdxQuery) -> Iterator[Line]:
    """The captures that answer."""
    lines = _collapsed(_kept(_rows(db, query), query), query)
    if query.sort == "closest" and query.closest:
        lines = iter(sorted(islice(lines, _MAX_SORTED), key=lambda line: _distance(line, query)))
    if query.page is not None:
        start = query.page * query.page_lines
        lines = islice(lines, start, start + query.page_lines)
    if query.limit < 0:
        return iter(deque(lines, maxlen=-query.limit))
    return islice(lines, min(query.limit, MAX_LINES))


def count_pages(db: Database, query: CdxQuery) -> int:
    """How many pages the captures of these addresses and this time fill."""
    (count,) = db.execute(f"SELECT count(*) {_WHERE}", _values(query)).fetchone()
    return -(-int(count) // query.page_lines)


def _values(query: CdxQuery) -> dict[str, str]:
    return {
        "first": query.first,
        "last": query.last,
        "since": query.since,
        "until": query.until.ljust(14, "9"),
    }


def _rows(db: Database, query: CdxQuery) -> Iterator[Line]:
    values: dict[str, object] = dict(_values(query))
    sql = _SELECT
    if query.resume is not None:
        values |= dict(zip(("key", "moment", "number"), query.resume, strict=True))
        sql += _BEHIND
    order = _BACKWARD if query.sort == "reverse" else _FORWARD
    for row in db.execute(f"{sql} {order}", values):
        yield _line(row)


def _line(row: tuple[object, ...]) -> Line:
    number, key, timestamp, url, mime, status, digest, length, offset, name, *more = row
    redirect, method, record_type, source = more
    return Line(
        str(key),
        int(str(number)),
        {
            "urlkey": str(key).replace(" ", "%20"),
            "timestamp": str(timestamp),
            "url": str(url).replace(" ", "%20"),
            "mime": _REVISIT_MIME if record_type == "revisit" else str(mime or "-"),
            "status": "-" if status is None else str(status),
            "digest": str(digest or "-").removeprefix("sha1:"),
            "length": str(length),
            "offset": str(offset),
            "filename": str(name),
            "redirect": str(redirect or "-"),
            "method": str(method or "GET"),
            "recordtype": str(record_type),
            "source": str(source),
        },
    )


def _kept(lines: Iterable[Line], query: CdxQuery) -> Iterator[Line]:
    for line in lines:
        if all(condition.holds(line.fields[condition.field]) for condition in query.filters):
            yield line


def _collapsed(lines: Iterator[Line], query: CdxQuery) -> Iterator[Line]:
    if not query.collapse:
        yield from lines
        return
    before: tuple[str, ...] | None = None
    for line in lines:
        # Captures of another address are never neighbours, but where addresses are collapsed.
        found = tuple(
            line.fields[name][:count] if count else line.fields[name]
            for name, count in (*query.collapse, ("urlkey", 0))
        )
        if any(name == "urlkey" for name, _ in query.collapse):
            found = found[:-1]
        if found != before:
            yield line
        before = found


def _distance(line: Line, query: CdxQuery) -> float:
    moment = from_timestamp(line.fields["timestamp"])
    return abs((moment - from_timestamp(query.closest)).total_seconds())
