"""The tables of ``index.db``, by migration; docs/schema.md tells what each column means.

Every key is derived from content (`archive.index.ids`), so that two indexes of the same WARC
files hold the same rows. A migration once released is never edited: add another.
"""

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

from archive.index import owners
from archive.index.compact import compact
from archive.index.denser import densify
from archive.index.settled import STATEMENTS

APPLICATION_ID = 0x6D664943
"""``mfIC`` in SQLite's header: this file is an index of ours."""

WHAT_IS_READ = 1
"""``user_version`` of an index that has all that this version reads from WARC files."""

MIGRATIONS = Migrations("microfiche.index")

_WHAT_IS_KEPT = """
CREATE TABLE sources (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    url TEXT
) STRICT;

CREATE TABLE warcs (
    id INTEGER PRIMARY KEY,
    filename TEXT NOT NULL UNIQUE,
    indexed_to INTEGER NOT NULL DEFAULT 0,
    sealed INTEGER NOT NULL DEFAULT 0,
    size INTEGER,
    sha256 TEXT
) STRICT;

CREATE TABLE captures (
    id INTEGER PRIMARY KEY,
    record_id TEXT NOT NULL UNIQUE,
    urlkey TEXT NOT NULL,
    timestamp TEXT NOT NULL,
    uri TEXT NOT NULL,
    mime TEXT,
    status INTEGER,
    digest TEXT,
    warc INTEGER NOT NULL REFERENCES warcs (id),
    offset INTEGER NOT NULL,
    length INTEGER NOT NULL,
    record_type TEXT NOT NULL,
    refers_to TEXT,
    refers_to_uri TEXT,
    refers_to_date TEXT,
    redirect TEXT,
    truncated TEXT,
    source TEXT NOT NULL REFERENCES sources (id),
    kind TEXT,
    page_kind TEXT,
    failure TEXT
) STRICT;
CREATE INDEX captures_by_urlkey ON captures (urlkey, timestamp);
CREATE INDEX captures_by_digest ON captures (digest) WHERE record_type = 'response';

CREATE VIEW cdx AS
SELECT c.id, c.record_id, c.urlkey, c.timestamp, c.uri, c.mime, c.status, c.digest,
       w.filename AS file, c.offset, c.length, c.record_type, c.refers_to, c.refers_to_uri,
       c.refers_to_date, c.redirect, c.truncated, c.source, c.kind, c.page_kind, c.failure
FROM captures c JOIN warcs w ON w.id = c.warc;
"""

