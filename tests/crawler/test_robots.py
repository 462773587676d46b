"""What a robots.txt allows, case by case: the kinds that the suites of others try, in our words."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.robots import read_rules

HOST = "https://news.example"
LEGAL = "User-agent: *\nDisallow: /desk/\n"


def refused(text: "str | bytes", *paths: str, agent: str = "microfiche") -> list[str]:
    body = text.encode() if isinstance(text, str) else text
    rules = read_rules(200, body, agent=agent)
    return [path for path in paths if not rules.allows(HOST + path)]


@pytest.mark.parametrize(
    "path",
    [
        "/desk/a",
        "/open/../desk/a",
        "/open/%2e%2e/desk/a",
        "/./desk/a",
        "//../desk/a",
        "/a/b/../../desk/",
        "/x\\..\\desk\\a",
    ],
)
def test_an_address_is_judged_as_the_server_will_read_it(path):
    assert refused(LEGAL, path) == [path]


@pytest.mark.parametrize(
    "text",
    [
        "User-agent: *\\nDisallow: /desk/\\nAllow: /",
        "User-agent: *\\r\\nDisallow: /desk/",
        'User-agent: "*"\nDisallow: "/desk/"',
        "User-agent: *\nDisallow: https://news.example/desk/",
        "User-agent: googlebot, microfiche, bingbot\nDisallow: /desk/",
        "```\nUser-agent: *\nDisallow: /desk/\n```",
        "User-agent:\u00a0*\nDisallow:\u00a0/desk/",
        "\u200bUser-agent: *\n\u200bDisallow: /desk/",
    ],
)
def test_rules_are_read_however_somebody_has_written_them(text):
    assert refused(text, "/desk/a", "/open") == ["/desk/a"]


def test_dots_that_lead_nowhere_forbid_nothing():
    assert refused(LEGAL, "/desk/../open", "/desk.html", "/a..b/desk/") == []


@pytest.mark.parametrize(
    "line",
    [
        "Content-Signal: search=yes, ai-train=no",
        "Crawl-delay: 3",
        "Host: news.example",
        "Noindex: /x",
        "Request-rate: 1/5",
        "Clean-param: ref /a",
        "Visit-time: 0100-0500",
        "Sitemap: https://news.example/s",
        "X-Whatever: y",
        "no colon at all in this line",
        "# a comment",
        "",
        "\t",
    ],
)
def test_no_other_line_ends_a_group(line):
    named_first = f"User-agent: microfiche\n{line}\nUser-agent: other\nDisallow: /\n"
    assert refused(named_first, "/p") == ["/p"]
    within = f"User-agent: *\nDisallow: /a\n{line}\nDisallow: /b\n"
    assert refused(within, "/a", "/b", "/c") == ["/a", "/b"]


def test_a_rule_ends_the_naming_and_a_second_group_of_ours_adds_to_the_first():
    text = (
        "User-agent: microfiche\nDisallow: /a\nUser-agent: x\nDisallow: /b\n"
        "User-agent: MicroFiche/2\nDisallow: /c"
    )
    assert refused(text, "/a", "/b", "/c") == ["/a", "/c"]


def test_our_own_group_stands_for_that_of_everyone():
    text = "User-agent: *\nDisallow: /\n\nUser-agent: microfiche\nDisallow: /a"
    assert refused(text, "/a", "/b") == ["/a"]
    assert refused(text, "/b", agent="other") == ["/b"]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_the_encoding_is_found(encoding):
    assert refused(LEGAL.encode(encoding), "/desk/a", "/a") == ["/desk/a"]
    assert refused(("\ufeff" + LEGAL).encode(encoding), "/desk/a", "/a") == ["/desk/a"]


@pytest.mark.parametrize(
    "text",
    [
        b"\0\0" + LEGAL.encode(),
        b"User-agent: *\0\nDisallow:\0 /desk/\n",
        b"\x80\x81 junk\n" + LEGAL.encode(),
        LEGAL.replace("\n", "\r").encode(),
        LEGAL.replace("\n", "<br>").encode(),
        b"<html><body><pre>" + LEGAL.encode() + b"</pre></body></html>",
        b"<p>User-agent: *</p><p>Disallow: /desk/</p>",
        b"user-agent *\ndisallow /desk/",
        b"  USER-AGENT  :  *  # all\n\tDisAllow : /desk/ # no\n",
        b"useragent: *\ndissalow: /desk/",
        b"user agent: *\ndisalow: /desk/",
        b"users-agent: *\ndesallow: /desk/",
    ],
)
def test_rules_are_read_however_they_are_written(text):
    assert refused(text, "/desk/a", "/a") == ["/desk/a"]


@pytest.mark.parametrize(
    "body", [b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\1\2\3\4", b"\xff\x00\xd8" * 40, b"\0" * 30]
)
def test_what_is_not_understood_is_no_permission(body):
    rules = read_rules(200, body, agent="microfiche")
    assert (rules.reachable, rules.allows(f"{HOST}/")) == (False, False)


@pytest.mark.parametrize(
    "body", [b"", b"\n# nothing\n", b"<!DOCTYPE html><html><h1>Not found</h1>", b"welcome"]
)
def test_a_file_without_rules_forbids_nothing(body):
    assert read_rules(200, body, agent="microfiche").allows(f"{HOST}/")


@pytest.mark.parametrize(
    ("rules", "path", "allowed"),
    [
        ("Disallow: /a\nAllow: /a/b", "/a/b/c", True),
        ("Allow: /a/b\nDisallow: /a", "/a/c", False),
        ("Disallow: /a\nAllow: /a", "/a", True),
        ("Disallow:", "/a", True),
        ("Disallow: /*.pdf$", "/x/y.pdf", False),
        ("Disallow: /*.pdf$", "/x/y.pdf?z", True),
        ("Disallow: /a*b", "/a/x/b/c", False),
        ("Disallow: /foo/bar?baz=http%3A%2F%2Ffoo.bar", "/foo/bar?baz=http%3A%2F%2Ffoo.bar", False),
        ("Disallow: /caf\u00e9", "/caf%C3%A9", False),
        ("Disallow: /caf%c3%a9", "/caf%C3%A9/x", False),
        ("Disallow: /%62ar", "/bar", False),
        ("Disallow: /a%3Cd.html", "/a%3cd.html", False),
        ("Disallow: /A", "/a", True),
        ("Disallow: /fish", "/fishheads", False),
        ("Disallow: /fish/", "/fish", True),
    ],
)
def test_paths_are_compared_as_rfc_9309_has_it(rules, path, allowed):
    assert refused(f"User-agent: *\n{rules}\n", path) == ([] if allowed else [path])


def test_the_delay_and_the_sitemaps():
    text = "Sitemap: /s.xml\nUser-agent: *\nCrawl-delay: 2.5\nSitemap: https://news.example/t.xml"
    rules = read_rules(200, text.encode(), agent="microfiche")
    assert (rules.crawl_delay, rules.sitemaps) == (2.5, ("/s.xml", "https://news.example/t.xml"))


@given(
    st.binary(max_size=300)
    | st.text(alphabet="user-agent: *\ndisallow/<>\0\ufeff", max_size=200).map(str.encode)
)
def test_nothing_breaks_it(body):
    assert read_rules(200, body, agent="microfiche").allows(f"{HOST}/") in (True, False)


@pytest.mark.soak
@settings(max_examples=12_500, deadline=None)
@given(st.binary(max_size=600))
def test_no_bytes_at_all_break_it(body):
    assert read_rules(200, body, agent="microfiche").allows(f"{HOST}/a") in (True, False)
