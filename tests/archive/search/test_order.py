"""One order of hits, however it is cut into pages."""

import random
from contextlib import closing

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from archive.index.open import open_index
from archive.search import search
from archive.search.rank import Bounds
from tests.archive.indexer.press import http, index_here, new_press, story

ARTICLES = 110
WORDS = ("harbour", "bridge", "vote", "votes", "council", "county", "ferry", "the")
FILLER = "Nothing will be decided before Monday, the town hall said that night. "
ALL_ARE_MANY = {
    "exact_matches": 5,
    "ranked_titles": 7,
    "ranked_forms": 5,
    "counted": 9,
    "phrases_ranked": 40,
    "phrases_counted": 5,
    "fields_ranked": 50,
    "fields_counted": 5,
    "few": 3,
    "words_counted": 5,
}
BOUNDS = (
    Bounds(),
    Bounds(**ALL_ARE_MANY),
    Bounds(**ALL_ARE_MANY, ranked_matches=20),
)


def page_of(number):
    chance = random.Random(number)
    title = " ".join(chance.choices(WORDS, k=3)).capitalize()
    text = " ".join(chance.choices(WORDS, k=chance.randint(3, 30))).capitalize()
    day = f"2025-{number % 12 + 1:02}-{number % 28 + 1:02}T10:00:00Z"
    head = f'<meta property="article:published_time" content="{day}">'
    return http(
        story(title, f"{text}. {FILLER * 3}", f"Number {number} it was. {FILLER}", head=head)
    )


@pytest.fixture(scope="module")
def db(tmp_path_factory):
    press = new_press(tmp_path_factory.mktemp("order"))
    pages = []
    for number in range(ARTICLES):
        source = ("morning", "evening")[number % 2]
        url = f"https://{source}.example/2026/day-{number}-it-was"
        pages.append(press.exchange(url, page_of(number), source=source))
    press.write("a.warc.gz", pages)
    with closing(open_index(press.archive, write=True)) as writer:
        index_here(writer, press.archive, ["a.warc.gz"], batch=50)
    with closing(open_index(press.archive)) as reader:
        yield reader


PARTS = st.sampled_from(
    (
        *("the", "vote", "votes", "harbour", "coun*", "vot*", "-ferry", "(bridge OR ferry)"),
        *("title:vote", "title:votes", "title:coun*", "text:the", "source:morning"),
        *('"the town hall"', '"vote the"', '-"ferry vote"', "the NEAR/3 vote", "after:2025-06"),
    )
)
QUERIES = st.lists(PARTS, min_size=1, max_size=3).map(" ".join)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@example(query="title:vote the harbour", order="relevance", bounds=Bounds(), limit=10)
@example(query="title:vote the harbour", order="relevance", bounds=Bounds(), limit=3)
@example(query="title:votes coun*", order="relevance", bounds=Bounds(), limit=1)
@example(query='"the town hall"', order="newest", bounds=BOUNDS[1], limit=20)
@example(query='"the town hall" "ferry"', order="newest", bounds=BOUNDS[1], limit=100)
@given(
    query=QUERIES,
    order=st.sampled_from(("relevance", "relevance", "newest", "oldest")),
    bounds=st.sampled_from(BOUNDS),
    limit=st.sampled_from((1, 3, 10, 20)),
)
def test_pages_are_one_list_cut_up(db, query, order, bounds, limit):
    whole = search(db, query, order=order, bounds=bounds, limit=1_000)
    every = search(db, query, order=order, limit=1_000, fold=False).hits
    assert whole.after is None
    seen, after, total, exact = [], None, 0, False
    for _ in range(ARTICLES // limit + 2):
        page = search(db, query, order=order, bounds=bounds, limit=limit, after=after)
        assert page.ranking == whole.ranking
        assert page.total == len(every) if page.exact else total <= page.total <= len(every)
        assert page.exact >= exact
        total, exact = page.total, page.exact
        seen += [hit.article_id for hit in page.hits]
        after = page.after
        if after is None:
            break
    assert seen == [hit.article_id for hit in whole.hits]
    assert after is None


def test_a_list_by_date_with_other_forms_behind_it_is_not_called_newest(db):
    bounds = Bounds(exact_matches=5)
    forms = search(db, "title:vote", bounds=bounds)
    assert forms.ranking == "newest, other forms last"
    typed = search(db, 'title:"vote"', bounds=bounds)
    assert typed.ranking == "newest"
    assert 5 < typed.total < len(search(db, "title:vote", fold=False, limit=1_000).hits)
