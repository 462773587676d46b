"""One hit for each story: the copies that other sources took over stand beside the first.

Of the copies that a query finds, the one published first is shown, in its own place among the
hits; that does not depend on the order of hits or on where a page ends, so pages never repeat a
story, unless an earlier copy is indexed between them. The others are named with it,
whether the query finds them or not.
"""

import json
from collections.abc import Sequence

from sqlite_utils import Database

from archive.search.engine import Answer, Ranked
from archive.search.results import Copy, Story

SHOWN_COPIES = 5
# Agency stories have hundreds of copies, and one of the first is found as a rule.
_COMPARED = 200


def without_copies(db: Database, answer: Answer, ranked: Sequence[Ranked]) -> list[Ranked]:
    """Those that are no copy of an earlier article which is found, too."""
    numbers = json.dumps([item.number for item in ranked])
    earlier: dict[int, list[int]] = {}
    for number, story, dated, own in db.execute(_IN_STORIES, [numbers]):
        rows = db.execute(_EARLIER, [story, dated, own, _COMPARED])
        earlier[number] = [row[0] for row in rows]
    compared = sorted({other for some in earlier.values() for other in some})
    found = answer.among(compared) if compared else set()
    return [item for item in ranked if found.isdisjoint(earlier.get(item.number, ()))]


_IN_STORIES = """
SELECT s.article, s.story, a.dated, a.id
FROM json_each(?) n JOIN story_articles s ON s.article = n.value
JOIN articles a ON a.number = s.article
"""
_EARLIER = """
SELECT a.number FROM story_articles s JOIN articles a ON a.number = s.article
WHERE s.story = ? AND (a.dated, a.id) < (?, ?) ORDER BY a.dated, a.id LIMIT ?
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
WHERE m.story = ? AND m.article <> ? ORDER BY a.dated, a.id LIMIT ?
"""
