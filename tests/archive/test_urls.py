"""Urlkeys and addresses."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.urls import (
    article_key,
    host_of,
    is_http,
    normalise,
    registered_domain,
    urlkey,
    without_tracking,
)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://example.com", "com,example)/"),
        ("https://www2.example.com/A/B/", "com,example)/a/b"),
        ("http://example.com/a/./b/../c", "com,example)/a/c"),
        ("http://example.com//a///b", "com,example)/a/b"),
        ("http://example.com/?z=1&a=2", "com,example)/?a=2&z=1"),
        ("http://example.com/?", "com,example)/"),
        ("http://user:secret@example.com:8080/x", "com,example:8080)/x"),
        ("http://example.com/%7Euser/a%20b", "com,example)/~user/a%20b"),
        ("http://example.com/a;jsessionid=0123456789abcdef?b", "com,example)/a?b"),
        ("http://example.com/?PHPSESSID=" + "a" * 32 + "&id=1", "com,example)/?id=1"),
        ("http://bücher.example/", "example,xn--bcher-kva)/"),
        ("http://[::1]:80/x", "[::1])/x"),
        ("http://192.168.0.1/x", "192.168.0.1)/x"),
        ("mailto:Me@Example.com", "mailto:me@example.com"),
        ("http://example.com/gr%C3%BC%C3%9Fe", "com,example)/gr%c3%bc%c3%9fe"),
    ],
)
def test_urlkey(url, expected):
    assert urlkey(url) == expected


@given(st.text())
def test_no_text_breaks_a_urlkey(text):
    assert isinstance(urlkey(text), str)
    assert isinstance(urlkey(f"http://example.com/{text}"), str)
    assert isinstance(article_key(f"http://example.com/?{text}"), str)


@given(st.text(st.characters(codec="ascii", categories=("L", "N", "P")), max_size=30))
def test_a_urlkey_survives_another_escaping(path):
    url = f"http://example.com/a{path}".split("#")[0].split("?")[0]
    escaped = "".join(f"%{ord(c):02X}" if c.isalpha() else c for c in url[20:])
    assert urlkey("http://example.com/a" + escaped) == urlkey("http://example.com/a" + url[20:])


def test_tracking_goes_and_meaning_stays():
    url = "https://a.example/s?id=7&utm_campaign=x&page=2&at_medium=RSS&fbclid=1"
    assert without_tracking(url) == "https://a.example/s?id=7&page=2"


def test_normalise_keeps_what_may_be_another_page():
    assert normalise("HTTPS://A.example:443/Path?B=1&a=2#frag") == "https://a.example/Path?B=1&a=2"


@pytest.mark.parametrize(
    "url",
    ["", "x", "//a.example/", "ftp://a.example/", "http://", "http://[::1", "http://a:99999/"],
)
def test_what_is_no_http_address(url):
    assert not is_http(url)


def test_host_without_one_is_an_error():
    with pytest.raises(ValueError, match="no host"):
        host_of("/path")


@pytest.mark.parametrize(
    ("url", "domain"),
    [
        ("http://a.b.example.co.uk/", "example.co.uk"),
        ("http://localhost:1/", "localhost"),
        ("http://127.0.0.1/", "127.0.0.1"),
    ],
)
def test_registered_domain(url, domain):
    assert registered_domain(url) == domain
