"""One process that searches an index, and prints what each kind of query cost, as JSON.

It picks its queries from the articles: words by how many of them have each. What is measured is
what is served: "count" is the number that a search by relevance says, beyond the bounds of
docs/search.md a lower one. Only facets count further, and that is in their times.
"""

import json
import random
import re
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import closing
from itertools import pairwise
from pathlib import Path

from archive.index.fold import tokens
from archive.search.rank import Bounds
from sqlite_utils import Database

from archive.index.open import open_index_file
from archive.search import count_facets, find_similar, search
from tests.benchmarks.timing import most_megabytes, timed

QUERIES = 12
KINDS = (
    *("in 0.5 to 2%", "in 9 to 17%", "in more than half", "two common words", "two stop words"),
    *("phrase", "phrase of common words", "three letters*", "four letters*"),
)
ASKED = ("relevance", "newest", "count", "facets", "lang:de", "similar")
_SAMPLED = 3_000
_ALL = 1 << 40
_EXACT = Bounds(exact_matches=_ALL, ranked_forms=_ALL, phrases_ranked=_ALL, fields_ranked=_ALL)


def main(path: Path) -> None:
    """Measure and print."""
    began = time.monotonic()
    with closing(open_index_file(path)) as db:
        queries = pick(db)
        ways = _ways(db)
        times = {
            kind: {name: timed(ask, queries[kind]) for name, ask in ways.items()} for kind in KINDS
        }
        megabytes = most_megabytes()
        overlap = {kind: _overlap(db, queries[kind]) for kind in KINDS[1:7]}
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
        "count": lambda query: search(db, query, limit=0),
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
        if word.isalpha() and word.isascii()
    )

    def between(low: float, high: float) -> list[str]:
        found = (w for w, n in counts.items() if low <= n / len(texts) < high and len(w) > 2)
        return _some(chance, found)

    common, stop = between(0.05, 0.3), between(0.5, 1.1)
    phrases = (re.findall(r"[^\W\d_]+", title)[:3] for title, _ in texts)
    return {
        "in 0.5 to 2%": between(0.005, 0.02),
        "in 9 to 17%": between(0.09, 0.17),
        "in more than half": stop,
        "two common words": [f"{a} {b}" for a, b in pairwise(common)],
        "two stop words": [f"{a} {b}" for a, b in pairwise(stop)],
        "phrase": [f'"{" ".join(words)}"' for words in phrases if len(words) == 3][:QUERIES],
        "phrase of common words": _common_phrases(chance, counts, texts),
        "three letters*": [f"{word[:3]}*" for word in between(0.01, 0.1)],
        "four letters*": [f"{word[:4]}*" for word in between(0.01, 0.1) if len(word) > 3],
    }


def _some(chance: random.Random, found: Iterable[str]) -> list[str]:
    every = sorted(set(found))
    return chance.sample(every, min(QUERIES, len(every)))


def _common_phrases(
    chance: random.Random, counts: Counter[str], texts: list[tuple[str, str]]
) -> list[str]:
    """Three words in a row, each of them in a fifth of the articles or more, as often as said."""
    found = []
    for _, text in texts:
        for sentence in re.split(r"[.!?:;,]\s|\n", text):
            words = [word for word, _, _ in tokens(sentence)]
            found += [
                f'"{" ".join(three)}"'
                for three in zip(words, words[1:], words[2:], strict=False)
                if all(counts[word] > len(texts) / 5 for word in three)
            ]
    return list(dict.fromkeys(chance.sample(found, min(4 * QUERIES, len(found)))))[:QUERIES]


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
