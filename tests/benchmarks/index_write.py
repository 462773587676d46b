"""Inserting articles with their full text, beside FTS5 alone in the same run; the size of it all.

CPU seconds, so that other load matters less; it still does (two processes on one core share its
caches), which is why FTS5 alone is measured between our batches. Real words need
``MICROFICHE_CORPUS``; `tests.benchmarks.index_built` has the other settings.
"""

from contextlib import closing
from pathlib import Path

from archive.index.open import open_index_file
from archive.index.stats import read_stats
from tests.benchmarks.index_built import built_index
from tests.benchmarks.table import table


def run() -> str:
    """Build an index, and lay out what it cost and how large it is."""
    built = built_index()
    with closing(open_index_file(Path(built.path))) as db:
        stats = read_stats(db)
        (free,) = db.execute("PRAGMA freelist_count").fetchone()
        (page,) = db.execute("PRAGMA page_size").fetchone()
    size, text = Path(built.path).stat().st_size, stats.text_bytes
    ours, bare = built.insert + built.merge, built.bare + built.bare_merge
    times = ours / built.articles / (bare / built.bare_articles)
    speed = [
        ["index", *_rates(built.articles, built.insert, ours)],
        ["FTS5 alone", *_rates(built.bare_articles, built.bare, bare)],
    ]
    parts = [[part.part, f"{part.bytes / text:.3f}"] for part in stats.space]
    parts += [["free pages", f"{free * page / text:.3f}"], ["index.db", f"{size / text:.3f}"]]
    return (
        f"{built.articles:,} articles of {text / built.articles / 1000:.2f} kB; the index costs "
        f"{times:.2f} times what FTS5 alone does; templates and stories then took "
        f"{built.settle / ours:.2f} of that\n\n"
        + table(["", "inserted a CPU-s", "merged, too"], speed)
        + "\n\n"
        + table(["part", "times the text"], [row for row in parts if float(row[1]) >= 0.001])
    )


def _rates(count: int, insert: float, everything: float) -> list[str]:
    return [f"{count / insert:,.0f}", f"{count / everything:,.0f}"]
