"""A copy of the index for others: it has nothing but what they may see.

What rules keep back is taken out of a copy as if it had never been read: articles whole, then
whatever was told from the set of all articles is told again. At last the file is written from
scratch, so that no free page holds what was there before.
"""

import json
from contextlib import closing, suppress
from pathlib import Path

from sqlite_utils import Database

from archive.errors import ArchiveUnwritable
from archive.index.open import open_index_file, remove_index
from archive.indexer.fulltext import merge
from archive.indexer.rereading import copy_index, take_out, with_articles
from archive.indexer.settling.settle import settle_marked
from archive.layout import Archive, require_not_own
from archive.rights.narrow import narrow
from archive.rights.read import rules_of
from archive.rights.rules import Audience
from archive.times import utc_now

# Names that no article has any more.
_ORPHANS = (
    "DELETE FROM people WHERE id NOT IN (SELECT person FROM article_people)",
    "DELETE FROM tags WHERE id NOT IN (SELECT tag FROM article_tags)",
    """DELETE FROM facet_names WHERE id NOT IN (
    SELECT source FROM facets UNION SELECT language FROM facets WHERE language IS NOT NULL
    UNION SELECT section FROM facets WHERE section IS NOT NULL
    UNION SELECT credit FROM facets WHERE credit IS NOT NULL)""",
    """DELETE FROM site_templates
    WHERE (source, quarter) NOT IN (SELECT source, quarter FROM articles)""",
)


def write_reduced(archive: Archive, target: Path, *, audience: Audience = Audience.READERS) -> int:
    """Write a copy of the index that an audience may have; how many captures were left out.

    Args:
        archive: Whose index; it may be written meanwhile.
        target: A file; one that is there is replaced once the new one is whole.
        audience: Who is going to have it.

    Raises:
        NotFound: nothing is indexed yet.
        ConfigError: the rules cannot be read.
        ArchiveUnwritable: the copy cannot be written, or would replace a part of the archive.
    """
    require_not_own(archive, target)
    partial, whole = (target.with_name(f".{target.name}.{end}") for end in ("part", "new"))
    rules = rules_of(archive)
    try:
        for path in (partial, whole):
            remove_index(path)
        copy_index(archive.index_path, partial)
        with closing(open_index_file(partial)) as db:
            narrow(db.conn, rules, audience, utc_now())
            withheld = _withheld(db)
        with closing(open_index_file(partial, write=True)) as db:
            if withheld:
                _leave_out(db, withheld)
            db.execute("VACUUM INTO ?", [str(whole)])
        whole.replace(target)
    except OSError as error:
        raise ArchiveUnwritable(f"{target}: cannot be written: {error.strerror}") from error
    finally:
        with suppress(OSError):
            for path in (partial, whole):
                remove_index(path)
    return len(withheld)


def _withheld(db: Database) -> set[int]:
    """The captures that rules keep back; none where no rule does."""
    is_there = "SELECT 1 FROM sqlite_temp_master WHERE name = 'withheld'"
    if db.execute(is_there).fetchone() is None:
        return set()
    return {row[0] for row in db.execute("SELECT capture FROM temp.withheld")}


def _leave_out(db: Database, withheld: set[int]) -> None:
    captures, addresses = with_articles(db, withheld)
    listed = json.dumps(sorted(captures - withheld))
    kept = "SELECT * FROM captures WHERE id IN (SELECT value FROM json_each(?))"
    rows = db.execute(kept, [listed]).fetchall()
    take_out(db, captures, addresses)
    with db.atomic():
        # What may be seen of an article that is kept back as a whole still replays.
        marks = ", ".join("?" * len(rows[0])) if rows else ""
        for row in rows:
            db.execute(f"INSERT INTO captures VALUES ({marks})", row)  # noqa: S608 - question marks
    settle_marked(db)
    with db.atomic():
        for statement in _ORPHANS:
            db.execute(statement)
    merge(db)
