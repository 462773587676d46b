"""Keys from content: stable, in the order of time, wide enough."""

# ruff: noqa: DTZ001 - Hypothesis wants naive bounds and adds the zone

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.index.dating import dated, day_of
from archive.index.ids import capture_number, find_id, hex_id
from archive.times import to_timestamp

MOMENTS = st.datetimes(
    min_value=datetime(1995, 1, 1), max_value=datetime(2050, 1, 1), timezones=st.just(UTC)
)


IDS = st.integers(min_value=0, max_value=2**63 - 1)


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


@pytest.mark.parametrize(
    ("published", "expected"),
    [
        ("2031-01-01", "2026-01-05T12:00:00"),
        ("2026-01-06T11:00:00+00:00", "2026-01-06T11:00:00"),
        ("2026-01-07", "2026-01-05T12:00:00"),
        ("1599-12-31", "2026-01-05T12:00:00"),
        ("1600-01-01", "1600-01-01"),
        ("1605", "1605"),
        ("1789-07", "1789-07"),
        ("2026-01-03T23:30:00-08:00", "2026-01-03T23:30:00"),
        ("2026-01", "2026-01-05T12:00:00"),
        ("no date", "2026-01-05T12:00:00"),
        (None, "2026-01-05T12:00:00"),
    ],
)
def test_an_article_is_from_the_date_that_is_printed_as_far_as_it_can_be_believed(
    published, expected
):
    assert dated(published, "20260105120000") == expected


@given(MOMENTS, MOMENTS)
def test_dates_sort_as_moments_do(first, second):
    texts = [dated(moment.isoformat(), "20510101000000") for moment in (first, second)]
    if first.replace(microsecond=0) < second.replace(microsecond=0):
        assert texts[0] < texts[1]
    assert [day_of(text) for text in texts] == [m.toordinal() for m in (first, second)]
    assert dated(None, to_timestamp(first)) == texts[0]
