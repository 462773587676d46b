"""One hit for each story: the copies that other sources took over stand beside the first.

Of the copies that a query finds, the one published first is shown, in its own place among the
hits; that does not depend on the order of hits or on where a page ends, so pages never repeat a
story, unless an earlier copy is indexed between them. The others are named with it,
whether the query finds them or not.
"""

import json
from collections.abc import Iterable, Sequence

from sqlite_utils import Database

from archive.search.cursor import LOWEST, Ranked
from archive.search.fields import NUMBER
from archive.search.results import Copy, Story
from archive.search.where import Where

SHOWN_COPIES = 5
# Agency stories have hundreds of copies, and one of the first is found as a rule: so many earlier
# ones are asked for at once, more only where none of them is found.
_COMPARED = 50


def without_copies(
    db: Database, where: Where, ranked: Sequence[Ranked], *, one_by_one: bool
) -> list[Ranked]:
    """Those that are no copy of an earlier article which is found, too.

    Args:
        db: The index.
        where: What is found.
        ranked: Some of it.
        one_by_one: Whether FTS5 is to seek each article rather than to go through all from the
            oldest to the newest of them.
    """
    numbers = json.dumps([item.number for item in ranked])
    stories = dict(db.execute(_IN_STORIES, [numbers]).fetchall())
    compared = dict.fromkeys(stories, LOWEST)
    copies: set[int] = set()
    at_once = _COMPARED
    while compared:
        earlier = {
            article: [
                row[0] for row in db.execute(_EARLIER, [stories[article], after, article, at_once])
            ]
            for article, after in compared.items()
        }
        found = _found(db, where, earlier.values(), one_by_one=one_by_one)
        copies.update(own for own, others in earlier.items() if not found.isdisjoint(others))
        compared = {
            own: others[-1]
            for own, others in earlier.items()
            if len(others) == at_once and own not in copies
        }
        at_once *= 4
    return [item for item in ranked if item.number not in copies]


def _found(
    db: Database, where: Where, articles: Iterable[list[int]], *, one_by_one: bool
) -> set[int]:
    """Which of these articles are found."""
    wanted = sorted({article for some in articles for article in some})
    if not wanted:
        return set()
    is_one = f"{NUMBER} IN (SELECT value FROM json_each(?))"  # noqa: S608 - constants
    if one_by_one:
        among = where.narrowed(is_one, json.dumps(wanted))
    else:
        between = f"{NUMBER} >= ? AND {NUMBER} <= ? AND +{is_one}"
        among = where.narrowed(between, wanted[0], wanted[-1], json.dumps(wanted))
    return {row[0] for row in among.select(db, NUMBER)}


_IN_STORIES = """
SELECT s.article, s.story FROM json_each(?) n JOIN story_articles s ON s.article = n.value
"""
_EARLIER = """
SELECT article FROM story_articles
WHERE story = ? AND article > ? AND article < ? ORDER BY article LIMIT ?
"""


def stories_of(db: Database, numbers: Sequence[int]) -> dict[int, Story]:
    """The stories that articles belong to, by the articles' numbers; most belong to none."""
    found = {}
    for number, story, articles, sources in db.execute(_STORIES, [json.dumps(list(numbers))]):
        copies = db.execute(_COPIES, [story, number, SHOWN_COPIES])
        found[number] = Story(articles, sources, tuple(Copy(*row) for row in copies))
    return found


_STORIES = """
SELECT own.article, s.id, s.articles, s.sources
FROM json_each(?) n JOIN story_articles own ON own.article = n.value
JOIN stories s ON s.id = own.story
"""
_COPIES = """
SELECT a.hex, a.source, s.name, a.url
FROM story_articles m JOIN articles a ON a.number = m.article JOIN sources s ON s.id = a.source
WHERE m.story = ? AND m.article <> ? ORDER BY m.article LIMIT ?
"""
