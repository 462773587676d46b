"""Kinds of pages that are no articles: left out of a plain search, found by their kind."""

from contextlib import closing
from datetime import timedelta

import pytest

from archive.index.open import open_index
from archive.index.rows import PAGES
from archive.index.writing import write_index
from archive.indexer.fulltext import add_pages, remove_pages
from archive.search import NoteKind, search, select_matching
from archive.search.results import plain
from archive.web.render import page_of
from tests.archive.indexer.press import http, index_here, new_press, rows_of, story

WALL = (
    b"<html lang=en><head><title>Just a moment...</title></head><body><h1>morning.test</h1>"
    b"<p>Checking if the site connection is secure: Verify you are human.</p>"
    b"<script src=/cdn-cgi/challenge-platform/h/b/orchestrate/chl_page/v1></script></body></html>"
)
LOST = story("Page not found", "The page you requested could not be found. Go to the home page.")


@pytest.fixture(scope="module")
def press(tmp_path_factory):
    press = new_press(tmp_path_factory.mktemp("pages"))
    day = timedelta(days=1)
    press.write(
        "2026/01/a.warc.gz",
        [
            press.exchange("https://morning.test/wall", http(WALL, "403 Forbidden"), after=day),
            press.exchange("https://morning.test/lost", http(LOST), after=day),
            press.exchange(
                "https://evening.test/wall",
                http(WALL, "403 Forbidden"),
                after=day,
                source="evening",
            ),
            press.exchange("https://morning.test/1", http(story("The human factor")), after=day),
        ],
    )
    with write_index(press.archive) as db:
        index_here(db, press.archive, ["2026/01/a.warc.gz"])
    return press


@pytest.fixture(scope="module")
def db(press):
    with closing(open_index(press.archive)) as index:
        yield index


def urls(result):
    return ["/".join(hit.url.split("/")[2:]) for hit in result.hits]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("human", ["morning.test/1"]),
        ("kind:challenge", ["evening.test/wall", "morning.test/wall"]),
        ("kind:challenge human", ["evening.test/wall", "morning.test/wall"]),
        ("kind:challenge harbour", []),
        ('kind:challenge title:moment "verify you" -site:evening.test', ["morning.test/wall"]),
        ("kind:(challenge OR error) site:morning.test", ["morning.test/lost", "morning.test/wall"]),
        ("kind:challenge source:evening captured:2026-01", ["evening.test/wall"]),
        ("kind:challenge on:2025", []),
        ("type:challenge url:https://evening.test/*", ["evening.test/wall"]),
        ("kind:consent", []),
        ("-kind:challenge human", ["morning.test/1"]),
    ],
)
def test_pages_are_found_by_their_kind_alone(db, query, found):
    result = search(db, query)
    assert urls(result) == found
    assert result.total == len(found)


def test_a_hit_is_a_capture_that_leads_to_its_replay(db):
    first = search(db, "kind:challenge human", limit=1)
    (hit,) = first.hits
    assert (hit.kind, hit.version_id, plain(hit.title)) == ("challenge", "", "Just a moment...")
    assert [segment.text for segment in hit.snippet if segment.marked] == ["human"]
    assert page_of(hit) == "/view/20260108080000/https://evening.test/wall"
    second = search(db, "kind:challenge human", limit=1, after=first.after)
    assert urls(second) == ["morning.test/wall"]
    assert second.after is None


def test_what_pages_do_not_have_is_said(db):
    kinds = [note.kind for note in search(db, "kind:challenge words:>3").notes]
    assert kinds == [NoteKind.NOT_ARTICLES, NoteKind.LEFT_OUT]
    assert NoteKind.NOT_ARTICLES in [note.kind for note in select_matching(db, "kind:error")[1]]


def test_a_page_taken_out_leaves_nothing(press):
    with write_index(press.archive) as db:
        before = rows_of(db)
        pages = [row[0] for row in db.execute("SELECT capture FROM pages")]
        kept = PAGES.read(db.execute(f"SELECT {PAGES.names} FROM pages"))
        remove_pages(db, pages)
        assert rows_of(db)["pages"] == rows_of(db)["pages_fts"] == []
        add_pages(db, kept)
        assert rows_of(db) == before
        db.conn.commit()
