"""The second schema: whole numbers for keys, nothing kept twice; and the way there from the first.

A key in hex takes 21 bytes wherever it stands, and an index of its own; the same key as a whole
number takes 8 and can be the rowid. Of 1,000,000 articles of 3.9 kB that was 1.2 kB each.
"""

import json
from datetime import UTC, datetime

from sqlite_utils import Database

from archive.index.ids import digest_number, facet_id, sort_moment
from archive.index.segments import searchable
from archive.times import from_timestamp

# Twelve characters of a record's id and eight of a digest are enough to find it by; whole, they
# were 45 and 37 bytes a capture once more.
_CAPTURES = """
CREATE TABLE captures (
    id INTEGER PRIMARY KEY,
    record_id TEXT NOT NULL,
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
CREATE INDEX captures_by_record ON captures (substr(record_id, -12));
CREATE INDEX captures_by_digest ON captures (substr(digest, -8)) WHERE record_type = 'response';

CREATE VIEW cdx AS
SELECT c.id, c.record_id, c.urlkey, c.timestamp, c.uri, c.mime, c.status, c.digest,
       w.filename AS file, c.offset, c.length, c.record_type, c.refers_to, c.refers_to_uri,
       c.refers_to_date, c.redirect, c.truncated, c.source, c.kind, c.page_kind, c.failure
FROM captures c JOIN warcs w ON w.id = c.warc;
"""

_ADDRESSES = """
CREATE TABLE addresses (
    id INTEGER PRIMARY KEY,
    source TEXT NOT NULL REFERENCES sources (id),
    key TEXT,
    first_capture INTEGER NOT NULL REFERENCES captures (id),
    article INTEGER REFERENCES articles (id)
) STRICT;
CREATE INDEX addresses_by_key ON addresses (key) WHERE key IS NOT NULL;
CREATE INDEX addresses_by_article ON addresses (article) WHERE article <> id;

CREATE TABLE article_captures (
    capture INTEGER PRIMARY KEY REFERENCES captures (id),
    address INTEGER NOT NULL REFERENCES addresses (id),
    outcome TEXT NOT NULL CHECK (outcome IN ('read', 'gone', 'moved', 'waiting')),
    digest INTEGER,
    target INTEGER
) STRICT;
CREATE INDEX article_captures_by_address ON article_captures (address, capture);
CREATE INDEX article_captures_waiting ON article_captures (capture) WHERE outcome = 'waiting';

CREATE TABLE claims (
    claimed INTEGER NOT NULL,
    digest INTEGER NOT NULL,
    address INTEGER NOT NULL REFERENCES addresses (id),
    PRIMARY KEY (claimed, digest, address)
) STRICT, WITHOUT ROWID;
CREATE INDEX claims_by_address ON claims (address);
"""

_ARTICLES = """
CREATE TABLE articles (
    number INTEGER PRIMARY KEY,
    id INTEGER NOT NULL UNIQUE,
    hex TEXT GENERATED ALWAYS AS (printf('%016x', id)) VIRTUAL,
    source TEXT NOT NULL REFERENCES sources (id),
    url TEXT NOT NULL,
    title TEXT NOT NULL,
    current_version INTEGER NOT NULL REFERENCES versions (id),
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

CREATE TABLE versions (
    id INTEGER PRIMARY KEY REFERENCES captures (id),
    article INTEGER NOT NULL REFERENCES articles (id),
    digest INTEGER NOT NULL,
    hex TEXT GENERATED ALWAYS AS (printf('%016x', digest)) VIRTUAL,
    first_capture INTEGER GENERATED ALWAYS AS (id) VIRTUAL,
    last_capture INTEGER NOT NULL REFERENCES captures (id),
    captures INTEGER NOT NULL,
    title TEXT NOT NULL,
    standfirst TEXT NOT NULL,
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
    title_digest INTEGER,
    text_digest INTEGER,
    fingerprint INTEGER NOT NULL,
    extractor TEXT NOT NULL,
    text TEXT NOT NULL
) STRICT;
CREATE INDEX versions_by_article ON versions (article);

CREATE TABLE events (
    capture INTEGER NOT NULL REFERENCES captures (id),
    kind TEXT NOT NULL
        CHECK (kind IN ('published', 'edited', 'retitled', 'moved', 'removed', 'restored')),
    at TEXT NOT NULL,
    article INTEGER NOT NULL REFERENCES articles (id),
    version_before INTEGER,
    version_after INTEGER,
    silent INTEGER NOT NULL DEFAULT 0,
    detail TEXT,
    PRIMARY KEY (capture, kind)
) STRICT, WITHOUT ROWID;

CREATE TABLE facet_names (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL
) STRICT;
CREATE TABLE facets (
    number INTEGER PRIMARY KEY,
    source INTEGER NOT NULL,
    language INTEGER,
    section INTEGER,
    credit INTEGER
) STRICT;

CREATE VIEW articles_current AS
SELECT a.number, a.id, a.source, a.url, v.title, v.standfirst, v.text, v.asides,
       a.earlier_text AS earlier, a.published, a.language, a.section, a.credit
FROM articles a JOIN versions v ON v.id = a.current_version;

CREATE VIEW article_addresses AS
SELECT d.id, d.source, coalesce(d.key, c.urlkey) AS key, c.uri, d.first_capture, d.article
FROM addresses d JOIN captures c ON c.id = d.first_capture;
"""

