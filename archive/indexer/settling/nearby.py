"""Which articles may be copies of each other: those near in time that share some sentences.

To stay cheap where a sentence stands in thousands of articles, each is compared with the nearest
few that hold the same sentence, before and after it: a story with hundreds of copies still hangs
together, copy by copy, and the work grows with the articles, not with their square.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from sqlite_utils import Database

from archive.index.dating import day_of
from archive.indexer.settling.sentences import sentences_in

WINDOW_DAYS = 24
"""How many days two copies may be from each other."""

NEIGHBOURS = 4
"""With so many before it, and so many after it, an article is compared for each sentence."""

# What two must share of the sentences kept of the one with fewer; one may be a quotation. With a
# quarter of twelve 98 of 100 copies of real pages are found (cut to a third, edited, with lines put
# in), and of texts put together at random from 7,000 sentences hardly any are compared; with two of
# eight one in two of those was.
_SHARED = 2
_SHARE = 0.25

_IN_RANGE = """
SELECT dated, id, article, sentences FROM sketches WHERE dated >= ? AND dated < ? ORDER BY dated, id
"""


class Place(NamedTuple):
    """Where an article stands among the others: by when it is from, then by its id."""

    dated: str
    id: int
    number: int


@dataclass(slots=True)
class Nearby:
    """What is near some articles.

    ``pairs`` are those to be compared, the earlier first; one of the two at least is of the
    articles asked for. ``crowded`` are other articles that stand so close around one of those, with
    the same sentence, that it may part them: those before it from those after it.
    """

    pairs: list[tuple[Place, Place]] = field(default_factory=list)
    crowded: set[Place] = field(default_factory=set)


def look_around(db: Database, articles: Set[Place], sentences: set[int]) -> Nearby:
    """Read the sketches around these articles once, in order of time.

    Args:
        db: The index.
        articles: Where they stand.
        sentences: Those that stand in them.
    """
    found = Nearby()
    sizes: dict[Place, int] = {}
    last: dict[int, Place] = {}
    holders: dict[int, list[Place]] = {}
    for span in _spans(articles):
        for *place, sketch in db.execute(_IN_RANGE, span):
            article, here = Place(*place), sentences_in(sketch)
            sizes[article] = len(here)
            shared: dict[Place, int] = {}
            for sentence in sentences.intersection(here):
                before = last.get(sentence)
                last[sentence] = article
                # Most sentences stand in one article: nobody is compared for their sake.
                if before is not None and _is_near(before, article):
                    near = _before(holders.get(sentence), before, article)
                    _note(found, articles, near, article, shared)
                    near.append(article)
                    holders[sentence] = near
            found.pairs += [
                (other, article)
                for other, count in shared.items()
                if are_to_be_compared(count, sizes[other], len(here))
            ]
    return found


def are_to_be_compared(shared: int, one: int, other: int) -> bool:
    """Whether two share enough of the sentences kept, of which each has so many.

    >>> are_to_be_compared(2, 12, 5), are_to_be_compared(2, 12, 12)
    (True, False)
    """
    return shared >= _SHARED and shared >= _SHARE * min(one, other)


def _before(held: list[Place] | None, before: Place, article: Place) -> list[Place]:
    """The nearest that hold a sentence, the last of them ``before``."""
    if held is None or held[-1] != before:
        return [before]
    return [other for other in held[-NEIGHBOURS:] if _is_near(other, article)]


def _note(
    found: Nearby,
    articles: Set[Place],
    near: Sequence[Place],
    article: Place,
    shared: dict[Place, int],
) -> None:
    is_asked = article in articles
    for other in near:
        if is_asked or other in articles:
            shared[other] = shared.get(other, 0) + 1
    if len(near) == NEIGHBOURS and (is_asked or not articles.isdisjoint(near)):
        found.crowded.update(one for one in (*near, article) if one not in articles)


def around_gaps(db: Database, gone: Mapping[Place, Set[int]]) -> set[Place]:
    """Those nearest to where an article held a sentence that it no longer holds.

    They are compared with each other now that it does not stand between them.

    Args:
        db: The index.
        gone: The sentences that each article has lost, by its place.
    """
    wanted = set().union(*gone.values())
    holders: dict[int, list[Place]] = defaultdict(list)
    for span in _spans(gone) if wanted else ():
        for *place, sketch in db.execute(_IN_RANGE, span):
            for sentence in wanted.intersection(sentences_in(sketch)):
                holders[sentence].append(Place(*place))
    found: set[Place] = set()
    for article, lost in gone.items():
        for sentence in lost & holders.keys():
            at = bisect_left(holders[sentence], article)
            found.update(holders[sentence][max(0, at - NEIGHBOURS) : at + NEIGHBOURS])
    return found


def read_sketches(db: Database, articles: Iterable[Place]) -> dict[Place, bytes]:
    """The sketches at these places, as far as there are any."""
    found = {}
    for place in articles:
        row = db.execute(_AT, place).fetchone()
        if row:
            found[place] = row[0]
    return found


_AT = "SELECT sentences FROM sketches WHERE dated = ? AND id = ? AND article = ?"


def _is_near(before: Place, article: Place) -> bool:
    return day_of(article.dated) - day_of(before.dated) <= WINDOW_DAYS


def _spans(articles: Iterable[Place]) -> Iterator[tuple[str, str]]:
    """The ranges of ``dated`` within reach of these articles, none twice; the ends are beyond.

    >>> places = [Place(dated, 1, 1) for dated in ("2026-03-01", "2026-03-21T08:00:00", "2027")]
    >>> list(_spans(places))
    [('2026-02-05', '2026-04-15'), ('2026-12-08', '2027-01-26')]
    """
    first = last = None
    for day in sorted({day_of(article.dated) for article in articles}):
        if first is not None and last is not None and day - WINDOW_DAYS > last:
            yield _span(first, last)
            first = None
        first, last = day - WINDOW_DAYS if first is None else first, day + WINDOW_DAYS
    if first is not None and last is not None:
        yield _span(first, last)


def _span(first: int, last: int) -> tuple[str, str]:
    begin = date.fromordinal(max(first, 1)).isoformat()
    # What is dated by its year or month stands before that year's or month's first day.
    begin = begin[:4] if begin[5:] == "01-01" else begin[:7] if begin[8:] == "01" else begin
    return begin, date.fromordinal(min(last + 1, date.max.toordinal())).isoformat()
