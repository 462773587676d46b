"""Asking the index: counted, ranked, one page at a time."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date

from sqlite_utils import Database

from archive.index.sqlite_errors import explained
from archive.search.compile import compiled
from archive.search.cursor import read_place, write_place
from archive.search.engine import Answer, Engine, Order, Ranked
from archive.search.facets import Facets
from archive.search.fts import FtsEngine
from archive.search.hits import hits_of
from archive.search.marks import Marker
from archive.search.matches import Matches, matching
from archive.search.notes import Note, NoteKind
from archive.search.pages import asks_for_pages, search_pages
from archive.search.query import parse
from archive.search.results import SearchResult
from archive.search.stories import without_copies
from archive.times import utc_now

MAX_LIMIT = 1_000


def today() -> date:
    """The day ``date:7d`` is counted from."""
    return utc_now().date()


@contextmanager
def at_one_moment(db: Database) -> Iterator[None]:
    """Let all that is read within be of one state of the index, whatever is written meanwhile.

    A transaction that its caller has begun goes on.

    Raises:
        MicroficheError: the database cannot be read.
    """
    try:
        if db.conn.in_transaction:
            yield
            return
        db.execute("BEGIN")
        with db.conn:
            yield
    except sqlite3.DatabaseError as error:
        raise explained(error) from error


def search(  # noqa: PLR0913
    db: Database,
    query: str,
    *,
    limit: int = 20,
    after: str | None = None,
    offset: int = 0,
    order: Order = "relevance",
    fold: bool = True,
    helpful: bool = True,
    engine: Callable[[Database, date], Engine] = FtsEngine,
) -> SearchResult:
    """Find articles.

    No query raises: what cannot be read as one is searched as its words, and a note says so.
    A query without words to rank by gives the newest first.

    Args:
        db: The index.
        query: What a person typed; docs/search.md.
        limit: Hits on one page, at most 1,000; 0 to learn how many there are.
        after: `SearchResult.after` of the page before: the next one.
        offset: Hits to skip; slow when large: use ``after`` instead.
        order: By relevance, or by date of publication.
        fold: One hit for each story, which names its copies; else each copy is a hit.
        helpful: Where nothing has all the words, give what has some, or their nearest ones.
        engine: What looks for them.

    Raises:
        MicroficheError: the database cannot be read.
    """
    limit, offset = min(max(limit, 0), MAX_LIMIT), max(offset, 0)
    parsed = parse(query)
    with at_one_moment(db):
        if asks_for_pages(parsed):
            return search_pages(db, parsed, limit=limit, offset=offset, after=after, today=today())
        answer = engine(db, today()).ask(parsed, helpful=helpful)
        notes = answer.notes
        place = read_place(db, after, order) if after else None
        if after and place is None:
            said = f"{after[:40]!r} is no place of this order: started at the first hit"
            notes += (Note(NoteKind.PLACE, said),)
        kept = _page(db, answer, order, place, offset + limit + 1, fold=fold) if limit else []
        ranked, total = kept[offset : offset + limit], answer.total()
        more = len(kept) > offset + limit
        earlier = answer.only_earlier([item.number for item in ranked])
        return SearchResult(
            query=query,
            total=total.articles,
            exact=total.exact,
            ranking=answer.ranking(order),
            hits=hits_of(db, ranked, answer.patterns, earlier=earlier),
            notes=notes,
            after=write_place(db, order, ranked[-1]) if more and ranked else None,
        )


def count_facets(
    db: Database,
    query: str,
    *,
    helpful: bool = True,
    engine: Callable[[Database, date], Engine] = FtsEngine,
) -> Facets:
    """Count the hits of a query by what they have in common. Never raises for a malformed query.

    Args:
        db: The index; of one connection, one call at a time.
        query: What a person typed; docs/search.md.
        helpful: As for `search`.
        engine: What looks for them.

    Raises:
        MicroficheError: the database cannot be read.
    """
    with at_one_moment(db):
        return engine(db, today()).ask(parse(query), helpful=helpful).facets()


def marker_of(db: Database, query: str, language: str | None) -> Marker:
    """What marks the words of a query in a text of this language."""
    asked = compiled(db, parse(query), today=today(), helpful=True)
    return Marker(tuple(dict.fromkeys(word.pattern for word in asked.words)), language)


def select_matching(db: Database, query: str) -> tuple[Matches, tuple[Note, ...]]:
    """The articles of a query as a SELECT of their numbers, and the notes on it.

    Just what was asked for: no nearest words, no articles with some of the words.
    """
    asked = compiled(db, parse(query), today=today(), helpful=False)
    return matching(db, asked), asked.notes


def _page(
    db: Database, answer: Answer, order: Order, last: Ranked | None, wanted: int, *, fold: bool
) -> list[Ranked]:
    kept: list[Ranked] = []
    at_once = wanted + wanted // 2 if fold else wanted
    while len(kept) < wanted:
        found = answer.ranked(order, after=last, limit=at_once)
        kept += without_copies(db, answer, found) if fold else found
        if len(found) < at_once:
            break
        last = found[-1]
        at_once *= 4
    return kept[:wanted]
