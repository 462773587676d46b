"""Which articles may be copies of each other: those near in time that share some sentences.

To stay cheap where a sentence stands in thousands of articles, each is compared with the nearest
few that hold the same sentence, before and after it: a story with hundreds of copies still hangs
together, copy by copy, and the work grows with the articles, not with their square.
"""

import json
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field

from sqlite_utils import Database

from archive.index.ids import day_of_number, numbers_of_day
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

_IN_RANGE = "SELECT article, sentences FROM sketches WHERE article BETWEEN ? AND ? ORDER BY article"


@dataclass(slots=True)
class Nearby:
    """What is near some articles.

    ``pairs`` are those to be compared, the earlier first; one of the two at least is of the
    articles asked for. ``crowded`` are other articles that stand so close around one of those, with
    the same sentence, that it may part them: those before it from those after it.
    """

    pairs: list[tuple[int, int]] = field(default_factory=list)
    crowded: set[int] = field(default_factory=set)


def look_around(db: Database, articles: Set[int], sentences: set[int]) -> Nearby:
    """Read the sketches around these articles once, in order of time.

    Args:
        db: The index.
        articles: Their numbers.
        sentences: Those that stand in them.
    """
    found = Nearby()
    sizes: dict[int, int] = {}
    last: dict[int, int] = {}
    holders: dict[int, list[int]] = {}
    for begin, end in _spans(sorted(articles)):
        for article, sketch in db.execute(_IN_RANGE, (begin, end)):
            here = sentences_in(sketch)
            sizes[article] = len(here)
            shared: dict[int, int] = {}
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


def _before(held: list[int] | None, before: int, article: int) -> list[int]:
    """The nearest that hold a sentence, the last of them ``before``."""
    if held is None or held[-1] != before:
        return [before]
    return [other for other in held[-NEIGHBOURS:] if _is_near(other, article)]


def _note(
    found: Nearby, articles: Set[int], near: Sequence[int], article: int, shared: dict[int, int]
) -> None:
    is_asked = article in articles
    for other in near:
        if is_asked or other in articles:
            shared[other] = shared.get(other, 0) + 1
    if len(near) == NEIGHBOURS and (is_asked or not articles.isdisjoint(near)):
        found.crowded.update(one for one in (*near, article) if one not in articles)


def around_gaps(db: Database, gone: Mapping[int, Set[int]]) -> set[int]:
    """Those nearest to where an article held a sentence that it no longer holds.

    They are compared with each other now that it does not stand between them.

    Args:
        db: The index.
        gone: The sentences that each article has lost, by its number.
    """
    wanted = set().union(*gone.values())
    holders: dict[int, list[int]] = defaultdict(list)
    for begin, end in _spans(sorted(gone)) if wanted else ():
        for article, sketch in db.execute(_IN_RANGE, (begin, end)):
            for sentence in wanted.intersection(sentences_in(sketch)):
                holders[sentence].append(article)
    found: set[int] = set()
    for article, lost in gone.items():
        for sentence in lost & holders.keys():
            at = bisect_left(holders[sentence], article)
            found.update(holders[sentence][max(0, at - NEIGHBOURS) : at + NEIGHBOURS])
    return found


def read_sketches(db: Database, articles: Iterable[int]) -> dict[int, bytes]:
    """The sketches of these articles, as far as they have one."""
    return dict(db.execute(_OF, [json.dumps(sorted(articles))]))


_OF = """
SELECT s.article, s.sentences FROM json_each(?) n JOIN sketches s ON s.article = n.value
"""


def _is_near(before: int, article: int) -> bool:
    return day_of_number(article) - day_of_number(before) <= WINDOW_DAYS


def _spans(articles: Sequence[int]) -> Iterator[tuple[int, int]]:
    """The ranges of numbers within reach of these articles, none twice.

    >>> days = [numbers_of_day(40_000 + n)[7] for n in (0, 20, 200)]
    >>> [day_of_number(last) - day_of_number(first) for first, last in _spans(days)]
    [68, 48]
    """
    first = last = None
    for day in sorted({day_of_number(article) for article in articles}):
        if last is not None and day - WINDOW_DAYS <= last:
            last = day + WINDOW_DAYS
            continue
        if first is not None and last is not None:
            yield _span(first, last)
        first, last = day - WINDOW_DAYS, day + WINDOW_DAYS
    if first is not None and last is not None:
        yield _span(first, last)


def _span(first: int, last: int) -> tuple[int, int]:
    return numbers_of_day(first)[0], numbers_of_day(last)[-1]
