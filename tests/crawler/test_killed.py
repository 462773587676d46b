"""A watch that is killed again and again over a week in simulated time loses no story."""

import random
from bisect import bisect_left
from collections import Counter

import pytest

from tests.crawler.loopless import world
from tests.crawler.month import BEGIN, DAY, HOUR, Press, make_titles, source_of


class Killed(BaseException):
    """SIGKILL: nothing of the process goes on, not even what handles errors."""


@pytest.mark.parametrize(
    ("days", "kills"), [(0.4, 8), pytest.param(7.0, 50, marks=pytest.mark.soak)]
)
def test_kills_over_a_week_miss_no_story_and_ask_twice_only_for_what_was_in_flight(
    tmp_path, days, kills
):
    titles = make_titles(3, days, 3, backlog=20)
    for title in titles:
        title.stories = title.stories[:: max(len(title.stories) // int(40 * days), 1)]
    press = Press(titles)
    rng = random.Random(5)
    moments = sorted(rng.uniform(BEGIN, BEGIN + days * DAY) for _ in range(kills))
    in_flight: list[str] = []

    def server(fetch, now):
        answer = press(fetch, now)
        if moments and now >= moments[0]:
            del moments[: bisect_left(moments, now)]
            in_flight.append(fetch.url)
            raise Killed
        return answer

    with world(tmp_path, {t.name: source_of(t, {}) for t in titles}, server) as here:
        here.now = BEGIN
        while here.now < BEGIN + days * DAY:
            try:
                here.run(until=BEGIN + days * DAY, patient=True)
            except Killed:
                here.now += 1.0
        known = dict(here.frontier.iter_fetched())
    assert len(in_flight) >= kills / 2
    due = [s for t in titles for s in t.stories if s.published < BEGIN + days * DAY - HOUR]
    assert len(due) > 30 * days
    assert [s.url for s in due if not s.seen and s.gone > s.published + HOUR] == []
    assert [s.url for s in due if s.seen and s.url not in known] == []
    # Within a minute of a first look nobody but a kill is the reason for a second.
    twice = Counter(
        s.url for s in due for one, two in zip(s.seen, s.seen[1:], strict=False) if two - one < 60
    )
    assert sum(twice.values()) <= len(in_flight)
