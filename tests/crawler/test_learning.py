"""What looks teach of a source: how long articles are listed, and whether dates are honest."""

from dataclasses import replace

from crawler.frontier import NewUrl, open_frontier
from crawler.learning import learn_habits, learn_span
from crawler.outcomes import Kind, Why

HOUR = 3600.0
URL = "https://news.example/a"


def test_how_long_articles_are_listed_follows_the_longest_listing_of_the_last_hours(tmp_path):
    frontier = open_frontier(tmp_path / "frontier.db")
    learned = frontier.evidence
    learn_span(learned, "news", 12 * HOUR)
    for _ in range(3):
        # Of two listings the longer one counts.
        learn_span(learned, "news", 1 * HOUR)
        learn_span(learned, "news", 12 * HOUR)
    assert learned.habits("news").span == 12 * HOUR
    for _ in range(12):
        learn_span(learned, "news", 3 * HOUR)
    assert 3 * HOUR <= learned.habits("news").span < 4 * HOUR
    frontier.close()


def test_a_change_that_was_announced_too_early_to_be_believed_speaks_for_the_dates(tmp_path):
    frontier = open_frontier(tmp_path / "frontier.db")
    learned, now = frontier.evidence, 1_000_000.0
    learn_span(learned, "news", 12 * HOUR)
    for modified in (now, now + 60):
        # The second time it is known already, and looked at a moment ago: not due for that.
        entry = NewUrl(URL, "news", Kind.ARTICLE, Why.FEED, modified=modified)
        frontier.add([replace(entry, stale_before=now - HOUR)], now=now)
    known = frontier.find(URL)
    assert known is not None
    for looked in (now + 30, now + 90):
        learn_habits(learned, replace(known, last_fetched=looked), changed=True, now=now + HOUR)
    habits = learned.habits("news")
    assert (habits.announced, habits.missed) == (1, 1)
    frontier.close()
