"""Pages of hits while the archive grows past what a ranking may look at."""

from contextlib import closing
from dataclasses import replace

import pytest

from archive.index.open import open_index
from archive.search import search
from archive.search.rank import Bounds
from tests.archive.indexer.press import http, index_here, new_press, story

FILLER = "Nothing will be decided before Monday, the town hall said that night. "
WIDE = Bounds(exact_matches=1_000, ranked_matches=1_000, ranked_titles=1_000, counted=1_000)
NARROW = replace(WIDE, exact_matches=5, ranked_forms=5)
LAYOUTS = {
    "all ranked": WIDE,
    "titles ranked": NARROW,
    "newest titles ranked": replace(NARROW, ranked_matches=50, ranked_titles=2, counted=3),
    "by date": replace(NARROW, ranked_matches=10, ranked_titles=2, counted=3),
}
FEW = Bounds(exact_matches=5, ranked_matches=3, ranked_forms=5)


def pages(numbers):
    """Twenty of them: every fourth has a word in its title, every third but a form of it."""
    for number in numbers:
        word = "voted" if number % 3 == 0 else "vote"
        title = f"The {word} of the day" if number % 4 == 0 else f"On day number {number}"
        text = f"They {word} on {'vote ' * (number % 5) if word == 'vote' else ''}it. {FILLER * 4}"
        yield f"https://morning.example/2026/day-{number}-it-was", http(story(title, text, text))


def write(press, name, numbers):
    press.write(name, [press.exchange(url, page) for url, page in pages(numbers)])
    with closing(open_index(press.archive, write=True)) as writer:
        index_here(writer, press.archive, [name])


@pytest.fixture
def press(tmp_path):
    press = new_press(tmp_path)
    write(press, "a.warc.gz", range(20))
    return press


@pytest.fixture
def db(press):
    with closing(open_index(press.archive)) as reader:
        yield reader


def page_after_page(db, query, after, bounds, limit=3):
    seen = []
    for _ in range(30):
        if after is None:
            break
        page = search(db, query, limit=limit, after=after, bounds=bounds)
        assert page.notes == ()
        seen += [hit.article_id for hit in page.hits]
        after = page.after
    return seen


@pytest.mark.parametrize("query", ["the", "vote", "the*", "vote source:morning"])
@pytest.mark.parametrize("later", LAYOUTS)
@pytest.mark.parametrize("first", LAYOUTS)
def test_no_hit_comes_twice_where_a_bound_is_crossed_between_pages(db, query, first, later):
    every = [hit.article_id for hit in search(db, query, bounds=LAYOUTS[first]).hits]
    for limit in (1, 3, 12):
        page = search(db, query, limit=limit, bounds=LAYOUTS[first])
        seen = [hit.article_id for hit in page.hits]
        seen += page_after_page(db, query, page.after, LAYOUTS[later])
        assert len(seen) == len(set(seen)) == 20
        assert set(seen) == set(every)
        assert seen[:limit] == every[:limit]


@pytest.mark.parametrize(("first", "later"), [(WIDE, FEW), (FEW, WIDE)])
def test_other_forms_stay_in_the_order_they_began_in(db, first, later):
    every = [hit.article_id for hit in search(db, "vote", bounds=first).hits]
    page = search(db, "vote", limit=15, bounds=first)
    assert page_after_page(db, "vote", page.after, later, limit=2) == every[15:]


def test_titles_ranked_on_the_first_page_are_so_on_the_next(press):
    bounds = replace(NARROW, ranked_titles=2)
    with closing(open_index(press.archive)) as db:
        page = search(db, "title:the OR the", limit=1, bounds=bounds)
        assert page.ranking == "bm25 in titles, then newest"
    # Two newer titles push both of these out of the newest two.
    write(press, "b.warc.gz", (20, 24))
    with closing(open_index(press.archive)) as db:
        seen = [hit.article_id for hit in page.hits]
        seen += page_after_page(db, "title:the OR the", page.after, bounds, limit=1)
        assert len(seen) == len(set(seen))
        assert len(seen) >= 20


@pytest.mark.parametrize("change", [("nan", 2), ("inf", 2), ("-inf", 2), ("-1", 3), ("x", -1)])
def test_a_place_that_cannot_be_is_told(db, change):
    page = search(db, "vote", limit=3)
    said, at = change
    parts = page.after.split(":")
    parts[at] = said
    for place in (":".join(parts), "relevance:1:nan:0", "relevance:1:-1.0:0", "zzz"):
        found = search(db, "vote", limit=3, after=place)
        assert found.hits == page.hits
        assert f"{place[:40]!r} is no place of this order" in found.notes[0]


def test_bounds_are_named():
    with pytest.raises(TypeError, match="positional"):
        Bounds(*range(1, 12))


def test_what_the_first_page_knew_of_the_total_later_ones_know_too(db):
    bounds = Bounds(phrases_counted=3)
    query = '"the town hall"'
    first = search(db, query, order="newest", limit=15, bounds=bounds)
    assert (first.total, first.exact) == (20, True)
    last = search(db, query, order="newest", limit=15, bounds=bounds, after=first.after)
    assert (last.total, last.exact, last.after) == (20, True, None)
    first = search(db, query, order="newest", limit=8, bounds=bounds)
    second = search(db, query, order="newest", limit=2, bounds=bounds, after=first.after)
    assert (first.total, first.exact) == (second.total, second.exact) == (9, False)


@pytest.mark.parametrize("order", ["newest", "oldest", "relevance"])
def test_an_offset_behind_the_last_hit_tells_of_no_more_hits(db, order):
    bounds = Bounds(phrases_ranked=3, phrases_counted=3, few=50)
    page = search(db, '"the town hall"', order=order, limit=5, bounds=bounds)
    far = search(
        db, '"the town hall"', order=order, limit=5, bounds=bounds, after=page.after, offset=900
    )
    assert far.hits == ()
    assert far.total <= 20
    near = search(
        db, '"the town hall"', order=order, limit=5, bounds=bounds, after=page.after, offset=9
    )
    assert len(near.hits) == 5
    assert near.total == 15
