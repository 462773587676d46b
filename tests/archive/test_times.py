"""Moments in the field's spellings."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.times import from_timestamp, from_warc_date, to_timestamp, to_warc_date

moments = st.datetimes(datetime(1990, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - bounds are naive by Hypothesis


@given(moments)
def test_warc_dates_round_trip_to_the_microsecond(moment):
    assert from_warc_date(to_warc_date(moment)) == moment


@given(moments)
def test_timestamps_round_trip_to_the_second(moment):
    assert from_timestamp(to_timestamp(moment)) == moment.replace(microsecond=0)


def test_other_zones_are_brought_to_utc():
    noon = datetime(2026, 7, 1, 12, tzinfo=timezone(timedelta(hours=2)))
    assert to_timestamp(noon) == "20260701100000"
    assert from_warc_date("2026-07-01T12:00:00+02:00") == noon


@pytest.mark.parametrize("write", [to_timestamp, to_warc_date])
def test_naive_moments_are_refused(write):
    with pytest.raises(ValueError, match="time zone"):
        write(datetime(2026, 1, 1))  # noqa: DTZ001 - what is refused


@pytest.mark.parametrize(
    "text", ["2026", "2026010203040", "202601020304056", "20261302030405", "abc"]
)
def test_what_is_no_timestamp_is_refused(text):
    with pytest.raises(ValueError):  # noqa: PT011 - strptime's words differ by Python
        from_timestamp(text)
