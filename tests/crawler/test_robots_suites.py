"""What the suites of others ask of a robots.txt, in our words: agents, groups, paths, escapes.

Google's (robots_test.cc) and crawler-commons' (SimpleRobotRulesParserTest) kinds; where they and
RFC 9309 part, the RFC decides.
"""

import pytest

from crawler.robots import read_rules

# Rules of the group that names us, a path, whether it may be fetched.
OURS = [
    ("disallow: /X", "/x", True),  # path case
    ("disallow: /x/p\nallow: /x/page.html", "/x/page.html", True),  # longest allow
    ("allow: /p\ndisallow: /page", "/page", False),  # longest disallow
    ("disallow:\nallow:", "/x", True),  # tie empty
    ("disallow: /\nallow: /$", "/", True),  # disallow / allow exact $
    ("disallow: /\nallow: /$", "/page", False),  # disallow / allow exact $ 2
    ("disallow: *.html\nallow: /page", "/page.html", False),  # a longer pattern
    ("disallow: /x/*.html\nallow: /x/page.html$", "/x/page.html", True),  # a longer pattern allows
    ("disallow: /a***b", "/axxb", False),  # multi star
    ("disallow: /x*", "/xyz", False),  # star end
    ("disallow: /a$b", "/a$b", False),  # dollar middle
    ("disallow: /a%24", "/a$", False),  # dollar pct
    ("disallow: /a%2Ab", "/a*b", False),  # star pct
    ("disallow: /a%2Ab", "/axb", True),  # star pct not wildcard
    ("disallow: /foo/bar/\u30c4", "/foo/bar/%E3%83%84", False),  # utf8 in file
    ("disallow: /foo/bar/%E3%83%84", "/foo/bar/\u30c4", False),  # pct in file
    ("disallow: /foo/bar/%62%61%7A", "/foo/bar/baz", False),  # pct unreserved
    ("disallow: /foo?bar=qux", "/foo?bar=qux", False),  # query
    ("disallow: /x;a=b", "/x;a=b", False),  # semicolon
    ("disallow: /foo/quz#qux", "/foo/quz", False),  # comment mid
    ("disallow: /x", "/x", False),  # no final newline
    ("disallow: /" + "a" * 20_000 + "\ndisallow: /x", "/x", False),  # line too long
    ("\n\ndisallow: /x", "/x", False),  # blank line between agents and rules
    ("disallow: /a\n\ndisallow: /x", "/x", False),  # blank between rules
    ("disallow: x", "/x", True),  # rule w/o leading slash
    ("disallow: /\nallow: /x", "/x", True),  # disallow all then allow
    ("disallow: /", "/robots.txt", True),  # robots.txt itself
    ("disallow: /*?*print=", "/a?x&print=1", False),  # query star
    ("disallow: /a%2fb", "/a/b", True),  # encoded slash
    ("disallow: /a%2fb", "/a%2Fb", False),  # encoded slash same
    ("disallow: //x", "//x", False),  # double slash
    ("disallow: /x", "/x#y", False),  # fragment
]
# Whole files.
WHOLE = [
    ("USER-AGENT: microfiche\nDISALLOW: /x", "/x", False),  # keys any case
    ("user-agent: MICROFICHE\ndisallow: /", "/x", False),  # keys no case agent
    ("user-agent: microfiche images\ndisallow: /x", "/x", False),  # token up to space
    ("user-agent: microfichebot\ndisallow: /x", "/x", True),  # longer token is another
    (
        "user-agent: *\ndisallow: /\nuser-agent: microfiche\nallow: /x\ndisallow: /y",
        "/z",
        True,
    ),  # specific beats global
    ("user-agent: other\ndisallow: /", "/x", True),  # no matching group
    ("user-agent: microfiche# x\ndisallow: /x", "/x", False),  # comment after agent
    ("User-agent: microfiche\r\nDisallow: /x\r\n", "/x", False),  # crlf
    ("\ufeffuser-agent: microfiche\ndisallow: /x", "/x", False),  # a mark of UTF-8
    (
        "user-agent: microfiche\nsitemap: https://h.example/s\nuser-agent: other\ndisallow: /x",
        "/x",
        False,
    ),  # sitemap between
    (
        "disallow: /x\nuser-agent: microfiche\ndisallow: /y",
        "/x",
        True,
    ),  # rule before agents ignored
    ("user-agent: microfiche\nuser-agent: other\ndisallow: /x", "/x", False),  # group list
    (
        "user-agent: microfiche\ndisallow: /x\nuser-agent: other\ndisallow: /y",
        "/y",
        True,
    ),  # rules part two groups
    ("user-agent:\tmicrofiche\ndisallow:\t/x", "/x", False),  # tabs
    ("user-agent   :   microfiche\ndisallow   :   /x", "/x", False),  # colon spaces
    ("", "/x", True),  # empty file
    ("# x", "/x", True),  # only comment
    ("<html><body>Not found</body></html>", "/x", True),  # html error page
    ("user-agent: *foo\ndisallow: /x", "/x", True),  # trailing star agent
]


@pytest.mark.parametrize(("rules", "path", "allowed"), OURS)
def test_the_rules_of_our_group(rules, path, allowed):
    body = f"user-agent: microfiche\n{rules}".encode()
    assert read_rules(200, body, agent="microfiche").allows(f"https://h.example{path}") is allowed


@pytest.mark.parametrize(("text", "path", "allowed"), WHOLE)
def test_whole_files(text, path, allowed):
    rules = read_rules(200, text.encode(), agent="microfiche")
    assert rules.allows(f"https://h.example{path}") is allowed
