"""Articles and events, computed anew from captures and versions for whatever was touched.

Nothing here depends on what an article was before: that is what makes a rebuild equal.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlite_utils import Database

from archive.indexer.events import Sight, VersionFacts, events_of
from archive.indexer.handover import let_go, take_up
from archive.indexer.identity import ADDRESSES_OF, plain_url
from archive.indexer.numbers import moment_of, place, renumber
from archive.indexer.reading import letters
from archive.indexer.rows import Derived, insert_articles, remove_articles
from archive.urls import article_key

_ADDRESSES = f"""
SELECT d.id, c.uri, d.source FROM ({ADDRESSES_OF}) d CROSS JOIN captures c ON c.id = d.first_capture
"""  # noqa: S608 - our own text
_SIGHTS = f"""
SELECT d.article, ac.capture, c.timestamp, ac.address, ac.outcome, ac.digest, c.redirect
FROM ({ADDRESSES_OF}) d CROSS JOIN article_captures ac ON ac.address = d.id
CROSS JOIN captures c ON c.id = ac.capture ORDER BY ac.capture
"""  # noqa: S608 - our own text
_VERSIONS = """
SELECT v.*, t.text_digest AS left_digest FROM versions v
LEFT JOIN template_lines t ON t.version = v.id
WHERE v.article IN (SELECT value FROM json_each(?)) ORDER BY v.id
"""


@dataclass(frozen=True, slots=True)
class Changes:
    """What `derive` has done beside what it was asked for.

    ``new`` holds the source of each article that was not there before, by id; ``moved`` the
    number each article had that had to take another one.
    """

    new: dict[int, str]
    moved: dict[int, int]


def derive(db: Database, articles: Iterable[int], main: Mapping[int, int]) -> Changes:
    """Compute these articles anew and write them; those without a version left are removed.

    Args:
        db: The index, in a transaction.
        articles: Their ids.
        main: The main address of each article that is left, by the article's id.
    """
    names = sorted(articles)
    listed = json.dumps(names)
    urls = {row[0]: row[1:] for row in db.execute(_ADDRESSES, {"articles": listed})}
    versions: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for row in db.query(_VERSIONS, [listed]):
        versions[row["article"]].append(row)
    sights: dict[int, list[tuple[Any, ...]]] = defaultdict(list)
    for sight in db.execute(_SIGHTS, {"articles": listed}):
        sights[sight[0]].append(sight[1:])
    derived = []
    for name in names:
        if versions[name]:
            _count(db, versions[name], sights[name])
            derived.append(_derive(name, main[name], urls, versions[name], sights[name]))
    # Whatever it is now called, what happened at a capture is told anew.
    captures = [(sight[0],) for found in sights.values() for sight in found]
    db.conn.executemany("DELETE FROM events WHERE capture = ?", captures)
    return _replace(db, listed, derived)


def _count(db: Database, versions: Sequence[dict[str, Any]], sights: Sequence[Any]) -> None:
    """Note how often, and when last, each version was seen."""
    seen: dict[int, list[int]] = defaultdict(list)
    for capture, _, _, _, digest, _ in sights:
        if digest is not None:
            seen[digest].append(capture)
    for version in versions:
        captures = seen[version["digest"]]
        if (version["last_capture"], version["captures"]) != (max(captures), len(captures)):
            db.execute(
                "UPDATE versions SET last_capture = ?, captures = ? WHERE id = ?",
                (max(captures), len(captures), version["id"]),
            )


def _derive(
    name: int,
    main: int,
    urls: Mapping[int, tuple[str, str]],
    versions: list[dict[str, Any]],
    found: list[tuple[Any, ...]],
) -> Derived:
    by_digest = {version["digest"]: version for version in versions}
    facts = {digest: _facts(version) for digest, version in by_digest.items()}
    sights = [
        Sight(capture, timestamp, address_id, outcome, facts.get(digest), redirect)
        for capture, timestamp, address_id, outcome, digest, redirect in found
        # From http to https or to www is no move: it is the same address.
        if outcome != "moved" or article_key(redirect) != article_key(urls[address_id][0])
    ]
    reads = [s for s in found if s[3] == "read"]
    shown = next((s for s in reversed(reads) if s[2] == main), reads[-1])
    current = by_digest[shown[4]]
    events = events_of(sights)
    published = next((v["published"] for v in versions if v["published"]), None)
    changes = [event for event in events if event.kind in ("edited", "retitled")]
    presence = [event for event in events if event.kind in ("removed", "restored")]
    removed = presence[-1].at if presence and presence[-1].kind == "removed" else None
    uri, source = urls[main]
    row = (
        *(name, source, plain_url(uri), current["title"], current["id"], published),
        *(reads[0][1], found[-1][1], _count_shown(versions), len(found), current["kind"]),
        *(current["language"], current["section"], current["credit"], current["paywall"]),
        *(current["words"], changes[-1].at if changes else None, removed),
        earlier_text(current, versions),
    )
    moment = moment_of(name, published, reads[0][1])
    people, tags = _names(versions, "authors"), _names(versions, "tags")
    return Derived(name, moment, source, row, events, people, tags)


def earlier_text(current: Mapping[str, Any], versions: Iterable[Mapping[str, Any]]) -> str:
    r"""The lines of other versions that the current one no longer has: still to be found.

    >>> new = {"id": "2", "title": "B", "standfirst": "", "text": "One.\nThree."}
    >>> old = {"id": "1", "title": "A", "standfirst": "", "text": "One.\nTwo."}
    >>> earlier_text(new, [old, new])
    'A\nTwo.'
    """
    lines: dict[str, None] = {}
    for version in versions:
        if version["id"] != current["id"]:
            for part in ("title", "standfirst", "text"):
                lines.update(dict.fromkeys(filter(None, version[part].split("\n"))))
    for part in ("title", "standfirst", "text"):
        for line in current[part].split("\n"):
            lines.pop(line, None)
    return "\n".join(lines)


def _facts(version: Mapping[str, Any]) -> VersionFacts:
    said = (version[name] for name in ("published", "modified", "extractor"))
    return VersionFacts(
        version["digest"], version["title"], version["standfirst"], _digest(version), *said
    )


def shown_as(version: Mapping[str, Any]) -> tuple[str, str, int | None]:
    """What versions are told apart by, furniture left aside: equal ones are shown as one."""
    return letters(version["title"]), letters(version["standfirst"]), _digest(version)


def _count_shown(versions: Sequence[Mapping[str, Any]]) -> int:
    return len(versions) if len(versions) == 1 else len(set(map(shown_as, versions)))


def _digest(version: Mapping[str, Any]) -> int | None:
    """Of the text as far as no site template has taken lines out of it."""
    left = version["left_digest"]
    found: int | None = version["text_digest"] if left is None else left
    return found


def _names(versions: Iterable[Mapping[str, Any]], column: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for v in versions for name in json.loads(v[column])))


def _replace(db: Database, listed: str, derived: Sequence[Derived]) -> Changes:
    known = dict(
        db.execute(
            "SELECT id, number FROM articles WHERE id IN (SELECT value FROM json_each(?))", [listed]
        )
    )
    remove_articles(db, known.values())
    numbers, moved = place(db, {item.id: item.moment for item in derived}, known.values())
    left = {article: at for article, at in known.items() if numbers.get(article) != at}
    let_go(db, left.values())
    moved_from = renumber(db, moved)
    insert_articles(db, derived, numbers)
    take_up(db, left, numbers)
    return Changes({d.id: d.source for d in derived if d.id not in known}, moved_from)
