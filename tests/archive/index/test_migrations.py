"""From each version there has been to the newest: what an index says is kept, row for row.

The indexes are those that the code of those versions made, see old/README.md.
"""

import shutil
from contextlib import closing
from datetime import UTC, datetime
from itertools import count

import pytest
from click.testing import CliRunner
from sqlite_utils import Database

from archive.cli import cli
from archive.errors import ExitCode, IndexDamaged
from archive.index.articles import find_article, get_article
from archive.index.open import open_index, open_index_file
from archive.index.schema import MIGRATIONS
from archive.layout import Archive
from archive.search import search
from tests.archive.index.old import NAMES, STARTS, Start, archive_without_index, old_archive, unpack
from tests.archive.index.old.make import LOST, OPENED
from tests.archive.indexer.press import TABLES, Press, http, rows_of, story
from tests.site.edition import Edition
from tests.site.titles import KURIER

# What must be the same before and after, asked in words that every version understands.
KEPT = {
    "sources": "SELECT * FROM sources",
    "warcs": "SELECT * FROM warcs",
    "captures": """
SELECT id, record_id, urlkey, timestamp, uri, mime, status, digest, file, offset, length,
    record_type, refers_to, refers_to_uri, refers_to_date, redirect, truncated, source, kind,
    page_kind, failure FROM cdx
""",
    "failures": "SELECT * FROM extraction_failures",
    "articles": """
SELECT url, source, title, published, first_captured, last_captured, versions, captures, kind,
    language, section, credit, paywall, words, edited, removed, earlier_text FROM articles
""",
    "versions": """
SELECT a.url, v.first_capture, v.last_capture, v.captures, v.title, v.standfirst, v.text,
    v.asides, v.authors, v.published, v.modified, v.language, v.section, v.tags, v.image, v.credit,
    v.paywall, v.kind, v.words, v.fingerprint, v.extractor
FROM versions v JOIN articles a ON a.id = v.article
""",
    "current": """
SELECT a.url, v.first_capture FROM articles a JOIN versions v ON v.id = a.current_version
""",
    "events": """
SELECT a.url, e.at, e.kind, e.capture, e.silent FROM events e JOIN articles a ON a.id = e.article
""",
    "addresses": """
SELECT d.source, d.first_capture, a.url FROM addresses d LEFT JOIN articles a ON a.id = d.article
""",
    "visits": """
SELECT v.capture, v.outcome, d.first_capture FROM article_captures v
JOIN addresses d ON d.id = v.address
""",
    "claims": """
SELECT c.claimed, d.first_capture FROM claims c JOIN addresses d ON d.id = c.address
""",
    "people": """
SELECT a.url, p.name FROM article_people l JOIN people p ON p.id = l.person
JOIN articles a ON a.number = l.article
""",
    "tags": """
SELECT a.url, t.name FROM article_tags l JOIN tags t ON t.id = l.tag
JOIN articles a ON a.number = l.article
""",
    "words": """
SELECT w.term, w.col, w.offset, a.url FROM temp.all_words w JOIN articles a ON a.number = w.doc
""",
}
WORDS = """
CREATE VIRTUAL TABLE IF NOT EXISTS temp.all_words USING fts5vocab(main, articles_fts, instance)
"""
# One article for each way of writing; one by a text that it has no longer; one that is gone.
FINDS = {
    "東京": "https://far.example/ja/東京の橋",
    "居民": "https://far.example/zh/港口",
    "기술자들은 OR 여름까지": "https://far.example/ko/다리",
    "นายกเทศมนตรี OR ฤดูร้อน": "https://far.example/th/สะพาน",
    "мост": "https://far.example/ru/мост",
    '"harbour vote passed"': "https://morning.example/harbour-vote",
    "status:removed stallholders": ("https://gazette.example/town/market-hall-traders-10142.html"),
}
FURNITURE = '"drawing from our archive" OR "zeichnung aus unserem archiv"'

MUCH_LATER = datetime(2026, 3, 2, 8, tzinfo=UTC)

