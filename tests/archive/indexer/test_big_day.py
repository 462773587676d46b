"""A whole day of a big feed, taken in file by file: its articles come in no order at all."""

import random
import time
from datetime import UTC, datetime, timedelta

import pytest

from archive.indexer.write import write_batch
from tests.archive.indexer.settling.wire import entry, sentence

# At 513, 2,049 and 32,769 articles a day gets more places, and all of it is laid out anew.
DAYS = (12_000, pytest.param(60_000, marks=pytest.mark.soak))
BATCHES = 6
# One article costs more as the index grows, in the full text above all: 2.2 times as much in the
# last of six batches as in the first. Where the cost of one grew with all of its day, it would be
# eleven times as much.
AT_MOST = 6
MIDNIGHT = datetime(2026, 2, 3, tzinfo=UTC)
# What a press agency sends at once: all of one second.
EMBARGO = MIDNIGHT + timedelta(hours=6, seconds=1)


def published_at(chance):
    """Any second of the day, as offices keep their hours; a tenth of all at one and the same."""
    if chance.random() < 0.1:
        return EMBARGO
    hour = chance.choice((*range(24), *range(7, 19), 9, 9, 9, 12, 12, 17))
    return MIDNIGHT + timedelta(
        hours=hour, minutes=chance.randrange(60), seconds=1 + chance.randrange(59)
    )


def day_of_news(chance, articles):
    for n in range(articles):
        text = [sentence(chance)]
        captured = MIDNIGHT + timedelta(days=1, seconds=n / 10)
        published = published_at(chance)
        yield entry(f"feed{n % 40}", f"s{n}", text, at=captured, published=published)


@pytest.mark.parametrize("articles", DAYS)
def test_a_day_of_many_articles_in_any_order_costs_no_more_for_each_and_keeps_their_order(
    db, articles
):
    chance = random.Random("a big day")
    made = list(day_of_news(chance, articles))
    # As files hold them.
    chance.shuffle(made)
    spent = []
    for begin in range(0, articles, articles // BATCHES):
        begun = time.process_time()
        write_batch(db, made[begin : begin + articles // BATCHES])
        spent.append(time.process_time() - begun)
    moments = [row[0] for row in db.execute("SELECT published FROM articles ORDER BY number")]
    assert len(moments) == articles
    assert moments == sorted(moments)
    for table, key in (("facets", "number"), ("articles_fts_docsize", "id")):
        (strays,) = db.execute(
            f"SELECT count(*) FROM {table} WHERE {key} NOT IN (SELECT number FROM articles)"
        ).fetchone()
        assert strays == 0, table
    # All of them, as the one batch in which a day gets more places pays for all that moves.
    assert sum(spent) < AT_MOST * spent[0] * BATCHES, spent
    assert spent[-1] < AT_MOST * spent[0], spent
