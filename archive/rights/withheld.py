"""Why something is not shown: asked only when it was not found."""

from datetime import datetime

from sqlite_utils import Database

from archive.errors import Withheld
from archive.rights.rules import Access

_BY_RECORD = """
SELECT w.rule FROM main.captures c JOIN temp.withheld w ON w.capture = c.id
WHERE substr(c.record_id, -12) = substr(?, -12) AND c.record_id = ? LIMIT 1
"""
_BY_ADDRESS = """
SELECT min(w.rule) FROM main.captures c JOIN temp.withheld w ON w.capture = c.id WHERE c.urlkey = ?
"""
_BY_ARTICLE = "SELECT rule FROM temp.withheld_articles WHERE id = ?"


def is_narrowed(db: Database) -> bool:
    """Whether rules keep something out of what is asked through a connection."""
    asked = "SELECT 1 FROM sqlite_temp_master WHERE name = 'withheld'"
    return db.execute(asked).fetchone() is not None


def narrowed_by(db: Database) -> str | None:
    """The rules in force: what was learnt under others holds no longer. None: none keep back."""
    return db.execute("SELECT key FROM temp.in_force").fetchone()[0] if is_narrowed(db) else None


def withheld_record(db: Database, record_id: str) -> Withheld | None:
    """Why a record is not shown; None where no rule is the reason."""
    name = record_id.strip("<>")
    return _why(db, _BY_RECORD, name, name)


def withheld_address(db: Database, urlkey: str) -> Withheld | None:
    """Why no capture of an address is shown; None where no rule is the reason."""
    return _why(db, _BY_ADDRESS, urlkey)


def withheld_article(db: Database, number: int | None) -> Withheld | None:
    """Why an article is not shown, by the number of its id; None where no rule is the reason."""
    return _why(db, _BY_ARTICLE, number)


def _why(db: Database, sql: str, *values: str | int | None) -> Withheld | None:
    if not is_narrowed(db):
        return None
    row = db.execute(sql, values).fetchone()
    if row is None or row[0] is None:
        return None
    asked = "SELECT access, over, reason FROM temp.rights WHERE rule = ?"
    access, over, reason = db.execute(asked, [row[0]]).fetchone()
    return Withheld(told(Access(access), over, reason), legal=access == Access.BLOCKED)


def told(access: Access, over: str | None, reason: str) -> str:
    """The answer to whoever asks.

    >>> told(Access.EMBARGO, "2026-12-01T00:00:00+00:00", "")
    'Under embargo until 1 December 2026.'
    >>> told(Access.BLOCKED, None, "Court order 12/2026.")
    'Not shown, by a rule of this archive: Court order 12/2026.'
    """
    if access is Access.BLOCKED:
        return f"Not shown, by a rule of this archive: {reason}"
    if access is Access.EMBARGO and over:
        until = datetime.fromisoformat(over)
        said = f"Under embargo until {until.day} {until:%B %Y}."
    else:
        said = "For the staff of the archive only."
    return f"{said} {reason}".strip()
