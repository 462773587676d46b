"""Which articles may be copies of each other: those near in time that share some sentences.

To stay cheap where a sentence stands in thousands of articles, each is compared with the nearest
few that hold the same sentence, before and after it: a story with hundreds of copies still hangs
together, copy by copy, and the work grows with the articles, not with their square.
"""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set

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


class Holders:
    """Who holds each of some sentences, in order of time, as far as the window reaches."""

    def __init__(self, db: Database, articles: Iterable[int], sentences: Iterable[int]) -> None:
        """Read the sketches around these articles; only these sentences are kept."""
        wanted = set(sentences)
        last: dict[int, int] = {}
        self._of: dict[int, list[int]] = defaultdict(list)
        for begin, end in _spans(sorted(articles)):
            for article, sketch in db.execute(_IN_RANGE, (begin, end)):
                for sentence in wanted.intersection(sentences_in(sketch)):
                    # Most sentences stand in one article: nobody is compared for their sake.
                    before = last.get(sentence)
                    if before is not None and article - before <= WINDOW:
                        held = self._of[sentence]
                        if not held or held[-1] != before:
                            held.append(before)
                        held.append(article)
                    last[sentence] = article

    def held(self, sentences: Iterable[int]) -> Set[int]:
        """Those of some sentences that stand in several articles."""
        return self._of.keys() & set(sentences)

    def around(self, article: int, sentence: int) -> Sequence[int]:
        """The nearest few that hold a sentence, before and after an article, without itself."""
        holders = self._of[sentence]
        at = bisect_left(holders, article)
        near = []
        for other in reversed(holders[max(0, at - NEIGHBOURS) : at]):
            if article - other > WINDOW:
                break
            near.append(other)
        after = at + (at < len(holders) and holders[at] == article)
        for other in holders[after : after + NEIGHBOURS]:
            if other - article > WINDOW:
                break
            near.append(other)
        return near

    def parted(self, article: int, sentence: int) -> Sequence[int]:
        """Neighbours that may no longer be compared, now that this article stands between them.

        Empty where so few hold the sentence that they are compared all the same.
        """
        near = self.around(article, sentence)
        return near if len(near) >= NEIGHBOURS else ()

    def candidates(self, article: int, sketch: bytes) -> list[int]:
        """Articles that this one is to be compared with."""
        held = self.held(sentences_in(sketch))
        if len(held) < _SHARED:
            return []
        shared = Counter(other for sentence in held for other in self.around(article, sentence))
        return sorted(other for other, count in shared.items() if count >= _SHARED)


def read_sketches(db: Database, articles: Iterable[int]) -> Mapping[int, bytes]:
    """The sketches of these articles, as far as they have one."""
    found = {}
    for article in articles:
        row = db.execute("SELECT sentences FROM sketches WHERE article = ?", (article,)).fetchone()
        if row:
            found[article] = row[0]
    return found


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
