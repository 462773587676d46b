"""A dear phrase beside a rare word costs little: nothing is given up for it."""

from contextlib import closing

import pytest

from archive.index.open import open_index
from archive.search import count_facets, facets, search
from archive.search.cursor import LOWEST
from archive.search.expand import planned
from archive.search.rank import Bounds
from archive.search.reach import reach_of
from tests.archive.indexer.press import http, index_here, new_press, story

ARTICLES, ZEBRAS = 40, 5
BOUNDS = Bounds(phrases_ranked=12, phrases_counted=8, few=1)
FILLER = "Nothing will be decided before Monday, the town hall said that night. "
# Where the word stands in the five oldest articles: the best is neither the newest nor the oldest.
TEXTS = ("A zebra came.", "Zebras came.", "Zebra, zebra, zebra.", "One zebra came.", "A zebra.")


@pytest.fixture(scope="module")
def db(tmp_path_factory):
    press = new_press(tmp_path_factory.mktemp("beside"))
    pages = []
    for number in range(ARTICLES):
        day = f"2025-{number // 28 + 10}-{number % 28 + 1:02}T10:00:00Z"
        head = f'<meta property="article:published_time" content="{day}">'
        lead = TEXTS[number] if number < ZEBRAS else "Nobody came."
        words = " ".join(f"Word{number}x{other} went by." for other in range(8))
        page = story(f"Report of day {number}", f"{lead} {words} {FILLER * 3}", words, head=head)
        source = ("morning", "evening")[number % 2]
        url = f"https://{source}.example/2026/report-of-day-{number}"
        pages.append(press.exchange(url, http(page), source=source))
    press.write("a.warc.gz", pages)
    with closing(open_index(press.archive, write=True)) as writer:
        index_here(writer, press.archive, ["a.warc.gz"])
    with closing(open_index(press.archive)) as reader:
        yield reader


def found(db, query, **asked):
    result = search(db, query, bounds=BOUNDS, fold=False, **asked)
    return result, [hit.article_id for hit in result.hits]


BESIDE = ('zebra "town hall said"', 'zebra -"said that hall"', 'zebra ("town hall said" OR vote)')


@pytest.mark.parametrize("query", BESIDE)
def test_hits_are_ranked_as_those_of_the_word_alone(db, query):
    _, alone = found(db, "zebra")
    result, beside = found(db, query)
    assert (result.total, result.exact) == (ZEBRAS, True)
    assert result.ranking == "bm25 without phrases"
    assert beside == alone
    by_date, newest = found(db, query, order="newest", limit=2)
    assert (by_date.total, by_date.exact) == (ZEBRAS, True)
    assert alone[:2] != newest
    assert [hit.score > 0 for hit in result.hits] == [True] * 4 + [False]


@pytest.mark.parametrize("query", [*BESIDE, 'zebra "town hall said" source:morning'])
def test_they_come_page_by_page_in_the_same_order(db, query):
    _, at_once = found(db, query)
    one_by_one, after = [], None
    for _ in at_once:
        page, more = found(db, query, limit=1, after=after)
        one_by_one += more
        after = page.after
    assert after is None
    assert one_by_one == at_once


@pytest.mark.parametrize("query", BESIDE)
def test_all_of_them_are_in_the_facets(db, query, monkeypatch):
    monkeypatch.setattr(facets, "PHRASES_SAMPLED", 12)
    monkeypatch.setattr(facets, "PHRASES_WALKED", 12)
    counted = count_facets(db, query)
    assert (counted.total, counted.exact, counted.basis) == (ZEBRAS, True, "all")


def test_only_what_has_to_be_beside_it_helps(db):
    reaches = {
        query: reach_of(db, planned(db, query), phrases=12)
        for query in (
            *('zebra "town hall said"', '(zebra OR word1x1) "town hall said"'),
            *('zebra OR "town hall said"', 'nobody "town hall said"', 'zebr* "town hall said"'),
            '-zebra "town hall said"',
        )
    }
    assert [reach == LOWEST for reach in reaches.values()] == [True, True, *[False] * 4]


def test_a_cheap_phrase_is_ranked_with_the_rest(db):
    result, _ = found(db, 'zebra "zebra came"')
    assert (result.ranking, result.exact) == ("bm25", True)


@pytest.mark.parametrize("phrase", ['-"zebra came"', "-covid-19", "t* NEAR h*"])
def test_a_cheap_phrase_lifts_no_other_bound(db, phrase):
    def reach(query):
        return reach_of(db, planned(db, query), phrases=12, fields=8, words=6)

    assert reach("night source:morning") > LOWEST
    assert reach(f"night source:morning {phrase}") == reach("night source:morning")
    if "*" not in phrase:
        assert reach(f"night hall {phrase}") == reach("night hall") > LOWEST


def test_a_bound_is_looked_for_within_that_of_a_phrase(db):
    def reach(query, **bounds):
        return reach_of(db, planned(db, query), **bounds)

    query = 'night hall -"said that hall" source:morning'
    phrases = reach(query, phrases=12)
    assert reach(query, phrases=12, fields=20, words=15) == phrases > LOWEST
    assert reach(query, phrases=12, fields=4, words=15) > phrases
    assert reach(query, phrases=12, fields=20, words=3) > phrases


def test_a_rare_phrase_is_rare_beside_common_words(db):
    query = 'night hall "zebra came" source:morning'
    assert reach_of(db, planned(db, query), phrases=12, fields=12, words=8) == LOWEST
    result, _ = found(db, query)
    assert result.exact


def test_a_beginning_beside_a_beginning_is_no_phrase(db):
    assert planned(db, "t* NEAR h*").phrases == ()
