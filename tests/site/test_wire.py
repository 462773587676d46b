"""The wire cases: each arrives to the byte, framed as it says."""

import socket
from urllib.parse import urlsplit

import pytest

from tests.site.wire import CASES


def read_exactly(sock: socket.socket, count: int) -> bytes:
    """Receive a number of bytes, or fewer when the peer closes or resets before."""
    got = b""
    while len(got) < count:
        try:
            piece = sock.recv(min(65536, count - len(got)))
        except ConnectionResetError:
            return got
        if not piece:
            return got
        got += piece
    return got


def ask(sock: socket.socket, name: str, method: str = "GET") -> None:
    sock.sendall(f"{method} /wire/{name} HTTP/1.1\r\nHost: wire\r\n\r\n".encode())


def connect(base: str) -> socket.socket:
    parts = urlsplit(base)
    return socket.create_connection((parts.hostname, parts.port), timeout=5)


@pytest.mark.parametrize("name", CASES)
def test_wire_case_arrives_to_the_byte(paper, name):
    case = CASES[name]
    with connect(paper.a) as sock:
        ask(sock, name)
        assert read_exactly(sock, len(case.wire)) == case.wire
        if case.repeat:
            assert read_exactly(sock, 2 * len(case.repeat)) == 2 * case.repeat
        elif case.ending in {"close", "reset"}:
            assert read_exactly(sock, 1) == b""
        elif case.ending == "stall":
            sock.settimeout(0.1)
            with pytest.raises(TimeoutError):
                sock.recv(1)
        else:
            ask(sock, "no-content")
            assert read_exactly(sock, 24) == b"HTTP/1.1 204 No Content\r"


def test_wire_cases_follow_one_another_on_one_connection_and_are_kept(newspaper):
    staying = [name for name, case in CASES.items() if case.ending == "keep"]
    with connect(newspaper.a) as sock:
        for name in staying:
            ask(sock, name)
            read_exactly(sock, len(CASES[name].wire))
    entries = newspaper.journal()
    assert len({entry.connection for entry in entries}) == 1
    for entry, name in zip(entries, staying, strict=True):
        assert newspaper.exchange(entry.exchange)[1] == CASES[name].wire


def test_head_gets_the_head_only(paper):
    case = CASES["interim-several"]
    with connect(paper.a) as sock:
        for name in ("interim-several", "length"):
            ask(sock, name, "HEAD")
            wire = CASES[name].wire[: CASES[name].head_end]
            assert read_exactly(sock, len(wire)) == wire
    assert case.wire[case.head_end :] == case.body


def test_bodies_of_wire_cases_are_what_their_framing_says(get, paper):
    plain = CASES["length"].body
    for name in ("chunked", "chunked-odd", "chunked-extensions", "chunked-trailers", "gzip", "br"):
        reply = get(f"{paper.a}/wire/{name}")
        assert reply.content == plain, name
