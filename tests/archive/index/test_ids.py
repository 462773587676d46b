"""Keys from content: stable, in the order of time, wide enough."""

# ruff: noqa: DTZ001 - Hypothesis wants naive bounds and adds the zone

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from archive.index.ids import (
    article_number,
    capture_number,
    find_id,
    first_number,
    hex_id,
    moment_of_number,
    number_id,
    sort_moment,
)

MOMENTS = st.datetimes(
    min_value=datetime(1995, 1, 1), max_value=datetime(2050, 1, 1), timezones=st.just(UTC)
)


IDS = st.integers(min_value=0, max_value=2**63 - 1)


@given(MOMENTS, MOMENTS, IDS, IDS)
def test_article_numbers_are_in_the_order_of_seconds(first, second, a, b):
    if first.replace(microsecond=0) < second.replace(microsecond=0):
        assert article_number(first, a) < article_number(second, b)


@given(MOMENTS, IDS)
def test_the_moment_of_a_number_is_its_second(moment, name):
    assert moment_of_number(article_number(moment, name)) == moment.replace(microsecond=0)
    assert first_number(moment) <= article_number(moment, name) < 2**63


@given(MOMENTS, st.timedeltas(min_value=timedelta(seconds=1), max_value=timedelta(days=9999)))
def test_capture_numbers_are_in_the_order_of_seconds(moment, later):
    assert capture_number(moment, "b") < capture_number(moment + later, "a") < 2**63


def test_captures_of_one_second_do_not_collide():
    moment = datetime(2013, 5, 6, 7, 8, 9, tzinfo=UTC)
    numbers = {capture_number(moment, f"urn:uuid:{n}") for n in range(5_000)}
    assert len(numbers) == 5_000


def test_captures_of_one_microsecond_differ_by_their_ids():
    moment = datetime(2013, 5, 6, 7, 8, 9, 123456, tzinfo=UTC)
    assert capture_number(moment, "urn:uuid:a") != capture_number(moment, "urn:uuid:b")


@given(IDS)
def test_an_id_is_found_by_how_it_is_shown(number):
    assert find_id(hex_id(number)) == number
    assert len(hex_id(number)) == 16


@given(st.text())
def test_what_is_no_id_is_none(text):
    number = find_id(text)
    assert number is None or hex_id(number) == text


def test_dates_nobody_can_believe_are_clamped():
    seen = datetime(2026, 1, 5, 12, tzinfo=UTC)
    assert sort_moment("2031-01-01", seen, 5) == seen
    assert sort_moment("2031-01-01T00:00:00+00:00", seen, 5) == seen
    assert article_number(sort_moment("0001-01-01", seen, 5), 5) >= 0


def test_a_date_only_article_lies_within_its_day():
    seen = datetime(2026, 1, 5, 12, tzinfo=UTC)
    for n in range(50):
        moment = sort_moment("2026-01-03", seen, number_id(str(n)))
        assert moment.date().isoformat() == "2026-01-03"
