"""Stories: articles that are copies of each other, at several sources or at one.

Two articles are copies of each other or not, whatever else there is; a story is all that hang
together. So the stories depend on the set of articles only. Where one comes, goes or changes, its
story is taken apart and found again; other stories can only grow by it.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import lru_cache

from sqlite_utils import Database

from archive.index.ids import number_id
from archive.indexer.settling.copies import Runs, is_copy, runs_of
from archive.indexer.settling.nearby import Place, around_gaps, look_around, read_sketches
from archive.indexer.settling.sentences import sentences_in, sketch_of

# A thousand or two texts of 60 kB each as runs of words would be much; copies stand close together.
_TEXTS_AT_HAND = 256


def sketch(db: Database, articles: Iterable[int], known: Mapping[int, bytes]) -> None:
    """Bring the sketches of these articles up to date; those that change are to be matched.

    The caller holds a transaction.

    Args:
        db: The index.
        articles: Their numbers.
        known: The texts of some, in UTF-8, which are not read again.
    """
    numbers = sorted(articles)
    listed = json.dumps(numbers)
    unread = json.dumps([number for number in numbers if number not in known])
    texts = {**dict(db.execute(_TEXTS, [unread])), **known}
    places = {row[2]: Place(*row) for row in db.execute(_PLACES, [listed])}
    old = {row[2]: (Place(*row[:3]), row[3]) for row in db.execute(_SKETCHES, [listed])}
    new = {
        number: (place, sketched)
        for number, place in places.items()
        if number in texts and (sketched := sketch_of(texts[number]))
    }
    changed = [number for number in numbers if new.get(number) != old.get(number)]
    db.conn.executemany(
        "INSERT INTO unmatched (dated, id, article, before) VALUES (?, ?, ?, ?) "
        "ON CONFLICT DO NOTHING",
        [(*old[number][0], old[number][1]) for number in changed if number in old]
        + [(*new[number][0], None) for number in changed if number in new],
    )
    db.conn.executemany(
        "DELETE FROM sketches WHERE article = ?", [(number,) for number in changed if number in old]
    )
    db.conn.executemany(
        "INSERT INTO sketches (dated, id, article, sentences) VALUES (?, ?, ?, ?)",
        [(*new[number][0], new[number][1]) for number in changed if number in new],
    )


_PLACES = """
SELECT a.dated, a.id, a.number FROM json_each(?) n JOIN articles a ON a.number = n.value
"""
_SKETCHES = """
SELECT s.dated, s.id, s.article, s.sentences FROM json_each(?) n
JOIN sketches s ON s.article = n.value
"""
_TEXTS = """
SELECT n.value, CAST(c.text AS BLOB)
FROM json_each(?) n JOIN articles_current c ON c.number = n.value
"""


def match(db: Database, limit: int) -> int:
    """Find the stories of so many articles whose sketch has changed; gives how many those were.

    The caller holds a transaction.
    """
    rows = db.execute(
        "SELECT dated, id, article, before FROM unmatched ORDER BY 1, 2, 3 LIMIT ?", [limit]
    )
    changed = {Place(*place): before for *place, before in rows}
    if changed:
        _rematch(db, changed)
        last = max(changed)
        db.execute("DELETE FROM unmatched WHERE (dated, id, article) <= (?, ?, ?)", last)
    return len(changed)


def _rematch(db: Database, changed: Mapping[Place, bytes | None]) -> None:
    sketches = read_sketches(db, changed)
    nearby = look_around(db, sketches.keys(), _sentences(sketches.values()))
    lost = {
        article: _sentences([old]) - _sentences([sketches[article]] if article in sketches else ())
        for article, old in changed.items()
        if old
    }
    others = nearby.crowded | around_gaps(db, lost)
    others = (others | _dissolve(db, others | changed.keys())) - changed.keys()
    pairs = nearby.pairs
    if others:
        beside = read_sketches(db, others)
        pairs = pairs + look_around(db, beside.keys(), _sentences(beside.values())).pairs
    _store(db, _joined(db, sorted(set(pairs))))


def _sentences(sketches: Iterable[bytes]) -> set[int]:
    return {sentence for sketch in sketches for sentence in sentences_in(sketch)}


def _dissolve(db: Database, articles: Iterable[Place]) -> set[Place]:
    """Take apart the stories these articles are in; gives everyone who was in them."""
    listed = json.dumps([article.number for article in articles])
    stories = [row[0] for row in db.execute(_STORIES_OF, [listed])]
    return _take_apart(db, stories)


def _take_apart(db: Database, stories: Iterable[int]) -> set[Place]:
    listed = json.dumps(sorted(stories))
    members = {Place(*row) for row in db.execute(_MEMBERS, [listed])}
    for sql in (
        "DELETE FROM story_articles WHERE story IN (SELECT value FROM json_each(?))",
        "DELETE FROM stories WHERE id IN (SELECT value FROM json_each(?))",
    ):
        db.execute(sql, [listed])
    return members


_STORIES_OF = """
SELECT DISTINCT s.story FROM json_each(?) n JOIN story_articles s ON s.article = n.value
"""
_MEMBERS = """
SELECT a.dated, a.id, a.number FROM json_each(?) n JOIN story_articles s ON s.story = n.value
JOIN articles a ON a.number = s.article
"""


def _joined(db: Database, pairs: Iterable[tuple[Place, Place]]) -> list[set[Place]]:
    """Everything that hangs together by these pairs, in sets of two and more."""
    texts = _Texts(db)
    groups = _Groups()
    for one, other in pairs:
        if not groups.are_one(one, other) and texts.are_copies(one, other):
            groups.join(one, other)
    # Other stories are whole, whatever has changed elsewhere: what joins one joins all of it.
    found = groups.sets()
    reached = {article for group in found for article in group}
    listed = json.dumps([article.number for article in reached])
    for story in [row[0] for row in db.execute(_STORIES_OF, [listed])]:
        for member in (members := sorted(_take_apart(db, [story]))):
            groups.join(members[0], member)
    return groups.sets()


class _Texts:
    """Texts as runs of words, those read last at hand."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._read = lru_cache(_TEXTS_AT_HAND)(self._read_anew)

    def are_copies(self, one: Place, other: Place) -> bool:
        source, runs = self._read(one.number)
        other_source, other_runs = self._read(other.number)
        return is_copy(runs, other_runs, at_home=source == other_source)

    def _read_anew(self, number: int) -> tuple[str, Runs]:
        source, text = self._db.execute(
            "SELECT source, text FROM articles_current WHERE number = ?", (number,)
        ).fetchone()
        return source, runs_of(text)


