"""Stories: articles that are copies of each other, at several sources or at one.

Two articles are copies of each other or not, whatever else there is; a story is all that hang
together. So the stories depend on the set of articles only. Where one comes, goes or changes, its
story is taken apart and found anew; other stories can only grow by it.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import lru_cache

from sqlite_utils import Database

from archive.index.ids import number_id
from archive.indexer.settling.copies import Runs, is_copy, runs_of
from archive.indexer.settling.nearby import around_gaps, look_around, read_sketches
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
    unread = json.dumps([number for number in numbers if number not in known])
    new = {number: sketch_of(text) for number, text in db.execute(_TEXTS, [unread])}
    new |= {number: sketch_of(known[number]) for number in numbers if number in known}
    old = read_sketches(db, numbers)
    listed = json.dumps(numbers)
    owner, had = dict(db.execute(_OWNERS, [listed])), dict(db.execute(_HAD, [listed]))
    # The same text under the same number may be another article's: then its story is another one.
    changed = [
        number
        for number in numbers
        if new.get(number) != old.get(number)
        or had.get(number, owner.get(number)) != owner.get(number)
    ]
    db.conn.executemany(
        "INSERT OR IGNORE INTO unmatched (article, before) VALUES (?, ?)",
        [(number, old.get(number)) for number in changed],
    )
    db.conn.executemany(
        "DELETE FROM sketches WHERE article = ?",
        [(number,) for number in changed if new.get(number) is None and number in old],
    )
    db.conn.executemany(
        "INSERT OR REPLACE INTO sketches (article, sentences, owner) VALUES (?, ?, ?)",
        [(number, new[number], owner[number]) for number in changed if new.get(number)],
    )


_OWNERS = "SELECT number, id FROM articles WHERE number IN (SELECT value FROM json_each(?))"
_HAD = "SELECT article, owner FROM sketches WHERE article IN (SELECT value FROM json_each(?))"
_TEXTS = """
SELECT n.value, CAST(c.text AS BLOB)
FROM json_each(?) n JOIN articles_current c ON c.number = n.value
"""


def match(db: Database, limit: int) -> int:
    """Find the stories of so many articles whose sketch has changed; gives how many those were.

    The caller holds a transaction.
    """
    changed = dict(
        db.execute("SELECT article, before FROM unmatched ORDER BY article LIMIT ?", [limit])
    )
    if changed:
        _rematch(db, changed)
        db.execute("DELETE FROM unmatched WHERE article <= ?", [max(changed)])
    return len(changed)


def _rematch(db: Database, changed: Mapping[int, bytes | None]) -> None:
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


def _dissolve(db: Database, articles: Iterable[int]) -> set[int]:
    """Take apart the stories these articles are in; gives everyone who was in them."""
    listed = json.dumps(sorted(articles))
    stories = [row[0] for row in db.execute(_STORIES_OF, [listed])]
    return _take_apart(db, stories)


def _take_apart(db: Database, stories: Iterable[int]) -> set[int]:
    listed = json.dumps(sorted(stories))
    members = {row[0] for row in db.execute(_MEMBERS, [listed])}
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
SELECT s.article FROM json_each(?) n JOIN story_articles s ON s.story = n.value
"""


def _joined(db: Database, pairs: Iterable[tuple[int, int]]) -> list[set[int]]:
    """Everything that hangs together by these pairs, in sets of two and more."""
    texts = _Texts(db)
    groups = _Groups()
    for one, other in pairs:
        if not groups.are_one(one, other) and texts.are_copies(one, other):
            groups.join(one, other)
    # Other stories are whole, whatever has changed elsewhere: what joins one joins all of it.
    found = groups.sets()
    reached = {article for group in found for article in group}
    listed = json.dumps(sorted(reached))
    for story in [row[0] for row in db.execute(_STORIES_OF, [listed])]:
        for member in (members := sorted(_take_apart(db, [story]))):
            groups.join(members[0], member)
    return groups.sets()


class _Texts:
    """Texts as runs of words, those read last at hand."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._read = lru_cache(_TEXTS_AT_HAND)(self._read_anew)

    def are_copies(self, one: int, other: int) -> bool:
        (source, runs), (other_source, other_runs) = self._read(one), self._read(other)
        return is_copy(runs, other_runs, at_home=source == other_source)

    def _read_anew(self, number: int) -> tuple[str, Runs]:
        source, text = self._db.execute(
            "SELECT source, text FROM articles_current WHERE number = ?", (number,)
        ).fetchone()
        return source, runs_of(text)


class _Groups:
    """Sets that are joined member by member."""

    def __init__(self) -> None:
        self._leader: dict[int, int] = {}

    def are_one(self, one: int, other: int) -> bool:
        return self._find(one) == self._find(other)

    def join(self, one: int, other: int) -> None:
        first, last = sorted((self._find(one), self._find(other)))
        self._leader[last] = first

    def sets(self) -> list[set[int]]:
        """All sets of two and more members."""
        found: dict[int, set[int]] = defaultdict(set)
        for member in list(self._leader):
            found[self._find(member)].add(member)
        return [members for members in found.values() if len(members) > 1]

    def _find(self, member: int) -> int:
        leader = self._leader.setdefault(member, member)
        while leader != self._leader[leader]:
            leader = self._leader[leader]
        self._leader[member] = leader
        return leader


def _store(db: Database, groups: Iterable[set[int]]) -> None:
    for members in groups:
        first = min(members)
        listed = json.dumps(sorted(members))
        (article,) = db.execute("SELECT id FROM articles WHERE number = ?", (first,)).fetchone()
        (sources,) = db.execute(_SOURCES, [listed]).fetchone()
        story = number_id("story", str(article), bits=47)
        db.execute(
            "INSERT INTO stories (id, first, articles, sources) VALUES (?, ?, ?, ?)",
            (story, first, len(members), sources),
        )
        db.conn.executemany(
            "INSERT INTO story_articles (article, story) VALUES (?, ?)",
            [(member, story) for member in sorted(members)],
        )


_SOURCES = """
SELECT count(DISTINCT a.source) FROM json_each(?) n JOIN articles a ON a.number = n.value
"""
