"""The layout of ``frontier.db``, grown by migrations; existing ones are never edited."""

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

migrations = Migrations("microfiche.frontier")


@migrations()
def m001_urls(db: Database) -> None:
    """Every address with why it is known, when it is due, its validators and its failures."""
    db.execute(
        """
        CREATE TABLE urls (
            id INTEGER PRIMARY KEY,      -- order of discovery
            url TEXT NOT NULL UNIQUE,
            source TEXT NOT NULL,
            kind TEXT NOT NULL
                CHECK (kind IN ('feed', 'sitemap', 'section', 'article', 'requisite')),
            seed INTEGER NOT NULL DEFAULT 0,
            host TEXT NOT NULL,          -- host name without port: the unit of politeness
            rank INTEGER NOT NULL,       -- order within a host, see rows.RANKS
            why TEXT NOT NULL,
            via TEXT NOT NULL DEFAULT '',
            page TEXT NOT NULL DEFAULT '',
            hops INTEGER NOT NULL DEFAULT 0,
            first_seen REAL NOT NULL,    -- moments: seconds since 1970, UTC
            published REAL,
            due_at REAL,                 -- 0: at once; NULL: not before something asks for it
            last_fetched REAL,           -- set only once its capture is durable
            state TEXT NOT NULL DEFAULT 'known'
                CHECK (state IN ('known', 'fetched', 'gone', 'failed', 'skipped')),
            outcome TEXT NOT NULL DEFAULT '',
            status INTEGER,
            failures INTEGER NOT NULL DEFAULT 0,
            etag TEXT NOT NULL DEFAULT '',
            last_modified TEXT NOT NULL DEFAULT '',
            record_id TEXT,              -- the capture the validators speak of
            record_uri TEXT,
            record_date TEXT,
            record_digest TEXT
        ) STRICT
        """
    )
    db.execute(
        "CREATE INDEX urls_due ON urls (source, host, rank, due_at) WHERE due_at IS NOT NULL"
    )


@migrations()
def m002_payloads(db: Database) -> None:
    """Entities already kept, so that the same one again becomes a revisit."""
    db.execute(
        """
        CREATE TABLE payloads (
            digest TEXT PRIMARY KEY,
            record_id TEXT NOT NULL,
            target_uri TEXT NOT NULL,
            date TEXT NOT NULL
        ) STRICT, WITHOUT ROWID
        """
    )


@migrations()
def m003_hosts(db: Database) -> None:
    """What politeness has to remember from one run to the next."""
    db.execute(
        """
        CREATE TABLE hosts (
            host TEXT PRIMARY KEY,
            last_start REAL,             -- of the last request to it
            retry_until REAL,            -- asked for by Retry-After, or our own back-off
            refusals INTEGER NOT NULL DEFAULT 0   -- 429s and the like since the last good answer
        ) STRICT, WITHOUT ROWID
        """
    )
    db.execute(
        """
        CREATE TABLE robots (
            origin TEXT PRIMARY KEY,     -- scheme, host, port
            fetched_at REAL NOT NULL,
            status INTEGER NOT NULL,
            body BLOB NOT NULL           -- content-decoded; empty where there is none
        ) STRICT, WITHOUT ROWID
        """
    )
