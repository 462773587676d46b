"""Phrases and conditions too dear to look for everywhere at once: nothing is lost by it."""

import random
from contextlib import closing

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from archive.index.open import open_index
from archive.search import count_facets, expand, facets, search
from archive.search.cursor import LOWEST
from archive.search.expand import planned
from archive.search.rank import Bounds
from archive.search.reach import reach_of
from archive.search.where import where_of
from tests.archive.indexer.press import http, index_here, new_press, story

WORDS = ("harbour", "bridge", "vote", "council", "ferry")
FILLER = "Nothing will be decided before Monday, the town hall said that night. "
ARTICLES = 36
NEAR = Bounds(
    exact_matches=3,
    ranked_matches=12,
    ranked_titles=2,
    ranked_forms=3,
    counted=3,
    phrases_ranked=6,
    phrases_counted=2,
    fields_ranked=7,
    few=1,
    words_counted=4,
)
TINY = Bounds(
    exact_matches=1,
    ranked_matches=2,
    ranked_titles=1,
    ranked_forms=1,
    counted=1,
    phrases_ranked=1,
    phrases_counted=1,
    fields_ranked=0,
    fields_counted=1,
    few=1,
    words_counted=1,
)
BOUNDS = (NEAR, TINY, Bounds())


def write(press, name, numbers):
    pages = []
    for number in numbers:
        chance = random.Random(number)
        title = " ".join(chance.choices(WORDS, k=3)).capitalize()
        text = " ".join(chance.choices(WORDS, k=8)).capitalize()
        day = f"2025-12-{number % 28 + 1:02}T10:00:00Z"
        head = f'<meta property="article:published_time" content="{day}">'
        page = story(
            title, f"{text}. {FILLER * 4}", f"Number {number} it was. {FILLER * 3}", head=head
        )
        source = ("morning", "evening")[number % 2]
        url = f"https://{source}.example/2026/day-{number}-it-was"
        pages.append(press.exchange(url, http(page), source=source))
    press.write(name, pages)
    with closing(open_index(press.archive, write=True)) as writer:
        index_here(writer, press.archive, [name])


@pytest.fixture(scope="module")
def db(tmp_path_factory):
    press = new_press(tmp_path_factory.mktemp("reach"))
    write(press, "a.warc.gz", range(ARTICLES))
    with closing(open_index(press.archive)) as reader:
        yield reader


def every_number(db, query):
    """What is found, newest first, by asking for all of it at once."""
    rows = where_of(planned(db, query)).select(db, "@number")
    return sorted((row[0] for row in rows), reverse=True)


def page_after_page(db, query, order, bounds, limit):
    seen, after = [], None
    for _ in range(ARTICLES + 2):
        page = search(db, query, order=order, bounds=bounds, limit=limit, after=after, fold=False)
        seen += [hit.article_id for hit in page.hits]
        yield page, seen
        after = page.after
        if after is None:
            return
    raise AssertionError("pages without end")


PHRASES = st.lists(st.sampled_from(WORDS), min_size=2, max_size=3).map(
    lambda words: f'"{" ".join(words)}"'
)
PARTS = st.one_of(
    PHRASES,
    st.sampled_from(('"the town hall"', '"it was"', "the", "vot*", '"town ha"*', "votes")),
    st.sampled_from(("the NEAR/3 hall", '-"ferry vote"', "title:bridge", 'title:"bridge vote"')),
    st.sampled_from(("source:morning", "-source:morning", "after:2025-12-10", "before:2025-12-20")),
    st.sampled_from(("words:<5000", "(harbour OR bridge)")),
)
QUERIES = st.lists(PARTS, min_size=1, max_size=3).map(" ".join)


@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
@example(query='"the town hall"', order="relevance", bounds=NEAR, limit=1)
@example(query='"the town hall" votes', order="relevance", bounds=NEAR, limit=3)
@example(query="the source:morning", order="relevance", bounds=TINY, limit=2)
@example(query='"the town hall" before:2025-12-10', order="relevance", bounds=NEAR, limit=2)
@example(query="the town", order="newest", bounds=TINY, limit=4)
@example(query='"hall town"', order="newest", bounds=TINY, limit=2)
@given(
    query=QUERIES,
    order=st.sampled_from(["relevance", "newest", "oldest"]),
    bounds=st.sampled_from(BOUNDS),
    limit=st.integers(1, 5),
)
def test_all_that_is_found_comes_once_and_totals_are_honest(db, query, order, bounds, limit):
    numbers = every_number(db, query)
    seen = []
    for page, seen in page_after_page(db, query, order, bounds, limit):  # noqa: B007 - the last
        assert page.total == len(numbers) if page.exact else page.total <= len(numbers)
        assert page.total >= len(page.hits)
    by_id = dict(db.execute("SELECT hex, number FROM articles"))
    found = [by_id[article] for article in seen]
    assert len(found) == len(set(found))
    assert sorted(found, reverse=True) == numbers
    if order != "relevance":
        assert found == (numbers if order == "newest" else numbers[::-1])
    counted = search(db, query, order=order, bounds=bounds, limit=0)
    assert counted.total == len(numbers) if counted.exact else counted.total <= len(numbers)


