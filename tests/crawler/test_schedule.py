"""Due times, pace, and what a visit writes down: arithmetic, case by case."""

import math
from datetime import UTC, datetime

import pytest

from archive.config import CrawlTable, Source
from archive.warc.exchange import PayloadRef, Written
from crawler.answers import Answer
from crawler.frontier import KnownUrl, Lane
from crawler.outcomes import Kind, NotFollowed, Outcome, State, Why
from crawler.politeness import DOWN_S, MAX_SILENT, Pace, read_retry_after
from crawler.schedule import (
    REMOVAL_CHECK_S,
    due_after_failure,
    due_after_success,
    retry_pause,
)
from crawler.scope import Scope
from crawler.visits import failed_visit, redirect_entry, skipped_visit, visit_of

URL = "https://news.example/story"
SOURCE = Source(name="News", url="https://news.example/")
HOUR, DAY = 3600.0, 86400.0
NOW = 1_000_000.0


def known(**values) -> KnownUrl:
    defaults = {
        "url": URL,
        "source": "news",
        "kind": Kind.ARTICLE,
        "seed": False,
        "why": Why.FEED,
        "via": "",
        "page": "",
        "hops": 0,
        "first_seen": NOW,
        "due_at": 0.0,
        "last_fetched": None,
        "failures": 0,
        "etag": "",
        "last_modified": "",
        "capture": None,
    }
    return KnownUrl(**(defaults | values))


def answer(
    status: int = 200, *, truncated=None, record_type: str = "response", **headers
) -> Answer:
    written = Written(
        record_id="urn:uuid:1",
        filename="f.warc.gz",
        offset=0,
        length=10,
        record_type="response",
        entity_digest="sha1:A",
        timestamp="20260101000000",
        date="2026-01-01T00:00:00.000000Z",
        target_uri=URL,
        truncated=truncated,
    )
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(URL, status, named, b"<html>", written)


@pytest.mark.parametrize(
    ("status", "headers", "outcome"),
    [
        (200, {}, Outcome.CAPTURED),
        (206, {}, Outcome.CAPTURED),
        (301, {"location": "/x"}, Outcome.REDIRECTED),
        (301, {}, Outcome.CLIENT_ERROR),
        (302, {"location": "mailto:a@b"}, Outcome.CLIENT_ERROR),
        (304, {}, Outcome.UNCHANGED),
        (401, {}, Outcome.CLIENT_ERROR),
        (403, {}, Outcome.RATE_LIMITED),
        (404, {}, Outcome.GONE),
        (410, {}, Outcome.GONE),
        (429, {}, Outcome.RATE_LIMITED),
        (500, {}, Outcome.SERVER_ERROR),
        (503, {}, Outcome.RATE_LIMITED),
    ],
)
def test_outcomes_by_status(status, headers, outcome):
    assert answer(status, **headers).outcome is outcome


def test_a_body_cut_by_the_peer_is_no_capture_and_one_cut_by_us_is():
    assert answer(truncated="disconnect").outcome is Outcome.TRUNCATED
    assert answer(truncated="time").outcome is Outcome.TRUNCATED
    assert answer(truncated="length").outcome is Outcome.CAPTURED
    assert answer(truncated="length").ref is None


def test_only_what_speaks_for_the_host_asks_it_to_rest():
    assert answer(429).asks_for_rest
    assert answer(503, retry_after="5").asks_for_rest
    assert not answer(503).asks_for_rest
    assert not answer(403, retry_after="5").asks_for_rest


def test_articles_come_again_at_their_ages_and_then_no_more():
    ages = []
    due: float | None = NOW
    while due is not None:
        due = due_after_success(SOURCE, known(), now=due)
        ages.append(due and due - NOW)
    assert ages == [HOUR, 6 * HOUR, 28 * HOUR, 99 * HOUR, 30 * DAY, None]


def test_an_article_first_reached_late_skips_the_ages_it_has_missed():
    assert due_after_success(SOURCE, known(first_seen=0.0), now=2 * DAY) == 99 * HOUR


