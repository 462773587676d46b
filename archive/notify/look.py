"""Looking back on a run: what of it, of the sources and of the index there is to tell."""

import sqlite3
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

from archive.config import Config
from archive.errors import MicroficheError, NotFound
from archive.index.open import read_index
from archive.layout import Archive
from archive.notify.memory import read_memory
from archive.notify.notices import (
    Notice,
    notices_of_removals,
    notices_of_run,
    notices_of_searches,
    notices_of_sources,
)
from archive.notify.tell import tell
from archive.rights.rules import Audience
from archive.runs.frontier import read_sources
from archive.saved.run import Outcome
from archive.times import to_timestamp

# What is indexed later than this after it happened is not told.
_LATE_S = 14 * 86400.0


def look_and_tell(
    archive: Archive,
    config: Config,
    report: dict[str, Any],
    outcomes: Iterable[Outcome],
    *,
    now: Callable[[], float],
) -> list[str]:
    """Tell what a run, its saved searches, the sources and the index have to tell.

    Args:
        archive: The archive.
        config: Its configuration.
        report: Of the run, or of a watch so far.
        outcomes: Of its saved searches.
        now: The clock.

    Returns:
        What went wrong, a line each.
    """
    seen = [*notices_of_run(report), *notices_of_searches(outcomes)]
    problems = []
    for look in (_sources, _removals):
        try:
            seen += look(archive, config, now())
        except NotFound:
            continue  # nothing has been crawled, or indexed, yet
        except (MicroficheError, sqlite3.DatabaseError) as error:
            problems.append(f"notify: {error}")
    try:
        told = tell(archive, config, seen, now=now)
    except MicroficheError as error:
        return [*problems, f"notify: {error}"]
    return [*problems, *(f"notify: {why}; it is sent again next time" for why in told.problems)]


def _sources(archive: Archive, config: Config, now: float) -> list[Notice]:
    enabled = [name for name, source in config.sources.items() if source.enabled]
    return list(notices_of_sources(read_sources(archive, enabled, now=now)))


def _removals(archive: Archive, config: Config, now: float) -> list[Notice]:  # noqa: ARG001 - a look
    begun = read_memory(archive.notify_path, now=now).begun
    since = to_timestamp(datetime.fromtimestamp(max(begun, now - _LATE_S), UTC))
    # Mail and webhooks go where nobody signs in.
    with read_index(archive, audience=Audience.READERS) as db:
        return list(notices_of_removals(db, since=since))
