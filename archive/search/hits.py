"""What is shown of the articles found."""

import json
from collections.abc import Sequence
from typing import Any

from sqlite_utils import Database

from archive.search.engine import Ranked
from archive.search.marks import Marker, Pattern
from archive.search.results import Hit, Segment, Story
from archive.search.stories import stories_of

_HITS = """
SELECT a.number, a.hex AS article_id, v.hex AS version_id, v.title, v.standfirst,
       v.text, v.asides, a.editions_text, a.earlier_text, a.source, s.name AS source_name, a.url,
       a.published, a.first_captured AS captured_at, c.timestamp, a.language, v.authors, a.words,
       a.edited, a.removed
FROM json_each(?) n JOIN articles a ON a.number = n.value JOIN sources s ON s.id = a.source
JOIN versions v ON v.id = a.current_version JOIN captures c ON c.id = v.first_capture
"""


def hits_of(
    db: Database, ranked: Sequence[Ranked], patterns: tuple[Pattern, ...]
) -> tuple[Hit, ...]:
    """The articles as hits, in that order, marked by patterns."""
    numbers = [item.number for item in ranked]
    stories = stories_of(db, numbers)
    rows = {row["number"]: row for row in db.query(_HITS, [json.dumps(numbers)])}
    return tuple(
        _hit(rows[item.number], item.score, patterns, stories.get(item.number))
        for item in ranked
        if item.number in rows
    )


def _hit(
    row: dict[str, Any], score: float, patterns: tuple[Pattern, ...], story: Story | None
) -> Hit:
    texts = [row.pop(name) for name in ("text", "asides", "editions_text", "earlier_text")]
    marker = Marker(patterns, row["language"])
    piece: tuple[Segment, ...] = ()
    for text in filter(None, texts):
        found = marker.snippet(text)
        piece = piece or found
        if any(segment.marked for segment in found):
            piece = found
            break
    del row["number"]
    row |= {
        "title": marker.mark(row["title"]),
        "snippet": piece,
        "authors": tuple(json.loads(row["authors"])),
        "score": score,
        "story": story,
    }
    return Hit(**row)
