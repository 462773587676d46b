"""A connection to the index that has what may be seen: the one place that applies the rules.

Rules are asked once for each connection, and what they keep out is listed in temporary tables.
Temporary views then take the place of the tables of `archive.index.schema`, under the same names,
which SQLite finds before the tables: whatever is asked through this connection, now or by code not
yet written, meets nothing else. Counts, facets, suggestions and the full text go by it, too.

An article is kept out as a whole when one capture that showed a text of it is: its words are
indexed together, and so are those of its earlier versions.

All is of one state of the index, for the connection keeps its transaction: what is indexed
meanwhile is not seen. Without rules nothing of this is done.
"""

import hashlib
import sqlite3
from collections.abc import Iterator, Sequence
from datetime import datetime

from archive.rights.rules import Audience, Rule

_TABLES = """
CREATE TEMP TABLE in_force (key TEXT NOT NULL);
CREATE TEMP TABLE rights (rule INTEGER PRIMARY KEY, access TEXT, over TEXT, reason TEXT);
CREATE TEMP TABLE ruled (capture INTEGER PRIMARY KEY, rule INTEGER NOT NULL);
CREATE TEMP TABLE withheld (capture INTEGER PRIMARY KEY, rule INTEGER NOT NULL);
CREATE TEMP TABLE withheld_articles (
    number INTEGER PRIMARY KEY, id INTEGER NOT NULL UNIQUE, rule INTEGER NOT NULL
);
"""
_ARTICLES = """
INSERT INTO temp.withheld_articles
SELECT a.number, a.id, min(w.rule)
FROM temp.withheld w CROSS JOIN main.article_captures k ON k.capture = w.capture
CROSS JOIN main.addresses d ON d.id = k.address CROSS JOIN main.articles a ON a.id = d.article
WHERE k.outcome = 'read' GROUP BY a.number
"""
_NO_CAPTURE = "NOT IN (SELECT capture FROM temp.withheld)"
_NO_ARTICLE = "NOT IN (SELECT id FROM temp.withheld_articles)"
_NO_NUMBER = "NOT IN (SELECT number FROM temp.withheld_articles)"

_FILTERED = {
    "captures": f"id {_NO_CAPTURE}",
    "pages": f"capture {_NO_CAPTURE}",
    "requisites": f"capture {_NO_CAPTURE}",
    "extraction_failures": f"capture {_NO_CAPTURE}",
    "article_captures": f"capture {_NO_CAPTURE}",
    "addresses": f"iif(article IS NULL, first_capture {_NO_CAPTURE}, article {_NO_ARTICLE})",
    "articles": f"number {_NO_NUMBER}",
    "versions": f"article {_NO_ARTICLE}",
    "events": f"article {_NO_ARTICLE} AND capture {_NO_CAPTURE}",
    "facets": f"number {_NO_NUMBER}",
    "article_people": f"article {_NO_NUMBER}",
    "article_tags": f"article {_NO_NUMBER}",
    "story_articles": f"article {_NO_NUMBER}",
    "sketches": f"article {_NO_NUMBER}",
    "links": "version IN (SELECT id FROM versions)",
    "template_lines": "version IN (SELECT id FROM versions)",
    "claims": "address NOT IN (SELECT k.address FROM main.article_captures k WHERE k.capture IN "
    "(SELECT capture FROM temp.withheld))",
}
_OTHERS = f"""
CREATE TEMP VIEW stories AS
SELECT s.id,
    iif(s.first {_NO_NUMBER}, s.first, (
        SELECT a.number FROM story_articles m JOIN articles a ON a.number = m.article
        WHERE m.story = s.id ORDER BY a.dated, a.id LIMIT 1
    )) AS first,
    (SELECT count(*) FROM story_articles m WHERE m.story = s.id) AS articles,
    (SELECT count(DISTINCT a.source) FROM story_articles m JOIN articles a ON a.number = m.article
     WHERE m.story = s.id) AS sources
FROM main.stories s WHERE (SELECT count(*) FROM story_articles m WHERE m.story = s.id) > 1;

CREATE TEMP VIEW languages AS
SELECT language, count(*) AS articles FROM articles WHERE language IS NOT NULL GROUP BY language;

CREATE TEMP VIEW people AS
SELECT * FROM main.people WHERE id IN (SELECT person FROM article_people);

CREATE TEMP VIEW tags AS
SELECT * FROM main.tags WHERE id IN (SELECT tag FROM article_tags);

CREATE TEMP VIEW facet_names AS
SELECT * FROM main.facet_names n WHERE EXISTS (
    SELECT 1 FROM facets f WHERE n.id IN (f.source, f.language, f.section, f.credit)
);

-- The hidden columns of FTS5 take MATCH, bm25 and highlight through the view.
CREATE TEMP VIEW articles_fts AS
SELECT f.rowid AS rowid, f.articles_fts AS articles_fts, f.rank AS rank,
       f.text AS text, f.title AS title, f.standfirst AS standfirst, f.asides AS asides,
       f.earlier AS earlier
FROM main.articles_fts f WHERE f.rowid {_NO_NUMBER};

CREATE TEMP VIEW pages_fts AS
SELECT f.rowid AS rowid, f.pages_fts AS pages_fts, f.rank AS rank,
       f.text AS text, f.title AS title, f.standfirst AS standfirst, f.asides AS asides,
       f.earlier AS earlier
FROM main.pages_fts f WHERE f.rowid {_NO_CAPTURE};

CREATE TEMP VIEW article_forms AS
SELECT f.rowid AS rowid, f.article_forms AS article_forms, f.rank AS rank, f.forms AS forms
FROM main.article_forms f WHERE f.rowid {_NO_NUMBER};
"""  # noqa: S608 - our own text


