"""Two thousand hostile requests at both origins: none is answered with 5xx, none leaves a trace."""

import random
import socket
from urllib.parse import urlsplit

import pytest

from archive.replay.origins import REPLAY_NAME
from tests.archive.web.room import serve
from tests.archive.web.shelves import T1, URL

pytestmark = pytest.mark.soak

REQUESTS = 2_000
PLACES = (
    *("/web/", f"/web/{T1}/", f"/web/{T1}id_/", f"/web/{T1}@", "/web/*/", "/web/2026cs_/"),
    *("/web/marked/text/2026/", "/web/marked/words:", "/web/timemap/link/", "/web/timemap/"),
    *("/cdx?url=", "/cdx/search/cdx?url=", "/wayback/available?url=", "/records/", "/"),
    *("/view/", f"/view/{T1}/", "/view/marked/text/2026/", "/view/marked/words:x/", "/parts/"),
    *(f"/parts/{T1}/", "/captures?url=", "/articles/", "/similar/", "/?q=", "/search.csv?q="),
    *("/search.atom?q=", "/trend?q=", "/events?q=", "/sources/", "/runs/", "/static/", "/why?url="),
    *("/api/v1/search?q=", "/api/v1/captures?url=", "/api/v1/articles/", "/sign-in?to="),
)
WORDS = (
    *(URL, "http://post.test/i.png", "http://", "http:/", "https://[::1", "http://a:99999999/"),
    *("http://a..b/", "http://%00/", "//", "\\\\x", "../../../etc/passwd", "%2e%2e%2f" * 8),
    *("%00", "%", "%zz", "%ED%A0%80", "%F0%9F%92%A9", "\xff\xfe", "é", "a" * 6000, "0" * 15),
    *("99999999999999", "-1", "{{7*7}}", "' OR 1=1--", '"; DROP TABLE captures', "<script>"),
    *("NEAR(" * 30, '"' * 31, "a*b*c*", "date:9999999-99", "url:*", "(" * 500, "\x7f", ";", "?#&"),
)
PARAMETERS = (
    *("limit=-99999999999", "limit=1e9", "page=99999999", "pageSize=0", "from=2026&to=0", "to=x"),
    *("collapse=timestamp:99", "filter=~url:(", "filter=!=:", "fl=,,,", "sort=closest&closest=0"),
    *("resumeKey=a+b+c", "matchType=domain", "output=json", "after=%00", "order=x", "version=%00"),
    *("showNumPages=true&limit=x", "timestamp=99999999999999", "timestamp=x", "format=%0d%0a", "q"),
)
HEADERS = (
    *("Range: bytes=-0", "Range: bytes=9-1", "Range: bytes=0-,1-,2-", "Range: x" + "9" * 4000),
    *("Accept-Datetime: yesterday", "Accept-Datetime: Thu, 99 Feb 99999 99:99:99 GMT"),
    *("Accept-Encoding: gzip;q=x, ,;", "Accept-Encoding: *", "Cookie: =; a=b=c; \xff", "Cookie: x"),
    *("Sec-Fetch-Dest: \xff", "Content-Length: 0", "If-None-Match: *", "X-Forwarded-For: '"),
    *("Host: replay.localhost:1", "Accept: \x80", "Authorization: Bearer \xff", "Referer: a b"),
)


def ask(port: int, message: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", port), timeout=30) as asking:
        asking.sendall(message)
        found = b""
        while len(found) < 64 and (piece := asking.recv(4096)):
            found += piece
    return found


def hostile(chance: random.Random, host: str, port: int) -> bytes:
    path = chance.choice(PLACES) + chance.choice(WORDS)
    if chance.random() < 0.3:
        path += "/" + chance.choice(WORDS)
    for _ in range(chance.randrange(3)):
        path += ("&" if "?" in path else "?") + chance.choice(PARAMETERS)
    method = chance.choices(("GET", "HEAD", "POST", "OPTIONS", "PUT"), (16, 2, 1, 1, 1))[0]
    lines = [f"{method} {path.replace(' ', '%20')} HTTP/1.1", f"Host: {host}:{port}"]
    lines += [chance.choice(HEADERS) for _ in range(chance.randrange(3))]
    return "\r\n".join((*lines, "Connection: close", "", "")).encode("latin-1", "replace")


def test_no_request_breaks_a_server(shelves):
    chance = random.Random(14)
    broken = []
    with serve(shelves) as served:
        ports = {
            "127.0.0.1": urlsplit(served.room).port,
            REPLAY_NAME: urlsplit(served.replay).port,
        }
        for number in range(REQUESTS):
            host = ("127.0.0.1", REPLAY_NAME)[number % 2]
            message = hostile(chance, host, ports[host])
            reply = ask(ports[host], message)
            if not reply.startswith(b"HTTP/1.1 ") or reply[9:10] == b"5":
                broken.append((message[:200], reply[:60]))
        process = served.process
        process.terminate()
        _, errors = process.communicate(timeout=20)
    assert broken == []
    assert "Traceback" not in errors
