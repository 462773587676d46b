"""A number passes from one article to another: stories end as if it had always been so."""

import random
from contextlib import closing
from datetime import timedelta

import pytest

from archive.index.open import open_index_file
from archive.indexer.write import settle, write_batch
from tests.archive.indexer.press import rows_of
from tests.archive.indexer.settling.orders import require_same_in_another_order
from tests.archive.indexer.settling.wire import START, entry, index, paragraphs

MAIN = "https://a.example/2026/harbour-vote-tonight"
DAY = 86_400


def told(source, name, text, second, **fields):
    return entry(source, name, paragraphs(text), at=START + timedelta(seconds=second), **fields)


def settled_after(path, *pieces):
    with closing(open_index_file(path, write=True)) as db:
        for piece in pieces:
            write_batch(db, piece)
            settle(db)
        return rows_of(db)


# Seconds apart, two articles want the same one of the 1,024 numbers of their day.
ONE, ONE_COPY = told("a", "one", "1", 0), told("b", "one-copy", "1", 40_000)
TWO, TWO_COPY = told("a", "two", "2", 1), told("b", "two-copy", "2", 41_000)
CASES = {
    # It was there two days before: its neighbour, of another story, closes up.
    "an older capture": ([ONE, ONE_COPY, TWO, TWO_COPY], [told("a", "one", "1", -2 * DAY)]),
    # The same number and text, another article.
    "the main address": (
        [
            told("a", "harbour-vote-tonight-amp", "1", 0, title="Harbour", canonical_url=MAIN),
            told("b", "copy", "1", 40_000, title="Harbour"),
        ],
        [told("a", "harbour-vote-tonight", "1", 7_200, title="Harbour")],
    ),
    # The same text takes the number, from a source that has a copy.
    "another source": (
        [ONE, ONE_COPY],
        [told("a", "one", "1", -40 * DAY), told("b", "zed", "1", 1)],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_a_number_that_passes_on_takes_no_story_along(case, tmp_path):
    first, then = CASES[case]
    found = settled_after(tmp_path / "two.db", first, then)
    assert found["stories"]
    assert found == settled_after(tmp_path / "one.db", [*then, *first])


def test_until_the_next_settling_nobody_is_served_as_another_s_copy(tmp_path):
    lonely = told("a", "lonely", "3", 1)
    with closing(open_index_file(tmp_path / "index.db", write=True)) as db:
        write_batch(db, [ONE, ONE_COPY, lonely])
        settle(db)
        write_batch(db, [told("a", "one", "1", -2 * DAY)])
        stories = dict(
            db.execute(
                "SELECT a.url, s.story FROM articles a "
                "LEFT JOIN story_articles s ON s.article = a.number"
            )
        )
    assert stories["https://a.example/2026/lonely"] is None
    assert stories["https://a.example/2026/one"] == stories["https://b.example/2026/one-copy"]


@pytest.mark.parametrize("seed", range(6))
def test_crowds_of_copies_end_the_same_in_any_order(seed, tmp_path):
    chance = random.Random(seed)
    made = []
    for n in range(60):
        source, text = chance.choice("abc"), str(chance.randrange(8))
        claim = f"https://{source}.example/2026/story-number-{chance.randrange(9)}-of-these"
        fields = {"canonical_url": claim} if chance.random() < 0.3 else {}
        # Few moments, on either side of midnight; some pages are seen again, earlier or later.
        second = chance.choice((0, 1, 64_799, 64_800)) + DAY * chance.randrange(3)
        name = f"story-number-{chance.randrange(20)}-of-these"
        made.append(told(source, name, text, second + n / 1000, title=f"Text {text}", **fields))
    with closing(open_index_file(tmp_path / "index.db", write=True)) as db:
        index(db, made)
        assert db.execute("SELECT count(*) FROM stories").fetchone()[0]
        require_same_in_another_order(db, made, tmp_path / "b.db", pieces=(1, 3, 9), seed=seed)
