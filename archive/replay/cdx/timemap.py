"""The mementos of one address: TimeMaps, and the links that each memento carries.

Source: RFC 7089, 2.2 and 5 (link relations, TimeMaps); the JSON and CDXJ forms of MementoWeb's and
ODU's aggregators.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from urllib.parse import quote

from sqlite_utils import Database

from archive.index.captures import Capture
from archive.replay.choose import moment_of, of_one_second
from archive.times import from_timestamp
from archive.urls import urlkey

FORMS = {
    "link": "application/link-format",
    "json": "application/json",
    "cdxj": "application/cdxj+ors",
}
MAX_MEMENTOS = 100_000
_SAFE = "!#$%&'()*+,/:;=?@[]~"
_OF_ADDRESS = """
SELECT * FROM cdx WHERE urlkey = ? AND record_type <> 'metadata' AND method IS NULL
ORDER BY timestamp, id LIMIT ?
"""
_AROUND = """
SELECT min(timestamp), max(timestamp),
    max(CASE WHEN timestamp < :at THEN timestamp END),
    min(CASE WHEN timestamp > :at THEN timestamp END)
FROM captures WHERE urlkey = :urlkey AND record_type <> 'metadata' AND method IS NULL
"""


@dataclass(frozen=True, slots=True)
class Memento:
    """One capture as others refer to it."""

    uri: str
    moment: datetime
    timestamp: str

    @property
    def datetime(self) -> str:
        """As HTTP writes dates."""
        return http_date(self.moment)


def http_date(moment: datetime) -> str:
    """A moment as HTTP writes it.

    >>> http_date(datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC))
    'Fri, 02 Jan 2026 03:04:05 GMT'
    """
    return format_datetime(moment.astimezone(UTC), usegmt=True)


def find_mementos(db: Database, url: str, replay: str) -> list[Memento]:
    """Every capture of an address, the oldest first; ``replay`` is the origin that shows them."""
    rows = db.execute(_OF_ADDRESS, [urlkey(url), MAX_MEMENTOS])
    captures = [Capture(*row[1:]) for row in rows]
    twins = of_one_second(captures)
    return [
        Memento(
            f"{replay}/web/{moment_of(c, exact=c.record_id in twins)}/{quote(c.uri, _SAFE)}",
            from_timestamp(c.timestamp),
            c.timestamp,
        )
        for c in captures
    ]


def links_of(url: str, replay: str) -> dict[str, str]:
    """Where original, TimeGate and TimeMaps of an address are, by relation."""
    plain = quote(url, _SAFE)
    return {
        "original": plain,
        "timegate": f"{replay}/web/{plain}",
        "timemap": f"{replay}/web/timemap/link/{plain}",
    }


def link_header(db: Database | None, url: str, replay: str, timestamp: str | None = None) -> str:
    """The Link header of a TimeGate, or of a memento of this moment; all relations with ``db``."""
    links = links_of(url, replay)
    found = [
        f'<{links["original"]}>; rel="original"',
        f'<{links["timegate"]}>; rel="timegate"',
        f'<{links["timemap"]}>; rel="timemap"; type="{FORMS["link"]}"',
    ]
    if db is None:
        return ", ".join(found)
    values = {"urlkey": urlkey(url), "at": timestamp or "9"}
    first, last, before, after = db.execute(_AROUND, values).fetchone()
    relations: dict[str, list[str]] = {}
    for relation, at in (
        ("first", first),
        ("prev", before if timestamp else None),
        ("", timestamp),
        ("next", after if timestamp else None),
        ("last", last),
    ):
        if at is not None:
            relations.setdefault(at, []).append(relation)
    for at in sorted(relations):
        named = " ".join((*filter(None, relations[at]), "memento"))
        moment = http_date(from_timestamp(at))
        place = f"{replay}/web/{at}/{links['original']}"
        found.append(f'<{place}>; rel="{named}"; datetime="{moment}"')
    return ", ".join(found)


def to_link_format(url: str, replay: str, mementos: Sequence[Memento]) -> Iterator[str]:
    """A TimeMap as RFC 7089 has it."""
    links = links_of(url, replay)
    yield f'<{links["original"]}>; rel="original",\n'
    span = f'from="{mementos[0].datetime}"; until="{mementos[-1].datetime}"'
    yield f'<{links["timemap"]}>; rel="self"; type="{FORMS["link"]}"; {span},\n'
    yield f'<{links["timegate"]}>; rel="timegate"'
    for number, memento in enumerate(mementos):
        relation = _relation(number, len(mementos))
        yield f',\n<{memento.uri}>; rel="{relation}"; datetime="{memento.datetime}"'
    yield "\n"


def to_json(url: str, replay: str, mementos: Sequence[Memento]) -> Iterator[str]:
    """A TimeMap as JSON."""
    links = links_of(url, replay)
    listed = [{"datetime": m.moment.isoformat(), "uri": m.uri} for m in mementos]
    yield json.dumps(
        {
            "original_uri": links["original"],
            "timegate_uri": links["timegate"],
            "timemap_uri": {
                f"{form}_format": f"{replay}/web/timemap/{form}/{links['original']}"
                for form in FORMS
            },
            "mementos": {"first": listed[0], "last": listed[-1], "list": listed},
        },
        indent=1,
    )
    yield "\n"


def to_cdxj(url: str, replay: str, mementos: Sequence[Memento]) -> Iterator[str]:
    """A TimeMap as CDXJ."""
    links = links_of(url, replay)
    place = f"{replay}/web/timemap/cdxj/{links['original']}"
    yield '!context ["http://tools.ietf.org/html/rfc7089"]\n'
    yield f"!id {json.dumps({'uri': place})}\n"
    yield '!keys ["memento_datetime_YYYYMMDDhhmmss"]\n'
    yield f"!meta {json.dumps({'original_uri': links['original']})}\n"
    yield f"!meta {json.dumps({'timegate_uri': links['timegate']})}\n"
    for number, m in enumerate(mementos):
        found = {"uri": m.uri, "rel": _relation(number, len(mementos)), "datetime": m.datetime}
        yield f"{m.timestamp} {json.dumps(found)}\n"


def _relation(number: int, count: int) -> str:
    first, last = number == 0, number == count - 1
    return " ".join((*(["first"] if first else []), *(["last"] if last else []), "memento"))
