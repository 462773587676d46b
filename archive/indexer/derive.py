"""Articles and events, computed anew from captures and versions for whatever was touched.

Nothing here depends on what an article was before: that is what makes a rebuild equal.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlite_utils import Database

from archive.index.fold import fold
from archive.index.ids import facet_id, number_id
from archive.indexer.events import Event, Sight, VersionFacts, events_of
from archive.indexer.numbers import place, renumber, wanted_number
from archive.indexer.reading import letters
from archive.urls import article_key


@dataclass(frozen=True, slots=True)
class Derived:
    """One article computed: its row, its events, and the names that lead to it."""

    row: dict[str, Any]
    events: tuple[Event, ...]
    people: tuple[str, ...]
    tags: tuple[str, ...]


_ADDRESSES = """
SELECT id, url, article, source, key FROM addresses
WHERE article IN (SELECT value FROM json_each(?))
"""
_SIGHTS = """
SELECT d.article, ac.capture, c.timestamp, ac.address, ac.outcome, ac.digest, c.redirect
FROM addresses d JOIN article_captures ac ON ac.address = d.id JOIN captures c ON c.id = ac.capture
WHERE d.article IN (SELECT value FROM json_each(?)) ORDER BY ac.capture
"""
_VERSIONS = """
SELECT v.*, t.text_digest AS left_digest FROM versions v
LEFT JOIN template_lines t ON t.version = v.id
WHERE v.article IN (SELECT value FROM json_each(?))
"""


@dataclass(frozen=True, slots=True)
class Changes:
    """What `derive` has done beside what it was asked for.

    ``new`` holds the source of each article that was not there before, by id; ``moved`` the
    number each article had that had to take another one.
    """

    new: dict[str, str]
    moved: dict[str, int]


def derive(db: Database, articles: Iterable[str], main: Mapping[str, int]) -> Changes:
    """Compute these articles anew and write them; those without a version left are removed.

    Args:
        db: The index, in a transaction.
        articles: Their ids.
        main: The main address of each article that is left, by the article's id.
    """
    names = sorted(articles)
    listed = json.dumps(names)
    urls = {row[0]: row[1:] for row in db.execute(_ADDRESSES, [listed])}
    versions: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in db.query(_VERSIONS, [listed]):
        versions[row["article"]].append(row)
    sights: dict[str, list[tuple[Any, ...]]] = defaultdict(list)
    for sight in db.execute(_SIGHTS, [listed]):
        sights[sight[0]].append(sight[1:])
    derived = []
    for name in names:
        if versions[name]:
            _count(db, versions[name], sights[name])
            derived.append(_derive(name, main[name], urls, versions[name], sights[name]))
    return _replace(db, listed, derived)


def _count(db: Database, versions: Sequence[dict[str, Any]], sights: Sequence[Any]) -> None:
    """Note how often, and when last, each version was seen."""
    seen: dict[str, list[int]] = defaultdict(list)
    for capture, _, _, _, digest, _ in sights:
        if digest:
            seen[digest].append(capture)
    for version in versions:
        captures = seen[version["digest"]]
        if (version["last_capture"], version["captures"]) != (max(captures), len(captures)):
            db.execute(
                "UPDATE versions SET last_capture = ?, captures = ? WHERE id = ?",
                (max(captures), len(captures), version["id"]),
            )


def _derive(
    name: str,
    main: int,
    urls: Mapping[int, tuple[str, str, str, str]],
    versions: list[dict[str, Any]],
    found: list[tuple[Any, ...]],
) -> Derived:
    versions.sort(key=lambda version: version["first_capture"])
    by_digest = {version["digest"]: version for version in versions}
    facts = {digest: _facts(version) for digest, version in by_digest.items()}
    sights = [
        Sight(capture, timestamp, address_id, outcome, facts.get(digest), redirect)
        for capture, timestamp, address_id, outcome, digest, redirect in found
        # From http to https or to www is no move: it is the same address.
        if outcome != "moved" or article_key(redirect) != urls[address_id][3]
    ]
    reads = [s for s in found if s[3] == "read"]
    shown = next((s for s in reversed(reads) if s[2] == main), reads[-1])
    current = by_digest[shown[4]]
    events = events_of(sights)
    published = next((v["published"] for v in versions if v["published"]), None)
    changes = [event for event in events if event.kind in ("edited", "retitled")]
    presence = [event for event in events if event.kind in ("removed", "restored")]
    removed = presence[-1].at if presence and presence[-1].kind == "removed" else None
    url, _, source, _ = urls[main]
    row = {
        "number": wanted_number(name, published, reads[0][1]),
        "id": name,
        "source": source,
        "url": url,
        "title": current["title"],
        "current_version": current["id"],
        "published": published,
        "first_captured": reads[0][1],
        "last_captured": found[-1][1],
        "versions": len(versions) if len(versions) == 1 else len(set(map(shown_as, versions))),
        "captures": len(found),
        "kind": current["kind"],
        "language": current["language"],
        "section": current["section"],
        "credit": current["credit"],
        "paywall": current["paywall"],
        "words": current["words"],
        "edited": changes[-1].at if changes else None,
        "removed": removed,
        "earlier_text": earlier_text(current, versions),
    }
    return Derived(row, events, _names(versions, "authors"), _names(versions, "tags"))


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


def shown_as(version: Mapping[str, Any]) -> tuple[str, str, str]:
    """What versions are told apart by, furniture left aside: equal ones are shown as one."""
    return letters(version["title"]), letters(version["standfirst"]), _digest(version)


def _digest(version: Mapping[str, Any]) -> str:
    """Of the text as far as no site template has taken lines out of it."""
    return str(version["left_digest"] or version["text_digest"])


def _facts(version: Mapping[str, Any]) -> VersionFacts:
    said = (version[name] for name in ("published", "modified", "extractor"))
    return VersionFacts(
        version["id"], version["title"], version["standfirst"], _digest(version), *said
    )


def _names(versions: Iterable[Mapping[str, Any]], column: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for v in versions for name in json.loads(v[column])))


def _replace(db: Database, listed: str, derived: Sequence[Derived]) -> Changes:
    known = dict(
        db.execute(
            "SELECT id, number FROM articles WHERE id IN (SELECT value FROM json_each(?))", [listed]
        )
    )
    left = json.dumps(list(known.values()))
    for sql in (
        "DELETE FROM article_people WHERE article IN (SELECT value FROM json_each(?))",
        "DELETE FROM article_tags WHERE article IN (SELECT value FROM json_each(?))",
        "DELETE FROM facets WHERE number IN (SELECT value FROM json_each(?))",
        "DELETE FROM articles WHERE number IN (SELECT value FROM json_each(?))",
    ):
        db.execute(sql, [left])
    db.execute("DELETE FROM events WHERE article IN (SELECT value FROM json_each(?))", [listed])
    wanted = {item.row["id"]: item.row["number"] for item in derived}
    numbers, moved = place(db, wanted, known.values())
    for item in derived:
        item.row["number"] = numbers[item.row["id"]]
    moved_from = renumber(db, moved)
    db.conn.executemany(_INSERT, [item.row for item in derived])
    db.conn.executemany(_INSERT_EVENT, [row for item in derived for row in _event_rows(item)])
    _insert_facets(db, [item.row for item in derived])
    for kind, names_of in (
        ("person", [(item.row["number"], item.people) for item in derived]),
        ("tag", [(item.row["number"], item.tags) for item in derived]),
    ):
        _insert_names(db, kind, names_of)
    new = {d.row["id"]: d.row["source"] for d in derived if d.row["id"] not in known}
    return Changes(new, moved_from)


_INSERT = """
INSERT INTO articles (number, id, source, url, title, current_version, published, first_captured,
    last_captured, versions, captures, kind, language, section, credit, paywall, words, edited,
    removed, earlier_text)
