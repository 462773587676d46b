"""The frontier: a table, not a memory.

A crawl run takes what is due in small batches and settles each address in one transaction with
whatever was learnt from it, after its capture is durable. So a killed run loses nothing but the
requests in flight, and memory stays flat however many addresses are known.
"""

import json
import sqlite3
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from archive.errors import ArchiveUnwritable
from archive.warc.exchange import PayloadRef
from crawler.frontier.evidence import Evidence
from crawler.frontier.hosts import HostMemory, transaction, usable
from crawler.frontier.rows import Added, KnownUrl, Lane, NewUrl, Visit, host_name, lane_of
from crawler.frontier.schema import migrations
from crawler.outcomes import Kind, Why

_COLUMNS = (
    "url, source, kind, seed, why, via, page, hops, first_seen, due_at, last_fetched, failures, "
    "etag, last_modified, record_id, record_uri, record_date, record_digest, rank, outcome, "
    "modified, rate, text, gone_at"
)
_DUE = "source = ? AND host = ? AND rank = ? AND due_at IS NOT NULL AND handed_out IS NULL"
_TAKE = f"SELECT {_COLUMNS} FROM urls WHERE {_DUE} AND due_at <= ? ORDER BY due_at, id LIMIT ?"  # noqa: S608
_NEXT_DUE = f"SELECT due_at FROM urls WHERE {_DUE} ORDER BY due_at LIMIT 1"  # noqa: S608
_ADD = """
INSERT INTO urls (url, source, kind, host, rank, why, via, page, hops, first_seen, published,
    due_at, modified)
VALUES (:url, :source, :kind, :host, :rank, :why, :via, :page, :hops, :now, :published,
    :due_at, :modified)
ON CONFLICT (url) DO NOTHING
"""
# What a listing says is known even where it is not believed yet: whether it was true is learned.
_CLAIM = "UPDATE urls SET modified = :modified WHERE url = :url AND ifnull(modified, 0) < :modified"
# A requisite follows the page that wants it now; an address that is failing keeps its back-off.
# What was gone and is named again may be back, once no look at it is planned any more.
_REVIVE = """
UPDATE urls SET due_at = 0,
    page = CASE kind WHEN 'requisite' THEN :page ELSE page END,
    rank = CASE WHEN kind = 'requisite' OR :rank < 0 THEN :rank ELSE rank END,
    source = CASE kind WHEN 'requisite' THEN :source ELSE source END
WHERE url = :url AND (last_fetched < :stale_before OR :rank < 0)
    AND (failures = 0 AND (due_at IS NULL OR due_at > 0) OR state = 'gone' AND due_at IS NULL
        OR :rank < 0 AND kind != 'requisite')
"""
# What waits in a slower lane and is named as something more urgent: an old page in today's feed.
_HURRY = """
UPDATE urls SET rank = :rank
WHERE url = :url AND rank > :rank AND kind = :kind AND last_fetched IS NULL AND why != 'configured'
"""
# Of a source that was renamed, disabled or taken out of the configuration.
_TAKE_OVER = """
UPDATE urls SET source = :source
WHERE url = :url AND source NOT IN (SELECT value FROM json_each(:collected))
"""
_SETTLE = """
UPDATE urls SET state = :state, outcome = :outcome, due_at = :due_at, status = :status,
    failures = :failures, last_fetched = coalesce(:fetched_at, last_fetched), handed_out = NULL,
    settled_at = coalesce(:at, :fetched_at, settled_at), rank = coalesce(:lane, rank),
    rate = coalesce(:rate, rate), text = coalesce(:text, text), gone_at = :gone_at,
    etag = CASE WHEN :keep THEN etag ELSE :etag END,
    last_modified = CASE WHEN :keep THEN last_modified ELSE :last_modified END,
    record_id = CASE WHEN :keep THEN record_id ELSE :record_id END,
    record_uri = CASE WHEN :keep THEN record_uri ELSE :record_uri END,
    record_date = CASE WHEN :keep THEN record_date ELSE :record_date END,
    record_digest = CASE WHEN :keep THEN record_digest ELSE :record_digest END
WHERE url = :url
"""
# A loose scan: one step of the index for each host, not one for each address.
_DUE_HOSTS = """
WITH RECURSIVE known (host) AS (
    SELECT min(host) FROM urls WHERE source = :source AND due_at IS NOT NULL
    UNION ALL
    SELECT (SELECT min(host) FROM urls
            WHERE source = :source AND due_at IS NOT NULL AND host > known.host)
    FROM known WHERE known.host IS NOT NULL
)
SELECT host FROM known WHERE host IS NOT NULL
"""
# A clock that is corrected by less than this strands nothing.
_CLOCK_SLACK_S = 3600.0


