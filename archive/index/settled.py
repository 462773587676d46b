"""Tables of what is told from the set of all articles: site templates and stories.

Triggers mark what goes or changes in the transaction that changes it, whoever writes; what comes is
marked by `archive.indexer.rows`, where all articles come from. The
second passes (`archive.indexer.settling`) work the marks off. They say ON CONFLICT, not OR IGNORE:
that would be overruled by the statement that fires them.
"""

_MARKS = """
CREATE TABLE unsettled (
    source TEXT NOT NULL,
    number INTEGER NOT NULL,
    PRIMARY KEY (source, number)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER article_goes AFTER DELETE ON articles BEGIN
    INSERT INTO unsettled (source, number) VALUES (old.source, old.number)
    ON CONFLICT DO NOTHING; END;

CREATE TRIGGER article_moves AFTER UPDATE OF number ON articles BEGIN
    INSERT INTO unsettled (source, number)
    VALUES (old.source, old.number), (new.source, new.number) ON CONFLICT DO NOTHING;
    UPDATE story_articles SET article = new.number WHERE article = old.number; END;

CREATE TRIGGER version_goes AFTER DELETE ON versions BEGIN
    DELETE FROM template_lines WHERE version = old.id; END;

INSERT INTO unsettled (source, number) SELECT source, number FROM articles;
"""

_TEMPLATES = """
CREATE TABLE site_templates (
    source TEXT NOT NULL REFERENCES sources (id),
    quarter TEXT NOT NULL,
    part TEXT NOT NULL CHECK (part IN ('text', 'captions')),
    line TEXT NOT NULL,
    PRIMARY KEY (source, quarter, part, line)
) STRICT, WITHOUT ROWID;

CREATE TABLE template_lines (
    version INTEGER PRIMARY KEY REFERENCES versions (id),
    text TEXT NOT NULL,
    asides TEXT NOT NULL,
    layout TEXT NOT NULL,
    fingerprint INTEGER NOT NULL,
    text_digest INTEGER NOT NULL
) STRICT;
"""

_STORIES = """
CREATE TABLE sketches (
    article INTEGER PRIMARY KEY,
    sentences BLOB NOT NULL
) STRICT;

CREATE TABLE unmatched (
    article INTEGER PRIMARY KEY,
    before BLOB
) STRICT;

CREATE TABLE stories (
    id INTEGER PRIMARY KEY,
    first INTEGER NOT NULL,
    articles INTEGER NOT NULL,
    sources INTEGER NOT NULL
) STRICT;

CREATE TABLE story_articles (
    article INTEGER PRIMARY KEY,
    story INTEGER NOT NULL REFERENCES stories (id) DEFERRABLE INITIALLY DEFERRED
) STRICT;

CREATE INDEX story_articles_by_story ON story_articles (story, article);
"""

STATEMENTS = tuple(
    statement
    for script in (_TEMPLATES, _STORIES, _MARKS)
    for statement in script.strip().split("\n\n")
)
"""In order, one statement each: a trigger has semicolons of its own."""
