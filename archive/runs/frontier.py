"""What the frontier knows of sources and of addresses, read beside a crawl that writes it."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from archive.errors import ArchiveUnwritable, NotFound
from archive.layout import Archive

_WALLS = ("challenge", "consent", "login", "rate_limited")
_FAILED = "state = 'failed'"


class Trouble(StrEnum):
    """What may be wrong with a source."""

    FAILING = "failing"
    WALLED = "walled"
    QUIET = "quiet"


@dataclass(frozen=True, slots=True)
class SourceState:
    """How one source stands. Moments are seconds since 1970, UTC."""

    source: str
    last_success: float | None
    """When something of it was last served."""
    next_due: float | None
    due: int
    """Addresses that are due now."""
    backfill: int
    """Addresses of long ago that have not been fetched yet."""
    articles: int
    """Articles fetched."""
    new_week: int
    """Articles found in the last seven days."""
    new_day: int
    """Articles found in the last 24 hours."""
    listings_failing: int
    failing: int
    walled: int
    """Addresses whose last look met a wall: 403, 429, a challenge, a consent gate, a login."""

    @property
    def habit(self) -> float:
        """Articles a day, by its last week."""
        return self.new_week / 7

    @property
    def trouble(self) -> Trouble | None:
        """What somebody should look at; None: nothing."""
        if self.listings_failing and not self.new_day:
            return Trouble.FAILING
        if self.walled and self.walled * 2 >= max(self.new_day, 1) + self.walled:
            return Trouble.WALLED
        if self.habit >= 3 and self.new_day * 4 < self.habit:
            return Trouble.QUIET
        return None

    @property
    def problem(self) -> str:
        """The same in one line; empty: nothing."""
        match self.trouble:
            case Trouble.FAILING:
                return f"{self.listings_failing} of its feeds, sitemaps or sections fail"
            case Trouble.WALLED:
                return f"{self.walled} addresses meet a wall"
            case Trouble.QUIET:
                return f"{self.new_day} new articles in a day, {self.habit:.0f} are usual"
            case None:
                return ""


def read_sources(archive: Archive, sources: "list[str]", *, now: float) -> list[SourceState]:
    """How these sources stand; those nothing is known of yet have no success."""
    with _reading(archive.frontier_path) as db:
        return [_state(db, source, now) for source in sources]


def read_address(archive: Archive, url: str) -> dict[str, Any]:
    """Everything that is known of one address: its row, its host, how it came to be known.

    Raises:
        NotFound: nothing is known of it.
    """
    with _reading(archive.frontier_path) as db:
        row = db.execute("SELECT * FROM urls WHERE url = ?", [url]).fetchone()
        if row is None:
            raise NotFound(
                f"{url}: the crawler does not know it; no listing has named it, or its scope "
                "leaves it out (microfiche.toml: hosts, include, exclude, max_age)"
            )
        host = db.execute("SELECT * FROM hosts WHERE host = ?", [row["host"]]).fetchone()
        origin = "/".join(url.split("/", 3)[:3])
        robots = db.execute("SELECT * FROM robots WHERE origin = ?", [origin]).fetchone()
        way = [row["via"]] if row["via"] else []
        while way and len(way) < 8:
            before = db.execute("SELECT via FROM urls WHERE url = ?", [way[-1]]).fetchone()
            if before is None or not before["via"] or before["via"] in way:
                break
            way.append(before["via"])
    return {
        "address": dict(row),
        "host": dict(host) if host else None,
        "robots": {**dict(robots), "body": bytes(robots["body"])} if robots else None,
        "way": way,
    }


@contextmanager
def _reading(path: Path) -> Iterator[sqlite3.Connection]:
    if not path.exists():
        raise NotFound(f"{path}: nothing has been crawled yet; run `microfiche crawl`")
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as db:
            db.row_factory = sqlite3.Row
            yield db
    except sqlite3.DatabaseError as error:
        raise ArchiveUnwritable(
            f"{path}: cannot be read: {error}; run `microfiche crawl`, which brings it up to date"
        ) from error


def _state(db: sqlite3.Connection, source: str, now: float) -> SourceState:
    walls = ", ".join(f"'{name}'" for name in _WALLS)
    row = db.execute(
        f"""
        SELECT max(CASE WHEN state IN ('fetched', 'gone') THEN last_fetched END) AS last_success,
            min(due_at) AS next_due, sum(due_at <= :now) AS due,
            sum(kind = 'article' AND rank = 6 AND last_fetched IS NULL) AS backfill,
            sum(kind = 'article' AND last_fetched IS NOT NULL) AS articles,
            sum(kind = 'article' AND rank < 6 AND first_seen > :now - 604800) AS new_week,
            sum(kind = 'article' AND rank < 6 AND first_seen > :now - 86400) AS new_day,
            sum({_FAILED} AND kind IN ('feed', 'sitemap', 'section')) AS listings_failing,
            sum({_FAILED}) AS failing, sum({_FAILED} AND outcome IN ({walls})) AS walled
        FROM urls WHERE source = :source
        """,  # noqa: S608 - built from constants
        {"source": source, "now": now},
    ).fetchone()
    counts = {name: row[name] or 0 for name in tuple(row.keys())[2:]}
    return SourceState(source, row["last_success"], row["next_due"], **counts)