@pytest.mark.parametrize(
    ("kind", "seed", "wait"),
    [
        (Kind.FEED, True, 900.0),
        (Kind.SECTION, True, 900.0),
        (Kind.SITEMAP, True, 900.0),
        (Kind.SITEMAP, False, DAY),
        (Kind.REQUISITE, False, None),
    ],
)
def test_listings_come_again_after_their_interval(kind, seed, wait):
    lane = Lane.LISTING if seed else Lane.CHECK
    due = due_after_success(SOURCE, known(kind=kind, seed=seed, lane=lane), now=NOW)
    assert due == (NOW + wait if wait else None)


def test_failures_wait_ever_longer_up_to_a_bound_and_seeds_are_never_given_up():
    waits = [
        due_after_failure(SOURCE, Kind.ARTICLE, seed=False, failures=n, now=0) for n in range(1, 11)
    ]
    assert waits[:3] == [300, 600, 1200]
    assert waits[-2:] == [None, None]
    assert due_after_failure(SOURCE, Kind.FEED, seed=True, failures=500, now=0) == 3600
    assert due_after_failure(SOURCE, Kind.REQUISITE, seed=False, failures=3, now=0) is None


def test_pauses_grow_and_the_host_is_taken_at_its_word_within_a_day():
    assert [retry_pause(refusals=n, retry_after=None) for n in (1, 2, 9)] == [30, 60, 3600]
    assert retry_pause(refusals=1, retry_after=1) == 1
    assert retry_pause(refusals=4, retry_after=1) == 240
    assert retry_pause(refusals=1, retry_after=1e9) == DAY


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("0", 0.0),
        (" 30 ", 30.0),
        ("Thu, 01 Jan 2026 00:02:00 GMT", 120.0),
        ("Thu, 01 Jan 2026 01:02:00 +0100", 120.0),
        ("Wed, 31 Dec 2025 00:00:00 GMT", 0.0),
        ("-5", None),
        ("1.5", 1.5),
        ("", None),
        ("soon", None),
        ("\u0663", None),
    ],
)
def test_retry_after(value, seconds):
    assert read_retry_after(value, now=datetime(2026, 1, 1, tzinfo=UTC)) == seconds


def test_without_delay_nothing_waits_but_for_a_pause():
    pace = Pace()
    pace.start("a", 10.0)
    assert pace.ready_at == -math.inf
    assert pace.refused(5.0, 10.0) == 5.0
    assert pace.ready_at == 15.0
    assert not pace.is_paused_beyond_run(10.0)
    pace.refused(3600.0, 10.0)
    assert pace.is_paused_beyond_run(10.0)


def test_a_host_is_down_after_silence_and_up_after_any_answer():
    pace = Pace()
    for _ in range(MAX_SILENT):
        assert not pace.is_down(5.0)
        pace.unanswered(5.0)
    assert pace.is_down(5.0)
    assert not pace.is_down(5.0 + DOWN_S)
    pace.answered()
    assert not pace.is_down(5.0)


def test_a_capture_keeps_validators_and_what_they_speak_of():
    visit = visit_of(known(), SOURCE, answer(etag='"1"', last_modified="x"), now=NOW)
    assert (visit.state, visit.outcome, visit.due_at) == (
        State.FETCHED,
        Outcome.CAPTURED,
        NOW + HOUR,
    )
    assert (visit.etag, visit.last_modified) == ('"1"', "x")
    assert visit.capture == PayloadRef("urn:uuid:1", URL, "2026-01-01T00:00:00.000000Z", "sha1:A")


