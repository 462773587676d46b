"""Which articles may be copies of each other: those near in time that share some sentences.

To stay cheap where a sentence stands in thousands of articles, each is compared with the nearest
few that hold the same sentence, before and after it: a story with hundreds of copies still hangs
together, copy by copy, and the work grows with the articles, not with their square.
"""

import json
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field

from sqlite_utils import Database

from archive.index.ids import NUMBERS_A_SECOND
from archive.indexer.settling.sentences import sentences_in

WINDOW = (24 * 86_400) * NUMBERS_A_SECOND
"""How far two copies may be from each other, in numbers: 24 days."""

NEIGHBOURS = 8
"""With so many before it, and so many after it, an article is compared for each sentence."""

# One sentence in common may be a quotation. With two demanded of the eight that are kept, 98 of 100
# copies of real pages are still found (cut to half, edited, with lines put in), with four kept 91.
_SHARED = 2

_IN_RANGE = "SELECT article, sentences FROM sketches WHERE article BETWEEN ? AND ? ORDER BY article"


@dataclass(slots=True)
class Nearby:
    """What is near some articles.

    ``pairs`` counts the sentences that two articles share and by which they are to be compared,
    the earlier first; one of the two at least is of those asked for. ``crowded`` are all articles
    that stand so close around one of those, with the same sentence, that they may have been parted
    by it: those before it from those after it.
    """

    pairs: Counter[tuple[int, int]] = field(default_factory=Counter)
    crowded: set[int] = field(default_factory=set)

    def to_compare(self) -> list[tuple[int, int]]:
        """The pairs that share enough."""
        return sorted(pair for pair, count in self.pairs.items() if count >= _SHARED)


def look_around(db: Database, articles: Set[int], sentences: Iterable[int]) -> Nearby:
    """Read the sketches around these articles once, in order of time.

    Args:
        db: The index.
        articles: Their numbers.
        sentences: Those that stand in them.
    """
    found = Nearby()
    wanted = set(sentences)
    last: dict[int, int] = {}
    holders: dict[int, list[int]] = {}
    for begin, end in _spans(sorted(articles)):
        for article, sketch in db.execute(_IN_RANGE, (begin, end)):
            for sentence in wanted.intersection(sentences_in(sketch)):
                before = last.get(sentence)
                last[sentence] = article
                # Most sentences stand in one article: nobody is compared for their sake.
                if before is None or article - before > WINDOW:
                    continue
                held = holders.get(sentence)
                if held is None or held[-1] != before:
                    held = [before]
                near = [other for other in held[-NEIGHBOURS:] if article - other <= WINDOW]
                _note(found, articles, near, article)
                holders[sentence] = [*near, article]
    return found


def _note(found: Nearby, articles: Set[int], near: Sequence[int], article: int) -> None:
    is_asked = article in articles
    for other in near:
        if is_asked or other in articles:
            found.pairs[other, article] += 1
    if len(near) == NEIGHBOURS and (is_asked or not articles.isdisjoint(near)):
        found.crowded.update(near, (article,))


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


def _spans(articles: Sequence[int]) -> Iterator[tuple[int, int]]:
    """The ranges of numbers within reach of these articles, none twice.

    >>> [(last - first) // WINDOW for first, last in _spans([0, WINDOW, 9 * WINDOW])]
    [3, 2]
    """
    first = last = None
    for article in articles:
        if last is not None and article - WINDOW <= last:
            last = article + WINDOW
            continue
        if first is not None and last is not None:
            yield first, last
        first, last = article - WINDOW, article + WINDOW
    if first is not None and last is not None:
        yield first, last
