"""The replay origin over real sockets, on WARCs of our own writer and an index of our own."""

import gzip
import zlib
from contextlib import closing

import brotlicffi as brotli
import pytest
import zstandard

from archive.index.open import open_index
from archive.replay.app import create_replay
from archive.replay.choose import Asked, find_capture
from archive.replay.headers import archived_headers
from archive.replay.origins import REPLAY_NAME, Origins
from archive.replay.resolve import load
from tests.archive.replay.loopback import client, listening, serving
from tests.archive.replay.shelf import Shelf

ROOM = "http://127.0.0.1:8080"
T1, T2, T3 = "20260102030405", "20260202000000", "20260302000000"
HOSTILE = (
    "Set-Cookie: stolen=1",
    "Content-Security-Policy: default-src *",
    "Refresh: 0; url=http://evil.test/",
    "Link: <http://evil.test/s.css>; rel=stylesheet",
    "Service-Worker-Allowed: /",
    'Clear-Site-Data: "*"',
    "Strict-Transport-Security: max-age=1",
    "Access-Control-Allow-Credentials: true",
    "Location: http://evil.test/",
    "X-Anything: 1",
)
PAGE = b"<!doctype html><title>News</title><p>Storm over <img src=/i.png> the quay"
CODINGS = {
    "gzip": gzip.compress,
    "deflate": zlib.compress,
    "br": brotli.compress,
    "zstd": zstandard.ZstdCompressor().compress,
}


def fill(shelf: Shelf) -> None:
    shelf.put("http://post.test/", PAGE, at=T1, headers=HOSTILE)
    shelf.put("http://post.test/", PAGE + b" again", at=T3)
    for coding, compress in CODINGS.items():
        shelf.put(
            f"http://post.test/{coding}", compress(PAGE), headers=(f"Content-Encoding: {coding}",)
        )
    shelf.put("http://post.test/i.png", b"\x89PNG\r\n\x1a\n" + bytes(90), content_type="image/png")
    first = shelf.put("http://post.test/same", b"<p>The very same", at=T1)
    assert shelf.put("http://post.test/same", b"<p>The very same", at=T2).record_type == "revisit"
    shelf.put("http://post.test/same", at=T3, status="304 Not Modified", not_modified=first)
    shelf.put("http://post.test/moved", at=T1, status="301 Moved", headers=("Location: /#here",))
    shelf.put(
        "http://www.post.test/self",
        at=T1,
        status="301 Moved",
        headers=("Location: https://post.test/self",),
    )
    shelf.put("https://post.test/self", b"<p>secure", at=T2)
    shelf.put("http://post.test/loop", at=T1, status="302 Found", headers=("Location: /loop",))
    shelf.put("http://post.test/gone", b"<p>It is gone", at=T1, status="410 Gone")
    shelf.put(
        "http://post.test/latin",
        "<p>Größe".encode("latin-1"),
        content_type="text/html; charset=ISO-8859-1",
    )
    shelf.put("http://post.test/cut", b"<p>Half a pa", truncated="length")
    shelf.put("http://post.test/q?b=2&a=%C3%BC", b"<p>A query", at=T1)
    shelf.put("http://post.test/doc.pdf", b"%PDF-1.7", content_type="application/pdf")
    shelf.put(
        "http://post.test/bomb",
        gzip.compress(bytes(100_000_000)),
        content_type="image/png",
        headers=("Content-Encoding: gzip",),
    )


@pytest.fixture(scope="module")
def replay(tmp_path_factory):
    shelf = Shelf(tmp_path_factory.mktemp("replay") / "archive")
    fill(shelf)
    archive = shelf.index()
    shelf.close()
    held = listening()
    port = held.getsockname()[1]
    app = create_replay(archive, Origins(ROOM, f"http://{REPLAY_NAME}:{port}"))
    with serving((app, held)), client(port, REPLAY_NAME) as asking:
        yield asking


def test_a_page_comes_rewritten_in_its_sandbox(replay):
    reply = replay.get(f"/web/{T1}/http://post.test/")
    assert reply.status_code == 200
    assert f'src="/web/{T1}/http://post.test/i.png"' in reply.text
    assert reply.headers["Memento-Datetime"] == "Fri, 02 Jan 2026 03:04:05 GMT"
    assert reply.headers["Content-Security-Policy"].startswith("sandbox allow-popups ")


def test_nothing_the_dead_site_said_about_itself_travels(replay):
    for reply in (
        replay.get(f"/web/{T1}/http://post.test/"),
        replay.get(f"/web/{T1}id_/http://post.test/"),
    ):
        for line in HOSTILE:
            name, _, value = line.partition(": ")
            assert reply.headers.get(name) != value, name
            assert "evil" not in reply.headers.get(name, ""), name
        assert "set-cookie" not in reply.headers
        assert reply.headers["Link"].startswith('<http://post.test/>; rel="original", <')


