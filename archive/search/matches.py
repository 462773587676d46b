"""Which articles a query asks for, as a SELECT of their numbers, and how much is looked at."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlite_utils import Database

from archive.search.asked import Asked
from archive.search.compile import having_words
from archive.search.fields import Condition


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """How much is looked at, in articles.

    Attributes:
        ranked: Up to so many matches BM25 is exact: it costs 0.8 to 1.2 microseconds each. Totals
            are exact up to it, too.
        ranked_of_many: Of more, the last so many to come into the archive are ranked.
        words: Where more have the very words, no other forms of them are looked for.
        forms: Nor where more have the forms.
        sorted: Up to so many are sorted by date, 0.4 microseconds each; of more, dates are walked.
        some: Of articles with some of the words, the best so many are given.
    """

    ranked: int = 100_000
    ranked_of_many: int = 40_000
    words: int = 10_000
    forms: int = 50_000
    sorted: int = 20_000
    some: int = 1_000


BOUNDS = Bounds()


@dataclass(frozen=True, slots=True)
class Matches:
    """A SELECT of the numbers of articles.

    Attributes:
        tables: What stands behind FROM, with conditions.
        values: Its parameters.
        number: What the number is called in it.
    """

    tables: str
    values: tuple[str | int, ...]
    number: str

    @property
    def sql(self) -> str:
        """The statement."""
        return f"SELECT {self.number} AS number FROM {self.tables}"  # noqa: S608 - constants

    def narrowed(self, condition: str, *values: str | int) -> "Matches":
        """Under one more condition."""
        tables = f"{self.tables} AND {condition.replace('{n}', self.number)}"
        return Matches(tables, (*self.values, *values), self.number)

    def under(self, conditions: Iterable[Condition]) -> "Matches":
        """Under conditions on fields."""
        found = self
        # The plus keeps SQLite from asking FTS5 for one article after another: each time it would
        # look up all the words again.
        number = self.number if self.number == "facets.number" else f"+{self.number}"
        for condition in conditions:
            found = found.narrowed(f"({condition.of(number)})", *condition.values)
        return found

    def joined(self, other: "Matches") -> "Matches":
        """These and those."""
        both = f"({self.sql} UNION {other.sql}) WHERE 1"
        return Matches(both, (*self.values, *other.values), "number")

    def count(self, db: Database, at_most: int) -> int:
        """How many; counting stops one beyond."""
        sql = f"SELECT count(*) FROM ({self.sql} LIMIT {at_most + 1})"  # noqa: S608 - as above
        return int(db.execute(sql, self.values).fetchone()[0])


def matching(db: Database, asked: Asked, bounds: Bounds = BOUNDS) -> Matches:
    """The articles that a query asks for, with the very words or their forms."""
    found = exactly(asked)
    formed = with_forms(db, asked, found, bounds)
    return found.joined(formed) if formed else found


def exactly(asked: Asked) -> Matches:
    """The articles that have the very words."""
    if asked.match is None:
        return Matches("facets WHERE 1", (), "facets.number").under(asked.conditions)
    return having("articles_fts", asked.match).under(asked.conditions)


def having(table: str, expression: str) -> Matches:
    """The articles that answer to an expression of FTS5."""
    return Matches(f"{table} WHERE {table} MATCH ?", (expression,), f"{table}.rowid")


def with_forms(db: Database, asked: Asked, exact: Matches, bounds: Bounds) -> Matches | None:
    """The articles that have the words in other forms; None where they are too many or none."""
    if asked.forms is None or exact.count(db, bounds.words) > bounds.words:
        return None
    found = having("article_forms", asked.forms)
    if asked.beside:
        found = found.under([having_words(asked.beside)])
    found = found.under((*asked.without, *asked.conditions))
    return found if found.count(db, bounds.forms) <= bounds.forms else None