class Frontier:
    """What is known of every address. One process writes it, under the archive's lock."""

    def __init__(self, db: Database, path: Path) -> None:
        self._db, self.path = db, path
        self.hosts = HostMemory(db, path)
        self.evidence = Evidence(db, path)
        self._collected: str | None = None

    def close(self) -> None:
        """Close the database."""
        self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All of it or nothing.

        Raises:
            ArchiveUnwritable: the database cannot be written.
        """
        with transaction(self._db, self.path):
            yield

    def set_collected(self, sources: Iterable[str]) -> None:
        """Say which sources are visited at all: what others have left goes to who names it."""
        self._collected = json.dumps(sorted(sources))

    def add(self, entries: Iterable[NewUrl], *, now: float) -> Added:
        """Put addresses into the frontier, each due at once; known ones stay as they are."""
        new, due = 0, set()
        with self.transaction():
            for entry in entries:
                row = _entry_row(entry, now)
                is_new = self._db.execute(_ADD, row).rowcount == 1
                new += is_new
                if is_new or self._renew(entry, row):
                    due.add((entry.source, str(row["host"])))
        return Added(new, frozenset(due))

    def _renew(self, entry: NewUrl, row: dict[str, Any]) -> bool:
        """See what a known address is to be now that it is named again; False: what it was."""
        changed = 0
        if self._collected is not None:
            taken = row | {"collected": self._collected}
            changed += self._db.execute(_TAKE_OVER, taken).rowcount
        if entry.modified is not None:
            self._db.execute(_CLAIM, row)
        if entry.lane is Lane.NEWS:
            changed += self._db.execute(_HURRY, row).rowcount
        if entry.stale_before is not None:
            changed += self._db.execute(_REVIVE, row).rowcount
        return changed > 0

    def set_seeds(
        self, source: str, seeds: dict[str, Kind], *, now: float, interval: float
    ) -> None:
        """Make the configured addresses of a source its seeds, and no others.

        Args:
            source: The source's id.
            seeds: Address to what it is fetched as.
            now: The moment.
            interval: Seconds after which a seed is due again.
        """
        with self.transaction():
            known = self._db.execute("SELECT url FROM urls WHERE source = ? AND seed = 1", [source])
            for (url,) in known.fetchall():
                if url not in seeds:
                    self._db.execute("UPDATE urls SET seed = 0, due_at = NULL WHERE url = ?", [url])
            entries = [NewUrl(url, source, kind, Why.CONFIGURED) for url, kind in seeds.items()]
            self.add(entries, now=now)
            for url, kind in seeds.items():
                self._db.execute(
                    "UPDATE urls SET seed = 1, source = ?, kind = ?, rank = ?, due_at = CASE"
                    " WHEN last_fetched IS NULL AND failures = 0 THEN 0"
                    " WHEN failures = 0 THEN min(coalesce(due_at, 0), last_fetched + ?)"
                    " ELSE coalesce(due_at, 0) END WHERE url = ?",
                    [source, kind, lane_of(kind), interval, url],
                )

    def make_due(self, sources: Collection[str]) -> None:
        """Make every page and listing of these sources due now; requisites follow their pages."""
        with self.transaction():
            for source in sources:
                self._db.execute(
                    "UPDATE urls SET due_at = 0 WHERE source = ? AND kind != 'requisite'"
                    " AND (seed = 1 OR why != 'configured')",
                    [source],
                )

    def due_hosts(self, source: str) -> list[str]:
        """The hosts at which a source has anything with a due time, past or to come."""
        with usable(self.path, "read"):
            return [host for (host,) in self._db.execute(_DUE_HOSTS, {"source": source})]

    def take_due(
        self, source: str, host: str, *, until: float, limit: int, lanes: Iterable[Lane] = Lane
    ) -> list[KnownUrl]:
        """What is due at one host, in the order in which it should be fetched.

        Nothing is marked by that: see `hand_out`.
        """
        found: list[KnownUrl] = []
        for lane in lanes:
            if len(found) < limit:
                values = [source, host, lane, until, limit - len(found)]
                with usable(self.path, "read"):
                    found.extend(map(_known, self._db.execute(_TAKE, values)))
        return found

    def next_due(self, source: str, host: str, *, lanes: Iterable[Lane] = Lane) -> float | None:
        """When something of a source is due next at a host; None: nothing ever is."""
        with usable(self.path, "read"):
            moments = [
                row[0]
                for lane in lanes
                if (row := self._db.execute(_NEXT_DUE, [source, host, lane]).fetchone())
            ]
        return min(moments, default=None)

    def hand_out(self, url: str, *, now: float) -> None:
        """Mark an address as being fetched: nobody else is given it before it is settled."""
        with self.transaction():
            self._db.execute("UPDATE urls SET handed_out = ? WHERE url = ?", [now, url])

    def take_back(self) -> int:
        """Free what a run that was killed has left marked; gives how many."""
        with self.transaction():
            sql = "UPDATE urls SET handed_out = NULL WHERE handed_out IS NOT NULL"
            return int(self._db.execute(sql).rowcount)

    def bring_forward(self, sources: Collection[str], *, now: float, until: float) -> None:
        """Make the listings due now that are due by ``until``: they belong to this run."""
        with self.transaction():
            for source in sources:
                self._db.execute(
                    "UPDATE urls SET due_at = ? WHERE source = ? AND due_at > ? AND due_at <= ?"
                    " AND failures = 0 AND kind IN ('feed', 'sitemap', 'section')",
                    [now, source, now, until],
                )

    def begin_run(self, *, now: float) -> float | None:
        """Note that a run starts; gives the usual seconds between runs, None: not known.

        Source: the median of the last gaps, so that one run by hand changes nothing.
        """
        with self.transaction():
            self._db.execute("INSERT OR IGNORE INTO runs VALUES (?)", [now])
            self._db.execute("DELETE FROM runs WHERE started < ?", [now - 7 * 86400])
            rows = self._db.execute("SELECT started FROM runs ORDER BY started DESC LIMIT 6")
            starts = [float(row[0]) for row in rows.fetchall()]
        gaps = sorted(later - earlier for later, earlier in pairwise(starts))
        return gaps[len(gaps) // 2] if gaps else None

    def mend_clock(self, *, now: float) -> int:
        """Make due what was settled in the future: the clock was wrong then; gives how many."""
        ahead = now + _CLOCK_SLACK_S
        with self.transaction():
            latest = self._db.execute("SELECT max(started) FROM runs").fetchone()[0]
            if latest is None or latest <= ahead:
                return 0
            mended = self._db.execute(
                "UPDATE urls SET due_at = CASE WHEN due_at IS NOT NULL OR kind != 'requisite'"
                " THEN 0 END, first_seen = min(first_seen, :now), settled_at = NULL,"
                " last_fetched = CASE WHEN last_fetched > :ahead THEN NULL ELSE last_fetched END"
                " WHERE settled_at > :ahead OR first_seen > :ahead",
                {"ahead": ahead, "now": now},
            ).rowcount
            self._db.execute(
                "UPDATE hosts SET retry_until = NULL, last_start = NULL WHERE last_start > ?",
                [ahead],
            )
            self._db.execute("DELETE FROM robots WHERE fetched_at > ?", [ahead])
            self._db.execute("DELETE FROM runs WHERE started > ?", [ahead])
        return int(mended)

    def count_due(self, sources: Collection[str], *, until: float) -> int:
        """How many addresses of these sources are due."""
        return sum(
            self._db.execute(
                "SELECT count(*) FROM urls WHERE source = ? AND due_at <= ?", [source, until]
            ).fetchone()[0]
            for source in sources
        )

    def find(self, url: str) -> KnownUrl | None:
        """What is known of one address, or None."""
        sql = f"SELECT {_COLUMNS} FROM urls WHERE url = ?"  # noqa: S608 - constants
        with usable(self.path, "read"):
            row = self._db.execute(sql, [url]).fetchone()
        return _known(row) if row else None

    def settle(self, url: str, visit: Visit) -> None:
        """Write down what came of a visit. The caller has seen its capture made durable."""
        capture = visit.capture
        with self.transaction():
            self._db.execute(
                _SETTLE,
                {
                    "url": url,
                    "state": visit.state,
                    "outcome": visit.outcome,
                    "due_at": visit.due_at,
                    "fetched_at": visit.fetched_at,
                    "status": visit.status,
                    "failures": visit.failures,
                    "etag": visit.etag,
                    "last_modified": visit.last_modified,
                    "keep": visit.keep_validators,
                    "at": visit.at,
                    "lane": visit.lane,
                    "rate": visit.rate,
                    "text": visit.text,
                    "gone_at": visit.gone_at,
                    "record_id": capture.record_id if capture else None,
                    "record_uri": capture.target_uri if capture else None,
                    "record_date": capture.date if capture else None,
                    "record_digest": capture.digest if capture else None,
                },
            )

    def remember_payload(self, digest: str, ref: PayloadRef) -> None:
        """Remember the first capture of an entity; the caller has seen it made durable."""
        with self.transaction():
            self._db.execute(
                "INSERT INTO payloads VALUES (?, ?, ?, ?) ON CONFLICT (digest) DO NOTHING",
                [digest, ref.record_id, ref.target_uri, ref.date],
            )

    def iter_fetched(self) -> Iterator[tuple[str, str]]:
        """Every address with a durable full capture, and that record's id."""
        yield from self._db.execute(
            "SELECT url, record_id FROM urls WHERE record_id IS NOT NULL ORDER BY id"
        )