@pytest.mark.parametrize(
    "path",
    [
        f"/web/{T1}/http://post.test/",
        f"/web/{T1}id_/http://post.test/",
        f"/web/{T1}/http://post.test/i.png",
        f"/web/{T1}/http://post.test/doc.pdf",
        f"/web/{T1}/http://post.test/moved",
        f"/web/{T1}/http://post.test/none",
        "/web/*/http://post.test/",
        "/nonsense",
        "/",
    ],
)
def test_every_response_carries_the_policy(replay, path):
    replay_origin = f"http://{replay.headers['Host']}"
    reply = replay.get(path)
    for name, value in archived_headers(replay_origin).items():
        if name != "Cache-Control":
            assert reply.headers[name] == value, name
    assert "Cross-Origin-Resource-Policy" not in reply.headers
    refused = replay.request("POST", path)
    assert refused.status_code == 405
    assert refused.headers["Content-Security-Policy"] == reply.headers["Content-Security-Policy"]


@pytest.mark.parametrize("coding", CODINGS)
def test_content_codings_are_undone(replay, coding):
    assert "Storm over" in replay.get(f"/web/{T1}/http://post.test/{coding}").text
    raw = replay.get(f"/web/{T1}id_/http://post.test/{coding}")
    assert (raw.content, raw.headers["Content-Type"]) == (PAGE, "text/plain; charset=utf-8")
    coded = replay.get(
        f"/web/{T1}id_/http://post.test/{coding}", headers={"Accept-Encoding": coding}
    )
    assert coded.headers["Content-Encoding"] == coding
    assert coded.read() == PAGE


def test_what_expands_without_end_is_cut(replay):
    assert len(replay.get(f"/web/{T1}/http://post.test/bomb").content) < 70_000_000


@pytest.mark.parametrize(
    ("asked", "location"),
    [
        ("/web/2026/http://post.test/", f"/web/{T1}/http://post.test/"),
        ("/web/20260131/http://post.test/", f"/web/{T1}/http://post.test/"),
        ("/web/20260215/http://post.test/", f"/web/{T3}/http://post.test/"),
        ("/http://post.test/", "/web/http://post.test/"),
        (f"/{T1}/http://post.test/?a=b", f"/web/{T1}/http://post.test/?a=b"),
        ("/web/http://post.test/", f"/web/{T3}/http://post.test/"),
        ("/web/0/http://post.test/", f"/web/{T1}/http://post.test/"),
        ("/web/20261399/http://post.test/", f"/web/{T3}/http://post.test/"),
        ("/web/99999999999999/http://post.test/", f"/web/{T3}/http://post.test/"),
        ("/web/2026/https://www.POST.test:443/?", f"/web/{T1}/http://post.test/"),
        (f"/web/{T1}/http://post.test/moved", f"/web/{T1}/http://post.test/#here"),
        ("/web/*/http://post.test/?x=1", f"{ROOM}/captures?url=http%3A%2F%2Fpost.test%2F%3Fx%3D1"),
        ("/", f"{ROOM}/"),
    ],
)
def test_the_nearest_capture_and_redirects(replay, asked, location):
    reply = replay.get(asked)
    assert reply.status_code in (302, 303, 307)
    assert reply.headers["Location"] == location


def test_a_picture_is_given_at_once_from_the_nearest_capture(replay):
    reply = replay.get(f"/web/{T3}/http://post.test/i.png")
    assert (reply.status_code, len(reply.content)) == (200, 98)
    part = replay.get(f"/web/{T3}/http://post.test/i.png", headers={"Range": "bytes=1-3"})
    assert (part.status_code, part.content) == (206, b"PNG")


def test_a_redirect_to_itself_is_passed_over(replay):
    # www to bare and http to https have one urlkey: the redirect would lead to itself.
    reply = replay.get(f"/web/{T1}/http://www.post.test/self")
    assert reply.headers["Location"] == f"/web/{T2}/https://post.test/self"
    assert "secure" in replay.get(reply.headers["Location"]).text
    assert replay.get(f"/web/{T1}/http://post.test/loop").status_code == 404


@pytest.mark.parametrize("timestamp", [T1, T2, T3])
def test_revisits_show_what_they_refer_to(replay, timestamp):
    reply = replay.get(f"/web/{timestamp}/http://post.test/same")
    if reply.is_redirect:
        # The index keeps no type for a capture that has none; its own time is in its address.
        reply = replay.get(reply.headers["Location"])
    assert (reply.status_code, "The very same" in reply.text) == (200, True)
    assert "html" in reply.headers["Content-Type"]


def test_archived_errors_keep_status_and_text(replay):
    reply = replay.get(f"/web/{T1}/http://post.test/gone")
    assert (reply.status_code, "It is gone" in reply.text) == (410, True)


