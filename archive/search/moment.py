"""Reading one state of an index by several statements."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlite_utils import Database


@contextmanager
def at_one_moment(db: Database) -> Iterator[None]:
    """Let all that is read within be of one state of the index, whatever is written meanwhile.

    Articles get other numbers, too: those of a page would be others when they are shown. A
    transaction that its caller has begun goes on.
    """
    if db.conn.in_transaction:
        yield
        return
    db.execute("BEGIN")
    with db.conn:
        yield
