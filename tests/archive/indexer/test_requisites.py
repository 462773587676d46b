"""Which page wanted which picture: kept with the capture, found from the article."""

from contextlib import closing

from archive.index.open import open_index
from archive.indexer.identity import address_of_url
from tests.archive.indexer.press import SENTENCES, http, index_here, story

PAGE = "https://morning.example/2026/harbour-vote-tonight?utm_source=rss"
FRONT = "https://morning.example/"


def exchanges(press):
    picture = http(b"\x89PNG", mime="image/png")
    wanted = {"kind": "requisite", "page": PAGE}
    return [
        press.exchange(PAGE, http(story("Harbour vote tonight"))),
        press.exchange("https://cdn.example/a.png", picture, **wanted),
        press.exchange("https://cdn.example/b.css", http(b"", "404 Not Found"), **wanted),
        press.exchange("https://cdn.example/c.png", picture, kind="requisite", page=FRONT),
        press.exchange("https://morning.example/d.png", picture, kind="requisite"),
        # Of a page itself it says nothing.
        press.exchange(
            "https://morning.example/2026/other-story-today", http(story("Other")), page=PAGE
        ),
    ]


def test_a_requisite_is_found_from_the_article_that_wanted_it(press):
    press.write("a.warc.gz", exchanges(press))
    with closing(open_index(press.archive, write=True)) as db:
        index_here(db, press.archive, ["a.warc.gz"])
        found = list(
            db.execute(
                "SELECT a.title, r.uri, r.status FROM article_requisites r "
                "LEFT JOIN articles a ON a.id = r.article ORDER BY r.uri"
            )
        )
        assert found == [
            ("Harbour vote tonight", "https://cdn.example/a.png", 200),
            ("Harbour vote tonight", "https://cdn.example/b.css", 404),
            (None, "https://cdn.example/c.png", 200),
        ]
        (front,) = db.execute(
            "SELECT page FROM article_requisites WHERE article IS NULL"
        ).fetchone()
        assert front == address_of_url("morning", FRONT).id
        assert db.execute("PRAGMA foreign_key_check").fetchall() == []


def test_credits_are_listed_with_how_many_articles_they_have(press):
    text = "Berlin (dpa) - " + " ".join(SENTENCES)
    pages = [
        press.exchange(
            f"https://morning.example/2026/story-number-{n}",
            http(story(f"Story {n}", f"{text} {n}")),
        )
        for n in range(2)
    ]
    press.write("a.warc.gz", pages)
    with closing(open_index(press.archive, write=True)) as db:
        index_here(db, press.archive, ["a.warc.gz"])
        assert list(db.execute("SELECT name, articles FROM credits")) == [("dpa", 2)]