class _Groups:
    """Sets that are joined member by member."""

    def __init__(self) -> None:
        self._leader: dict[Place, Place] = {}

    def are_one(self, one: Place, other: Place) -> bool:
        return self._find(one) == self._find(other)

    def join(self, one: Place, other: Place) -> None:
        first, last = sorted((self._find(one), self._find(other)))
        self._leader[last] = first

    def sets(self) -> list[set[Place]]:
        """All sets of two and more members."""
        found: dict[Place, set[Place]] = defaultdict(set)
        for member in list(self._leader):
            found[self._find(member)].add(member)
        return [members for members in found.values() if len(members) > 1]

    def _find(self, member: Place) -> Place:
        leader = self._leader.setdefault(member, member)
        while leader != self._leader[leader]:
            leader = self._leader[leader]
        self._leader[member] = leader
        return leader


def _store(db: Database, groups: Iterable[set[Place]]) -> None:
    for members in groups:
        first = min(members)
        numbers = sorted(member.number for member in members)
        (sources,) = db.execute(_SOURCES, [json.dumps(numbers)]).fetchone()
        story = number_id("story", str(first.id), bits=47)
        db.execute(
            "INSERT INTO stories (id, first, articles, sources) VALUES (?, ?, ?, ?)",
            (story, first.number, len(numbers), sources),
        )
        db.conn.executemany(
            "INSERT INTO story_articles (article, story) VALUES (?, ?)",
            [(number, story) for number in numbers],
        )


_SOURCES = """
SELECT count(DISTINCT a.source) FROM json_each(?) n JOIN articles a ON a.number = n.value
"""
