"""What comes of answers: redirects, walls, twins, listings that yield nothing."""

import re
from itertools import pairwise

import pytest

from archive.config import Source
from crawler.outcomes import Outcome, Silence
from tests.crawler.loopless import Reply, Server, World, feed, page, redirect, sitemap, world

HOME = "https://news.example/"
DAY = 86400.0
FRONT = {"sections": (HOME + "front",)}
MAP = {"sitemaps": (HOME + "map",)}


@pytest.fixture
def make(tmp_path):
    opened = []

    def made(routes: "dict[str, Reply | Server]", **values) -> World:
        def serve(fetch, now):
            path = fetch.url.removeprefix(HOME)
            reply = routes.get(path, routes.get(path.partition("?")[0], routes.get("*")))
            return reply(fetch, now) if callable(reply) else reply or Reply(404)

        defaults = {"name": "News", "url": HOME, "delay": 1.0, "requisites": "none"}
        context = world(tmp_path, {"news": Source(**(defaults | values))}, serve)
        opened.append(context)
        return context.__enter__()

    yield made
    for context in opened:
        context.__exit__(None, None, None)


def urls(*paths: str) -> list[str]:
    return [HOME + path for path in paths]


def links(*hrefs: str) -> Reply:
    return page("Front", "".join(f"<a href='{href}'>{href}</a>" for href in hrefs))


def outcomes(here: World) -> dict[str, int]:
    return {str(k): n for k, n in here.tally.sources["news"].outcomes.items()}


def test_a_redirect_that_needs_its_cookie_gets_it_and_nobody_else_does(make):
    def story(fetch, now):
        return page("Story") if "seen=1" in fetch.cookies else redirect("/gate")

    told = []
    routes = {"story": story, "gate": redirect("/story", "seen=1; Path=/"), "other": page("Other")}
    routes["feed"] = feed(*urls("story", "other"))
    here = make(routes, feeds=(HOME + "feed",))
    here.on_visit = lambda fetch, *_: told.append((fetch.url.removeprefix(HOME), fetch.cookies))
    here.run()
    assert told[:1] == [("feed", "")]
    assert sorted(told[1:]) == [("gate", ""), ("other", ""), ("story", ""), ("story", "seen=1")]
    assert outcomes(here) == {"captured": 3, "redirected": 2}
    # The next look begins a chain of its own, and arrives as well.
    here.now += 2 * 3600.0
    told.clear()
    here.run()
    assert ("story", "seen=1") in told


@pytest.mark.parametrize(
    "routes",
    [
        {"a": redirect("/a")},
        {"a": redirect("/b"), "b": redirect("/a")},
        {"a": redirect("/b"), "b": redirect("/c"), "c": redirect("/b")},
        {"a": redirect("/a", "x=1"), "b": page("B")},
    ],
)
def test_a_redirect_in_a_circle_is_an_error(make, routes):
    here = make({"map": sitemap(HOME + "a"), **routes}, **MAP)
    here.run()
    assert outcomes(here)["redirect_loop"] == 1
    assert here.tally.sources["news"].errors == 1
    assert len(here.asked) <= 6


def test_endless_redirects_with_ever_new_cookies_end(make):
    count = iter(range(1000))
    here = make(
        {"map": sitemap(HOME + "a"), "a": lambda f, n: redirect("/a", f"n={next(count)}")}, **MAP
    )
    here.run()
    assert outcomes(here)["too_many_redirects"] == 1
    assert len(here.asked) < 20


def test_a_refresh_header_is_followed(make):
    old = Reply(body=b"moved", headers={"refresh": "0; url=/new"})
    here = make({"map": sitemap(HOME + "old"), "old": old, "new": page("New")}, **MAP)
    here.run()
    assert here.paths()[-1] == "new"


def test_many_addresses_that_lead_to_one_page_are_a_gate(make):
    here = make(
        {"map": sitemap(*urls(*(f"s{n}" for n in range(12)))), "welcome": page("Your privacy"),
         "*": redirect("/welcome")}, **MAP
    )  # fmt: skip
    here.run()
    tally = outcomes(here)
    # Two may move to one place; from the third on it is told for what it is, and rests the host.
    assert (tally["consent"], tally["redirected"]) == (8, 2)
    assert here.tally.rested == {"news.example": Outcome.CONSENT}
    assert here.tally.sources["news"].walls == 8


