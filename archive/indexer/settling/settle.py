"""Working off what is marked as changed: a piece in each transaction, until nothing is left."""

from sqlite_utils import Database

from archive.indexer.settling.stories import match, sketch

# Each piece is one commit. A piece of stories holds the sketches around it in memory.
_MARKS = 2_000
_MATCHES = 20_000


def is_settled(db: Database) -> bool:
    """Whether nothing is marked: templates and stories are those of the articles there are."""
    row = db.execute(
        "SELECT EXISTS (SELECT 1 FROM unsettled) OR EXISTS (SELECT 1 FROM unmatched)"
    ).fetchone()
    return not row[0]


def settle_marked(db: Database) -> None:
    """Bring sketches and stories up to date with the articles, in transactions of its own."""
    while True:
        with db.atomic():
            if not _sketch_marked(db):
                break
    while True:
        with db.atomic():
            if not match(db, _MATCHES):
                break


def _sketch_marked(db: Database) -> bool:
    marked = db.execute("SELECT source, number FROM unsettled LIMIT ?", [_MARKS]).fetchall()
    sketch(db, {number for _, number in marked})
    db.conn.executemany("DELETE FROM unsettled WHERE source = ? AND number = ?", marked)
    return bool(marked)