# `text` is the first column: FTS5 names the column of every hit but those in the first one, which
# is two bytes for each word of each article, a fifth of the whole (0.89 of the text, now 0.69).
# `categories` counts combining marks (M*) as letters: without them Devanagari, Thai and Arabic
# words fall apart at every vowel sign. 64 MB of pending terms in memory (hashsize): 40% more
# articles a CPU-second than the default 1 MB; leaves of 8,100 bytes (pgsz) 6% more than of 4,050.
FULL_TEXT = """
CREATE VIRTUAL TABLE articles_fts USING fts5 (
    text, title, standfirst, asides, earlier,
    content = 'articles_current', content_rowid = 'number',
    tokenize = "unicode61 remove_diacritics 2 categories 'L* N* Co M*'"
);
INSERT INTO articles_fts (articles_fts, rank) VALUES ('hashsize', 67108864);
INSERT INTO articles_fts (articles_fts, rank) VALUES ('pgsz', 8100);
"""

_CHANGED = ("captures", "addresses", "article_captures", "claims", "articles", "versions", "events")


def compact(db: Database) -> None:
    """Bring an index of the first schema into this one; the caller holds a transaction."""
    for statement in ("DROP VIEW cdx", "DROP VIEW articles_current", "DROP TABLE articles_fts"):
        db.execute(statement)
    for index in db.execute(_INDEXES, [json.dumps(_CHANGED)]).fetchall():
        db.execute(f"DROP INDEX {index[0]}")
    # Without this the references of other tables would follow the old ones.
    db.execute("PRAGMA legacy_alter_table = ON")
    for table in _CHANGED:
        db.execute(f"ALTER TABLE {table} RENAME TO old_{table}")
    db.execute("PRAGMA legacy_alter_table = OFF")
    for script in (_CAPTURES, _ADDRESSES, _ARTICLES, FULL_TEXT):
        for statement in script.split(";\n"):
            if statement.strip():
                db.execute(statement)
    for function in (digest_number, facet_id, number_of, key_if_other):
        db.register_function(function, deterministic=True)
    for sql in _MOVES:
        db.execute(sql)
    _renumber(db)
    _fill_facets(db)
    for table in reversed(_CHANGED):
        db.execute(f"DROP TABLE old_{table}")
    fill_full_text(db)


_EPOCH = datetime(1900, 1, 1, tzinfo=UTC)
_INDEXES = """
SELECT name FROM sqlite_master
WHERE type = 'index' AND sql IS NOT NULL AND tbl_name IN (SELECT value FROM json_each(?))
"""


def key_if_other(key: str, uri_key: str) -> str | None:
    """The key of an address, where it is not the urlkey of its first capture.

    >>> key_if_other("a,b)/c", "a,b)/c") is None, key_if_other("a,b)/c", "a,b)/c?utm_source=x")
    (True, 'a,b)/c')
    """
    return None if key == uri_key else key


def number_of(published: str | None, first_captured: str, article: int) -> int:
    """The number an article wanted: seconds since 1900 and two bits of its id."""
    moment = sort_moment(published, from_timestamp(first_captured), article)
    seconds = int((moment - _EPOCH).total_seconds())
    return min(max(seconds, 0), (1 << 34) - 1) << 2 | article & 3


