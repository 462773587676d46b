"""The fourth schema: numbers by days, layouts of a letter a line, checks that cost nothing.

What is told from the set of all articles depends on their numbers: it is made anew by the next run.
"""

import re
from collections.abc import Iterator
from itertools import groupby

from sqlite_utils import Database

from archive.index.compact import fill_full_text
from archive.index.ids import article_number, day_of_fine, fine_moment, slots_of, sort_moment
from archive.index.lines import put_back
from archive.times import from_timestamp

# SQLite makes a table of the values in a list of three and more, for each row that it checks: 9
# microseconds an article. The commonest come first.
_TABLES = """
CREATE TABLE article_captures (
    capture INTEGER PRIMARY KEY REFERENCES captures (id),
    address INTEGER NOT NULL REFERENCES addresses (id),
    outcome TEXT NOT NULL CHECK (
        outcome = 'read' OR outcome = 'waiting' OR outcome = 'moved' OR outcome = 'gone'
    ),
    digest INTEGER,
    target INTEGER
) STRICT;
INSERT INTO article_captures SELECT capture, address, outcome, digest, target
FROM old_article_captures ORDER BY capture;
DROP TABLE old_article_captures;
CREATE INDEX article_captures_by_address ON article_captures (address, capture);
CREATE INDEX article_captures_waiting ON article_captures (capture) WHERE outcome = 'waiting';

CREATE TABLE events (
    capture INTEGER NOT NULL REFERENCES captures (id),
    kind TEXT NOT NULL CHECK (
        kind = 'published' OR kind = 'edited' OR kind = 'retitled' OR kind = 'moved'
        OR kind = 'removed' OR kind = 'restored'
    ),
    at TEXT NOT NULL,
    article INTEGER NOT NULL REFERENCES articles (id),
    version_before INTEGER,
    version_after INTEGER,
    silent INTEGER NOT NULL DEFAULT 0,
    detail TEXT,
    PRIMARY KEY (capture, kind)
) STRICT, WITHOUT ROWID;
INSERT INTO events SELECT capture, kind, at, article, version_before, version_after, silent, detail
FROM old_events ORDER BY capture, kind;
DROP TABLE old_events;
"""

_FORGOTTEN = ("unmatched", "story_articles", "stories", "sketches", "unsettled")


def densify(db: Database) -> None:
    """Bring an index of the third schema into this one; the caller holds a transaction."""
    # Without this the references of other tables would follow the old ones.
    db.execute("PRAGMA legacy_alter_table = ON")
    for table in ("article_captures", "events"):
        db.execute(f"ALTER TABLE {table} RENAME TO old_{table}")
    db.execute("PRAGMA legacy_alter_table = OFF")
    for statement in _TABLES.split(";\n"):
        if statement.strip():
            db.execute(statement)
    _renumber(db)
    for table in _FORGOTTEN:
        db.execute(f"DELETE FROM {table}")  # noqa: S608 - our names
    db.execute("INSERT INTO unsettled (source, number) SELECT source, number FROM articles")
    _shorten_layouts(db)
    db.execute("INSERT INTO articles_fts (articles_fts) VALUES ('delete-all')")
    fill_full_text(db)


def _renumber(db: Database) -> None:
    db.execute("CREATE TEMP TABLE numbers (was INTEGER PRIMARY KEY, becomes INTEGER)")
    db.conn.executemany("INSERT INTO numbers VALUES (?, ?)", _numbers(db))
    (trigger,) = db.execute("SELECT sql FROM sqlite_master WHERE name = 'article_moves'").fetchone()
    db.execute("DROP TRIGGER article_moves")
    for table, key in _NUMBERED:
        # By way of negative numbers: the new number of one is the old one of another.
        db.execute(
            f"UPDATE {table} SET {key} = -1 - "  # noqa: S608 - our names
            f"(SELECT becomes FROM temp.numbers WHERE was = {key})"
        )
        db.execute(f"UPDATE {table} SET {key} = -1 - {key}")  # noqa: S608 - our names
    db.execute(trigger)
    db.execute("DROP TABLE temp.numbers")


_NUMBERED = (
    ("articles", "number"),
    ("facets", "number"),
    ("article_people", "article"),
    ("article_tags", "article"),
)


def _numbers(db: Database) -> Iterator[tuple[int, int]]:
    """The number of each article, and the one it gets: as `archive.indexer.numbers` places them."""
    keys = sorted(
        (fine_moment(sort_moment(published, from_timestamp(first), article), article), article, was)
        for article, was, published, first in db.execute(
            "SELECT id, number, published, first_captured FROM articles"
        )
    )
    last = -1
    for _, on_a_day in groupby(keys, key=lambda key: day_of_fine(key[0])):
        day = list(on_a_day)
        slots = slots_of(len(day))
        for fine, _, was in day:
            last = max(article_number(fine, slots), last + 1)
            yield was, last


def _shorten_layouts(db: Database) -> None:
    db.register_function(shortened, deterministic=True)
    db.register_function(put_back, deterministic=True)
    # Those of whole texts first: what is left of the text is put together with what was taken out.
    db.execute(
        "UPDATE template_lines AS t SET layout = shortened(t.layout, put_back(v.text, t.text)) "
        "FROM versions v WHERE v.id = t.version"
    )
    db.execute("UPDATE versions SET layout = shortened(layout, text)")


_ITEM = re.compile(r"([pslqe])(\d+)|[tc]")


def shortened(layout: str, text: str) -> str:
    r"""A layout of the first schemas, all lengths in it, as `archive.index.layout` writes it now.

    >>> shortened("p4,l8,c,s4.2", "One.\nTea; milk\nTwo.")
    'pl2cs.2'
    """
    items, at = [], 0
    for item in filter(None, layout.split(",")):
        match = _ITEM.match(item)
        if not match:
            return layout
        letter, rest = item[0], item[match.end() :]
        if match[2]:
            length, end = int(match[2]), text.find("\n", at)
            line = (end if end >= 0 else len(text)) - at
            if letter == "l":
                # Between two items stand two characters in the text, one in the block.
                letter += str(line - length + 1) if line > length else ""
                length = line
            elif length != line or not length:
                letter += match[2]
            at += length + 1
        items.append(letter + rest)
    return "".join(items)
