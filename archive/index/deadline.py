"""A limit of time for what one connection is asked, so that no query holds the others up."""

import time
from collections.abc import Callable

from sqlite_utils import Database

# Steps of SQLite's machine between two looks at the clock: a fraction of a millisecond.
_STEPS = 5_000


def set_limit(db: Database, seconds: float, *, clock: Callable[[], float] = time.monotonic) -> None:
    """Stop whatever this connection does so many seconds from now, with SQLite's "interrupted".

    Source: SQLite, "Query Progress Callbacks".
    """
    ends = clock() + seconds
    db.conn.set_progress_handler(lambda: clock() > ends, _STEPS)
