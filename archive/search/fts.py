"""The engine that SQLite has: FTS5.

Three rankings, and no other. Articles with all the very words come first, by exact BM25; those
that have them in other forms follow; where there are neither, those with some of the words are
given. More than `Bounds.ranked` matches are too many to rank: the last of them that came into the
archive are, the others follow by date.
"""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from sqlite_utils import Database

from archive.rights.withheld import is_narrowed
from archive.search.asked import Asked, Word
from archive.search.compile import compiled
from archive.search.engine import Order, Ranked, Total
from archive.search.facets import Facets, described
from archive.search.marks import Pattern
from archive.search.matches import BOUNDS, Bounds, Matches, exactly, having, with_forms
from archive.search.notes import Note, NoteKind
from archive.search.query import Query

WEIGHTS = "1.0, 8.0, 4.0, 1.0, 0.5"
"""Of text, title, standfirst, asides, earlier text."""

# What a form counts beside the very word.
_FORM = 0.7
_SCORED = 1_000


class FtsEngine:
    """Looks for articles in an index."""

    def __init__(self, db: Database, today: date, bounds: Bounds = BOUNDS) -> None:
        self._db, self._today, self._bounds = db, today, bounds

    def ask(self, query: Query, *, helpful: bool) -> "FtsAnswer":
        """Answer a query."""
        asked = compiled(self._db, query, today=self._today, helpful=helpful)
        return FtsAnswer(self._db, asked, self._bounds, helpful)


