"""What saved searches have told and readers may see no more: it leaves feeds and memory."""

import json
from collections.abc import Mapping
from dataclasses import replace

from sqlite_utils import Database

from archive.index.ids import hex_id
from archive.saved.memory import Memory, ReportedHit, reported_hit
from archive.search.results import Hit

_TITLES = """
SELECT id, title FROM articles WHERE id IN (SELECT value FROM json_each(?))
"""


def as_shown(db: Database, memory: Memory, hits: Mapping[str, Hit]) -> Memory:
    """The memory with its entries as readers may see them now; those of articles gone are dropped.

    What has been told stays so: an article that comes back is not new. Of one whose title has
    changed since, and that the search finds no more, the title of today stays, without a summary.

    Args:
        db: The index as readers see it.
        memory: Where the search stands.
        hits: What it finds now, by article.
    """
    listed = json.dumps([int(entry.article_id, 16) for entry in memory.entries])
    titles = {hex_id(number): title for number, title in db.execute(_TITLES, [listed])}
    entries = tuple(
        _as_shown(entry, titles[entry.article_id], hits.get(entry.article_id))
        for entry in memory.entries
        if entry.article_id in titles
    )
    return replace(memory, entries=entries)


def _as_shown(entry: ReportedHit, title: str | None, hit: Hit | None) -> ReportedHit:
    if hit is not None:
        return reported_hit(hit, at=entry.at)
    return entry if entry.title == title else replace(entry, title=title or "", summary="")
