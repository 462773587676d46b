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


@migrations()
def m004_when(db: Database) -> None:
    """What decides when an address is due, and in which lane; what is handed out is marked."""
    for column in (
        "settled_at REAL",  # of the last visit, whatever came of it
        "handed_out REAL",  # when it was handed out, while it is not settled
        "modified REAL",  # as a listing says
        "rate REAL",  # of a listing: new articles a day
        "text INTEGER",  # fingerprint of an article's text at the last look
        "gone_at REAL",  # first of the 404 and 410 that it answers with now
    ):
        db.execute(f"ALTER TABLE urls ADD COLUMN {column}")
    # Lanes: what was fetched once is a re-check, and its requisites are those of one.
    db.execute(
        "UPDATE urls SET rank = CASE kind WHEN 'requisite' THEN 3 WHEN 'article' THEN"
        " CASE WHEN last_fetched IS NULL THEN 2 ELSE 4 END ELSE 0 END"
    )
    db.execute("CREATE INDEX urls_handed_out ON urls (id) WHERE handed_out IS NOT NULL")
    db.execute("ALTER TABLE hosts ADD COLUMN rebuffs INTEGER NOT NULL DEFAULT 0")


@migrations()
def m005_evidence(db: Database) -> None:
    """What has been learned of sources and hosts, and when runs were made."""
    db.execute(
        """
        CREATE TABLE habits (
            source TEXT PRIMARY KEY,
            announced INTEGER NOT NULL DEFAULT 0,  -- changes that a listing's date had announced
            alarms INTEGER NOT NULL DEFAULT 0,     -- dates that announced none
            missed INTEGER NOT NULL DEFAULT 0,     -- changes of listed articles without a date
            span REAL NOT NULL DEFAULT 0           -- seconds for which an article stays listed
        ) STRICT, WITHOUT ROWID
        """
    )
    db.execute(
        """
        CREATE TABLE twins (
            host TEXT NOT NULL,
            mark TEXT NOT NULL,          -- "?name", "?name=value", or an ending ("/amp")
            same INTEGER NOT NULL DEFAULT 0,
            other INTEGER NOT NULL DEFAULT 0,
            PRIMARY KEY (host, mark)
        ) STRICT, WITHOUT ROWID
        """
    )
    db.execute(
        """
        CREATE TABLE texts (
            url TEXT PRIMARY KEY,        -- without one of its marks
            text INTEGER NOT NULL        -- fingerprint of what a twin of it has given
        ) STRICT, WITHOUT ROWID
        """
    )
    db.execute("CREATE TABLE runs (started REAL PRIMARY KEY) STRICT, WITHOUT ROWID")