@dataclass
class FtsAnswer:
    """What FTS5 finds for one query, in one state of the index."""

    _db: Database
    _asked: Asked
    _bounds: Bounds
    _helpful: bool
    notes: tuple[Note, ...] = field(init=False)
    patterns: tuple[Pattern, ...] = field(init=False)
    _counted: dict[tuple[Matches, int], int] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self.patterns = tuple(dict.fromkeys(word.pattern for word in self._asked.words))
        self.notes = self._asked.notes
        if self._some:
            lacking = "no article has all the words: these have some of them"
            self.notes += (Note(NoteKind.SOME_WORDS, lacking),)

    def ranking(self, order: Order) -> str:
        """How hits are ordered, in a few words."""
        if self._asked.match is None:
            return "newest" if order == "relevance" else order
        if order != "relevance":
            return order
        if self._some:
            return "some of the words"
        return "bm25" if self._first_ranked is None else "bm25 of the last, then newest"

    def total(self) -> Total:
        """How many articles there are; exact up to `Bounds.ranked`."""
        if self._some is not None:
            return Total(len(self._some), len(self._some) < self._bounds.some)
        at_most = self._bounds.ranked
        found = self._count(self._every, at_most)
        return Total(min(found, at_most), found <= at_most)

    def ranked(self, order: Order, *, after: Ranked | None, limit: int) -> list[Ranked]:
        """The first articles, or those after one."""
        if self._some is not None:
            return self._listed(self._in_order(order), after, limit, 0)
        if order != "relevance" or self._asked.match is None:
            return self._by_date(self._every, after, limit, oldest=order == "oldest")
        stages = (self._by_score, self._by_forms, self._others_by_date)
        stage = after.stage if after else 0
        found = stages[stage](after, limit)
        while len(found) < limit and (stage := stage + 1) < len(stages):
            found += stages[stage](None, limit - len(found))
        return found

    def among(self, numbers: Sequence[int]) -> set[int]:
        """Which of these articles are found."""
        if self._some is not None:
            return {item.number for item in self._some}.intersection(numbers)
        both = filter(None, (self._exact, self._formed))
        return set().union(*(self._of(numbers, matches) for matches in both))

    def only_earlier(self, numbers: Sequence[int]) -> set[int]:
        """Which of these an earlier version alone is found by."""
        asked = self._asked.match
        if self._some is not None:
            asked = " OR ".join(f"({word.exact})" for word in _parts(self._asked.words))
        changed = (
            "SELECT number FROM articles JOIN json_each(?) ON value = number "
            "WHERE earlier_text <> ''"
        )
        listed = [row[0] for row in self._db.execute(changed, [json.dumps(list(numbers))])]
        if asked is None or not listed:
            return set()
        found, current = (
            self._of(listed, having("articles_fts", match)) for match in (asked, _current(asked))
        )
        formed = self._of(listed, self._formed) if self._some is None and self._formed else set()
        return found - current - formed

    def _of(self, numbers: Sequence[int], matches: Matches) -> set[int]:
        found = matches.narrowed(
            "{n} IN (SELECT value FROM json_each(?))", json.dumps(list(numbers))
        )
        return {row[0] for row in self._db.execute(found.sql, found.values)}

    def facets(self) -> Facets:
        """What the articles have in common."""
        if self._some is not None:
            listed = json.dumps([item.number for item in self._some])
            some = Matches("json_each(?) j WHERE 1", (listed,), "j.value")
            return described(self._db, some.sql, some.values, self.total().articles)
        found = self._every
        count = f"SELECT count(*) FROM ({found.sql})"  # noqa: S608 - constants, bound values
        total = int(self._db.execute(count, found.values).fetchone()[0])
        return described(self._db, found.sql, found.values, total)

    @cached_property
    def _by_index(self) -> str:
        # Of what rules leave, SQLite takes no such word: there it finds the index by itself.
        return "" if is_narrowed(self._db) else "INDEXED BY articles_by_date"

    @cached_property
    def _exact(self) -> Matches:
        return exactly(self._asked)

    @cached_property
    def _formed(self) -> Matches | None:
        return with_forms(self._db, self._asked, self._exact, self._bounds)

    @cached_property
    def _every(self) -> Matches:
        return self._exact.joined(self._formed) if self._formed else self._exact

    @cached_property
    def _first_ranked(self) -> int | None:
        """The article from which on matches are ranked; None: all are."""
        loose, at_most = self._asked.loose, self._bounds.ranked
        if loose is None:
            return None
        likely = having("articles_fts", loose)
        if self._count(likely, at_most) <= at_most:
            return None
        sql = f"{likely.sql} ORDER BY rowid DESC LIMIT 1 OFFSET ?"
        return int(self._db.execute(sql, [loose, self._bounds.ranked_of_many]).fetchone()[0])

    def _by_score(self, after: Ranked | None, limit: int) -> list[Ranked]:
        found = self._exact
        if self._first_ranked is not None:
            found = found.narrowed("{n} >= ?", self._first_ranked)
        scored = (
            f"SELECT rowid AS number, -bm25(articles_fts, {WEIGHTS}) AS score FROM {found.tables}"  # noqa: S608 - constants
        )
        if after is None:
            sql = f"{scored} ORDER BY score DESC, number DESC LIMIT ?"
            rows = self._db.execute(sql, [*found.values, limit])
        else:
            sql = (
                f"WITH scored AS MATERIALIZED ({scored}) SELECT number, score FROM scored "  # noqa: S608 - constants
                "WHERE (score, number) < (SELECT score, number FROM scored WHERE number = ?) "
                "ORDER BY score DESC, number DESC LIMIT ?"
            )
            rows = self._db.execute(sql, [*found.values, after.number, limit])
        return [Ranked(number, score) for number, score in rows]

    def _by_forms(self, after: Ranked | None, limit: int) -> list[Ranked]:
        return self._listed(self._formed_only, after, limit, 1) if self._formed else []

    def _others_by_date(self, after: Ranked | None, limit: int) -> list[Ranked]:
        if self._first_ranked is None:
            return []
        others = self._exact.narrowed("{n} < ?", self._first_ranked)
        return self._by_date(others, after, limit, stage=2, walk=True)

    @staticmethod
    def _listed(
        ranked: Sequence[Ranked], after: Ranked | None, limit: int, stage: int
    ) -> list[Ranked]:
        """The items of a list that follow one."""
        numbers = [item.number for item in ranked]
        begin = numbers.index(after.number) + 1 if after and after.number in numbers else 0
        return [Ranked(i.number, i.score, stage) for i in ranked[begin : begin + limit]]

    @cached_property
    def _formed_only(self) -> list[Ranked]:
        """What has the words in other forms only: by the very words among them, then the last."""
        assert self._formed
        sql = f"{self._formed.sql} EXCEPT {self._exact.sql} ORDER BY 1 DESC"
        rows = self._db.execute(sql, [*self._formed.values, *self._exact.values])
        numbers, at_most = [row[0] for row in rows], self._bounds.words
        words = [
            w
            for w in self._asked.words
            if self._count(having("articles_fts", w.exact), at_most) <= at_most
        ] or self._asked.words
        scores = self._scores_of(numbers[:_SCORED], words) if len(self._asked.words) > 1 else {}
        ranked = [Ranked(number, scores.get(number, 0.0)) for number in numbers]
        return sorted(ranked, key=lambda item: (-item.score, -item.number))

    def _scores_of(self, numbers: Sequence[int], words: Sequence[Word]) -> dict[int, float]:
        """How well some of the very words fit each of a few articles."""
        any_word = " OR ".join(f"({word.exact})" for word in words)
        # The plus lets FTS5 walk over all that have a word: asked for one article after another, it
        # would count the articles with each word each time.
        sql = (
            f"SELECT rowid, -bm25(articles_fts, {WEIGHTS}) FROM articles_fts "  # noqa: S608 - constants
            "WHERE articles_fts MATCH ? AND +rowid IN (SELECT value FROM json_each(?))"
        )
        return dict(self._db.execute(sql, [any_word, json.dumps(list(numbers))]).fetchall())

    @cached_property
    def _some(self) -> list[Ranked] | None:
        """Articles with some of the words, the best first; None where others have them all."""
        words = self._asked.words
        if not self._helpful or not words or self._count(self._exact, 0):
            return None
        if self._formed and self._count(self._formed, 0):
            return None
        return self._with_some(_parts(words))

    def _with_some(self, words: Sequence[Word]) -> list[Ranked]:
        """Articles by the words they have: each counts the more the fewer articles have it."""
        every = int(self._db.execute("SELECT count(*) FROM facets").fetchone()[0])
        counted = [(self._numbers(word), word) for word in words]
        counted.sort(key=lambda item: len(item[0][0]) + len(item[0][1]))
        scores: dict[int, float] = {}
        looked_at, telling = 0, []
        for (exact, formed), word in counted:
            looked_at += len(exact) + len(formed)
            if scores and looked_at > self._bounds.ranked:
                break
            telling.append(word)
            weight = math.log(1 + every / (1 + len(exact | formed)))
            for number in exact:
                scores[number] = scores.get(number, 0.0) + weight
            for number in formed - exact:
                scores[number] = scores.get(number, 0.0) + weight * _FORM
        best = sorted(scores, key=lambda number: (-scores[number], -number))[: self._bounds.some]
        best = self._under_conditions(best)
        finer = self._scores_of(best[:_SCORED], telling)
        ranked = [Ranked(n, scores[n] + finer.get(n, 0.0)) for n in best]
        return sorted(ranked, key=lambda item: (-item.score, -item.number))

    def _count(self, found: Matches, at_most: int) -> int:
        """How many, counted once; counting stops one beyond."""
        if (found, at_most) not in self._counted:
            self._counted[found, at_most] = found.count(self._db, at_most)
        return self._counted[found, at_most]

    def _numbers(self, word: Word) -> tuple[set[int], set[int]]:
        """The articles with a word, and with its forms; none of a word that most have."""
        found: list[set[int]] = []
        for table, expression in (("articles_fts", word.exact), ("article_forms", word.forms)):
            sql = f"SELECT rowid FROM {table} WHERE {table} MATCH ? LIMIT ?"  # noqa: S608 - our names
            rows = self._db.execute(sql, [expression, self._bounds.ranked]) if expression else ()
            found.append({row[0] for row in rows})
        return found[0], found[1]

    def _under_conditions(self, numbers: list[int]) -> list[int]:
        conditions = (*self._asked.conditions, *self._asked.without)
        if not conditions:
            return numbers
        listed = Matches("json_each(?) j WHERE 1", (json.dumps(numbers),), "j.value")
        found = listed.under(conditions)
        kept = {row[0] for row in self._db.execute(found.sql, found.values)}
        return [number for number in numbers if number in kept]

    def _in_order(self, order: Order) -> list[Ranked]:
        """The articles with some of the words, in another order."""
        some = self._some or []
        if order == "relevance":
            return some
        listed = Matches(
            "json_each(?) j WHERE 1", (json.dumps([item.number for item in some]),), "j.value"
        )
        return self._by_date(listed, None, len(some), oldest=order == "oldest")

    def _by_date(
        self,
        found: Matches,
        after: Ranked | None,
        limit: int,
        *,
        oldest: bool = False,
        stage: int = 0,
        walk: bool = False,
    ) -> list[Ranked]:
        """Sorted where there are few; where there are many, the dates are walked and probed."""
        way, before = ("ASC", ">") if oldest else ("DESC", "<")
        many = walk or self._count(found, self._bounds.sorted) > self._bounds.sorted
        source = (
            f"articles a {self._by_index} WHERE {_probe(found)}"
            if many
            else f"({found.sql}) m CROSS JOIN articles a ON a.number = m.number WHERE 1"
        )
        values: list[str | int] = list(found.values)
        if many:
            for days in (c.days for c in self._asked.conditions if c.days):
                bounds = ((">=", days.first), ("<", days.end))
                for sign, bound in ((s, b) for s, b in bounds if b):
                    source += f" AND a.dated {sign} ?"
                    values.append(_dated_from(bound))
        if after:
            source += (
                f" AND (a.dated, a.number) {before} "  # noqa: S608 - constants
                "((SELECT dated FROM articles WHERE number = ?), ?)"
            )
            values += [after.number, after.number]
        sql = f"SELECT a.number FROM {source} ORDER BY a.dated {way}, a.number {way} LIMIT ?"  # noqa: S608 - constants
        rows = self._db.execute(sql, [*values, limit])
        return [Ranked(row[0], 0.0, stage) for row in rows]