_WHAT_IT_SAYS = """
CREATE TABLE articles (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    source TEXT NOT NULL REFERENCES sources (id),
    url TEXT NOT NULL,
    title TEXT NOT NULL,
    current_version TEXT NOT NULL REFERENCES versions (id) DEFERRABLE INITIALLY DEFERRED,
    published TEXT,
    first_captured TEXT NOT NULL,
    last_captured TEXT NOT NULL,
    versions INTEGER NOT NULL,
    captures INTEGER NOT NULL,
    kind TEXT NOT NULL,
    language TEXT,
    section TEXT,
    credit TEXT,
    paywall TEXT NOT NULL,
    words INTEGER NOT NULL,
    edited TEXT,
    removed TEXT,
    earlier_text TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX articles_by_source ON articles (source, number);
CREATE INDEX articles_by_version ON articles (current_version);

CREATE TABLE versions (
    id TEXT PRIMARY KEY,
    article TEXT NOT NULL REFERENCES articles (id) DEFERRABLE INITIALLY DEFERRED,
    digest TEXT NOT NULL,
    first_capture INTEGER NOT NULL REFERENCES captures (id),
    last_capture INTEGER NOT NULL REFERENCES captures (id),
    captures INTEGER NOT NULL,
    title TEXT NOT NULL,
    standfirst TEXT NOT NULL,
    text TEXT NOT NULL,
    layout TEXT NOT NULL,
    asides TEXT NOT NULL,
    authors TEXT NOT NULL,
    published TEXT,
    modified TEXT,
    language TEXT,
    section TEXT,
    tags TEXT NOT NULL,
    image TEXT,
    canonical_url TEXT,
    credit TEXT,
    paywall TEXT NOT NULL,
    kind TEXT NOT NULL,
    words INTEGER NOT NULL,
    title_digest TEXT NOT NULL,
    text_digest TEXT NOT NULL,
    fingerprint INTEGER NOT NULL,
    extractor TEXT NOT NULL
) STRICT;
CREATE INDEX versions_by_article ON versions (article, first_capture);

CREATE TABLE addresses (
    id INTEGER PRIMARY KEY,
    source TEXT NOT NULL REFERENCES sources (id),
    key TEXT NOT NULL,
    url TEXT NOT NULL,
    first_capture INTEGER NOT NULL REFERENCES captures (id),
    article TEXT REFERENCES articles (id) DEFERRABLE INITIALLY DEFERRED
) STRICT;
CREATE INDEX addresses_by_key ON addresses (key);
CREATE INDEX addresses_by_article ON addresses (article) WHERE article IS NOT NULL;

CREATE TABLE article_captures (
    capture INTEGER PRIMARY KEY REFERENCES captures (id),
    address INTEGER NOT NULL REFERENCES addresses (id),
    outcome TEXT NOT NULL CHECK (outcome IN ('read', 'gone', 'moved', 'waiting')),
    digest TEXT,
    target INTEGER
) STRICT;
CREATE INDEX article_captures_by_address ON article_captures (address, capture);
CREATE INDEX article_captures_waiting ON article_captures (capture) WHERE outcome = 'waiting';

CREATE TABLE claims (
    claimed INTEGER NOT NULL,
    digest TEXT NOT NULL,
    address INTEGER NOT NULL REFERENCES addresses (id),
    PRIMARY KEY (claimed, digest, address)
) STRICT, WITHOUT ROWID;
CREATE INDEX claims_by_address ON claims (address);

CREATE TABLE events (
    id TEXT PRIMARY KEY,
    article TEXT NOT NULL REFERENCES articles (id) DEFERRABLE INITIALLY DEFERRED,
    at TEXT NOT NULL,
    kind TEXT NOT NULL
        CHECK (kind IN ('published', 'edited', 'retitled', 'moved', 'removed', 'restored')),
    capture INTEGER NOT NULL REFERENCES captures (id),
    version_before TEXT,
    version_after TEXT,
    silent INTEGER NOT NULL DEFAULT 0,
    detail TEXT
) STRICT;
CREATE INDEX events_by_time ON events (at);
CREATE INDEX events_by_article ON events (article, at);

CREATE TABLE people (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL, folded TEXT NOT NULL
) STRICT;
CREATE TABLE article_people (
    article INTEGER NOT NULL REFERENCES articles (number) DEFERRABLE INITIALLY DEFERRED,
    person INTEGER NOT NULL REFERENCES people (id),
    PRIMARY KEY (article, person)
) STRICT, WITHOUT ROWID;
CREATE INDEX article_people_by_person ON article_people (person, article);

CREATE TABLE tags (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL, folded TEXT NOT NULL
) STRICT;
CREATE TABLE article_tags (
    article INTEGER NOT NULL REFERENCES articles (number) DEFERRABLE INITIALLY DEFERRED,
    tag INTEGER NOT NULL REFERENCES tags (id),
    PRIMARY KEY (article, tag)
) STRICT, WITHOUT ROWID;
CREATE INDEX article_tags_by_tag ON article_tags (tag, article);

CREATE TABLE extraction_failures (
    capture INTEGER NOT NULL REFERENCES captures (id),
    extractor TEXT NOT NULL,
    reason TEXT NOT NULL,
    detail TEXT NOT NULL,
    PRIMARY KEY (capture, extractor)
) STRICT, WITHOUT ROWID;

CREATE VIEW articles_current AS
SELECT a.number, a.id, a.source, a.url, v.title, v.standfirst, v.text, v.asides,
       a.earlier_text AS earlier, a.published, a.language, a.section, a.credit
FROM articles a JOIN versions v ON v.id = a.current_version;
"""

