"""What is shown of the articles found."""

import json
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from sqlite_utils import Database

from archive.search.engine import Ranked
from archive.search.marks import Marker, Pattern
from archive.search.results import Hit, Segment, Story
from archive.search.stories import stories_of

_HITS = """
SELECT a.number, a.hex AS article_id, v.hex AS version_id, a.kind, v.title, v.standfirst,
       v.text, v.asides, a.editions_text, a.source, s.name AS source_name, a.url,
       a.published, a.dated, a.first_captured AS captured_at, c.timestamp, a.language, v.authors,
       a.words, a.edited, a.removed
FROM json_each(?) n JOIN articles a ON a.number = n.value JOIN sources s ON s.id = a.source
JOIN versions v ON v.id = a.current_version JOIN captures c ON c.id = v.first_capture
"""
# The newest first: of versions with the same words the last one that had them.
_EARLIER = """
SELECT v.hex AS version_id, v.title, v.standfirst, v.text, v.asides, v.published,
       c.timestamp AS captured_at, c.timestamp, v.language, v.authors, v.words
FROM articles a JOIN versions v ON v.article = a.id JOIN captures c ON c.id = v.first_capture
WHERE a.number = ? AND v.id <> a.current_version ORDER BY v.id = v.shown_as DESC, v.id DESC
"""


def hits_of(
    db: Database,
    ranked: Sequence[Ranked],
    patterns: tuple[Pattern, ...],
    *,
    earlier: Collection[int] = (),
) -> tuple[Hit, ...]:
    """The articles as hits, in that order, marked by patterns.

    Args:
        db: The index.
        ranked: Which articles.
        patterns: What was found in them.
        earlier: Those of them that an earlier version alone was found by.
    """
    numbers = [item.number for item in ranked]
    stories = stories_of(db, numbers)
    rows = {row["number"]: row for row in db.query(_HITS, [json.dumps(numbers)])}
    for number in rows.keys() & set(earlier):
        rows[number] |= _earlier_version(db.query(_EARLIER, [number]), patterns)
    return tuple(
        _hit(rows[item.number], item.score, patterns, stories.get(item.number))
        for item in ranked
        if item.number in rows
    )


def _earlier_version(
    versions: Iterable[dict[str, Any]], patterns: tuple[Pattern, ...]
) -> dict[str, Any]:
    """The version with most of what was looked for; nothing where none has any of it."""
    best: dict[str, Any] = {}
    most = 0
    for version in versions:
        marker = Marker(patterns, version["language"])
        texts = (version[name] for name in ("title", "standfirst", "text", "asides"))
        found = len({find.group for text in texts for find in marker.finds(text)})
        if found > most:
            best, most = version | {"in_earlier": True}, found
    return best


def _hit(
    row: dict[str, Any], score: float, patterns: tuple[Pattern, ...], story: Story | None
) -> Hit:
    texts = [row.pop(name) for name in ("text", "asides", "editions_text")]
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
        "in_earlier": row.get("in_earlier", False),
        "score": score,
        "story": story,
    }
    return Hit(**row)