def test_characters_queries_and_cut_pages(replay):
    assert "Größe" in replay.get(f"/web/{T1}/http://post.test/latin").text
    assert "A query" in replay.get(f"/web/{T1}/http://post.test/q?b=2&a=%C3%BC").text
    assert "Half a pa" in replay.get(f"/web/{T1}/http://post.test/cut").text


def test_what_is_not_there_says_so_and_leads_on(replay):
    reply = replay.get(f"/web/{T1}/http://post.test/%3Cscript%3E?<b>")
    assert reply.status_code == 404
    assert "<script>" not in reply.text
    assert f"{ROOM}/captures?url=" in reply.text
    assert reply.headers["Cache-Control"] == "no-store"


def test_files_are_to_save(replay):
    reply = replay.get(f"/web/{T1}/http://post.test/doc.pdf")
    assert reply.headers["Content-Disposition"].startswith('attachment; filename="doc.pdf"')


@pytest.mark.parametrize(
    "headers",
    [
        {"Service-Worker": "script"},
        {"Sec-Fetch-Dest": "empty"},
        {"Sec-Fetch-Dest": "script"},
        {"Sec-Fetch-Dest": "serviceworker"},
        {"Sec-Fetch-Dest": "worker"},
    ],
)
def test_scripts_get_nothing(replay, headers):
    reply = replay.get(f"/web/{T1}/http://post.test/", headers=headers)
    assert reply.status_code == 403
    assert "Storm" not in reply.text


@pytest.mark.parametrize(
    "host",
    ["evil.test", "127.0.0.1", "localhost", "replay.localhost.evil.test", "", "a@replay.localhost"],
)
def test_other_names_are_misdirected(replay, host):
    reply = replay.get(f"/web/{T1}/http://post.test/", headers={"Host": host})
    assert reply.status_code in (400, 421)
    assert "Storm" not in reply.text


def test_a_revisit_by_address_and_date_passes_over_the_redirect_of_that_second(tmp_path):
    # As browser-based crawlers write them: no WARC-Refers-To, http and https in one second.
    shelf = Shelf(tmp_path / "archive")
    plain, secure = "http://far.test/p", "https://far.test/p"
    moved = b"HTTP/1.1 301 Moved\r\nLocation: " + secure.encode() + b"\r\n\r\nMoved there"
    page = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + PAGE
    said = (
        f"WARC-Refers-To-Target-URI: {secure}",
        "WARC-Refers-To-Date: 2026-01-02T03:04:05.5Z",
        "WARC-Profile: http://netpreserve.org/warc/1.1/revisit/identical-payload-digest",
    )
    records = (
        foreign("response", 1, plain, "2026-01-02T03:04:05.1Z", moved),
        foreign("response", 2, secure, "2026-01-02T03:04:05.5Z", page),
        foreign("revisit", 3, secure, "2026-02-02T00:00:00Z", page[: -len(PAGE)], *said),
    )
    (shelf.archive.warcs_dir / "far.warc").write_bytes(b"".join(records))
    archive = shelf.index()
    shelf.close()
    with closing(open_index(archive)) as db:
        revisit = find_capture(db, Asked(secure, T2))
        assert revisit.record_type == "revisit"
        assert load(archive, db, revisit).payload.body == PAGE


def foreign(kind, number, url, date, block, *headers):
    lines = [
        "WARC/1.1",
        f"WARC-Type: {kind}",
        f"WARC-Record-ID: <urn:uuid:00000000-0000-4000-8000-{number:012}>",
        f"WARC-Target-URI: {url}",
        f"WARC-Date: {date}",
        *headers,
        "Content-Type: application/http; msgtype=response",
        f"Content-Length: {len(block)}",
    ]
    return "\r\n".join([*lines, "", ""]).encode() + block + b"\r\n\r\n"


def test_a_record_that_is_lost_is_told(tmp_path):
    shelf = Shelf(tmp_path / "archive")
    shelf.put("http://post.test/", PAGE)
    archive = shelf.index()
    shelf.close()
    held = listening()
    port = held.getsockname()[1]
    app = create_replay(archive, Origins(ROOM, f"http://{REPLAY_NAME}:{port}"))
    with serving((app, held)), client(port, REPLAY_NAME) as asking:
        for path in archive.warcs_dir.rglob("*.warc.gz"):
            path.rename(path.with_suffix(".away"))
        lost = asking.get(f"/web/{T1}/http://post.test/")
        assert (lost.status_code, "cannot be read" in lost.text) == (500, True)
        archive.index_path.unlink()
        assert asking.get(f"/web/{T1}/http://post.test/").status_code == 404
        archive.index_path.write_bytes(b"no database" * 100)
        assert asking.get(f"/web/{T1}/http://post.test/").status_code == 500
