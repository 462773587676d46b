"""Where the place a page ended is by now.

A day that gets more articles than it has numbers for is numbered anew, and any article that comes
may move those behind it on its day; their order stays. So a place is that of an article.
"""

from dataclasses import replace

from sqlite_utils import Database

from archive.index.ids import day_of_number
from archive.search.cursor import NOBODY, Layout, Place, Ranked


def place_at(db: Database, last: Ranked, layout: Layout) -> Place:
    """The place after a hit, with the ids of those whose numbers it has.

    Args:
        db: The index, as it was when the hit was found.
        last: The hit.
        layout: The tiers it was found in.
    """
    return Place(last, layout, _id_of(db, last.number), _id_of(db, layout.since))


def place_now(db: Database, place: Place) -> Place:
    """The same place by the numbers of today."""
    last = replace(place.last, number=_number_now(db, place.article, place.last.number))
    since = _number_now(db, place.since, place.layout.since)
    return replace(place, last=last, layout=replace(place.layout, since=since))


def _id_of(db: Database, number: int) -> int:
    row = db.execute("SELECT id FROM articles WHERE number = ?", [number]).fetchone()
    return int(row[0]) if row else NOBODY


def _number_now(db: Database, article: int, before: int) -> int:
    row = db.execute("SELECT number FROM articles WHERE id = ?", [article]).fetchone()
    # One that has gone, or has got another date, tells nothing of where the page ended.
    is_there = row is not None and day_of_number(row[0]) == day_of_number(before)
    return int(row[0]) if is_there else before