old = pytest.mark.parametrize("start", [s for s in STARTS if s.is_old], ids=str)
every = pytest.mark.parametrize("start", STARTS, ids=str)


def microfiche(archive, *arguments):
    return CliRunner().invoke(cli, ["-C", str(archive.root), *arguments])


def rows(archive):
    with closing(open_index(archive, write=True)) as db:
        require_sound(db)
        return rows_of(db)


def require_sound(db):
    assert db.execute("PRAGMA quick_check").fetchall() == [("ok",)]
    assert db.execute("PRAGMA foreign_key_check").fetchall() == []
    db.execute("INSERT INTO articles_fts (articles_fts) VALUES ('integrity-check')")
    db.conn.commit()


@pytest.fixture(scope="module")
def made_anew(tmp_path_factory):
    """The rows of an index made of the same WARC files by the code of today."""
    archive = archive_without_index(tmp_path_factory.mktemp("anew") / "archive")
    done = microfiche(archive, "index")
    assert done.exit_code == 0, done.output
    return rows(archive)


class Migrated:
    """Archives whose old index has been brought up to date, their texts as they were read."""

    def __init__(self, place):
        self._place = place
        self._known = {}

    def of(self, start: Start) -> Archive:
        if start not in self._known:
            archive = old_archive(self._place / str(start), start)
            done = microfiche(archive, "index", "--no-reread")
            assert "Indexed: 0 captures" in done.output, done.output
            self._known[start] = archive
        return self._known[start]


@pytest.fixture(scope="module")
def migrated(tmp_path_factory):
    return Migrated(tmp_path_factory.mktemp("migrated"))


def test_there_is_an_index_of_each_version_before():
    assert {start.brought for start in STARTS} >= set(NAMES[:-1])
    # Not only brought there by the code of today: whoever adds a migration leaves an index first.
    assert NAMES[-2] in {start.made for start in STARTS}, "see old/README.md"


def test_the_old_indexes_are_of_all_there_is(made_anew):
    assert set(TABLES) <= set(made_anew)
    empty = {table for table, found in made_anew.items() if not found}
    assert empty == {"unsettled", "unmatched"}
    kinds = {row[1] for row in made_anew["events"]}
    assert kinds == {"published", "edited", "retitled", "moved", "removed", "restored"}
    assert {row[2] for row in made_anew["article_captures"]} == {"read", "gone", "moved", "waiting"}


def said(path):
    with closing(Database(path)) as db:
        db.execute(WORDS)
        found = {}
        for name, sql in KEPT.items():
            found[name] = sorted(map(tuple, db.execute(sql)), key=repr)
        return found, [migration.name for migration in MIGRATIONS.applied(db)]


@every
def test_opening_it_for_writing_applies_what_is_pending_and_loses_nothing(start, tmp_path):
    path = tmp_path / "index.db"
    unpack(path, start)
    before, applied = said(path)
    assert applied[-1] == start.brought
    with closing(open_index_file(path, write=True)) as db:
        require_sound(db)
        found = rows_of(db)
        # SQLite 3.40 cannot do this with a generated column in a table without rowid.
        db.execute("VACUUM")
        assert rows_of(db) == found
    after, applied = said(path)
    assert applied == list(NAMES)
    for name, expected in before.items():
        assert len(expected) > 0, name
        assert after[name] == expected, name


@every
def test_an_index_run_makes_it_row_for_row_one_made_anew(start, made_anew, tmp_path):
    archive = old_archive(tmp_path / "archive", start)
    done = microfiche(archive, "index")
    assert done.exit_code == 0, done.output
    found = rows(archive)
    for table, expected in made_anew.items():
        assert found[table] == expected, f"{table}: see the last paragraph of old/README.md"
    assert "Indexed: 0 captures" in microfiche(archive, "index").output


# Not kept before: only the WARC files tell it.
KEPT_SINCE = {"requisites": "m005_requisites"}