@pytest.mark.parametrize(
    ("target", "outcome"),
    [
        ("/consent?return=/s1", "consent"),
        ("https://news.example/privacy-gate/?back=https%3A%2F%2Fnews.example%2Fs1", "consent"),
        ("/user/login?next=/s1", "login"),
        ("/news/s1?from=/s1", "redirected"),
    ],
)
def test_where_a_redirect_means_to_come_back_it_leads_to_no_article(make, target, outcome):
    here = make({"map": sitemap(HOME + "s1"), "s1": redirect(target), "*": page("x")}, **MAP)
    here.run()
    assert outcomes(here)[outcome] == 1


CHALLENGE = (
    b"<html><title>Just a moment...</title><script src=/cdn-cgi/challenge-platform/x></script>"
)


@pytest.mark.parametrize(
    ("reply", "outcome"),
    [
        (Reply(body=CHALLENGE), Outcome.CHALLENGE),
        (Reply(403, body=CHALLENGE), Outcome.CHALLENGE),
        (Reply(403, body=b"no"), Outcome.RATE_LIMITED),
        (Reply(500, body=b"db"), Outcome.SERVER_ERROR),
    ],
)
def test_what_serves_nothing_many_times_slows_and_rests_the_host(make, reply, outcome):
    paths = [f"p{n}" for n in range(40)]
    here = make({"map": sitemap(*urls(*paths)), "*": reply}, **MAP)
    here.run()
    assert outcomes(here) == {"captured": 1, str(outcome): 8}
    assert here.tally.rested == {"news.example": outcome}
    starts = [at for at, _ in here.asked[2:]]
    assert [round(b - a) for a, b in pairwise(starts)] == [1, 1, 1, 1, 2, 4, 8]
    # A day later it is asked once more, and that is enough to know.
    here.now += DAY
    here.asked.clear()
    here.run()
    assert len([path for path in here.paths() if path.startswith("p")]) == 1


def test_a_page_with_a_long_text_is_no_challenge(make):
    long = page("Just a moment: the night the dam broke", "word " * 20_000)
    here = make({"map": sitemap(HOME + "a"), "a": long}, **MAP)
    here.run()
    assert outcomes(here) == {"captured": 2}


def test_session_ids_are_never_asked_for(make):
    sessions = iter(range(10**6, 10**7))

    def front(fetch, now):
        return links(*(f"/n{n}.html;jsessionid={next(sessions):032X}" for n in range(3)))

    here = make({"front": front, "*": page("Story")}, **FRONT)
    for _ in range(3):
        here.run()
        here.now += 900.0
    assert sorted(here.paths()[2:5]) == ["n0.html", "n1.html", "n2.html"]
    assert here.paths()[5:] == ["front", "front"]


def test_a_counter_in_the_query_is_learned_and_left_out(make):
    counter = iter(range(10**6))

    def front(fetch, now):
        return links(*(f"/story{n}?cb={next(counter)}" for n in range(6)))

    here = make({"front": front, "*": lambda f, n: page("S", f.url.partition("?")[0])}, **FRONT)
    for _ in range(4):
        here.run()
        here.now += 850.0  # and not yet an hour in the end: then all are looked at again
    stories = [path for path in here.paths() if path.startswith("story")]
    # Twice each while it was being learned, then once without; nothing more after that.
    assert len(stories) <= 18
    here.asked.clear()
    here.run()
    assert [path for path in here.paths() if path.startswith("story")] == []


def test_a_parameter_that_chooses_the_article_is_never_left_out(make):
    here = make(
        {
            "front": links(*(f"/a?page=1&id={n}" for n in range(8))),
            "*": lambda f, n: page("A", f.url),
        },
        **FRONT,
    )
    here.run()
    assert len([path for path in here.paths() if path.startswith("a?page=1&id=")]) == 8
    # One value that changes nothing does not speak for the others.
    assert "?page" not in here.frontier.evidence.idle_marks("news.example")


def test_twins_that_name_their_canonical_address_are_not_looked_at_again(make):
    def story(fetch, now):
        name = re.sub(r"/amp$|\?.*", "", fetch.url)
        return page("One", name, f"<link rel=canonical href='{name}'>")

    first = [f"/{n}" for n in "ab"] + [f"/{n}/amp" for n in "ab"] + ["/a?ref=rss", "/b?ref=rss"]
    front = [links(*first)]
    here = make({"front": lambda f, n: front[0], "*": story}, **FRONT)
    here.run()
    assert here.frontier.evidence.idle_marks("news.example") >= {"/amp", "?ref=rss"}
    front[0] = links(*first, "/c/amp", "/c?ref=rss", "/c")
    here.asked.clear()
    here.now += 2 * 3600.0
    here.run()
    assert sorted(here.paths()) == ["a", "b", "c", "front"] or sorted(here.paths()) == [
        "a", "b", "c", "front", "robots.txt",
    ]  # fmt: skip


