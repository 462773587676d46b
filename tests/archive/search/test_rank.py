"""Order and pages of hits: exact BM25, one rule for what is more, dates; no gap and no repeat."""

import random
from functools import partial

import pytest

from archive.search import search
from archive.search.fts import Bounds, FtsEngine
from tests.archive.search.shelf import Told, new_shelf

WORDS = ("harbour", "bridge", "vote", "votes", "council", "county", "ferry", "the")
ARTICLES = 120
BOUNDS = {
    "all are few": Bounds(),
    "all are many": Bounds(ranked=5, ranked_of_many=9, words=2, forms=2, sorted=3, some=5),
    "forms are many": Bounds(words=1_000, forms=4, sorted=10),
    "dates are walked": Bounds(sorted=0),
}


def told(number):
    chance = random.Random(number)
    return Told(
        f"day-{number}",
        " ".join(chance.choices(WORDS, k=3)),
        " ".join(chance.choices(WORDS, k=chance.randint(3, 30))),
        dated=f"2025-{number * 7 % 12 + 1:02}-{number % 28 + 1:02}",
        source=("morning", "evening")[number % 2],
    )


@pytest.fixture(scope="module")
def db():
    shelf = new_shelf([told(number) for number in range(ARTICLES)])
    yield shelf
    shelf.close()


def ids(result):
    return [hit.article_id for hit in result.hits]


QUERIES = ("harbour", "vote", "bridge ferry", '"the vote"', "vote source:morning", "title:council")


@pytest.mark.parametrize("query", ["harbour", "bridge ferry", '"the vote"', "council OR county"])
def test_the_first_hits_are_those_of_exact_bm25(db, query):
    match = {"bridge ferry": "bridge AND ferry"}.get(query, query)
    rows = db.execute(
        "SELECT printf('%016x', rowid), bm25(articles_fts, 1, 8, 4, 1, 0.5) FROM articles_fts "
        "WHERE articles_fts MATCH ? ORDER BY 2, rowid DESC LIMIT 20",
        [match],
    ).fetchall()
    result = search(db, query, limit=20)
    exact = [(hit.article_id, -hit.score) for hit in result.hits]
    assert exact[: len(rows)] == rows
    assert result.ranking == "bm25"


@pytest.mark.parametrize("order", ["relevance", "newest", "oldest"])
@pytest.mark.parametrize(
    "query", [*QUERIES, "", "source:evening", "harbour bridge nowhere", "vot*"]
)
@pytest.mark.parametrize("bounds", BOUNDS.values(), ids=BOUNDS.keys())
def test_pages_follow_each_other_without_gap_or_repeat(db, query, order, bounds):
    asked = partial(search, db, query, order=order, engine=partial(FtsEngine, bounds=bounds))
    whole = ids(asked(limit=1000))
    paged, after = [], None
    for _ in range(ARTICLES):
        page = asked(limit=17, after=after)
        assert "place" not in [note.kind for note in page.notes]
        paged += ids(page)
        after = page.after
        if after is None:
            break
    assert paged == whole
    assert len(set(whole)) == len(whole)
    assert ids(asked(limit=5, offset=3)) == whole[3:8]
    assert asked(limit=0).hits == ()


@pytest.mark.parametrize("query", [*QUERIES, "source:evening"])
def test_dates_walked_and_sorted_give_the_same(db, query):
    few, walked = (
        partial(FtsEngine, bounds=BOUNDS[name]) for name in ("all are few", "dates are walked")
    )
    for order in ("newest", "oldest"):
        assert ids(search(db, query, order=order, limit=200, engine=few)) == ids(
            search(db, query, order=order, limit=200, engine=walked)
        )
    dates = [hit.published for hit in search(db, query, order="newest", limit=200).hits]
    assert dates == sorted(dates, reverse=True)


def test_of_too_many_the_last_to_come_are_ranked_the_others_follow_by_date(db):
    engine = partial(FtsEngine, bounds=Bounds(ranked=20, ranked_of_many=9, words=5))
    result = search(db, "the", limit=200, engine=engine)
    assert result.ranking == "bm25 of the last, then newest"
    assert (result.total, result.exact) == (20, False)
    ranked = [hit for hit in result.hits if hit.score]
    others = [hit.published for hit in result.hits if not hit.score]
    assert len(ranked) == 10
    assert [hit.score for hit in ranked] == sorted((h.score for h in ranked), reverse=True)
    assert min(int(hit.article_id, 16) for hit in ranked) > max(
        int(hit.article_id, 16) for hit in result.hits if not hit.score
    )
    assert others == sorted(others, reverse=True)
    assert result.hits[:10] == tuple(ranked)


def test_a_total_is_exact_up_to_what_is_ranked(db):
    engine = partial(FtsEngine, bounds=Bounds(ranked=10, ranked_of_many=5))
    assert (search(db, "the", engine=engine).total, search(db, "the", engine=engine).exact) == (
        10,
        False,
    )
    every = db.execute(
        "SELECT count(*) FROM articles_fts WHERE articles_fts MATCH 'the'"
    ).fetchone()[0]
    assert (search(db, "the").total, search(db, "the").exact) == (every, True)


def test_a_place_is_of_its_order_and_of_articles_there_are(db):
    page = search(db, "harbour", limit=3)
    assert search(db, "harbour", limit=3, after=page.after).hits != page.hits
    for place in (page.after.replace("relevance", "newest"), f"relevance-0-{'f' * 16}", "zzz"):
        found = search(db, "harbour", limit=3, after=place)
        assert found.hits == page.hits
        assert f"{place[:40]!r} is no place of this order" in str(found.notes[-1])


def test_a_page_goes_on_where_it_ended_whatever_came_in(db):
    few = [told(number) for number in range(30)]
    first, later = new_shelf(few), new_shelf([*few, Told("new", "the harbour", "harbour " * 9)])
    whole = ids(search(first, "harbour", limit=50, order="newest"))
    page = search(first, "harbour", limit=4, order="newest")
    rest = ids(search(later, "harbour", limit=50, order="newest", after=page.after))
    assert ids(page) + rest == whole
    first.close()
    later.close()
