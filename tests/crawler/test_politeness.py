"""The pace at one host, by a clock of the test's own."""

import math
from datetime import UTC, datetime

import pytest

from crawler.politeness import MARGIN_S, MAX_DOUBT_S, Pace, read_retry_after


def test_the_distance_counts_from_when_a_request_leaves_and_not_before_it_may_have_arrived():
    pace = Pace(delay_s=1.0)
    pace.start("one", 10.0)
    assert pace.ready_at == math.inf
    pace.sent("one", 10.5)
    assert pace.ready_at == pytest.approx(11.5 + MAX_DOUBT_S + MARGIN_S)


def test_an_early_answer_moves_the_start_to_when_the_server_had_it_for_certain():
    pace = Pace(delay_s=1.0)
    pace.start("one", 10.0)
    pace.sent("one", 10.0)
    pace.finish("one", 10.06)
    assert pace.ready_at == pytest.approx(11.06 + MARGIN_S)


def test_a_slow_answer_moves_it_no_further_than_the_doubt():
    pace = Pace(delay_s=1.0)
    pace.start("one", 10.0)
    pace.sent("one", 10.0)
    pace.finish("one", 40.0)
    assert pace.ready_at == pytest.approx(11.0 + MAX_DOUBT_S + MARGIN_S)


def test_only_the_latest_request_moves_it():
    pace = Pace(delay_s=0.1)
    for token, at in (("one", 10.0), ("two", 10.2)):
        pace.start(token, at)
        pace.sent(token, at)
    pace.finish("one", 10.21)
    assert pace.ready_at == pytest.approx(10.3 + MAX_DOUBT_S + MARGIN_S)


def test_no_delay_is_no_distance():
    pace = Pace()
    pace.start("one", 10.0)
    assert pace.ready_at == -math.inf


def test_the_largest_delay_asked_for_holds():
    pace = Pace(delay_s=1.0)
    pace.slow_down(3.0)
    pace.slow_down(2.0)
    assert pace.delay_s == 3.0


@pytest.mark.parametrize(
    "value", ["", "soon", "-5", "1,5", "١٢", "1 Jan 2026 00:00 +99999999999999"]
)
def test_what_is_no_retry_after(value):
    assert read_retry_after(value, now=datetime(2026, 1, 1, tzinfo=UTC)) is None


def test_a_retry_after_in_the_past_is_no_pause():
    now = datetime(2026, 1, 1, tzinfo=UTC)
    assert read_retry_after("Wed, 31 Dec 2025 00:00:00 GMT", now=now) == 0.0
