-- The tables of index.db, as they are. docs/schema.md tells how to ask them.

-- A publication: its key is that of microfiche.toml, or a registered domain.
CREATE TABLE sources (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    url TEXT
) STRICT;

-- A WARC file, relative to warcs/, and how far it is indexed; id is made of its name.
CREATE TABLE warcs (
    id INTEGER PRIMARY KEY,
    filename TEXT NOT NULL UNIQUE,
    indexed_to INTEGER NOT NULL DEFAULT 0,
    sealed INTEGER NOT NULL DEFAULT 0,
    size INTEGER,
    sha256 TEXT
) STRICT;

-- A response, revisit or failed request: a CDX. The order of ids is the order of WARC dates;
-- method is that of the request, where it was not GET.
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
    failure TEXT,
    method TEXT
) STRICT;
CREATE INDEX captures_by_urlkey ON captures (urlkey, timestamp);
-- Twelve characters of a record's id and eight of a digest are enough to find it by; whole, they
-- took 45 and 37 bytes a capture once more.
CREATE INDEX captures_by_record ON captures (substr(record_id, -12));
CREATE INDEX captures_by_digest ON captures (substr(digest, -8)) WHERE record_type = 'response';

CREATE VIEW cdx AS
SELECT c.id, c.record_id, c.urlkey, c.timestamp, c.uri, c.mime, c.status, c.digest, c.offset,
       c.length, c.record_type, c.refers_to, c.refers_to_uri, c.refers_to_date, c.redirect,
       c.truncated, c.source, c.kind, c.failure, c.method, w.filename AS file, c.page_kind
FROM captures c JOIN warcs w ON w.id = c.warc;

-- Which page wanted which capture; page is the id of an address.
CREATE TABLE requisites (
    capture INTEGER PRIMARY KEY REFERENCES captures (id),
    page INTEGER NOT NULL
) STRICT;
CREATE INDEX requisites_by_page ON requisites (page);

-- Who has read the pages: the versions of the extractor.
CREATE TABLE extractors (
    version TEXT PRIMARY KEY
) STRICT, WITHOUT ROWID;

-- What pages say that are no articles: section pages (their titles alone), errors, walls and gates.
-- pages_fts has their words, as articles_fts has those of articles.
CREATE TABLE pages (
    capture INTEGER PRIMARY KEY REFERENCES captures (id),
    kind TEXT NOT NULL,
    language TEXT,
    title TEXT NOT NULL,
    text TEXT NOT NULL
) STRICT;
CREATE INDEX pages_by_kind ON pages (kind, capture);
CREATE VIRTUAL TABLE pages_fts USING fts5 (
    text, title, standfirst, asides, earlier, content = '',
    tokenize = "unicode61 remove_diacritics 2 categories 'L* N* Co M*'"
);

-- Pages that gave no reading; retried by a rebuild.
CREATE TABLE extraction_failures (
    capture INTEGER NOT NULL REFERENCES captures (id),
    extractor TEXT NOT NULL,
    reason TEXT NOT NULL,
    detail TEXT NOT NULL,
    PRIMARY KEY (capture, extractor)
) STRICT, WITHOUT ROWID;

-- A place where articles may live. key is its urlkey without tracking parameters, where that is not
-- the urlkey of its first capture; article is what lives there.
CREATE TABLE addresses (
    id INTEGER PRIMARY KEY,
    source TEXT NOT NULL REFERENCES sources (id),
    key TEXT,
    first_capture INTEGER NOT NULL REFERENCES captures (id),
    article INTEGER REFERENCES articles (id)
) STRICT;
CREATE INDEX addresses_by_key ON addresses (key) WHERE key IS NOT NULL;
CREATE INDEX addresses_by_article ON addresses (article) WHERE article <> id;

-- What a capture showed at its address: a text (digest says which), that nothing is there
-- (gone) or says so without the status for it (soft), that it is elsewhere, or the same as before.
-- published is what this capture printed: a page may change nothing but its date.
CREATE TABLE article_captures (
    capture INTEGER PRIMARY KEY REFERENCES captures (id),
    address INTEGER NOT NULL REFERENCES addresses (id),
    outcome TEXT NOT NULL,
    digest INTEGER,
    published TEXT,
    target INTEGER
) STRICT;
CREATE INDEX article_captures_by_address ON article_captures (address, capture);
CREATE INDEX article_captures_waiting ON article_captures (capture) WHERE outcome = 'waiting';

-- An address says, by its canonical link or a redirect, that it is another one; believed where
-- title or text (digest) agree.
CREATE TABLE claims (
    claimed INTEGER NOT NULL,
    digest INTEGER NOT NULL,
    address INTEGER NOT NULL REFERENCES addresses (id),
    PRIMARY KEY (claimed, digest, address)
) STRICT, WITHOUT ROWID;
CREATE INDEX claims_by_address ON claims (address);

