"""Tantivy over the articles of an index of ours; run by the interpreter of its own environment.

So it imports nothing that is not in the standard library, but what it measures.

Queries come on stdin as JSON; prints what each kind cost, as JSON.
"""

import json
import sqlite3
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import tantivy

from tests.benchmarks.timing import most_megabytes, timed

_ARTICLES = """
SELECT f.number, f.source, coalesce(f.language, 0), coalesce(f.section, 0), c.title, c.standfirst,
       c.text FROM facets f JOIN articles_current c ON c.number = f.number
"""
_TEXTS = ("title", "standfirst", "text")
_FACETS = {
    name: {"terms": {"field": name, "size": 20}} for name in ("source", "language", "section")
}
_BOOSTS = {"title": 8.0, "standfirst": 4.0, "text": 1.0}


def main(path: Path) -> None:
    """Index, measure, print."""
    with tempfile.TemporaryDirectory() as place:
        index = _index(path, place)
        size = sum(found.stat().st_size for found in Path(place).iterdir())
        searcher = index.searcher()
        queries = json.load(sys.stdin)
        times = {
            kind: {name: timed(ask, asked) for name, ask in _ways(index, searcher).items()}
            for kind, asked in queries.items()
        }
    used = most_megabytes()
    json.dump({"times": times, "megabytes": used, "index_bytes": size}, sys.stdout)


def _index(path: Path, place: str) -> tantivy.Index:
    builder = tantivy.SchemaBuilder()
    for name in _TEXTS:
        builder.add_text_field(name, tokenizer_name="folded")
    for name in ("number", "source", "language", "section"):
        builder.add_integer_field(name, fast=True)
    index = tantivy.Index(builder.build(), path=place)
    analyzer = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
    folded = analyzer.filter(tantivy.Filter.lowercase()).filter(tantivy.Filter.ascii_fold())
    index.register_tokenizer("folded", folded.build())
    writer = index.writer(heap_size=100_000_000, num_threads=1)
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as db:
        for number, source, language, section, *texts in db.execute(_ARTICLES):
            numbers = {"number": number, "source": source, "language": language, "section": section}
            fields = numbers | dict(zip(_TEXTS, texts, strict=True))
            writer.add_document(tantivy.Document(**fields))
    writer.commit()
    writer.wait_merging_threads()
    index.reload()
    return index


def _ways(index: tantivy.Index, searcher: tantivy.Searcher) -> dict[str, Callable[[str], Any]]:
    def read(query: str) -> tantivy.Query:
        if query.endswith("*"):
            prefix = f"{query[:-1]}.*"
            each = [tantivy.Query.regex_query(index.schema, name, prefix) for name in _TEXTS]
            return tantivy.Query.boolean_query([(tantivy.Occur.Should, part) for part in each])
        return index.parse_query(
            query, list(_TEXTS), field_boosts=_BOOSTS, conjunction_by_default=True
        )

    return {
        "relevance": lambda query: searcher.search(read(query), 20),
        "newest": lambda query: searcher.search(
            read(query), 20, count=False, order_by_field="number"
        ),
        "count": lambda query: searcher.search(read(query), 1).count,
        "facets": lambda query: searcher.aggregate(read(query), _FACETS),
    }


if __name__ == "__main__":
    main(Path(sys.argv[1]))