def test_within_reach_titles_come_first(db):
    query = '"harbour harbour"'
    result = search(db, query, bounds=NEAR, limit=100, fold=False)
    reach = reach_of(db, planned(db, query), phrases=NEAR.phrases_ranked, fields=0)
    assert reach > LOWEST
    assert result.ranking == "in titles of the newest, then newest"
    by_id = dict(db.execute("SELECT hex, number FROM articles"))
    numbers = [by_id[hit.article_id] for hit in result.hits]
    marked = {by_id[hit.article_id] for hit in result.hits if any(s.marked for s in hit.title)}

    def place(number):
        # What lies beyond reach goes by date alone.
        return (number < reach, number >= reach and number not in marked, -number)

    assert numbers == sorted(numbers, key=place)
    assert len({place(number)[:2] for number in numbers}) == 3


def test_a_rare_word_brings_the_whole_archive_within_reach(db):
    phrases = {'"number 7 it"': LOWEST, "harbour": LOWEST, '"the town hall"': None}
    for query, expected in phrases.items():
        reach = reach_of(db, planned(db, query), phrases=5, fields=5)
        assert reach == expected if expected is not None else reach > LOWEST
    # Two phrases share what may be looked at, and a limit in time counts from there.
    one, two, early = (
        reach_of(db, planned(db, query), phrases=8, fields=8)
        for query in (
            '"the town hall"',
            '"the town hall" "it was"',
            '"the town hall" before:2025-12-15',
        )
    )
    assert early < one < two
    assert reach_of(db, planned(db, "the source:morning"), phrases=8, fields=8) == one


def test_pages_go_on_while_articles_come(tmp_path):
    press = new_press(tmp_path)
    write(press, "a.warc.gz", range(20))
    for round_, order in enumerate(("relevance", "newest", "oldest")):
        with closing(open_index(press.archive)) as db:
            before = set(every_number(db, '"the town hall"'))
            first = search(db, '"the town hall"', order=order, bounds=NEAR, limit=4, fold=False)
        write(press, f"b{round_}.warc.gz", range(30 + 4 * round_, 34 + 4 * round_))
        with closing(open_index(press.archive)) as db:
            seen, after = [hit.article_id for hit in first.hits], first.after
            while after:
                page = search(
                    db,
                    '"the town hall"',
                    order=order,
                    bounds=NEAR,
                    limit=4,
                    after=after,
                    fold=False,
                )
                seen += [hit.article_id for hit in page.hits]
                after = page.after
            by_id = dict(db.execute("SELECT hex, number FROM articles"))
        assert len(seen) == len(set(seen))
        assert before <= {by_id[article] for article in seen}


def test_beginnings_that_very_many_words_have_are_counted_by_what_is_known_of_them(db, monkeypatch):
    monkeypatch.setattr(expand, "_DEAR_PREFIX", 10)
    asked = planned(db, "t*")
    assert asked.wanted[0].is_common
    assert asked.at_least == ARTICLES
    numbers = every_number(db, "t*")
    for order in ("relevance", "newest", "oldest"):
        for bounds in (Bounds(counted=5), Bounds()):
            pages = list(page_after_page(db, "t*", order, bounds, limit=10))
            assert len(pages[-1][1]) == len(set(pages[-1][1])) == len(numbers)
            assert pages[0][0].total == (11 if bounds.counted == 5 else len(numbers))
            assert pages[0][0].exact == (bounds.counted > 5)
    assert planned(db, "title:t*").at_least == planned(db, "t* vote").at_least == 0


def test_facets_of_common_phrases_are_of_the_newest(db, monkeypatch):
    everything = count_facets(db, '"the town hall"')
    assert (everything.basis, everything.total) == ("all", ARTICLES)
    monkeypatch.setattr(facets, "PHRASES_SAMPLED", 5)
    once = count_facets(db, '"the town hall"')
    assert once == everything
    assert count_facets(db, '"the town hall"', counted_hits=7).counted == 7
    assert count_facets(db, '"the town hall"', counted_hits=ARTICLES).exact
    monkeypatch.setattr(facets, "PHRASES_WALKED", 10)
    newest = count_facets(db, '"the town hall"')
    assert (newest.basis, newest.exact, newest.total_is_exact) == ("newest", False, False)
    assert newest.total == newest.counted == 10
    assert sum(bar.count for bar in newest.histogram) == 10
    # The part ends with an article, which a place can name when numbers change.
    tenth = every_number(db, '"the town hall"')[9]
    assert reach_of(db, planned(db, '"the town hall"'), phrases=10) == tenth