VALUES (:number, :id, :source, :url, :title, :current_version, :published, :first_captured,
    :last_captured, :versions, :captures, :kind, :language, :section, :credit, :paywall, :words,
    :edited, :removed, :earlier_text)
"""
_INSERT_EVENT = """
INSERT INTO events (id, article, at, kind, capture, version_before, version_after, silent, detail)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING
"""
_INSERT_NAMES = {
    "person": (
        "INSERT INTO people (id, name, folded) VALUES (?, ?, ?) ON CONFLICT (id) DO NOTHING",
        "INSERT INTO article_people (article, person) VALUES (?, ?)",
    ),
    "tag": (
        "INSERT INTO tags (id, name, folded) VALUES (?, ?, ?) ON CONFLICT (id) DO NOTHING",
        "INSERT INTO article_tags (article, tag) VALUES (?, ?)",
    ),
}


def _event_rows(item: Derived) -> list[tuple[Any, ...]]:
    name = item.row["id"]
    return [
        (
            *(e.id_for(name), name, e.at, e.kind, e.capture, e.version_before, e.version_after),
            *(int(e.silent), e.detail),
        )
        for e in item.events
    ]


_FACETS = ("source", "language", "section", "credit")


def _insert_facets(db: Database, rows: Sequence[Mapping[str, Any]]) -> None:
    """What hits are counted by, as few bytes an article."""
    names = {row[column] for row in rows for column in _FACETS} - {None}
    db.conn.executemany(
        "INSERT INTO facet_names (id, name) VALUES (?, ?) ON CONFLICT (id) DO NOTHING",
        [(facet_id(name), name) for name in sorted(names)],
    )
    db.conn.executemany(
        "INSERT INTO facets (number, source, language, section, credit) VALUES (?, ?, ?, ?, ?)",
        [(row["number"], *(facet_id(row[column]) for column in _FACETS)) for row in rows],
    )


def _insert_names(db: Database, kind: str, names_of: Sequence[tuple[int, tuple[str, ...]]]) -> None:
    names = {name for _, found in names_of for name in found}
    insert_name, insert_link = _INSERT_NAMES[kind]
    db.conn.executemany(
        insert_name, [(number_id(name, bits=47), name, fold(name)) for name in sorted(names)]
    )
    db.conn.executemany(
        insert_link,
        [(number, number_id(name, bits=47)) for number, found in names_of for name in found],
    )
