"""One process that searches an index, and prints what each kind of query cost, as JSON.

It picks its queries from the articles: words by how many of them have each.
"""

import json
import random
import re
import resource
import sys
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from itertools import pairwise
from pathlib import Path

from sqlite_utils import Database

from archive.index.fold import tokens
from archive.index.open import open_index_file
from archive.search import count_facets, find_similar, search
from archive.search.expand import planned
from archive.search.rank import Bounds
from archive.search.where import where_of

QUERIES = 12
KINDS = (
    *("in 0.5 to 2%", "in 9 to 17%", "in more than half", "two common words", "two stop words"),
    *("phrase", "three letters*", "four letters*"),
)
ASKED = ("relevance", "newest", "count", "facets", "lang:de", "similar")
_SAMPLED = 3_000
_EXACT = Bounds(exact_matches=1 << 40)


def main(path: Path) -> None:
    """Measure and print."""
    began = time.monotonic()
    with closing(open_index_file(path)) as db:
        queries = pick(db)
        ways = _ways(db)
        times = {
            kind: {name: timed(ask, queries[kind]) for name, ask in ways.items()} for kind in KINDS
        }
        megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        overlap = {kind: _overlap(db, queries[kind]) for kind in KINDS[1:5]}
    json.dump(
        {
            "queries": queries, "times": times, "overlap": overlap, "megabytes": megabytes,
            "seconds": time.monotonic() - began,
        },
        sys.stdout,
    )  # fmt: skip


def _ways(db: Database) -> dict[str, Callable[[str], object]]:
    ids = [row[0] for row in db.execute("SELECT hex FROM articles ORDER BY id LIMIT 50")]
    return {
        "relevance": lambda query: search(db, query),
        "newest": lambda query: search(db, query, order="newest"),
        "count": lambda query: where_of(planned(db, query)).count(db),
        "facets": lambda query: count_facets(db, query),
        "lang:de": lambda query: search(db, f"{query} lang:de"),
        "similar": lambda query: find_similar(db, ids[len(query) % len(ids)]),
    }


def pick(db: Database) -> dict[str, list[str]]:
    """Queries of each kind, the same for the same articles."""
    chance = random.Random(3)
    numbers = [row[0] for row in db.execute("SELECT number FROM facets ORDER BY number")]
    texts = [
        db.execute("SELECT title, text FROM articles_current WHERE number = ?", [n]).fetchone()
        for n in chance.sample(numbers, min(_SAMPLED, len(numbers)))
    ]
    counts = Counter(
        word
        for title, text in texts
        for word in {word for word, _, _ in tokens(f"{title}\n{text}")}
        if len(word) > 2 and word.isalpha() and word.isascii()
    )

    def between(low: float, high: float) -> list[str]:
        found = sorted(w for w, n in counts.items() if low <= n / len(texts) < high)
        return chance.sample(found, min(QUERIES, len(found)))

    common, stop = between(0.05, 0.3), between(0.5, 1.1)
    phrases = (re.findall(r"[^\W\d_]+", title)[:3] for title, _ in texts)
    return {
        "in 0.5 to 2%": between(0.005, 0.02),
        "in 9 to 17%": between(0.09, 0.17),
        "in more than half": stop,
        "two common words": [f"{a} {b}" for a, b in pairwise(common)],
        "two stop words": [f"{a} {b}" for a, b in pairwise(stop)],
        "phrase": [f'"{" ".join(words)}"' for words in phrases if len(words) == 3][:QUERIES],
        "three letters*": [f"{word[:3]}*" for word in between(0.01, 0.1)],
        "four letters*": [f"{word[:4]}*" for word in between(0.01, 0.1) if len(word) > 3],
    }


def timed(ask: Callable[[str], object], queries: list[str], times: int = 3) -> str:
    """Median and 95th percentile of the wall, 95th percentile of the processor; milliseconds."""
    wall, processor = [], []
    for query in queries:
        ask(query)
        for _ in range(times):
            began, used = time.perf_counter(), time.thread_time()
            ask(query)
            wall.append((time.perf_counter() - began) * 1000)
            processor.append((time.thread_time() - used) * 1000)
    if not wall:
        return "–"
    wall.sort()
    processor.sort()
    last = int(len(wall) * 0.95)
    return f"{wall[len(wall) // 2]:.1f} / {wall[last]:.1f} ({processor[last]:.1f})"


def _overlap(db: Database, queries: list[str]) -> str:
    """How many of the first 20 of exact bm25 are among our first 20, on average."""
    shares = []
    for query in queries[:6]:
        exact, ours = (
            {hit.article_id for hit in search(db, query, fold=False, bounds=bounds).hits}
            for bounds in (_EXACT, Bounds())
        )
        shares.append(len(exact & ours) / max(len(exact), 1))
    return f"{20 * sum(shares) / len(shares):.1f}" if shares else "–"


if __name__ == "__main__":
    main(Path(sys.argv[1]))
