"""The sixth schema: whose each sketch is, since a number may pass to another article.

Marks are made for numbers that articles have, not for those they have on the way to another one.
"""

STATEMENTS = (
    "ALTER TABLE sketches ADD COLUMN owner INTEGER",
    "UPDATE sketches SET owner = (SELECT id FROM articles WHERE number = sketches.article)",
    "DROP TRIGGER article_moves",
    """
CREATE TRIGGER article_moves AFTER UPDATE OF number ON articles BEGIN
    INSERT INTO unsettled (source, number)
    SELECT source, number FROM (
        SELECT old.source AS source, old.number AS number
        UNION ALL SELECT new.source, new.number
    ) WHERE number >= 0 ON CONFLICT DO NOTHING;
    UPDATE story_articles SET article = new.number WHERE article = old.number; END
""",
)
"""In order, one statement each: a trigger has semicolons of its own."""
