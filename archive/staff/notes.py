"""Notes and tags of the staff on articles, in ``notes.db``, a file that no rebuild touches.

An article is named by its id, which a rebuild gives it again.
"""

import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass

from archive.errors import IndexDamaged, MicroficheError, NotesDamaged, NotFound
from archive.index.integrity import connect_reader
from archive.index.sqlite_errors import explained
from archive.layout import Archive
from archive.text.fold import fold

MAX_CHARACTERS = 5000
MAX_TAGS = 20

_SCHEMA = """
CREATE TABLE IF NOT EXISTS notes (
    id INTEGER PRIMARY KEY, article TEXT NOT NULL, at TEXT NOT NULL, by TEXT NOT NULL,
    text TEXT NOT NULL, tags TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS notes_by_article ON notes (article);
"""


@dataclass(frozen=True, slots=True)
class Note:
    """One note on an article; ``at`` is a timestamp, ``by`` a name or empty: this machine's."""

    id: int
    article: str
    at: str
    by: str
    text: str
    tags: tuple[str, ...]


def add_note(
    archive: Archive, article: str, text: str, tags: tuple[str, ...], *, at: str, by: str
) -> Note:
    """Keep a note.

    Raises:
        ArchiveUnwritable: ``notes.db`` cannot be written.
        NotesDamaged: it is no database of notes.
    """
    with _writing(archive) as db:
        row = (article, at, by, text, json.dumps(tags, ensure_ascii=False))
        insert = "INSERT INTO notes (article, at, by, text, tags) VALUES (?, ?, ?, ?, ?)"
        number = db.execute(insert, row).lastrowid
        assert number is not None
    return Note(number, article, at, by, text, tags)


def remove_note(archive: Archive, number: int) -> None:
    """Take a note away.

    Raises:
        NotFound: there is none of that number.
        ArchiveUnwritable: ``notes.db`` cannot be written.
        NotesDamaged: it is no database of notes.
    """
    with _writing(archive) as db:
        if not db.execute("DELETE FROM notes WHERE id = ?", [number]).rowcount:
            raise NotFound(f"note {number}: there is none; it may have been removed already")


def iter_notes(archive: Archive, *, article: str = "", having: str = "") -> Iterator[Note]:
    """Notes, the newest first.

    Args:
        archive: Whose.
        article: Only on this one.
        having: Only those with all these words in text or tags; ``tag:word`` is a tag itself.

    Raises:
        NotesDamaged: ``notes.db`` is no database of notes.
    """
    if not archive.notes_path.exists():
        return
    with explaining_notes(archive), closing(connect_reader(archive.notes_path)) as db:
        if not db.execute("SELECT 1 FROM sqlite_master WHERE name = 'notes'").fetchone():
            return
        rows = db.execute(
            "SELECT * FROM notes WHERE ? IN ('', article) ORDER BY at DESC, id DESC", [article]
        )
        for number, named, at, by, text, tags in rows:
            note = Note(number, named, at, by, text, tuple(json.loads(tags)))
            if all(_has(note, word) for word in having.split()):
                yield note


def read_tags(text: str) -> tuple[str, ...]:
    """Tags as they are typed, with commas between them.

    >>> read_tags("harbour,  Old  quay ,, harbour")
    ('harbour', 'Old quay')
    """
    named = (re.sub(r"\s+", " ", part).strip()[:100] for part in text.split(","))
    return tuple(dict.fromkeys(tag for tag in named if tag))[:MAX_TAGS]


def _has(note: Note, word: str) -> bool:
    if word.startswith("tag:"):
        return fold(word.removeprefix("tag:")) in [fold(tag).replace(" ", "-") for tag in note.tags]
    return fold(word) in fold(" ".join((note.text, *note.tags)))


@contextmanager
def explaining_notes(archive: Archive) -> Iterator[None]:
    """What SQLite says of ``notes.db`` as errors of ours; none of them is laid to the index."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        ours: MicroficheError = explained(error, where=str(archive.notes_path))
        if isinstance(ours, IndexDamaged):
            ours = NotesDamaged(
                f"{archive.notes_path}: no sound database of notes ({error}); put back the copy "
                "that a backup has, or move the file away to start without notes"
            )
        raise ours from error


@contextmanager
def _writing(archive: Archive) -> Iterator[sqlite3.Connection]:
    with (
        explaining_notes(archive),
        closing(sqlite3.connect(archive.notes_path, timeout=10)) as db,
        db,
    ):
        db.executescript(_SCHEMA)
        yield db
