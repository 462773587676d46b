"""Dates in the spellings that sitemaps have."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.discovery.dates import moment

NOON = datetime(2022, 2, 9, 12, 30, tzinfo=UTC).timestamp()
DAY = datetime(2022, 2, 9, tzinfo=UTC).timestamp()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2022-02-09T12:30Z", NOON),
        ("20220209T123000Z", NOON),
        ("Wed, 09 Feb 2022 14:30:00 +0200", NOON),
        ("Wednesday, 09-Feb-2022 12:30:00 GMT", NOON),
        ("9 February 2022, 12:30", NOON),
        ("February 9, 2022 12:30 PM", NOON),
        ("Wed Feb 09 2022 13:30:00 GMT+0100 (Central European Standard Time)", NOON),
        ("2022-2-9 12:30:00 UTC", NOON),
        ("2022/02/09 12:30:00", NOON),
        ("2022-02-09T07.30.00EST", NOON),
        ("2022-02-09T14:30:00+2:00", NOON),
        ("2022-02-09 12:30:00.000000 +0000", NOON),
        ("9.2.2022 12:30", NOON),
        ("09-02-2022", DAY),
        ("02/19/2022", DAY + 10 * 86400),
        ("19/02/2022", DAY + 10 * 86400),
        ("2022-02-08T24:00:00Z", DAY),
        ("2022-02-08T23:59:60Z", DAY - 1),
        ("1644409800", NOON),
        ("1644409800000", NOON),
        ("\n 2022-02-09T12:30:00\n+00:00 ", NOON),
    ],
)
def test_a_date_is_read_however_it_is_spelled(text, expected):
    assert moment(text) == expected


@pytest.mark.parametrize(
    "text",
    ["", "now", "03/04/2022", "2022-13-01", "2022-02-30", "12:30", "9 Foo 2022", "2022-02-09T25:00",
     "2022-02-09T12:30 XYZ", "-1", "9" * 500],
)  # fmt: skip
def test_what_is_no_date_or_could_be_two_is_none(text):
    assert moment(text) is None


@given(st.text(alphabet="0123456789-/.:TZ+ ,GMTFebpm", max_size=90) | st.text(max_size=90))
def test_nothing_breaks_it(text):
    found = moment(text)
    assert found is None or abs(found) < 1e14
