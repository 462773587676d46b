"""Schedules over a few days of news in simulated time; the whole month is `make bench`."""

import pytest

from archive.config import Source
from tests.crawler.loopless import feed, world
from tests.crawler.month import BEGIN, HOUR, make_titles, simulate


@pytest.mark.parametrize(("cron_s", "delay_min"), [(900.0, 8.5), (None, 3.5)])
def test_a_small_world_is_kept_within_its_budget(tmp_path, cron_s, delay_min):
    days = 1.2
    titles = make_titles(2, days, 2, backlog=60)
    found = simulate(tmp_path, titles, days=days, cron_s=cron_s)
    assert found.articles > 50
    assert found.too_close == 0
    assert found.delay_s / 60 < delay_min
    assert found.visits < 3.5
    assert found.polls < 3.0


def test_a_listing_that_brings_little_is_not_asked_for_at_every_run(tmp_path):
    home = "https://quiet.example/"
    source = Source(name="q", url=home, feeds=[f"{home}feed"], delay=1.0, requisites="none")
    with world(tmp_path, {"q": source}, lambda fetch, _: feed(f"{home}a")) as here:
        for run in range(96):
            here.now = BEGIN + run * 900.0
            here.run()
        asked = here.paths().count("feed")
    # Every quarter of an hour at first, every hour in the end.
    assert 24 < asked < 60


@pytest.mark.soak
@pytest.mark.parametrize(("cron_s", "delay_min"), [(900.0, 8.5), (None, 3.0)])
@pytest.mark.parametrize("seed", [0, 4])  # of about as many honest articles as the whole month
def test_eleven_days_of_seven_titles(tmp_path, cron_s, delay_min, seed):
    found = simulate(tmp_path, make_titles(7, 11, seed, backlog=2000), days=11, cron_s=cron_s)
    assert found.too_close == 0
    assert found.delay_s / 60 < delay_min
    assert (found.visits < 4.0, found.polls < 3.0) == (True, True)
    assert found.captured > 0.93
    assert found.within_day > 0.84
    assert found.second_look_s < 80 * HOUR
