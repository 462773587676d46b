"""Keys from content: stable, in the order of time, wide enough."""

# ruff: noqa: DTZ001 - Hypothesis wants naive bounds and adds the zone

from datetime import UTC, datetime, time, timedelta

from hypothesis import given
from hypothesis import strategies as st

from archive.index.ids import (
    article_number,
    capture_number,
    day_of_fine,
    find_id,
    fine_moment,
    first_number,
    hex_id,
    moment_of_number,
    number_id,
    numbers_of_day,
    slots_of,
    sort_moment,
)

MOMENTS = st.datetimes(
    min_value=datetime(1995, 1, 1), max_value=datetime(2050, 1, 1), timezones=st.just(UTC)
)


IDS = st.integers(min_value=0, max_value=2**63 - 1)


@given(MOMENTS, MOMENTS, IDS, IDS, st.integers(0, 10**7))
def test_article_numbers_are_in_the_order_of_moments(first, second, a, b, articles):
    slots = slots_of(articles)
    if first.replace(microsecond=0) < second.replace(microsecond=0):
        assert fine_moment(first, a) < fine_moment(second, b)
        numbers = [article_number(fine_moment(*one), slots) for one in ((first, a), (second, b))]
        assert numbers[0] <= numbers[1]
        assert numbers[0] < numbers[1] or first.date() == second.date()


@given(MOMENTS, IDS, st.integers(0, 10**7))
def test_a_number_lies_within_its_day(moment, name, articles):
    fine = fine_moment(moment, name)
    number = article_number(fine, slots_of(articles))
    day = datetime.combine(moment.date(), time(), UTC)
    assert first_number(day) <= number < first_number(day + timedelta(days=1)) < 2**63
    assert moment_of_number(number) == day
    assert number in numbers_of_day(day_of_fine(fine))


@given(st.integers(0, 4_000_000))
def test_a_day_has_room_for_all_its_articles(articles):
    room = len(numbers_of_day(0))
    assert slots_of(articles) + min(articles, room // 32) <= room
    assert slots_of(articles) >= min(2 * articles, room * 15 // 16)


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
    assert fine_moment(sort_moment("0001-01-01", seen, 5), 5) >= 0
    late = fine_moment(datetime(9999, 12, 31, tzinfo=UTC), 5)
    assert article_number(late, 1024) < first_number(datetime(9999, 12, 31, tzinfo=UTC)) < 1 << 41


def test_a_date_only_article_lies_within_its_day():
    seen = datetime(2026, 1, 5, 12, tzinfo=UTC)
    for n in range(50):
        moment = sort_moment("2026-01-03", seen, number_id(str(n)))
        assert moment.date().isoformat() == "2026-01-03"