def test_nested_sitemap_indexes_end(make):
    def index(fetch, now):
        number = int(fetch.url.partition("?")[2] or 0)
        return sitemap(f"{HOME}map?{number + 1}", tag="sitemap")

    here = make({"map": index}, **MAP)
    here.run()
    assert here.paths()[1:] == ["map", "map?1", "map?2", "map?3"]
    assert here.tally.sources["news"].not_followed["too_deep"] == 1


@pytest.mark.parametrize(
    ("reply", "silence", "hosts"),
    [
        (sitemap(), Silence.EMPTY, ()),
        (sitemap("https://else.example/a", "https://else.example/b"), Silence.OUT_OF_SCOPE,
         ("else.example",)),
        (sitemap(HOME + "tag/x", HOME + "tag/y"), Silence.EXCLUDED, ()),
        (page("Not a sitemap"), Silence.UNREADABLE, ()),
    ],
)  # fmt: skip
def test_a_listing_that_yields_nothing_is_told_with_the_reason(make, reply, silence, hosts):
    here = make({"map": reply}, exclude=("/tag/",), **MAP)
    here.run()
    (quiet,) = here.tally.silences.values()
    assert (quiet.url, quiet.reason, quiet.hosts) == (HOME + "map", silence, hosts)


def test_a_clock_that_was_a_year_ahead_strands_nothing(make):
    here = make({"map": sitemap(HOME + "a"), "a": page("A")}, **MAP)
    here.now += 365 * DAY
    here.run()
    here.now -= 365 * DAY
    here.asked.clear()
    here.run()
    assert {"map", "a"} <= set(here.paths())
    # And from then on as if nothing had been.
    here.now += 900.0
    here.asked.clear()
    here.run()
    assert here.paths() == ["map"]


def test_feeds_are_polled_in_every_run_of_a_quarter_of_an_hour(make):
    names = ("f1", "f2", "f3")
    here = make({name: sitemap(HOME + "a") for name in names}, feeds=tuple(urls(*names)))
    begin = here.now
    polled = []
    for number in range(6):
        here.now = begin + 900.0 * number
        here.asked.clear()
        here.run()
        polled.append(len([path for path in here.paths() if path in names]))
    assert polled == [3] * 6


def test_a_backlog_delays_neither_feeds_nor_news(make):
    old = sitemap(*urls(*(f"old{n}" for n in range(2000))), lastmod="2015-01-01")

    def news(fetch, now):
        return feed(HOME + ("fresh" if now > begin + 1200.0 else "known"))

    here = make({"map": old, "feed": news, "*": page("x")}, feeds=(HOME + "feed",), **MAP)
    begin = here.now
    here.run()
    at = {url.removeprefix(HOME): when - begin for when, url in here.asked}
    assert at["known"] < 10.0
    assert at["fresh"] - 1200.0 < 900.0
    assert at["old1999"] > 1990.0


def test_a_backfill_is_read_once_whatever_its_age_and_after_everything_else(make):
    old = sitemap(*urls("old1", "old2"), lastmod="2009-01-01")
    here = make(
        {"archive.xml": sitemap(HOME + "2009.xml", tag="sitemap"), "2009.xml": old,
         "page": links("/old3"), "feed": feed(HOME + "news"), "*": page("x")},
        feeds=(HOME + "feed",), backfill=(HOME + "archive.xml", HOME + "page"), max_age="7d",
    )  # fmt: skip
    here.run()
    assert here.paths()[1:3] == ["feed", "news"]
    assert set(here.paths()[3:]) == {"archive.xml", "2009.xml", "page", "old1", "old2", "old3"}
    here.asked.clear()
    here.now += 2 * 3600.0
    here.run()
    assert set(here.paths()) == {"feed", "news"}


def test_when_a_feed_dies_its_home_is_asked_for_another(make):
    home = page("Home", head="<link rel=alternate type=application/rss+xml href=/new-feed>")
    here = make(
        {"": home, "feed": Reply(410), "new-feed": feed(HOME + "story"), "*": page("x")},
        feeds=(HOME + "feed",),
    )
    for _ in range(4):
        here.run()
        here.now += 3600.0
    assert {"", "new-feed", "story"} <= set(here.paths())
    assert here.paths().count("") == 1
