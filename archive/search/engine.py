"""What answers searches: a parsed query in; ranked articles, totals and facets out.

`search` and its kin know nothing else of an engine. `archive.search.fts` is the one there is.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from archive.search.facets import Facets
from archive.search.marks import Pattern
from archive.search.notes import Note
from archive.search.query import Query

Order = Literal["relevance", "newest", "oldest"]


@dataclass(frozen=True, slots=True)
class Ranked:
    """One article found.

    Attributes:
        number: Its number in this index.
        score: Higher is better; 0.0 where the order is by date.
        stage: The group of hits it is of: groups follow each other.
    """

    number: int
    score: float = 0.0
    stage: int = 0


@dataclass(frozen=True, slots=True)
class Total:
    """How many articles are found; without ``exact`` at least so many."""

    articles: int
    exact: bool = True


class Answer(Protocol):
    """What an engine finds for one query, in one state of the index."""

    notes: tuple[Note, ...]
    patterns: tuple[Pattern, ...]

    def ranking(self, order: Order) -> str:
        """How hits are ordered, in a few words."""

    def total(self) -> Total:
        """How many articles there are."""

    def ranked(self, order: Order, *, after: Ranked | None, limit: int) -> Sequence[Ranked]:
        """The first articles, or those after one."""

    def among(self, numbers: Sequence[int]) -> set[int]:
        """Which of these articles are found."""

    def only_earlier(self, numbers: Sequence[int]) -> set[int]:
        """Which of these an earlier version alone is found by."""

    def facets(self) -> Facets:
        """What the articles have in common."""


class Engine(Protocol):
    """Looks for articles."""

    def ask(self, query: Query, *, helpful: bool) -> Answer:
        """Answer a query.

        Args:
            query: As parsed.
            helpful: Where nothing has all the words, give what has some, or their nearest ones.
        """