def narrow(
    connection: sqlite3.Connection, rules: Sequence[Rule], audience: Audience, now: datetime
) -> None:
    """Leave a reader's connection nothing but what its audience may see.

    Args:
        connection: To an index; a transaction begins, which it keeps until it is closed.
        rules: In the order in which they decide.
        audience: Who is going to ask.
        now: When; embargoes that are over by then keep nobody out.
    """
    closed = closed_by(rules, audience, now)
    if not closed:
        return
    connection.executescript(_TABLES)
    connection.execute("BEGIN")
    key = hashlib.sha256(repr((tuple(rules), closed)).encode()).hexdigest()
    connection.execute("INSERT INTO temp.in_force VALUES (?)", (key,))
    # The last rule first, so that those before it take what they fit, too, from it.
    for place, rule in reversed(list(enumerate(rules))):
        over = rule.over.isoformat() if rule.over else None
        said = (place, rule.access.value, over, rule.reason)
        connection.execute("INSERT INTO temp.rights VALUES (?, ?, ?, ?)", said)
        for where, values in _selecting(rule):
            sql = f"INSERT OR REPLACE INTO temp.ruled SELECT c.id, ? FROM main.captures c WHERE {where}"  # noqa: S608, E501 - our own text, bound values
            connection.execute(sql, (place, *values))
    listed = ", ".join(map(str, closed))
    connection.execute(
        f"INSERT INTO temp.withheld SELECT * FROM temp.ruled WHERE rule IN ({listed})"  # noqa: S608 - numbers
    )
    connection.execute(_ARTICLES)
    _put_views(connection)


def closed_by(rules: Sequence[Rule], audience: Audience, now: datetime) -> tuple[int, ...]:
    """The places of the rules that keep somebody out."""
    return tuple(place for place, rule in enumerate(rules) if rule.keeps_out(audience, now))


def _selecting(rule: Rule) -> Iterator[tuple[str, tuple[str | int, ...]]]:
    """The captures that a rule fits, as conditions on ``c``.

    One for each span, so that each uses the index of urlkeys.
    """
    where: list[str] = []
    values: list[str | int] = []
    for condition, value in (
        ("c.source = ?", rule.source),
        ("c.timestamp >= ?", rule.since),
        ("c.timestamp <= ?", rule.until),
        ("substr(c.record_id, -12) = substr(?, -12)", rule.record),
        ("c.record_id = ?", rule.record),
    ):
        if value:
            where.append(condition)
            values.append(value)
    if rule.article is not None:
        where.append(_OF_ARTICLE)
        values += [rule.article] * 3
    for span in rule.spans or ((),):
        spanned = ["c.urlkey BETWEEN ? AND ?"] if span else []
        yield " AND ".join([*spanned, *where]) or "1", (*span, *values)


_OF_ARTICLE = """c.id IN (
    SELECT k.capture FROM main.article_captures k WHERE k.address IN (
        SELECT id FROM main.addresses WHERE id = ? AND article = id
        UNION ALL SELECT id FROM main.addresses WHERE article = ? AND article <> id AND id <> ?))"""


def _put_views(connection: sqlite3.Connection) -> None:
    for table, condition in _FILTERED.items():
        connection.execute(
            f"CREATE TEMP VIEW {table} AS SELECT * FROM main.{table} WHERE {condition}"  # noqa: S608 - ours
        )
    for statement in _OTHERS.split(";\n"):
        if statement.strip():
            connection.execute(statement)
    # The views of the index ask its tables; their like here ask what stands before these.
    views = "SELECT sql FROM main.sqlite_master WHERE type = 'view'"
    for (sql,) in connection.execute(views).fetchall():
        connection.execute(sql.replace("CREATE VIEW", "CREATE TEMP VIEW", 1))
