"""Tells the reading room, beside a run, how far it is: ``runs/now.json``."""

import logging
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from archive.runs.running import remove_running, write_running
from crawler.report import running_report
from crawler.session import Session

logger = logging.getLogger(__name__)

_EVERY_S = 2.0


@contextmanager
def told_running(session: Session) -> Iterator[None]:
    """Write how far the run is, from a thread of its own, until the block ends."""
    ended = threading.Event()

    def tell() -> None:
        while True:
            _tell(session)
            if ended.wait(_EVERY_S):
                return

    thread = threading.Thread(target=tell, name="telling", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
        remove_running(session.archive)


def _tell(session: Session) -> None:
    try:
        write_running(session.archive, running_report(session), process=os.getpid())
    except (OSError, RuntimeError) as error:
        # The disk is full, or a table grew while it was read: the run goes on, the next look tells.
        logger.debug("%s: not told how far the run is: %s", session.archive.runs_dir, error)
