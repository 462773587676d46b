"""The tables of ``index.db``, as ``schema.sql`` beside this has them: one text.

Every key but the number of an article is made from content (`archive.index.ids`), so that two
indexes of the same WARC files are equal by ids. The number is a rowid in order of arrival: it joins
the tables of one index, is never given twice, and stands in no address, export or saved search.

The index is derived. Until the first release one of another `VERSION` is rebuilt from the WARC
files; from then on a change of the tables adds a step to `MIGRATIONS`.
"""

import sqlite3
from collections.abc import Callable, Mapping
from importlib.resources import files

APPLICATION_ID = 0x6D664943
"""``mfIC`` in SQLite's header: this file is an index of ours."""

VERSION = 13
"""``user_version`` of an index with these tables; other folding or stemming counts, too."""

Migration = Callable[[sqlite3.Connection], object]

MIGRATIONS: Mapping[int, Migration] = {}
"""By the version it starts from: what makes an index of the next version of it."""

SCHEMA = files("archive.index").joinpath("schema.sql").read_text("utf-8")
"""Every statement, in order."""


def create(connection: sqlite3.Connection) -> None:
    """Make the tables of a new index; it is one only when the version is written, at the end."""
    connection.executescript(
        f"BEGIN;{SCHEMA}PRAGMA application_id = {APPLICATION_ID};"
        f"PRAGMA user_version = {VERSION};COMMIT;"
    )


def migrate(
    connection: sqlite3.Connection,
    found: int,
    *,
    to: int = VERSION,
    migrations: Mapping[int, Migration] = MIGRATIONS,
) -> bool:
    """Bring an index of version ``found`` up to another, in a transaction for each step.

    Args:
        connection: In SQLite's own mode, where nothing opens a transaction by itself.
        found: The version of its tables.
        to: The version they shall have.
        migrations: As `MIGRATIONS`.

    Returns:
        Whether there was a way; without one nothing is changed.

    >>> db = sqlite3.connect(":memory:", isolation_level=None)
    >>> migrate(db, VERSION), migrate(db, 1)
    (True, False)
    """
    if found > to or any(version not in migrations for version in range(found, to)):
        return False
    for version in range(found, to):
        connection.execute("BEGIN IMMEDIATE")
        try:
            migrations[version](connection)
            connection.execute(f"PRAGMA user_version = {version + 1}")
        except BaseException:
            connection.execute("ROLLBACK")
            raise
        connection.execute("COMMIT")
    return True
