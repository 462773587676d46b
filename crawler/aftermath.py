"""What follows a run, or a while of watching: saved searches, and telling what happened."""

import logging
import sqlite3
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from archive.config import Config
from archive.errors import MicroficheError
from archive.layout import Archive

if TYPE_CHECKING:
    from archive.saved.run import Outcome

logger = logging.getLogger(__name__)


def look_back(archive: Archive, config: Config, report: dict[str, Any]) -> tuple[str, ...]:
    """Run the saved searches and tell what there is to tell.

    Nothing here stops a crawl. It may take a minute, where servers do not answer.

    Returns:
        What went wrong, a line each.
    """
    outcomes: list[Outcome] = []
    problems = []
    if config.searches and report["index"] is not None:
        try:
            outcomes = _run_saved(archive, config)
        except (MicroficheError, sqlite3.DatabaseError) as error:
            problems.append(f"saved searches: {error}; run `microfiche saved run`")
        problems += _problems_of(outcomes)
    if config.notify.is_wanted:
        # Paid for only where it is wanted.
        from archive.notify.look import look_and_tell  # noqa: PLC0415

        problems += look_and_tell(archive, config, report, outcomes, now=time.time)
    for problem in problems:
        logger.warning("%s", problem)
    return tuple(problems)


def _run_saved(archive: Archive, config: Config) -> "list[Outcome]":
    # Paid for only where there are any.
    from archive.saved.run import run_saved  # noqa: PLC0415

    return run_saved(archive, config)


def _problems_of(outcomes: "list[Outcome]") -> Iterator[str]:
    for outcome in outcomes:
        logger.info("saved search %s: %d new", outcome.name, len(outcome.new))
        if outcome.problem:
            yield f"saved search {outcome.name}: {outcome.problem}"
