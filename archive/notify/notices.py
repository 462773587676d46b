"""What there is to tell: runs that failed, sources in trouble, removals, hits of saved searches."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlite_utils import Database

from archive.config import About
from archive.errors import ExitCode
from archive.index.history import Narrowing, iter_events
from archive.runs.frontier import SourceState
from archive.saved.run import Outcome
from archive.search.results import plain

_WELL = (ExitCode.OK, ExitCode.INTERRUPTED)


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing to tell.

    Attributes:
        key: Tells it from every other: what has been told is not told again.
        about: Of which kind.
        text: One line.
        url: What it is about, where that has an address.
        lasts: It is a state, such as a wall, that is reported again when it comes back.
    """

    key: str
    about: About
    text: str
    url: str = ""
    lasts: bool = False


def notices_of_run(report: dict[str, Any]) -> Iterator[Notice]:
    """What is wrong with a run, by its report: how it ended, a configuration not in force."""
    run = report["run"]
    if report["exit_status"] not in _WELL:
        barren = ", ".join(report.get("barren_sources", ()))
        why = report["error"] or f"nothing from {barren}"
        yield Notice(f"run {run}", About.RUNS, f"run {run} failed: {why}")
    if out := report.get("left_out"):
        text = f"room is scarce: not fetched any more: {out}"
        yield Notice("room", About.RUNS, text, lasts=True)
    if wrong := report.get("configuration"):
        text = f"{wrong}; what was in force before stays so"
        yield Notice("configuration", About.RUNS, text, lasts=True)


def notices_of_sources(states: Iterable[SourceState]) -> Iterator[Notice]:
    """Which sources are in trouble."""
    for state in states:
        if state.trouble is not None:
            key, text = f"source {state.source} {state.trouble}", f"{state.source}: {state.problem}"
            yield Notice(key, About.SOURCES, text, lasts=True)


def notices_of_removals(db: Database, *, since: str) -> Iterator[Notice]:
    """Articles that were taken away, as seen since a moment (14 digits, UTC)."""
    for event in iter_events(db, Narrowing(since=since, kind="removed")):
        text = f"removed: {event.title} ({event.source_name})"
        yield Notice(f"removed {event.record_id}", About.REMOVALS, text, event.url)


def notices_of_searches(outcomes: Iterable[Outcome]) -> Iterator[Notice]:
    """What is new in saved searches, and which of them failed."""
    for outcome in outcomes:
        if outcome.problem:
            text = f"{outcome.name}: {outcome.problem}"
            yield Notice(f"search {outcome.name} failed", About.SEARCHES, text, lasts=True)
        for hit in outcome.new:
            text = f"{outcome.name}: {plain(hit.title)} ({hit.source_name})"
            yield Notice(f"hit {outcome.name} {hit.article_id}", About.SEARCHES, text, hit.url)