# `categories` counts combining marks (M*) as letters: without them Devanagari, Thai and Arabic
# words fall apart at every vowel sign. 64 MB of pending terms in memory (hashsize): 40% more
# articles a CPU-second than the default 1 MB.
_WHAT_IS_FOUND = """
CREATE VIRTUAL TABLE articles_fts USING fts5 (
    title, standfirst, text, asides, earlier,
    content = 'articles_current', content_rowid = 'number',
    tokenize = "unicode61 remove_diacritics 2 categories 'L* N* Co M*'"
);
INSERT INTO articles_fts (articles_fts, rank) VALUES ('hashsize', 67108864);
"""


_WHAT_PAGES_WANT = """
CREATE TABLE requisites (
    capture INTEGER PRIMARY KEY REFERENCES captures (id),
    page INTEGER NOT NULL
) STRICT;
CREATE INDEX requisites_by_page ON requisites (page);

CREATE VIEW article_requisites AS
SELECT d.article, r.page, r.capture, c.timestamp, c.uri, c.mime, c.status, c.digest
FROM requisites r JOIN captures c ON c.id = r.capture LEFT JOIN addresses d ON d.id = r.page;

CREATE VIEW credits AS
SELECT n.id, n.name, count(*) AS articles
FROM facets f JOIN facet_names n ON n.id = f.credit GROUP BY n.id;
"""


_HOW_IT_WAS_ASKED = """
ALTER TABLE captures ADD COLUMN method TEXT;
DROP VIEW cdx;
CREATE VIEW cdx AS
SELECT c.id, c.record_id, c.urlkey, c.timestamp, c.uri, c.mime, c.status, c.digest,
       w.filename AS file, c.offset, c.length, c.record_type, c.refers_to, c.refers_to_uri,
       c.refers_to_date, c.redirect, c.truncated, c.source, c.kind, c.page_kind, c.failure,
       c.method
FROM captures c JOIN warcs w ON w.id = c.warc;
"""


@MIGRATIONS()
def m001_first(db: Database) -> None:
    """Captures, articles, versions, events, full text."""
    for script in (_WHAT_IS_KEPT, _WHAT_IT_SAYS, _WHAT_IS_FOUND):
        for statement in _statements(script):
            db.execute(statement)


@MIGRATIONS()
def m002_compact(db: Database) -> None:
    """Whole numbers for keys, nothing kept twice, the text first in the full text, facets."""
    compact(db)


@MIGRATIONS()
def m003_settled(db: Database) -> None:
    """Site templates and stories; everything there is is marked, for the next run to settle."""
    for statement in STATEMENTS:
        db.execute(statement)


@MIGRATIONS()
def m004_denser(db: Database) -> None:
    """Articles numbered by their days, layouts of a letter a line, checks that cost nothing."""
    densify(db)


@MIGRATIONS()
def m005_requisites(db: Database) -> None:
    """Which page wanted which capture. Where that was not kept, the WARC files have to say it."""
    for statement in _statements(_WHAT_PAGES_WANT):
        db.execute(statement)
    if not db.execute("SELECT 1 FROM captures WHERE kind = 'requisite' LIMIT 1").fetchone():
        db.execute("PRAGMA user_version = 1")


@MIGRATIONS()
def m006_owners(db: Database) -> None:
    """Whose each sketch is; fewer marks where articles are numbered anew."""
    for statement in owners.STATEMENTS:
        db.execute(statement)


@MIGRATIONS()
def m007_methods(db: Database) -> None:
    """How each capture was asked for; none for GET, and for what was indexed before."""
    for statement in _statements(_HOW_IT_WAS_ASKED):
        db.execute(statement)


def _statements(script: str) -> list[str]:
    # executescript would commit the migration's transaction.
    return [part for part in map(str.strip, script.split(";\n")) if part]
