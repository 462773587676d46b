"""Working off what is marked as changed: a piece in each transaction, until nothing is left."""

from sqlite_utils import Database

from archive.index.writing import checkpoint_when_due
from archive.indexer.settling.cells import Cell
from archive.indexer.settling.stories import match, sketch
from archive.indexer.settling.templates import settle_cell

# A piece is one commit: as many cells as it takes for so many articles, and the stories of so many,
# with the sketches around them in memory.
_MARKS = 1_000
_MATCHES = 20_000


def settle_marked(db: Database) -> None:
    """Bring templates, then stories up to date with the articles, in transactions of its own.

    First the templates: stories are told by the texts without furniture.
    """
    while True:
        with db.atomic():
            if not _settle_some(db):
                break
        checkpoint_when_due(db)
    while True:
        with db.atomic():
            if not match(db, _MATCHES):
                break
        checkpoint_when_due(db)


def _settle_some(db: Database) -> int:
    """Settle cell after cell, about so many articles; gives how many, 0 where nothing is marked."""
    done = 0
    while done < _MARKS:
        first = db.execute("SELECT source, quarter FROM unsettled LIMIT 1").fetchone()
        if first is None:
            break
        done += _settle(db, Cell(*first))
    return done


def _settle(db: Database, cell: Cell) -> int:
    """Settle a cell; gives how many articles were marked there."""
    key = (cell.source, cell.quarter)
    marked = db.execute(
        "SELECT id, number FROM unsettled WHERE source = ? AND quarter = ?", key
    ).fetchall()
    settled = settle_cell(db, cell, [row[0] for row in marked])
    sketch(db, {*(row[1] for row in marked), *settled.changed}, settled.unchanged)
    # With them go the marks that settling itself has made.
    db.execute("DELETE FROM unsettled WHERE source = ? AND quarter = ?", key)
    return len(marked)
