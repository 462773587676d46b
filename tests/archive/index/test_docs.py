"""docs/schema.md tells of every table, view and column there is."""

import re
from contextlib import closing
from pathlib import Path

from archive.index.open import open_index_file

DOC = Path(__file__).parents[3] / "docs" / "schema.md"
OWN_SHADOWS = re.compile(r"articles_fts_|article_forms_|pages_fts_|sqlite_")


def test_every_table_and_column_is_documented(tmp_path):
    text = DOC.read_text("utf-8")
    with closing(open_index_file(tmp_path / "index.db", write=True)) as db:
        tables = [name for name in db.table_names() if not OWN_SHADOWS.match(name)]
        columns = {name: [column.name for column in db[name].columns] for name in tables}
        views = db.view_names()
    assert len(tables) >= 15
    missing = [name for name in (*tables, *views) if name not in text]
    for table, names in columns.items():
        section = re.search(rf"### (?:[\w, ]*\b)?{table}\b.*?(?=\n##|\Z)", text, re.DOTALL)
        assert section, table
        missing += [f"{table}.{name}" for name in names if f"`{name}`" not in section[0]]
    assert missing == []