def as_read_by_anyone(found):
    """Without who has read it: the pages are those that the old extractors read alike."""
    found = {table: rows for table, rows in found.items() if table not in KEPT_SINCE}
    found["versions"] = sorted((row[:-2] + row[-1:] for row in found["versions"]), key=repr)
    found["extraction_failures"] = [(row[0], *row[2:]) for row in found["extraction_failures"]]
    return found


def test_all_come_to_the_same_rows_without_reading_anything_again(migrated):
    expected = as_read_by_anyone(rows(migrated.of(STARTS[-1])))
    for start in STARTS[:-1]:
        found = as_read_by_anyone(rows(migrated.of(start)))
        for table, wanted in expected.items():
            assert found[table] == wanted, (str(start), table)


@every
def test_what_was_not_kept_before_is_there_since(start, migrated, made_anew):
    found = rows(migrated.of(start))
    for table, since in KEPT_SINCE.items():
        was_kept = NAMES.index(start.made) >= NAMES.index(since)
        assert made_anew[table]
        assert found[table] == (made_anew[table] if was_kept else [])


def write_more(archive):
    """A fifth visit: to what the old indexes hold, and to a page for which a capture waits.

    No edits of what they hold: where two extractors have read a text, none is told.
    """
    # So that the page has the record id that it refers to.
    press = Press(archive, serial=count(int(LOST) - 1), now=MUCH_LATER)
    url = "https://morning.example/{}"
    claim = '<link rel="canonical" href="https://morning.example/lighthouse">'
    sold = story("The lighthouse is sold", head=claim)
    agency = list(Edition(KURIER, "", "", OPENED).articles[4].paragraphs)
    press.write(
        "2026/03/fifth.warc.gz",
        [
            press.exchange(url.format("lost"), http(story("The page that was lost"))),
            press.exchange(url.format("lost"), http(story("The page that was found"))),
            press.exchange(url.format("amp-lighthouse"), http(sold)),
            press.exchange(url.format("bridge"), http(b"gone", "410 Gone")),
            press.exchange(url.format("wire"), http(story("Of the wire", *agency, lang="de"))),
        ],
    )


def test_what_comes_after_a_migration_is_taken_in_as_if_there_had_been_none(migrated, tmp_path):
    expected = None
    for start in reversed(STARTS):
        archive = Archive(shutil.copytree(migrated.of(start).root, tmp_path / str(start)))
        write_more(archive)
        done = microfiche(archive, "index", "--no-reread")
        assert "5 captures from 1 file" in done.output, done.output
        found = as_read_by_anyone(rows(archive))
        expected = expected or found
        for table, wanted in expected.items():
            assert found[table] == wanted, (str(start), table)
    # The one that waited for the page that has come tells of it now.
    assert [row[2] for row in expected["article_captures"]].count("waiting") == 1
    with closing(open_index(Archive(tmp_path / str(STARTS[0])))) as db:
        lighthouse = find_article(db, "https://morning.example/amp-lighthouse")
        assert lighthouse == find_article(db, "https://morning.example/lighthouse")
        kinds = {event.kind for event in get_article(db, lighthouse).events}
        assert kinds >= {"published", "removed", "restored"}


@every
def test_the_full_text_finds_what_it_should(start, migrated):
    with closing(open_index(migrated.of(start))) as db:
        for query, url in FINDS.items():
            assert [hit.url for hit in search(db, query).hits] == [url], query
        assert search(db, FURNITURE).total == 0
        assert search(db, "source:far").total == 5


@old
def test_a_reader_of_an_old_index_is_told_what_to_run(start, tmp_path):
    archive = old_archive(tmp_path / "archive", start)
    before = archive.index_path.read_bytes()
    with pytest.raises(IndexDamaged, match="made by an older microfiche; run `microfiche index`"):
        open_index(archive)
    failed = microfiche(archive, "search", "harbour")
    assert isinstance(failed.exception, IndexDamaged)
    assert failed.exception.exit_code == ExitCode.DAMAGED
    assert archive.index_path.read_bytes() == before
    assert microfiche(archive, "index", "--no-reread").exit_code == 0
    assert microfiche(archive, "search", "harbour").exit_code == 0
