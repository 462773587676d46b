"""Numbers that articles leave: what a story knows of them by number goes along, or goes.

Until the next settling the stories are those there were; all who shared one with somebody that left
are looked at again then.
"""

import json
from collections.abc import Collection, Mapping

from sqlite_utils import Database


def let_go(db: Database, numbers: Collection[int]) -> None:
    """Articles leave these numbers: others may come to them from now on.

    The caller holds a transaction and calls `take_up` once all have their new numbers.
    """
    listed = json.dumps(list(numbers))
    db.execute(_LOOK_AGAIN, [listed])
    db.execute(_AWAY, [listed])


def take_up(db: Database, left: Mapping[int, int], numbers: Mapping[int, int]) -> None:
    """Whoever came back under another number is in its story there; the others are in none.

    Args:
        db: The index.
        left: The numbers that articles have left, by id.
        numbers: The ones they have now.
    """
    back = [(numbers[article], ~number) for article, number in left.items() if article in numbers]
    db.conn.executemany("UPDATE story_articles SET article = ? WHERE article = ?", back)
    gone = [(~number,) for article, number in left.items() if article not in numbers]
    db.conn.executemany("DELETE FROM story_articles WHERE article = ?", gone)


_LOOK_AGAIN = """
INSERT INTO unmatched (article, before)
SELECT mate.article, k.sentences FROM json_each(?) n
JOIN story_articles own ON own.article = n.value
JOIN story_articles mate ON mate.story = own.story
LEFT JOIN sketches k ON k.article = mate.article
WHERE true ON CONFLICT DO NOTHING
"""
_AWAY = """
UPDATE story_articles SET article = -1 - article
WHERE article IN (SELECT value FROM json_each(?))
"""