def test_a_removal_is_looked_at_again_before_it_is_believed():
    first = visit_of(known(first_seen=NOW - 40 * DAY), SOURCE, answer(410), now=NOW)
    assert (first.state, first.keep_validators) == (State.GONE, True)
    assert (first.due_at, first.gone_at) == (NOW + HOUR, NOW)
    again = known(first_seen=NOW - 40 * DAY, gone_at=NOW)
    second = visit_of(again, SOURCE, answer(404), now=NOW + HOUR)
    # Certain when three days are over since the first, however young the article is.
    assert (second.due_at, second.gone_at) == (NOW + REMOVAL_CHECK_S, NOW)
    young = visit_of(known(first_seen=NOW, gone_at=NOW), SOURCE, answer(404), now=NOW + HOUR)
    assert young.due_at == NOW + REMOVAL_CHECK_S
    assert visit_of(again, SOURCE, answer(404), now=NOW + REMOVAL_CHECK_S).due_at is None
    assert visit_of(again, SOURCE, answer(200), now=NOW + HOUR).gone_at is None


def test_an_error_is_a_fetch_that_failed():
    visit = visit_of(known(failures=1), SOURCE, answer(500), now=NOW)
    assert (visit.state, visit.failures, visit.due_at) == (State.FAILED, 2, NOW + 600)
    assert (visit.fetched_at, visit.status) == (NOW, 500)
    silent = failed_visit(known(), SOURCE, Outcome.TIMED_OUT, now=NOW, not_before=NOW + DAY)
    assert (silent.fetched_at, silent.due_at) == (None, NOW + DAY)


@pytest.mark.parametrize(
    ("outcome", "values", "state", "wait"),
    [
        (Outcome.ROBOTS_DISALLOWED, {}, State.SKIPPED, DAY),
        (Outcome.ROBOTS_DISALLOWED, {"kind": Kind.FEED, "seed": True}, State.SKIPPED, 900),
        (Outcome.ROBOTS_UNREACHABLE, {}, State.KNOWN, 900),
        (Outcome.HOST_DOWN, {"last_fetched": NOW - DAY}, State.FETCHED, 900),
        (Outcome.ADDRESS_REFUSED, {}, State.SKIPPED, DAY),
    ],
)
def test_what_is_passed_over_comes_again_and_counts_no_failure(outcome, values, state, wait):
    visit = skipped_visit(known(**values), SOURCE, outcome, now=NOW)
    assert (visit.state, visit.due_at, visit.failures) == (state, NOW + wait, 0)
    assert visit.fetched_at is None


SCOPE = Scope(
    Source(name="News", url=SOURCE.url, exclude=("/live/",), include=()),
    CrawlTable(max_redirects=3, max_url_length=80),
)


@pytest.mark.parametrize(
    ("location", "values", "expected"),
    [
        ("/new", {}, "https://news.example/new"),
        ("https://m.news.example/new", {}, "https://m.news.example/new"),
        ("https://evil.example/", {}, NotFollowed.OUT_OF_SCOPE),
        ("https://cdn.example/p.png", {"kind": Kind.REQUISITE}, "https://cdn.example/p.png"),
        ("/live/1", {}, NotFollowed.EXCLUDED),
        ("/" + "x" * 99, {}, NotFollowed.TOO_LONG),
        ("/new", {"hops": 3}, NotFollowed.TOO_MANY_REDIRECTS),
        ("javascript:alert(1)", {}, None),
    ],
)
def test_redirects_are_held_to_the_scope(location, values, expected):
    found = redirect_entry(known(**values), answer(302, location=location), SCOPE, now=NOW)
    assert getattr(found, "url", found) == expected


def test_what_a_redirect_leads_to_stays_what_it_was():
    entry = redirect_entry(
        known(kind=Kind.FEED, hops=1), answer(301, location="/f2"), SCOPE, now=NOW
    )
    assert entry is not None
    assert not isinstance(entry, NotFollowed)
    assert (entry.kind, entry.hops, entry.via, entry.stale_before) == (Kind.FEED, 2, URL, NOW - 30)


def test_an_article_that_moved_for_good_is_seldom_looked_at():
    moved = visit_of(known(), SOURCE, answer(301, location="/new"), now=NOW)
    for_now = visit_of(known(), SOURCE, answer(302, location="/new"), now=NOW)
    assert (moved.due_at, for_now.due_at) == (NOW + 30 * DAY, NOW + HOUR)
