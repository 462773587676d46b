"""An index that the first schema made holds the same rows, once migrated, as one made anew."""

import hashlib
import sqlite3
from contextlib import closing

import pytest
from sqlite_utils import Database

from archive.index.open import open_index_file
from archive.index.schema import APPLICATION_ID, MIGRATIONS
from archive.indexer.write import settle
from archive.urls import article_key, without_tracking
from tests.archive.indexer.press import TABLES, http, index_here, new_press, rows_of, story

BRIDGE = "https://morning.example/2026/bridge-closed-again"
HARBOUR = "https://morning.example/2026/harbour-vote-tonight?id=7"


@pytest.fixture(scope="module")
def made_anew(tmp_path_factory):
    """An index with versions, merges, moves, revisits, people, tags, failures."""
    press = new_press(tmp_path_factory.mktemp("migrations"))
    byline = '<meta name="author" content="Ann Lee"><meta name="keywords" content="port, vote">'
    claim = f'<link rel="canonical" href="{BRIDGE}">'
    long = "Told for telephones, and at length, to whoever reads it there. " * 6
    visits = [
        (HARBOUR + "&utm_source=rss", http(story("Harbour vote tonight", head=byline))),
        (HARBOUR, http(story("Harbour vote passed", head=byline))),
        (BRIDGE + "/amp", http(story("Bridge closed again", long, head=claim))),
        (BRIDGE, http(story("Bridge closed again", head=claim))),
        (BRIDGE, http(story("Bridge closed again", head=claim))),
        (BRIDGE, http(b"", "301 Moved", f"Location: {HARBOUR}")),
        (
            "https://evening.example/a/東京",
            http(story("東京の橋", "東京の橋はまた閉鎖された。" * 30)),
        ),
        ("https://evening.example/a/b", http(b"\x00\x01")),
        ("https://evening.example/a/c", http(b"gone", "404 Not Found")),
    ]
    press.write("a.warc.gz", [press.exchange(url, answer) for url, answer in visits])
    path = press.archive.root / "anew.db"
    with closing(open_index_file(path, write=True)) as db:
        index_here(db, press.archive, ["a.warc.gz"])
    return path


def text_id(*parts):
    """An id as the first schema had it: 80 bits of SHA-256, in hex."""
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:20]


def in_hex(number):
    """A digest of 80 bits that begins with these 63."""
    return "" if number is None else f"{number << 1:016x}0000"


def made_by_the_first(anew, path):
    """Write what an index holds as the first schema held it."""
    old = Database(sqlite3.connect(path))
    old.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    MIGRATIONS.apply(old, stop_before="m002_compact")
    article = {
        row["id"]: text_id(row["source"], row["key"])
        for row in anew.query("SELECT * FROM article_addresses")
    }
    version = {
        row["id"]: text_id(article[row["article"]], in_hex(row["digest"]))
        for row in anew.query("SELECT * FROM versions")
    }
    by_digest = {
        (row["article"], row["digest"]): version[row["id"]]
        for row in anew.query("SELECT * FROM versions")
    }
    for table in ("sources", "warcs", "captures", "people", "tags", "extraction_failures"):
        old[table].insert_all(anew.query(f"SELECT * FROM {table}"))
    fields = set(old["articles"].columns_dict)
    # The numbers of the first schema were others; what counts is that each is another.
    for row in anew.query("SELECT * FROM articles"):
        changed = {"id": article[row["id"]], "current_version": version[row["current_version"]]}
        kept = {name: value for name, value in (row | changed).items() if name in fields}
        old["articles"].insert(kept | {"number": row["number"] * 64 + 5})
    fields = set(old["versions"].columns_dict)
    for row in anew.query("SELECT v.*, c.uri FROM versions v JOIN captures c ON c.id = v.id"):
        digests = {name: in_hex(row[name]) for name in ("digest", "title_digest", "text_digest")}
        canonical = row["canonical_url"] or (row["uri"] if "/2026/bridge" in row["uri"] else None)
        changed = digests | {"id": version[row["id"]], "article": article[row["article"]]}
        whole = row | changed | {"canonical_url": canonical}
        old["versions"].insert({name: value for name, value in whole.items() if name in fields})
    for row in anew.query("SELECT * FROM article_addresses"):
        assert row["key"] == article_key(row["uri"])
        changed = {"url": without_tracking(row["uri"]), "article": article.get(row["article"])}
        del row["uri"]
        old["addresses"].insert(row | changed)
    for row in anew.query("SELECT * FROM article_captures"):
        digest = in_hex(row["digest"]) or None
        old["article_captures"].insert(row | {"digest": digest})
    for row in anew.query("SELECT * FROM claims"):
        old["claims"].insert(row | {"digest": in_hex(row["digest"])})
    for row in anew.query("SELECT * FROM events"):
        told = [
            by_digest.get((row["article"], row[f"version_{when}"])) for when in ("before", "after")
        ]
        detail = row["detail"] or ("2026-01-01" if row["kind"] == "published" else None)
        changed = {"article": article[row["article"]], "detail": detail}
        changed |= {"version_before": told[0], "version_after": told[1]}
        old["events"].insert(row | changed | {"id": text_id(row["kind"], str(row["capture"]))})
    for table in ("article_people", "article_tags"):
        for row in anew.query(f"SELECT * FROM {table}"):
            old[table].insert(row | {"article": row["article"] * 64 + 5})
    old.conn.commit()
    old.close()


def test_an_index_of_the_first_schema_is_brought_up_to_date(made_anew, tmp_path):
    path = tmp_path / "index.db"
    with closing(open_index_file(made_anew, write=True)) as anew:
        made_by_the_first(anew, path)
        expected = rows_of(anew)
    with closing(open_index_file(path, write=True)) as migrated:
        settle(migrated)
        found = rows_of(migrated)
        assert migrated.execute("PRAGMA foreign_key_check").fetchall() == []
        migrated.execute("INSERT INTO articles_fts (articles_fts) VALUES ('integrity-check')")
        # SQLite 3.40 cannot do this with a generated column in a table without rowid.
        migrated.execute("VACUUM")
        assert rows_of(migrated) == found
    assert set(TABLES) <= set(expected)
    assert len(expected["versions"]) >= 5
    for table, rows in expected.items():
        assert found[table] == rows, table
