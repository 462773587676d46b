"""Every value that the hits of a query have in one field, with how many have it."""

from typing import Literal, get_args

from sqlite_utils import Database

from archive.search.facets import Value
from archive.search.run import at_one_moment, select_matching
from archive.text.fold import fold

Field = Literal["source", "lang", "section", "author", "credit"]
FIELDS: tuple[Field, ...] = get_args(Field)
"""As the query language calls them."""

_COLUMNS = {"source": "source", "lang": "language", "section": "section", "credit": "credit"}
_NAMED = """
SELECT n.name, coalesce(s.name, n.name), counted.hits FROM (
    SELECT f.{column} AS key, count(*) AS hits FROM ({hits}) h
    CROSS JOIN facets f ON f.number = h.number WHERE f.{column} IS NOT NULL GROUP BY 1
) counted JOIN facet_names n ON n.id = counted.key LEFT JOIN sources s ON s.id = n.name
"""
_AUTHORS = """
SELECT p.name, p.name, counted.hits FROM (
    SELECT ap.person, count(*) AS hits FROM ({hits}) h
    CROSS JOIN article_people ap ON ap.article = h.number GROUP BY ap.person
) counted JOIN people p ON p.id = counted.person
"""


def list_values(db: Database, query: str, field: Field, *, having: str = "") -> list[Value]:
    """The values of a field, the commonest first.

    Args:
        db: The index; of one connection, one call at a time.
        query: What people type: just what was asked for, no nearest words.
        field: Which one.
        having: Only those whose name has this in it, whatever its accents and capitals.
    """
    with at_one_moment(db):
        matches, _ = select_matching(db, query)
        select = _AUTHORS if field == "author" else _NAMED
        column = _COLUMNS.get(field, "")
        rows = db.execute(select.format(hits=matches.sql, column=column), matches.values)
        found = [Value(*row) for row in rows]
    wanted = fold(having)
    kept = [value for value in found if wanted in fold(value.label)]
    return sorted(kept, key=lambda value: (-value.count, value.label))
