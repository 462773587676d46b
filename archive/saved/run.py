"""Running saved searches: what is new since the last run, told once to whoever wants it."""

import json
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from sqlite_utils import Database

from archive.config import Config, SavedSearch
from archive.errors import ArchiveUnwritable, MicroficheError, NotFound
from archive.index.open import read_index
from archive.layout import Archive, write_atomically
from archive.lock import hold
from archive.rights.rules import Audience
from archive.saved.command import run_command
from archive.saved.feed import About, write_feed
from archive.saved.memory import MAX_ENTRIES, Memory, read_memory, reported_hit, write_memory
from archive.saved.shown import as_shown
from archive.search import Note, NoteKind, search
from archive.search.results import Hit, hit_json
from archive.times import utc_now

MAX_LOOKED = 10_000
"""How many of the articles a search finds are looked at in one run, the newest."""

_PAGE = 1_000


@dataclass(frozen=True, slots=True)
class _Found:
    """What a saved search finds.

    Attributes:
        hits: The newest, by article, newest first.
        is_all: Whether there is no more than was looked at.
        notes: Remarks on the query.
    """

    hits: dict[str, Hit]
    is_all: bool
    notes: tuple[Note, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run of one saved search came to.

    Attributes:
        name: Which search.
        found: How many articles it finds now; of those looked at.
        new: The articles told for the first time, oldest first.
        begun: Whether this was its first run, which tells of nothing but from then on.
        problem: What went wrong, in one line; what is owed is reported next time.
        notes: Remarks on the query.
    """

    name: str
    found: int = 0
    new: tuple[Hit, ...] = ()
    begun: bool = False
    problem: str | None = None
    notes: tuple[Note, ...] = ()


def run_saved(
    archive: Archive,
    config: Config,
    names: Iterable[str] = (),
    *,
    everything: bool = False,
    now: Callable[[], datetime] = utc_now,
) -> list[Outcome]:
    """Run saved searches, all of them where none is named; each by itself, whatever befalls others.

    Args:
        archive: The archive.
        config: Its configuration.
        names: Which ones.
        everything: Tell of everything they find, as if nothing had been told.
        now: The clock.

    Raises:
        NotFound: there is no such search, or no index yet.
        ArchiveLocked: another process is at it.
        IndexDamaged: the index cannot be read.
    """
    chosen = list(names) or list(config.searches)
    for name in chosen:
        if name not in config.searches:
            known = ", ".join(config.searches) or "none yet"
            raise NotFound(f"no saved search {name!r} in {archive.config_path}; known: {known}")
    if not chosen:
        return []
    at = now().strftime("%Y-%m-%dT%H:%M:%SZ")
    with _opened(archive) as db:
        return [_run(archive, config, db, name, everything, at) for name in chosen]


def withdraw(archive: Archive, config: Config) -> None:
    """Take what readers may see no more out of feeds and memories; nothing is told.

    Raises:
        ConfigError: a memory cannot be read.
        ArchiveUnwritable: a memory or feed cannot be written.
        ArchiveLocked: saved searches are being run, which does the same.
        IndexDamaged: the index cannot be read.
    """
    with _opened(archive) as db:
        for name, saved in config.searches.items():
            path = memory_path(archive, name)
            memory = read_memory(path)
            if memory is None:
                continue
            left = as_shown(db, memory, _find(db, memory.query).hits)
            try:
                if left != memory:
                    write_memory(path, left)
                    _write_feed(archive, saved, _about(config, name), left, changed=True)
            except OSError as error:
                raise ArchiveUnwritable(
                    f"{error.filename or path}: cannot be written: {error.strerror or error}"
                ) from error


@contextmanager
def _opened(archive: Archive) -> Iterator[Database]:
    with (
        hold(archive.saved_lock_path, purpose="saved searches"),
        # What they tell goes to feeds and mail, where nobody signs in.
        read_index(archive, audience=Audience.READERS) as db,
    ):
        yield db


def _about(config: Config, name: str) -> About:
    title = config.searches[name].title or name
    return About(name, title, config.archive.title, config.archive.contact)


def memory_path(archive: Archive, name: str) -> Path:
    """Where it is kept what a saved search has told."""
    return archive.saved_dir / f"{name}.json"


def _run(
    archive: Archive, config: Config, db: Database, name: str, everything: bool, at: str
) -> Outcome:
    saved = config.searches[name]
    path = memory_path(archive, name)
    try:
        found = _find(db, saved.query)
        hits = found.hits
        before = read_memory(path)
        memory = as_shown(db, before, hits) if before else None
        begun = memory is None or memory.query != saved.query
        new = _new_hits(found, memory, begun=begun, everything=everything)
        told = _told(memory, saved, found, new, begun=begun, at=at)
        _write_json(archive, saved, name, new, at)
        changed = bool(new) or begun or memory != before
        _write_feed(archive, saved, _about(config, name), told, changed=changed)
        write_memory(path, told)
        problem = _hand_over(archive, saved, told, hits, name, at)
        if problem is None and told.owed:
            write_memory(path, replace(told, owed=()))
    except MicroficheError as error:
        return Outcome(name, problem=str(error))
    except OSError as error:
        where = error.filename or path
        return Outcome(name, problem=f"{where}: cannot be written: {error.strerror or error}")
    return Outcome(name, len(hits), tuple(new), begun, problem, found.notes)


def _find(db: Database, query: str) -> _Found:
    hits: dict[str, Hit] = {}
    after: str | None = None
    notes: tuple[Note, ...] = ()
    while len(hits) < MAX_LOOKED:
        result = search(
            db, query, limit=_PAGE, after=after, order="newest", fold=False, helpful=False
        )
        hits |= {hit.article_id: hit for hit in result.hits}
        after, notes = result.after, result.notes
        if after is None:
            break
    if after is not None:
        full = (
            f"finds more than the {MAX_LOOKED:,} articles that are looked at: one that comes late "
            "and is older than those is not told"
        )
        notes = (*notes, Note(NoteKind.LEFT_OUT, full))
    return _Found(hits, after is None, notes)


def _new_hits(found: _Found, memory: Memory | None, *, begun: bool, everything: bool) -> list[Hit]:
    """What is to be told, oldest first."""
    oldest_first = reversed(found.hits.values())
    if everything or memory is None or begun:
        return list(oldest_first) if everything else []
    # What is older than what was looked at was there before: others have gone, and it moved up.
    oldest = memory.oldest or ""
    return [
        hit for hit in oldest_first if hit.article_id not in memory.told and hit.dated >= oldest
    ]


def _told(
    memory: Memory | None,
    saved: SavedSearch,
    found: _Found,
    new: list[Hit],
    *,
    begun: bool,
    at: str,
) -> Memory:
    """What is to be remembered once the new hits have been told."""
    before = Memory(saved.query, at) if memory is None or begun else memory
    listed = list(found.hits.values()) if begun else new[::-1]
    fresh = [reported_hit(hit, at=at) for hit in listed[:MAX_ENTRIES]]
    named = {entry.article_id for entry in fresh}
    kept = [entry for entry in before.entries if entry.article_id not in named]
    owed = dict.fromkeys([*before.owed, *(hit.article_id for hit in new)]) if saved.command else {}
    return Memory(
        query=saved.query,
        since=before.since,
        told=before.told | found.hits.keys(),
        owed=tuple(owed),
        entries=tuple([*fresh, *kept][:MAX_ENTRIES]),
        oldest=_oldest(before, found),
    )


def _oldest(before: Memory, found: _Found) -> str | None:
    if found.is_all:
        return None
    dates = [hit.dated for hit in found.hits.values()]
    return min(dates if before.oldest is None else [before.oldest, *dates])


def _write_json(archive: Archive, saved: SavedSearch, name: str, new: list[Hit], at: str) -> None:
    if not saved.json_lines or not new:
        return
    path = archive.root / saved.json_lines
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+b") as file:
        if file.tell():
            # A line that a crash cut short stays by itself.
            file.seek(-1, os.SEEK_END)
            if file.read(1) != b"\n":
                file.write(b"\n")
        file.write(_lines(new, name, at).encode())
        file.flush()
        os.fsync(file.fileno())


def _write_feed(
    archive: Archive, saved: SavedSearch, about: About, told: Memory, *, changed: bool
) -> None:
    if not saved.feed:
        return
    path = archive.root / saved.feed
    if changed or not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, write_feed(about, told))


def _hand_over(
    archive: Archive,
    saved: SavedSearch,
    told: Memory,
    hits: dict[str, Hit],
    name: str,
    at: str,
) -> str | None:
    """Give the command what is owed to it; why that failed."""
    owed = [hits[article] for article in told.owed if article in hits]
    if not saved.command or not owed:
        return None
    timeout_s = saved.command_timeout.total_seconds()
    return run_command(
        saved.command, _lines(owed, name, at), directory=archive.root, timeout_s=timeout_s
    )


def _lines(hits: Iterable[Hit], name: str, at: str) -> str:
    rows = ({"search": name, "told": at, **hit_json(hit)} for hit in hits)
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