# The captures keep their order; an article that claims its own address claims nothing.
_MOVES = (
    "INSERT INTO captures SELECT * FROM old_captures ORDER BY id",
    """
INSERT INTO addresses
SELECT d.id, d.source, key_if_other(d.key, c.urlkey), d.first_capture, digest_number(d.article)
FROM old_addresses d JOIN captures c ON c.id = d.first_capture ORDER BY d.id
""",
    """
INSERT INTO article_captures
SELECT capture, address, outcome, digest_number(digest), target FROM old_article_captures
ORDER BY capture
""",
    "INSERT INTO claims SELECT claimed, digest_number(digest), address FROM old_claims",
    """
INSERT INTO versions (id, article, digest, last_capture, captures, title, standfirst, layout,
    asides, authors, published, modified, language, section, tags, image, canonical_url, credit,
    paywall, kind, words, title_digest, text_digest, fingerprint, extractor, text)
SELECT v.first_capture, digest_number(v.article), digest_number(v.digest), v.last_capture,
    v.captures, v.title, v.standfirst, v.layout, v.asides, v.authors, v.published, v.modified,
    v.language,
    v.section, v.tags, v.image, nullif(v.canonical_url, c.uri), v.credit, v.paywall, v.kind,
    v.words, digest_number(v.title_digest), digest_number(v.text_digest), v.fingerprint,
    v.extractor, v.text
FROM old_versions v JOIN captures c ON c.id = v.first_capture ORDER BY v.first_capture
""",
    """
INSERT INTO events (capture, kind, at, article, version_before, version_after, silent, detail)
SELECT e.capture, e.kind, e.at, digest_number(e.article), digest_number(b.digest),
       digest_number(a.digest), e.silent, iif(e.kind = 'published', NULL, e.detail)
FROM old_events e LEFT JOIN old_versions b ON b.id = e.version_before
LEFT JOIN old_versions a ON a.id = e.version_after ORDER BY e.capture, e.kind
""",
)


def _renumber(db: Database) -> None:
    """Articles with the numbers they have now; those who want the same one follow each other."""
    db.execute("CREATE TEMP TABLE numbers (old INTEGER PRIMARY KEY, number INTEGER)")
    last, numbers = -1, []
    for wanted, _, old in db.execute(
        "SELECT number_of(published, first_captured, digest_number(id)), digest_number(id), number "
        "FROM old_articles ORDER BY 1, 2"
    ):
        last = max(wanted, last + 1)
        numbers.append((old, last))
    db.conn.executemany("INSERT INTO numbers VALUES (?, ?)", numbers)
    db.execute(_ARTICLES_MOVE)
    for table, name in (("article_people", "person"), ("article_tags", "tag")):
        db.execute(f"CREATE TEMP TABLE links AS SELECT * FROM {table}")  # noqa: S608 - our names
        db.execute(f"DELETE FROM {table}")  # noqa: S608 - our names
        db.execute(
            f"INSERT INTO {table} SELECT n.number, l.{name} FROM links l "  # noqa: S608 - our names
            "JOIN numbers n ON n.old = l.article"
        )
        db.execute("DROP TABLE links")
    db.execute("DROP TABLE numbers")


_ARTICLES_MOVE = """
INSERT INTO articles (number, id, source, url, title, current_version, published, first_captured,
    last_captured, versions, captures, kind, language, section, credit, paywall, words, edited,
    removed, earlier_text)
SELECT n.number, digest_number(a.id), a.source, a.url, a.title, v.first_capture, a.published,
    a.first_captured, a.last_captured, a.versions, a.captures, a.kind, a.language, a.section,
    a.credit, a.paywall, a.words, a.edited, a.removed, a.earlier_text
FROM numbers n JOIN old_articles a ON a.number = n.old
JOIN old_versions v ON v.id = a.current_version ORDER BY n.number
"""
_FACETS = ("source", "language", "section", "credit")


def _fill_facets(db: Database) -> None:
    for column in _FACETS:
        db.execute(
            f"INSERT OR IGNORE INTO facet_names SELECT DISTINCT facet_id({column}), {column} "  # noqa: S608
            f"FROM articles WHERE {column} IS NOT NULL"
        )
    ids = ", ".join(f"facet_id({column})" for column in _FACETS)
    db.execute(f"INSERT INTO facets SELECT number, {ids} FROM articles")  # noqa: S608 - our names


def fill_full_text(db: Database) -> None:
    """Index every article there is; the full text holds none."""
    db.conn.executemany(
        "INSERT INTO articles_fts (rowid, text, title, standfirst, asides, earlier) "
        "VALUES (?, ?, ?, ?, ?, ?)",
        (
            (number, *map(searchable, texts))
            for number, *texts in db.execute(
                "SELECT number, text, title, standfirst, asides, earlier FROM articles_current "
                "ORDER BY number"
            )
        ),
    )
