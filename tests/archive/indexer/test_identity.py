"""Which addresses are one article, whatever claims that they are."""

from datetime import timedelta

import pytest

from archive.index.articles import find_article, get_article
from tests.archive.indexer.pages import BRIDGE, HARBOUR, PHONE_TEXT, canonical, titles
from tests.archive.indexer.press import http, index_here, story
from tests.archive.indexer.settling.wire import entry, index, paragraphs


def test_an_article_of_two_addresses_and_two_versions(press, db):
    press.write(
        "a.warc.gz",
        [
            press.exchange(HARBOUR, http(story("Harbour vote tonight"))),
            press.exchange(HARBOUR + "?utm_source=rss", http(story("Harbour vote tonight"))),
            press.exchange(HARBOUR, http(story("Harbour vote passed")), after=timedelta(hours=6)),
        ],
    )
    totals = index_here(db, press.archive, ["a.warc.gz"])
    assert (totals.all.captures, totals.all.articles_new, totals.all.versions_new) == (3, 1, 2)
    article = get_article(db, find_article(db, HARBOUR))
    assert article.title == "Harbour vote passed"
    assert [version.title for version in article.versions] == [
        "Harbour vote tonight",
        "Harbour vote passed",
    ]
    assert [version.captures for version in article.versions] == [2, 1]
    assert article.versions[0].record_id == article.captures[0].record_id
    assert article.captures[1].record_type == "revisit"
    assert article.addresses == (HARBOUR,)
    assert article.current.blocks[0].text in article.current.text


def test_what_an_earlier_version_said_is_still_found(press, db):
    press.write(
        "a.warc.gz",
        [
            press.exchange(HARBOUR, http(story("Harbour vote tonight"))),
            press.exchange(HARBOUR, http(story("Harbour vote passed"))),
        ],
    )
    index_here(db, press.archive, ["a.warc.gz"])
    found = db.execute(
        "SELECT count(*) FROM articles_fts WHERE articles_fts MATCH 'earlier : tonight'"
    ).fetchone()
    assert found == (1,)
    current = "SELECT count(*) FROM articles_fts WHERE articles_fts MATCH 'title : tonight'"
    assert db.execute(current).fetchone() == (0,)


def test_amp_page_joins_the_article_it_claims_to_be_when_the_title_agrees(press, db):
    amp = BRIDGE + "/amp"
    page = story("Bridge closed again", PHONE_TEXT, head=canonical(BRIDGE))
    press.write(
        "a.warc.gz",
        [
            press.exchange(amp, http(page)),
            press.exchange(BRIDGE, http(story("Bridge closed again"))),
        ],
    )
    index_here(db, press.archive, ["a.warc.gz"])
    article = get_article(db, find_article(db, amp))
    assert article.url == BRIDGE
    assert article.addresses == (BRIDGE, amp)
    assert "valley" in article.current.text or "council" in article.current.text
    assert [event.kind for event in article.events] == ["published"]


def test_the_id_an_article_had_before_a_merge_still_leads_to_it(press, db):
    amp = BRIDGE + "/amp"
    page = story("Bridge closed again", PHONE_TEXT, head=canonical(BRIDGE))
    press.write("a.warc.gz", [press.exchange(amp, http(page))])
    press.write("b.warc.gz", [press.exchange(BRIDGE, http(story("Bridge closed again")))])
    index_here(db, press.archive, ["a.warc.gz"])
    former = find_article(db, amp)
    index_here(db, press.archive, ["b.warc.gz"])
    assert find_article(db, amp) != former
    assert find_article(db, former) == find_article(db, BRIDGE)


def test_a_canonical_that_agrees_in_nothing_is_not_believed(press, db):
    liar = "https://morning.example/2026/museum-opens-again"
    page = story("Museum opens its doors", PHONE_TEXT, head=canonical(BRIDGE))
    press.write(
        "a.warc.gz",
        [
            press.exchange(BRIDGE, http(story("Bridge closed again"))),
            press.exchange(liar, http(page)),
        ],
    )
    index_here(db, press.archive, ["a.warc.gz"])
    assert titles(db) == ["Bridge closed again", "Museum opens its doors"]


@pytest.mark.parametrize(
    "claim", ["https://morning.example/", "https://morning.example/2026", "https://evil.test/x-y-z"]
)
def test_a_canonical_to_the_home_page_a_section_or_another_host_is_not_believed(press, db, claim):
    head = canonical(claim)
    press.write(
        "a.warc.gz",
        [
            press.exchange(BRIDGE, http(story("Bridge closed again", head=head))),
            press.exchange(
                BRIDGE + "-2", http(story("Bridge closed again", PHONE_TEXT, head=head))
            ),
        ],
    )
    index_here(db, press.archive, ["a.warc.gz"])
    assert len(titles(db)) == 2


def test_the_same_address_at_two_sources_is_two_articles(press, db):
    page = http(story("Bridge closed again"))
    press.write(
        "a.warc.gz",
        [
            press.exchange(BRIDGE, page, source="morning"),
            press.exchange(BRIDGE, page, source="evening"),
        ],
    )
    index_here(db, press.archive, ["a.warc.gz"])
    assert sorted(db.execute("SELECT source FROM articles")) == [("evening",), ("morning",)]


@pytest.mark.parametrize(
    "twin", ["amp/harbour", "harbour/amp", "harbour?output=amp", "print/harbour", "harbour?print=1"]
)
@pytest.mark.parametrize("order", [1, -1])
def test_a_twin_is_its_article_by_its_text_without_a_canonical_link(db, twin, order):
    text = paragraphs("harbour")
    pages = [entry("daily", name, text, title="Harbour vote") for name in ("harbour", twin)]
    for page in pages[::order]:
        index(db, [page])
    (row,) = db.execute("SELECT url, captures, versions FROM articles").fetchall()
    assert row == ("https://daily.example/2026/harbour", 2, 1)


def test_twins_of_a_page_that_was_never_captured_are_one_article(db):
    text = paragraphs("harbour")
    for name in ("amp/harbour", "harbour?print=1"):
        index(db, [entry("daily", name, text, title="Harbour vote")])
    assert db.execute("SELECT count(*), sum(captures) FROM articles").fetchone() == (1, 2)


@pytest.mark.parametrize("name", ["amp/harbour", "print/harbour", "champ", "harbour?page=2"])
def test_another_text_at_such_an_address_is_another_article(db, name):
    index(db, [entry("daily", "harbour", paragraphs("harbour"), title="Harbour vote")])
    index(db, [entry("daily", name, paragraphs("print"), title="The newspaper in print")])
    assert db.execute("SELECT count(*) FROM articles").fetchone() == (2,)
