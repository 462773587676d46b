"""Which captures make a copy that stands alone: pages, what they need, what revisits refer to."""

from collections import deque
from collections.abc import Iterator
from urllib.parse import unquote

from sqlite_utils import Database

from archive.errors import MicroficheError
from archive.index.captures import Capture
from archive.layout import Archive
from archive.replay.choose import Asked, find_capture, redirect_target
from archive.replay.needed import needed_by
from archive.replay.resolve import Stored, load
from archive.search import select_matching

# A page needs a sheet, the sheet another one, that one a picture; frames hold pages.
_MAX_DEEP = 5
_OF_ARTICLE = """
SELECT x.* FROM cdx x WHERE x.id IN (
    SELECT s.capture FROM article_captures s JOIN addresses d ON d.id = s.address
    WHERE d.article = (SELECT id FROM articles WHERE number = ?))
ORDER BY x.timestamp, x.id
"""
_ALL = "SELECT * FROM cdx ORDER BY file, offset"


class Chooser:
    """Gives each capture once.

    Args:
        archive: Where its records are.
        db: Its index, in one state.
    """

    def __init__(self, archive: Archive, db: Database) -> None:
        self._archive, self._db = archive, db
        self._given: set[tuple[str, int]] = set()

    def everything(self) -> Iterator[Capture]:
        """Every capture, failures too, in the order of the files."""
        for row in self._db.execute(_ALL):
            yield Capture(*row[1:])

    def of_articles(self, query: str) -> Iterator[Capture]:
        """The captures of the articles that a query finds, with all they need."""
        matches, _ = select_matching(self._db, query)
        for (number,) in self._db.execute(f"{matches.sql} ORDER BY 1", matches.values).fetchall():
            for row in self._db.execute(_OF_ARTICLE, [number]).fetchall():
                yield from self.with_needs(Capture(*row[1:]))

    def with_needs(self, page: Capture) -> Iterator[Capture]:
        """A capture, where it redirects to, what it refers to, and what its page shows."""
        waiting = deque([(page, 0)])
        while waiting:
            capture, depth = waiting.popleft()
            if (capture.file, capture.offset) in self._given:
                continue
            self._given.add((capture.file, capture.offset))
            yield capture
            if depth >= _MAX_DEEP:
                continue
            if target := redirect_target(capture):
                waiting += [(found, depth + 1) for found in self._find(target, capture)]
                continue
            stored = self._load(capture)
            if stored is None:
                continue
            if stored.original is not None:
                waiting.append((stored.original, _MAX_DEEP))
            waiting += [(found, depth + 1) for found in self._needed(stored)]

    def _load(self, capture: Capture) -> Stored | None:
        if capture.record_type == "metadata":
            return None
        try:
            return load(self._archive, self._db, capture)
        except MicroficheError:
            # What is missing here cannot be given away.
            return None

    def _needed(self, stored: Stored) -> Iterator[Capture]:
        for url in needed_by(self._db, stored):
            yield from self._find(url, stored.capture)
            if "%" in url:
                yield from self._find(unquote(url), stored.capture)

    def _find(self, url: str, page: Capture) -> list[Capture]:
        found = find_capture(self._db, Asked(url, page.timestamp, requisite=True))
        return [found] if found is not None else []
