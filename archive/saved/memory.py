"""What a saved search has told already: one small file each, outside the index.

So a rebuild of the index tells nobody anything twice.
"""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from archive.errors import ConfigError
from archive.layout import write_atomically
from archive.search.results import Hit, plain

SCHEMA = 1
MAX_ENTRIES = 100
"""Entries of a feed: what a reader that looks once a day would not miss."""


@dataclass(frozen=True, slots=True)
class ReportedHit:
    """An article as a feed tells of it; ``at`` is when it was first told, RFC 3339."""

    article_id: str
    title: str
    url: str
    source: str
    summary: str
    published: str | None
    at: str


@dataclass(frozen=True, slots=True)
class Memory:
    """Where a saved search stands.

    Attributes:
        query: The query that this is about: another one starts again.
        since: When it began, RFC 3339.
        told: The articles told, by id.
        owed: Those of them that the command has not taken yet.
        entries: The newest of them, newest first.
        oldest: The date of the oldest article looked at, where there was more than is looked at:
            what is older may have been found before. None: all of it has been looked at.
    """

    query: str
    since: str
    told: frozenset[str] = frozenset()
    owed: tuple[str, ...] = ()
    entries: tuple[ReportedHit, ...] = ()
    oldest: str | None = None


def reported_hit(hit: Hit, *, at: str) -> ReportedHit:
    """What a feed tells of a hit."""
    return ReportedHit(
        hit.article_id,
        plain(hit.title),
        hit.url,
        hit.source_name,
        hit.standfirst or plain(hit.snippet),
        hit.published,
        at,
    )


def read_memory(path: Path) -> Memory | None:
    """What was kept; None where the search has never been run.

    Raises:
        ConfigError: the file is not one of ours, or cannot be read.
    """
    try:
        found = json.loads(path.read_text("utf-8"))
        return _memory(found)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ConfigError(
            f"{path}: what was told cannot be read ({error}); restore it from a copy, or remove it "
            "to start again with what there is now"
        ) from error


def write_memory(path: Path, memory: Memory) -> None:
    """Keep it, durably.

    Raises:
        OSError: as the file system says.
    """
    path.parent.mkdir(exist_ok=True)
    kept = asdict(memory) | {"schema": SCHEMA, "told": sorted(memory.told)}
    write_atomically(path, json.dumps(kept, ensure_ascii=False))


def _memory(found: dict[str, Any]) -> Memory:
    if found["schema"] != SCHEMA:
        raise ValueError(f"schema {found['schema']!r}, expected {SCHEMA}")
    oldest = found.get("oldest")
    return Memory(
        query=str(found["query"]),
        since=str(found["since"]),
        told=frozenset(found["told"]),
        owed=tuple(found["owed"]),
        entries=tuple(ReportedHit(**entry) for entry in found["entries"]),
        oldest=None if oldest is None else str(oldest),
    )