def _current(expression: str) -> str:
    """What the current versions have of it: FTS5 narrows columns within by those around them."""
    return f"{{text title standfirst asides}} : ({expression})"


def _probe(found: Matches) -> str:
    """Whether an article is among them, as a condition on ``a``."""
    return f"EXISTS (SELECT 1 FROM {found.tables} AND {found.number} = a.number)"  # noqa: S608 - constants


def _dated_from(day: date) -> str:
    """The least date of that day, of its month where it is the first, of its year.

    >>> _dated_from(date(2026, 1, 1)), _dated_from(date(2026, 3, 1)), _dated_from(date(2026, 3, 2))
    ('2026', '2026-03', '2026-03-02')
    """
    return day.isoformat().removesuffix("-01").removesuffix("-01")


def _parts(words: Sequence[Word]) -> list[Word]:
    """The words of phrases by themselves; in scripts without spaces each two characters."""
    found: dict[str, Word] = {}
    for word in words:
        ways = word.pattern.ways
        if word.is_near or not ways or len(ways[0]) < 2:
            found.setdefault(word.exact, word)
            continue
        first = ways[0]
        cut = all(len(part) == 1 and not part.isascii() for part in first)
        pieces = [first[n : n + 2] for n in range(len(first) - 1)] if cut else [(p,) for p in first]
        for piece in pieces:
            expression = f'"{" ".join(piece)}"'
            found.setdefault(expression, Word(expression, expression, pattern=Pattern((piece,))))
    return list(found.values())
