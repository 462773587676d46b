"""Where a page of hits ended, as the text that is given back for the next page.

It names the last hit by its id, which never changes, and the group of hits that it was of.
"""

import re

from sqlite_utils import Database

from archive.search.engine import Order, Ranked

_PLACE = re.compile(r"(relevance|newest|oldest)-(\d)-([0-9a-f]{16})")


def write_place(db: Database, order: Order, last: Ranked) -> str:
    """The place after a hit."""
    found = db.execute("SELECT hex FROM articles WHERE number = ?", [last.number]).fetchone()
    return f"{order}-{last.stage}-{found[0]}"


def read_place(db: Database, text: str, order: Order) -> Ranked | None:
    """The hit that a place names; None for one of another order, or of an article that is gone."""
    match = _PLACE.fullmatch(text)
    if not match or match[1] != order or int(match[2]) > 2:
        return None
    row = db.execute("SELECT number FROM articles WHERE hex = ?", [match[3]]).fetchone()
    return Ranked(row[0], stage=int(match[2])) if row else None
