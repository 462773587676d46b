"""Pages that are no articles: walls for robots, gates, log-ins, errors and section pages.

A search that names such a kind is answered by captures, the last first. Of section pages titles
alone are searched.
"""

from datetime import date
from typing import Any

from sqlite_utils import Database

from archive.index.ids import find_id, hex_id
from archive.search.asked import Word
from archive.search.compile import compiled_for_pages
from archive.search.fields import page_condition_for
from archive.search.marks import Marker
from archive.search.query import Field, Query, leaves
from archive.search.results import Hit, SearchResult
from archive.text.counting import count_words
from extract.article import OTHER_KINDS


def asks_for_pages(query: Query) -> bool:
    """Whether a query names a kind of pages that are no articles."""
    return any(
        isinstance(leaf, Field) and leaf.name == "kind" and leaf.value.lower() in OTHER_KINDS
        for leaf, is_wanted in leaves(query.node)
        if is_wanted
    )


def search_pages(
    db: Database, query: Query, *, limit: int, offset: int, after: str | None, today: date
) -> SearchResult:
    """Captures of pages that are no articles; the arguments are those of `search`."""
    asked = compiled_for_pages(query, page_condition_for, today)
    (condition,) = asked.conditions
    where, values = condition.of("p.capture"), list(condition.values)
    ((total,),) = db.execute(f"SELECT count(*) {_FOUND} ({where})", values)
    last = (find_id(after) if after else None) or _LAST
    sql = f"{_PAGES} {_FOUND} ({where}) AND p.capture < ? ORDER BY p.capture DESC LIMIT ? OFFSET ?"
    rows = list(db.query(sql, [*values, last, limit + 1, offset]))
    return SearchResult(
        query=query.text,
        total=total,
        exact=True,
        ranking="newest",
        hits=tuple(_hit(row, asked.words) for row in rows[:limit]),
        notes=asked.notes,
        after=hex_id(rows[limit - 1]["capture"]) if 0 < limit < len(rows) else None,
    )


_LAST = (1 << 63) - 1
_FOUND = """
FROM pages p JOIN captures c ON c.id = p.capture JOIN sources s ON s.id = c.source WHERE
"""
_PAGES = """
SELECT p.capture, p.kind, p.language, p.title, p.text, c.source, s.name, c.uri, c.timestamp
"""


def _hit(row: dict[str, Any], words: tuple[Word, ...]) -> Hit:
    marker = Marker(tuple(word.pattern for word in words), row["language"])
    return Hit(
        article_id=hex_id(row["capture"]),
        version_id="",
        kind=row["kind"],
        title=marker.mark(row["title"]),
        standfirst="",
        snippet=marker.snippet(row["text"]),
        source=row["source"],
        source_name=row["name"],
        url=row["uri"],
        published=None,
        dated=row["timestamp"],
        captured_at=row["timestamp"],
        timestamp=row["timestamp"],
        language=row["language"],
        authors=(),
        words=count_words(row["text"]),
        edited=None,
        removed=None,
        in_earlier=False,
        score=0.0,
    )