def open_frontier(path: Path) -> Frontier:
    """Open ``frontier.db``, made where it is missing, brought up to date where it is old.

    Raises:
        ArchiveUnwritable: it cannot be written, or is no database.
    """
    connection = None
    try:
        connection = sqlite3.connect(path, timeout=30)
        db = Database(connection)
        db.execute("PRAGMA journal_mode = WAL").fetchone()
        # A commit survives the process at once and the machine after a checkpoint: what a power
        # cut undoes here is fetched once more, and never the other way round.
        db.execute("PRAGMA synchronous = NORMAL")
        migrations.apply(db)
    except sqlite3.DatabaseError as error:
        if connection is not None:
            connection.close()
        raise ArchiveUnwritable(
            f"{path}: cannot be used: {error}; it is the crawler's memory only: move it away to "
            "start a new one, no capture depends on it"
        ) from error
    return Frontier(db, path)


def _entry_row(entry: NewUrl, now: float) -> dict[str, Any]:
    return {
        "url": entry.url,
        "source": entry.source,
        "kind": entry.kind,
        "host": host_name(entry.url),
        "rank": lane_of(entry.kind) if entry.lane is None else entry.lane,
        "why": entry.why,
        "via": entry.via,
        "page": entry.page,
        "hops": entry.hops,
        "now": now,
        "published": entry.published,
        # Where a redirect leads is fetched next: the two belong together.
        "due_at": -1 if entry.why is Why.REDIRECT else 0,
        "stale_before": entry.stale_before,
        "modified": entry.modified,
    }


def _known(row: tuple[Any, ...]) -> KnownUrl:
    (url, source, kind, seed, why, via, page, hops, first_seen, due_at, last, failures) = row[:12]
    etag, last_modified, *capture = row[12:18]
    lane, outcome, modified, rate, text, gone_at = row[18:]
    return KnownUrl(
        url=url,
        source=source,
        kind=Kind(kind),
        seed=bool(seed),
        why=Why(why),
        via=via,
        page=page,
        hops=hops,
        first_seen=first_seen,
        due_at=due_at,
        last_fetched=last,
        failures=failures,
        etag=etag,
        last_modified=last_modified,
        capture=PayloadRef(*capture) if capture[0] else None,
        lane=Lane(lane),
        outcome=outcome,
        modified=modified,
        rate=rate,
        text=text,
        gone_at=gone_at,
    )
