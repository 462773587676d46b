"""Which articles link to one."""

import json
from collections.abc import Iterable
from dataclasses import dataclass

from sqlite_utils import Database

from archive.index.ids import find_id
from archive.urls import urlkey


@dataclass(frozen=True, slots=True)
class Linking:
    """An article whose current text links to another; ``words`` are those of the link."""

    article_id: str
    title: str
    source_name: str
    published: str | None
    first_captured: str
    words: str


# Each address of the article is one look into links_by_urlkey.
_LINKING = """
SELECT a.hex, a.title, s.name, a.published, a.first_captured, min(k.words)
FROM json_each(:keys) n CROSS JOIN links k ON k.urlkey = n.value
JOIN versions v ON v.id = k.version
JOIN articles a ON a.id = v.article AND a.current_version = v.id JOIN sources s ON s.id = a.source
WHERE a.id <> :article GROUP BY a.number ORDER BY a.dated, a.number LIMIT :limit
"""


def find_linking(
    db: Database, article_id: str, addresses: Iterable[str], *, limit: int = 50
) -> tuple[Linking, ...]:
    """The articles that link to this one, at any of its addresses, the oldest first."""
    values = {
        "keys": json.dumps(sorted({urlkey(address) for address in addresses})),
        "article": find_id(article_id),
        "limit": limit,
    }
    return tuple(Linking(*row) for row in db.execute(_LINKING, values))
