"""The whole text of a version, put together again from what is left and what was taken out."""

import json
from collections.abc import Iterable
from dataclasses import replace

from sqlite_utils import Database

from archive.index.lines import put_back
from archive.index.rows import StoredVersion
from archive.text.counting import count_words

_TAKEN_OUT = """
SELECT version, text, asides, layout, fingerprint FROM template_lines
WHERE version IN (SELECT value FROM json_each(?))
"""


def whole(db: Database, versions: Iterable[StoredVersion]) -> list[StoredVersion]:
    """Versions as the first pass gave them, without any site template."""
    rows = list(versions)
    listed = json.dumps([row.id for row in rows])
    taken = {row[0]: row[1:] for row in db.execute(_TAKEN_OUT, [listed])}
    return [_put_back(row, *taken[row.id]) if row.id in taken else row for row in rows]


def _put_back(
    version: StoredVersion, text: str, asides: str, layout: str, mark: int
) -> StoredVersion:
    full = put_back(version.text, text)
    return replace(
        version,
        text=full,
        asides=put_back(version.asides, asides),
        layout=layout,
        words=count_words(full),
        fingerprint=mark,
    )