-- One story at one source. dated is what articles are ordered by: the date as it is printed, in its
-- own precision and without its zone, else the first capture, in UTC. edited and removed are
-- timestamps of captures. earlier_text has the lines of former versions that the current one lacks,
-- editions_text what the editions in other languages say.
CREATE TABLE articles (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id INTEGER NOT NULL UNIQUE,
    hex TEXT GENERATED ALWAYS AS (printf('%016x', id)) VIRTUAL,
    source TEXT NOT NULL REFERENCES sources (id),
    url TEXT NOT NULL,
    title TEXT NOT NULL,
    current_version INTEGER NOT NULL REFERENCES versions (id),
    published TEXT,
    dated TEXT NOT NULL,
    quarter TEXT GENERATED ALWAYS AS (
        substr(dated, 1, 4) || 'Q' || ((CAST(substr(dated, 6, 2) AS INTEGER) + 2) / 3)
    ) VIRTUAL,
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
    earlier_text TEXT NOT NULL DEFAULT '',
    editions_text TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX articles_by_date ON articles (dated);
CREATE INDEX articles_by_source ON articles (source, dated);

-- A distinct text of an article; id is its first capture. shown_as is the version that stands for
-- it: itself, or one that differs from it in furniture only, or that has whole what was cut off
-- here (is_cut). Text and asides are without the lines of the site's template.
CREATE TABLE versions (
    id INTEGER PRIMARY KEY REFERENCES captures (id),
    article INTEGER NOT NULL REFERENCES articles (id),
    digest INTEGER NOT NULL,
    hex TEXT GENERATED ALWAYS AS (printf('%016x', digest)) VIRTUAL,
    first_capture INTEGER GENERATED ALWAYS AS (id) VIRTUAL,
    last_capture INTEGER NOT NULL REFERENCES captures (id),
    captures INTEGER NOT NULL,
    shown_as INTEGER NOT NULL REFERENCES versions (id),
    is_cut INTEGER NOT NULL,
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
    dateline TEXT,
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

-- The outgoing links of a version's own text, in their order; words are those of the link.
CREATE TABLE links (
    version INTEGER NOT NULL REFERENCES versions (id),
    place INTEGER NOT NULL,
    urlkey TEXT NOT NULL,
    url TEXT NOT NULL,
    words TEXT NOT NULL,
    PRIMARY KEY (version, place)
) STRICT, WITHOUT ROWID;
CREATE INDEX links_by_urlkey ON links (urlkey);

-- What happened: published, edited, retitled, redated, moved, removed, restored, replaced, opened,
-- closed. Versions are told by their digests; flips counts how often the two titles of a test took
-- turns.
CREATE TABLE events (
    capture INTEGER NOT NULL REFERENCES captures (id),
    kind TEXT NOT NULL,
    at TEXT NOT NULL,
    article INTEGER NOT NULL REFERENCES articles (id),
    version_before INTEGER,
    version_after INTEGER,
    silent INTEGER NOT NULL DEFAULT 0,
    flips INTEGER NOT NULL DEFAULT 0,
    detail TEXT,
    PRIMARY KEY (capture, kind)
) STRICT, WITHOUT ROWID;

CREATE TABLE people (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL, folded TEXT NOT NULL
) STRICT;
CREATE TABLE article_people (
    article INTEGER NOT NULL REFERENCES articles (number),
    person INTEGER NOT NULL REFERENCES people (id),
    PRIMARY KEY (article, person)
) STRICT, WITHOUT ROWID;
CREATE INDEX article_people_by_person ON article_people (person, article);

CREATE TABLE tags (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL, folded TEXT NOT NULL
) STRICT;
CREATE TABLE article_tags (
    article INTEGER NOT NULL REFERENCES articles (number),
    tag INTEGER NOT NULL REFERENCES tags (id),
    PRIMARY KEY (article, tag)
) STRICT, WITHOUT ROWID;
CREATE INDEX article_tags_by_tag ON article_tags (tag, article);

-- What hits are counted and narrowed by, in as few bytes an article as can be; keys are those of
-- facet_names, day is the one of articles.dated, counted from the year 1.
CREATE TABLE facet_names (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL
) STRICT;
CREATE TABLE facets (
    number INTEGER PRIMARY KEY REFERENCES articles (number),
    source INTEGER NOT NULL,
    language INTEGER,
    section INTEGER,
    credit INTEGER,
    day INTEGER NOT NULL
) STRICT;

-- The languages there are: a query is asked in each.
CREATE TABLE languages (
    language TEXT PRIMARY KEY,
    articles INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE VIEW articles_current AS
SELECT a.number, a.id, a.source, a.url, v.title, v.standfirst, v.text,
       iif(a.editions_text = '', v.asides, v.asides || char(10) || a.editions_text) AS asides,
       a.earlier_text AS earlier, a.published, a.dated, a.language, a.section, a.credit
FROM articles a JOIN versions v ON v.id = a.current_version;

CREATE VIEW article_addresses AS
SELECT d.id, d.source, coalesce(d.key, c.urlkey) AS key, c.uri, d.first_capture, d.article
FROM addresses d JOIN captures c ON c.id = d.first_capture;

CREATE VIEW article_requisites AS
SELECT d.article, r.page, r.capture, c.timestamp, c.uri, c.mime, c.status, c.digest
FROM requisites r JOIN captures c ON c.id = r.capture LEFT JOIN addresses d ON d.id = r.page;

CREATE VIEW credits AS
SELECT n.id, n.name, count(*) AS articles
FROM facets f JOIN facet_names n ON n.id = f.credit GROUP BY n.id;

-- The words of articles_current, each text folded by archive.text.fold in its own language.
-- `text` is the first column: FTS5 names the column of every hit but those in the first one, which
-- is two bytes for each word of each article, a fifth of the whole (0.89 of the text, then 0.69).
-- `categories` counts combining marks (M*) as letters: without them Devanagari,
-- Thai and Arabic words fall apart at every vowel sign. 64 MB of pending terms in memory (hashsize):
-- 40% more articles a CPU-second than the default 1 MB; leaves of 8,100 bytes (pgsz) 6% more than of
-- 4,050.
CREATE VIRTUAL TABLE articles_fts USING fts5 (
    text, title, standfirst, asides, earlier,
    content = 'articles_current', content_rowid = 'number',
    tokenize = "unicode61 remove_diacritics 2 categories 'L* N* Co M*'"
);
INSERT INTO articles_fts (articles_fts, rank) VALUES ('hashsize', 67108864);
INSERT INTO articles_fts (articles_fts, rank) VALUES ('pgsz', 8100);

CREATE VIRTUAL TABLE vocabulary USING fts5vocab (articles_fts, 'row');

-- The distinct stems of each article, marked with its language (haus0de): archive.text.forms.
CREATE VIRTUAL TABLE article_forms USING fts5 (
    forms, content = '', detail = none, columnsize = 0, tokenize = 'ascii'
);
INSERT INTO article_forms (article_forms, rank) VALUES ('hashsize', 67108864);
INSERT INTO article_forms (article_forms, rank) VALUES ('pgsz', 8100);

-- What the second passes (archive.indexer.settling) have yet to look at: articles that came, went
-- or changed. quarter is the cell that a site's template is learned of.
CREATE TABLE unsettled (
    source TEXT NOT NULL,
    quarter TEXT NOT NULL,
    id INTEGER NOT NULL,
    number INTEGER NOT NULL,
    PRIMARY KEY (source, quarter, id, number)
) STRICT, WITHOUT ROWID;

-- The lines that a site repeats.
CREATE TABLE site_templates (
    source TEXT NOT NULL REFERENCES sources (id),
    quarter TEXT NOT NULL,
    part TEXT NOT NULL,
    line TEXT NOT NULL,
    PRIMARY KEY (source, quarter, part, line)
) STRICT, WITHOUT ROWID;

-- What was taken out of a version by its site's template, so that it can be put back.
CREATE TABLE template_lines (
    version INTEGER PRIMARY KEY REFERENCES versions (id),
    text TEXT NOT NULL,
    asides TEXT NOT NULL,
    layout TEXT NOT NULL,
    fingerprint INTEGER NOT NULL,
    text_digest INTEGER NOT NULL
) STRICT;

-- The first long sentences of each article, by which its copies are found, in order of time;
-- article is a number.
CREATE TABLE sketches (
    dated TEXT NOT NULL,
    id INTEGER NOT NULL,
    article INTEGER NOT NULL,
    sentences BLOB NOT NULL,
    PRIMARY KEY (dated, id)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX sketches_by_article ON sketches (article);

-- Articles whose sketch has changed; before is what it was.
CREATE TABLE unmatched (
    dated TEXT NOT NULL,
    id INTEGER NOT NULL,
    article INTEGER NOT NULL,
    before BLOB,
    PRIMARY KEY (dated, id, article)
) STRICT, WITHOUT ROWID;

-- Articles that are copies of each other; first and article are numbers.
CREATE TABLE stories (
    id INTEGER PRIMARY KEY,
    first INTEGER NOT NULL,
    articles INTEGER NOT NULL,
    sources INTEGER NOT NULL
) STRICT;
CREATE TABLE story_articles (
    article INTEGER PRIMARY KEY,
    story INTEGER NOT NULL REFERENCES stories (id)
) STRICT;
CREATE INDEX story_articles_by_story ON story_articles (story, article);
