"""The Python API: an archive, and what can be asked of it, imported by the name ``microfiche``.

Everything here is documented in docs/python.md, which is made from these docstrings; everything
else in these packages may change from one release to the next.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from archive import layout
from archive.config import load_config
from archive.errors import NotFound
from archive.export import Exported, iter_exported
from archive.holdings import Holdings
from archive.index.articles import ArticleRow, find_article, get_article
from archive.index.captures import Capture, iter_captures
from archive.index.history import Happening, Narrowing, iter_events
from archive.index.open import read_index
from archive.indexer.update import update
from archive.ingest.take import Intake, Taken, find_files, remove_leftovers
from archive.lock import hold
from archive.replay.resolve import load
from archive.search import Order, SearchResult, search
from archive.urls import urlkey


@dataclass(frozen=True, slots=True)
class Kept:
    """The response of one capture, as it was stored.

    For a revisit, ``body`` is that of the record it refers to. ``headers`` are in order, repeated
    ones kept; ``body`` has its content codings (gzip and the like) undone.
    """

    capture: Capture
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


@dataclass(frozen=True, slots=True)
class Indexed:
    """What indexing has read and found; ``damaged`` has a line for each place it could not read."""

    captures: int
    articles_new: int
    versions_new: int
    unread: int
    rebuilt: bool
    damaged: tuple[str, ...]


class Archive:
    """One archive on disk, to be searched, read, added to and exported.

    It holds no file open between two calls, so any number of them, and of processes, may work on
    the same archive; ``with`` is there for those who like to see where its use ends. Methods that
    read need an index: `Archive.index` makes one.

    Args:
        root: The directory, as `microfiche init` made it.

    Raises:
        ArchiveNotFound: there is no archive.
    """

    def __init__(self, root: Path | str) -> None:
        self._paths = layout.open_archive(Path(root))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *raised: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Archive({str(self.root)!r})"

    @property
    def root(self) -> Path:
        """Its directory."""
        return self._paths.root

    def close(self) -> None:
        """Nothing is open between two calls; there for those who expect it."""

    def search(
        self,
        query: str = "",
        *,
        limit: int = 20,
        order: Order = "relevance",
        after: str | None = None,
        all_copies: bool = False,
    ) -> SearchResult:
        """Find articles; no query raises, and what could not be read of one is in the notes.

        Args:
            query: What people type, see docs/search.md; empty: every article, newest first.
            limit: Hits on this page, at most 1,000.
            order: ``relevance``, ``newest`` or ``oldest``.
            after: ``SearchResult.after`` of the page before.
            all_copies: Each copy of a story by itself, else one hit for all of them.

        Raises:
            NotFound: nothing is indexed yet.
        """
        with read_index(self._paths) as db:
            return search(db, query, limit=limit, order=order, after=after, fold=not all_copies)

    def article(self, name: str) -> ArticleRow:
        """One article with its versions, captures and events.

        Args:
            name: Its id, the start of one (6 characters), or its address on the web.

        Raises:
            NotFound: no article answers to that name, or several do.
        """
        with read_index(self._paths) as db:
            found = find_article(db, name)
            if found is None:
                raise NotFound(f"article {name[:200]!r}: not in the index; look for it by search")
            return get_article(db, found)

    def captures(self, url: str, *, since: str = "", until: str = "9") -> Iterator[Capture]:
        """The captures of an address, or of all that start with it where it ends with ``*``.

        Args:
            url: An address, in any spelling that has the same urlkey.
            since: First timestamp (14 digits, or the start of one), inclusive.
            until: Last timestamp, inclusive.
        """
        prefix = url.endswith("*")
        with read_index(self._paths) as db:
            key = urlkey(url.removesuffix("*"))
            yield from iter_captures(db, key, prefix=prefix, since=since, until=until)

    def record(self, capture: Capture) -> Kept:
        """The response that a capture stored.

        Raises:
            NotFound: what a revisit refers to is not in this archive.
            WarcError: the record cannot be read.
        """
        with read_index(self._paths) as db:
            stored = load(self._paths, db, capture)
        return Kept(capture, stored.http.status, stored.http.headers, stored.payload.content())

    def events(
        self,
        *,
        since: str = "",
        until: str = "9",
        kind: str = "",
        source: str = "",
        author: str = "",
        silent: bool = False,
    ) -> Iterator[Happening]:
        """What happened to articles, in order of time.

        Args:
            since: First timestamp (14 digits, or the start of one), inclusive.
            until: Last timestamp, inclusive.
            kind: Only these: ``published``, ``edited``, ``removed`` and so on, see docs/schema.md.
            source: Only of this source.
            author: Only of articles by this author, or with this in an author's name.
            silent: Only edits that the page does not date itself.
        """
        narrowing = Narrowing(since, until, kind, source, author, silent)
        with read_index(self._paths) as db:
            yield from iter_events(db, narrowing)

    def ingest(self, *places: Path | str, in_place: bool = False) -> list[Taken]:
        """Take in WARC, ARC, WACZ and HAR files, or all that lie below a directory.

        What is taken in is found after the next `Archive.index`.

        Args:
            places: Files and directories.
            in_place: Link to files instead of copying them, if they are readable as they are.

        Raises:
            ArchiveLocked: a crawl is running.
            ArchiveUnwritable: the archive cannot be written, or its disk is too full.
        """
        floor = load_config(self._paths).crawl.min_free_bytes
        with hold(self._paths.lock_path, purpose="ingest"):
            remove_leftovers(self._paths)
            holdings = Holdings(self._paths)
            intake = Intake(self._paths, holdings, in_place=in_place, min_free_bytes=floor)
            files = [path for place in places for path in find_files(Path(place))]
            return [taken for path in files for taken in intake.ingest_file(path)]

    def index(self, *, rebuild: bool = False) -> Indexed:
        """Bring the index up to date with the WARC files.

        Args:
            rebuild: From nothing; the index in use serves until the new one is complete.

        Raises:
            ArchiveLocked: another process writes the index.
        """
        done = update(self._paths, load_config(self._paths), from_nothing=rebuild)
        totals = done.report.totals.all
        return Indexed(
            captures=totals.captures,
            articles_new=totals.articles_new,
            versions_new=totals.versions_new,
            unread=totals.failed,
            rebuilt=done.rebuilt,
            damaged=done.damaged,
        )

    def export(self, query: str = "") -> Iterator[Exported]:
        """The articles a query finds, with their current text, oldest first; all for an empty one.

        They come from one state of the index: what is indexed meanwhile is not among them.
        """
        with read_index(self._paths) as db:
            yield from iter_exported(db, query)


def open_archive(root: Path | str) -> Archive:
    """Open the archive at ``root``.

    Raises:
        ArchiveNotFound: there is none.
        LayoutError: another version of microfiche made it.
        ConfigError: its ``microfiche.toml`` is no TOML.
    """
    return Archive(root)


def create_archive(root: Path | str, *, contact: str) -> Archive:
    """Make an empty archive at ``root``, a new or empty directory.

    Args:
        root: Where.
        contact: Told to every site in the User-Agent: ``mailto:…`` or the address of a page.

    Raises:
        ArchiveUnwritable: something is there already, or it cannot be written.
    """
    layout.create_archive(Path(root), contact=contact)
    return Archive(root)
