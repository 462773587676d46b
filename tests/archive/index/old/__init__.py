"""Indexes as earlier versions of the code made them, and the WARC files that they are of.

README.md says how they were made; a code that gets a new migration leaves its own here first.
"""

import gzip
import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from sqlite_utils import Database

from archive.index.schema import MIGRATIONS
from archive.layout import Archive, create_archive

HERE = Path(__file__).parent
with closing(Database(memory=True)) as _nothing:
    NAMES = tuple(migration.name for migration in MIGRATIONS.pending(_nothing))


@dataclass(frozen=True, slots=True)
class Start:
    """An index to begin with, by names of migrations.

    Attributes:
        made: The last one of the code that made it.
        brought: The last one applied to it, by the code of today.
    """

    made: str
    brought: str

    @property
    def is_old(self) -> bool:
        """Whether anything is pending."""
        return self.brought != NAMES[-1]

    def __str__(self) -> str:
        return self.made if self.made == self.brought else f"{self.made}-to-{self.brought}"


def _starts() -> tuple[Start, ...]:
    """Each version there has been, from an index that a code of that version or before made."""
    made = sorted(path.name.removesuffix(".db.gz") for path in HERE.glob("*.db.gz"))
    begins = [NAMES.index(name) for name in made]
    ends = [*begins[1:], len(NAMES) - 1]
    return tuple(
        Start(name, NAMES[at])
        for name, begin, end in zip(made, begins, ends, strict=True)
        for at in range(begin, max(end, begin + 1))
    )


STARTS = _starts()


def archive_without_index(root: Path) -> Archive:
    """An archive of the WARC files of all old indexes, with one worker process."""
    archive = create_archive(root, contact="mailto:tests@example.org")
    config = archive.config_path
    config.write_text(config.read_text() + "[crawl]\nworkers = 1\n")
    shutil.copytree(HERE / "warcs", archive.warcs_dir, dirs_exist_ok=True)
    return archive


def old_archive(root: Path, start: Start) -> Archive:
    """An archive with an old index."""
    archive = archive_without_index(root)
    unpack(archive.index_path, start)
    return archive


def unpack(path: Path, start: Start) -> None:
    """Put an old index at a place."""
    path.write_bytes(gzip.decompress((HERE / f"{start.made}.db.gz").read_bytes()))
    pending = NAMES[NAMES.index(start.brought) + 1 :]
    if start.made != start.brought:
        with closing(Database(sqlite3.connect(path))) as db:
            MIGRATIONS.apply(db, stop_before=pending[0])
