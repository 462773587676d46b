"""The same captures in another order and in other pieces: the index has to end up the same."""

import random
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from sqlite_utils import Database

from archive.index.open import open_index_file
from archive.indexer.settling.settle import settle_marked
from archive.indexer.store import Entry
from archive.indexer.write import write_batch
from tests.archive.indexer.press import is_settled, rows_of
from tests.archive.indexer.settling.wire import index


def require_same_in_another_order(
    db: Database, made: Sequence[Entry], path: Path, *, pieces: Sequence[int], seed: int
) -> None:
    """Write what ``db`` holds into another index, shuffled, and compare them row for row.

    Args:
        db: An index into which all of ``made`` has been written, and settled.
        made: The captures.
        path: Where the other index is made.
        pieces: How many are written at once; after every other piece, by chance, it is settled.
        seed: For the order and the pieces.
    """
    chance = random.Random(seed)
    shuffled = list(made)
    chance.shuffle(shuffled)
    with closing(open_index_file(path, write=True)) as other:
        at = 0
        while at < len(shuffled):
            size = chance.choice(pieces)
            write_batch(other, shuffled[at : at + size])
            at += size
            if chance.random() < 0.5:
                settle_marked(other)
        index(other, [])
        assert rows_of(other) == rows_of(db)
        assert is_settled(other)
        assert other.execute("PRAGMA foreign_key_check").fetchall() == []
        other.execute("INSERT INTO articles_fts (articles_fts) VALUES ('integrity-check')")
