"""Requests as they go out and as they are kept."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.capture.ask import Proxy, Server, compose, compose_connect, proxy_of, server_of

PROXY = Proxy(Server("http", "proxy.example", 3128), b"Basic c2VjcmV0")


def test_order_and_case_of_headers_are_the_callers():
    pairs = [(b"Accept", b"*/*"), (b"x-lower", b"1"), (b"Accept", b"text/html")]
    ask = compose("GET", "http://news.example:8080/a?b=c#d", pairs, b"", None)
    assert ask.raw == (
        b"GET /a?b=c HTTP/1.1\r\nHost: news.example:8080\r\nAccept: */*\r\nx-lower: 1\r\n"
        b"Accept: text/html\r\n\r\n"
    )
    assert (ask.kept, ask.masked) == (ask.raw, ())


@pytest.mark.parametrize(
    "name", [b"Authorization", b"Cookie", b"X-Api-Key", b"cookie", b"X-Auth-Token"]
)
def test_credentials_are_sent_and_not_kept(name):
    ask = compose("GET", "http://news.example/", [(name, b"s3cret")], b"", None)
    assert b"s3cret" in ask.raw
    assert b"s3cret" not in ask.kept
    assert name + b": [masked]\r\n" in ask.kept
    assert ask.masked == (name.decode(),)


def test_credentials_in_the_address_stay_there():
    ask = compose("GET", "http://user:s3cret@news.example/", [], b"", None)
    assert ask.raw == b"GET / HTTP/1.1\r\nHost: news.example\r\n\r\n"


def test_a_plain_address_goes_to_a_proxy_in_absolute_form():
    ask = compose("GET", "http://news.example/a", [], b"", PROXY)
    assert ask.raw == (
        b"GET http://news.example/a HTTP/1.1\r\nHost: news.example\r\n"
        b"Proxy-Authorization: Basic c2VjcmV0\r\n\r\n"
    )
    assert b"c2VjcmV0" not in ask.kept


def test_the_proxys_password_is_told_to_the_proxy_only():
    headers = [(b"Proxy-Authorization", b"Basic c2VjcmV0")]
    ask = compose("GET", "https://news.example/a", headers, b"", PROXY)
    assert ask.raw == b"GET /a HTTP/1.1\r\nHost: news.example\r\n\r\n"
    assert b"Basic c2VjcmV0" in compose_connect(server_of("https://news.example"), PROXY)
    assert compose("GET", "http://news.example/", headers, b"", None).raw.count(b"\r\n") == 3


def test_a_body_goes_out_with_its_length():
    ask = compose("POST", "http://news.example/", [(b"Content-Length", b"9")], b"q=1", None)
    assert ask.raw.endswith(b"Content-Length: 3\r\n\r\nq=1")


@pytest.mark.parametrize(
    ("method", "url", "headers"),
    [
        ("GET /evil HTTP/1.1\r\nX: ", "http://a/", []),
        ("GET", "http://a/b c", []),
        ("GET", "http://a/", [(b"X", b"1\r\nY: 2")]),
        ("GET", "http://a/", [(b"X\n", b"1")]),
    ],
)
def test_what_would_split_a_message_is_refused(method, url, headers):
    with pytest.raises(ValueError, match=r"cannot"):
        compose(method, url, headers, b"", None)


@pytest.mark.parametrize("url", ["ftp://a/", "http:///a", "/a", "http://a:99999/"])
def test_what_is_no_web_address_is_refused(url):
    with pytest.raises(ValueError, match=r"expected an absolute|out of range"):
        server_of(url)


def test_credentials_of_a_proxys_address_are_used_and_not_named():
    proxy = proxy_of("http://us%40er:pw@proxy.example:3128", None)
    assert proxy.authorization == b"Basic dXNAZXI6cHc="
    assert proxy.name == "http://proxy.example:3128"
    assert proxy_of("http://a:b@p", b"Basic given").authorization == b"Basic given"


def test_an_ipv6_server_keeps_its_brackets_on_the_wire():
    assert server_of("https://[::1]:8443/").host == "::1"
    tunnel = compose_connect(server_of("https://[::1]:8443/"), PROXY)
    assert tunnel.startswith(b"CONNECT [::1]:8443 HTTP/1.1\r\nHost: [::1]:8443\r\n")


@given(st.text(st.characters(codec="ascii"), max_size=40), st.binary(max_size=40))
def test_no_input_makes_two_messages_of_one(path, value):
    try:
        ask = compose("GET", "http://a/" + path, [(b"X", value)], b"", None)
    except ValueError:
        return
    assert ask.raw.count(b"\r\n\r\n") == 1
    assert ask.raw.count(b"\r\n") == 4
