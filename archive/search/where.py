"""Which articles a plan asks for, as the SQL behind FROM."""

from dataclasses import dataclass
from typing import Any

from sqlite_utils import Database

from archive.search.fields import NUMBER
from archive.search.plan import Plan

Values = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Where:
    """Tables and conditions: what stands behind FROM.

    Attributes:
        sql: Tables, WHERE and the conditions.
        values: Its parameters.
        number: What the article's number is called in it.
    """

    sql: str
    values: Values
    number: str

    def narrowed(self, condition: str, *values: str | int) -> "Where":
        """Under one more condition, which may speak of `NUMBER`."""
        more = condition.replace(NUMBER, self.number)
        return Where(f"{self.sql} AND {more}", (*self.values, *values), self.number)

    def select(self, db: Database, what: str, rest: str = "", *values: str | int) -> list[Any]:
        """Rows: ``what`` and ``rest`` (ORDER BY, LIMIT) may speak of `NUMBER`."""
        sql = f"SELECT {what} FROM {self.sql} {rest}".replace(NUMBER, self.number)  # noqa: S608 - constants, bound values
        rows: list[Any] = db.execute(sql, [*self.values, *values]).fetchall()
        return rows

    def count(self, db: Database, at_most: int | None = None) -> int:
        """How many articles; counting stops one beyond ``at_most``."""
        if at_most is None:
            return int(self.select(db, "count(*)")[0][0])
        sql = f"SELECT count(*) FROM (SELECT 1 FROM {self.sql} LIMIT {at_most + 1})"  # noqa: S608 - as above
        return int(db.execute(sql, self.values).fetchone()[0])


def where_of(planned: Plan, match: str | None = None) -> Where:
    """Where the hits of a plan come from.

    Args:
        planned: The plan.
        match: A full-text expression to ask in place of the plan's.
    """
    expression = match or planned.match
    conditions = " AND ".join(f"({condition.sql})" for condition in planned.conditions)
    values = tuple(value for item in planned.conditions for value in item.values)
    narrow, wide = "f." in conditions, "a." in conditions
    if expression is None:
        sql, number = ("articles a", "a.number") if wide else ("facets f", "f.number")
        sql += " JOIN facets f ON f.number = a.number" * (wide and narrow)
        sql += f" WHERE {conditions or '1'}"
        return Where(sql.replace(NUMBER, number), values, number)
    number = "articles_fts.rowid"
    # CROSS: the full text first, whatever the planner thinks of it.
    sql = "articles_fts" + f" CROSS JOIN facets f ON f.number = {number}" * narrow
    sql += f" CROSS JOIN articles a ON a.number = {number}" * wide
    sql += " WHERE articles_fts MATCH ?" + f" AND {conditions}" * bool(conditions)
    return Where(sql.replace(NUMBER, number), (expression, *values), number)
