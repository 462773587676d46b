"""CDX in both dialects, Memento, availability: what other programs ask an archive."""

import json
from contextlib import closing

import pytest
from click.testing import CliRunner

from archive.cli import cli
from archive.replay.app import create_replay
from archive.replay.cdx.query import BadQuery, parse_query
from archive.replay.origins import REPLAY_NAME, Origins
from archive.web.app import create_room
from tests.archive.replay.loopback import client, listening, serving
from tests.archive.replay.shelf import Shelf

T1, T2, T3 = "20260102030405", "20260103000000", "20270102030405"
URL = "http://post.test/story"


@pytest.fixture(scope="module")
def shelf(tmp_path_factory):
    shelf = Shelf(tmp_path_factory.mktemp("protocols") / "archive")
    shelf.put(URL, b"<p>one", at=T1)
    shelf.put(URL, b"<p>one", at=T2)
    shelf.put(URL, b"<p>three", at=T3)
    shelf.put("http://post.test/a.png", b"\x89PNG\r\n\x1a\n", at=T1, content_type="image/png")
    shelf.put("http://www.sub.post.test/x?b=1", b"<p>sub", at=T1, status="404 Not Found")
    shelf.put("http://posttest.test/", b"<p>other", at=T1)
    shelf.index()
    shelf.close()
    return shelf


@pytest.fixture(scope="module")
def origins(shelf):
    with closing(listening()) as room, closing(listening()) as replay:
        origins = Origins.on_loopback(room.getsockname()[1], replay.getsockname()[1])
        apps = [
            (create_room(shelf.archive, origins), room),
            (create_replay(shelf.archive, origins), replay),
        ]
        with (
            serving(*apps),
            client(room.getsockname()[1], "127.0.0.1") as ask_room,
            client(replay.getsockname()[1], REPLAY_NAME) as ask_replay,
        ):
            yield origins, ask_room, ask_replay


@pytest.fixture
def replay(origins):
    return origins[2]


def moments(text: str) -> list[str]:
    return [line.split(" ")[1] for line in text.splitlines()]


@pytest.mark.parametrize("path", ["/cdx", "/cdx/search/cdx"])
@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (f"url={URL}", [T1, T2, T3]),
        ("url=post.test/story&from=2026&to=2026", [T1, T2]),
        (f"url={URL}&limit=1", [T1]),
        (f"url={URL}&limit=-1", [T3]),
        (f"url={URL}&sort=reverse", [T3, T2, T1]),
        (f"url={URL}&sort=closest&closest=20260103", [T2, T1, T3]),
        (f"url={URL}&collapse=timestamp:4", [T1, T3]),
        (f"url={URL}&collapse=digest", [T1, T3]),
        (f"url={URL}&filter=!mime:warc/revisit", [T1, T3]),
        ("url=post.test/*", [T1, T1, T2, T3]),
        ("url=post.test&matchType=host", [T1, T1, T2, T3]),
        ("url=post.test&matchType=domain", [T1, T1, T2, T3, T1]),
        ("url=*.post.test", [T1, T1, T2, T3, T1]),
        ("url=post.test&matchType=domain&filter=status:404", [T1]),
        ("url=http://nothing.test/", []),
        (f"url={URL}&page=1&pageSize=1", []),
    ],
)
def test_what_is_asked_is_answered_in_both_dialects(origins, path, asked, expected):
    for asker in origins[1:]:
        reply = asker.get(f"{path}?{asked}")
        assert (reply.status_code, moments(reply.text)) == (200, expected)


def test_the_dialect_of_pywb(replay):
    line = replay.get(f"/cdx?url={URL}&limit=1").text
    key, moment, rest = line.split(" ", 2)
    found = json.loads(rest)
    assert (key, moment) == ("test,post)/story", T1)
    assert {k: found[k] for k in ("url", "mime", "status")} == {
        "url": URL,
        "mime": "text/html",
        "status": "200",
    }
    assert {"offset", "length", "filename"} < found.keys()
    assert len(found["digest"]) == 32
    lines = replay.get(f"/cdx?url={URL}&output=json&fl=timestamp,mime").text.splitlines()
    assert json.loads(lines[1]) == {"timestamp": T2, "mime": "warc/revisit"}
    assert replay.get(f"/cdx?url={URL}&filter==status:200&filter=~mime:text").text.count("\n") == 2
    pages = replay.get(f"/cdx?url={URL}&showNumPages=true").json()
    assert pages["pages"] == 1


def test_the_dialect_of_wayback(replay):
    ask = f"/cdx/search/cdx?url={URL}"
    names, first, *_ = replay.get(f"{ask}&output=json").json()
    assert names == [
        *("urlkey", "timestamp", "original", "mimetype", "statuscode", "digest", "length"),
    ]
    assert dict(zip(names, first, strict=True))["original"] == URL
    assert replay.get(f"{ask}&output=json&fl=timestamp,original").json()[:2] == [
        ["timestamp", "original"],
        [T1, URL],
    ]
    assert replay.get("/cdx/search/cdx?url=nothing.test&output=json").json() == []
    assert replay.get(f"{ask}&showNumPages=true").text == "1\n"
    assert moments(replay.get(f"{ask}&filter=mimetype:text.*").text) == [T1, T3]


def test_what_is_long_is_gone_on_with(replay):
    ask = "/cdx/search/cdx?url=post.test&matchType=domain&limit=2&showResumeKey=true"
    seen, key = [], ""
    for _ in range(3):
        lines = replay.get(ask + key).text.splitlines()
        seen += [line for line in lines if line.count(" ") > 2]
        key = f"&resumeKey={lines[-1]}"
    assert seen == replay.get("/cdx/search/cdx?url=post.test&matchType=domain").text.splitlines()
    *rows, gap, (_,) = replay.get(f"{ask}&output=json").json()
    assert (len(rows), gap) == (3, [])


@pytest.mark.parametrize(
    "path", [f"/cdx?url={URL}", f"/cdx/search/cdx?url={URL}", f"/web/timemap/link/{URL}"]
)
def test_lines_are_gzipped_for_whoever_takes_them(replay, path):
    headers = {"Accept-Encoding": "gzip, deflate"}
    plain, packed = replay.get(path), replay.get(path, headers=headers)
    assert (packed.headers["Content-Encoding"], packed.text) == ("gzip", plain.text)
    refused = [replay.get(f"{path}&gzip=false", headers=headers)] if "?" in path else []
    for reply in (plain, *refused, replay.get(path, headers={"Accept-Encoding": "gzip;q=0"})):
        assert reply.status_code == 200
        assert "Content-Encoding" not in reply.headers
        assert reply.headers["Vary"] == "Accept-Encoding"


@pytest.mark.parametrize(
    "asked",
    [
        "",
        "url=a.test&matchType=all",
        "url=a.test&from=yesterday",
        "url=a.test&limit=many",
        "url=a.test&fl=secret",
        "url=a.test&sort=random",
        "url=a.test&filter=status",
        "url=a.test&filter=~url:(?=a)a",
        "url=a.test&filter=~url:a{9999}",
        "url=a.test&filter=~url:[",
        "url=a.test&collapse=:::",
        "url=a.test&resumeKey=x",
    ],
)
def test_what_cannot_be_asked_is_said(replay, asked):
    for path in ("/cdx", "/cdx/search/cdx"):
        reply = replay.get(f"{path}?{asked}")
        assert reply.status_code == 400
        assert "expect" in reply.json()["message"] or "filter" in reply.json()["message"] or asked


def test_a_time_gate(origins):
    _, _, replay = origins
    reply = replay.get(f"/web/{URL}", headers={"Accept-Datetime": "Sat, 03 Jan 2026 00:00:00 GMT"})
    assert (reply.status_code, reply.headers["Location"]) == (302, f"/web/{T2}/{URL}")
    assert reply.headers["Vary"] == "accept-datetime"
    assert "Memento-Datetime" not in reply.headers
    assert f'<{URL}>; rel="original"' in reply.headers["Link"]
    assert replay.get(f"/web/{URL}").headers["Location"] == f"/web/{T3}/{URL}"
    wrong = replay.get(f"/web/{URL}", headers={"Accept-Datetime": "yesterday"})
    assert (wrong.status_code, wrong.headers["Vary"]) == (400, "accept-datetime")
    assert replay.get("/web/http://nothing.test/").status_code == 404


def test_a_memento_names_its_relations(origins):
    places, _, replay = origins
    reply = replay.get(f"/web/{T2}/{URL}")
    assert reply.headers["Memento-Datetime"] == "Sat, 03 Jan 2026 00:00:00 GMT"
    links = reply.headers["Link"]
    for wanted in (
        f'<{URL}>; rel="original"',
        f'<{places.replay}/web/{URL}>; rel="timegate"',
        f'<{places.replay}/web/timemap/link/{URL}>; rel="timemap"; type="application/link-format"',
        f'<{places.replay}/web/{T1}/{URL}>; rel="first prev memento"',
        f'<{places.replay}/web/{T2}/{URL}>; rel="memento"',
        f'<{places.replay}/web/{T3}/{URL}>; rel="next last memento"',
    ):
        assert wanted in links


def test_time_maps(origins):
    places, room, replay = origins
    for asker in (room, replay):
        reply = asker.get(f"/web/timemap/link/{URL}")
        assert reply.headers["Content-Type"].startswith("application/link-format")
        lines = reply.text.splitlines()
        assert lines[0] == f'<{URL}>; rel="original",'
        assert 'rel="self"' in lines[1]
        assert f'<{places.replay}/web/{T1}/{URL}>; rel="first memento"' in lines[3]
        assert 'rel="last memento"; datetime="Sat, 02 Jan 2027 03:04:05 GMT"' in lines[5]
        found = asker.get(f"/web/timemap/json/{URL}").json()
        assert [m["uri"][-len(URL) - 15 : -len(URL) - 1] for m in found["mementos"]["list"]] == [
            *(T1, T2, T3),
        ]
        cdxj = asker.get(f"/web/timemap/cdxj/{URL}").text.splitlines()
        assert cdxj[-1].startswith(f'{T3} {{"uri": "{places.replay}/web/{T3}/{URL}"')
    assert replay.get("/web/timemap/link/http://nothing.test/").status_code == 404
    assert replay.get(f"/web/timemap/xml/{URL}").status_code == 404


def test_what_is_available(origins):
    places, _, replay = origins
    found = replay.get("/wayback/available?url=post.test/story&timestamp=20260103").json()
    closest = found["archived_snapshots"]["closest"]
    assert closest == {
        "status": "200",
        "available": True,
        "url": f"{places.replay}/web/{T2}/{URL}",
        "timestamp": T2,
    }
    assert replay.get("/wayback/available?url=nothing.test").json()["archived_snapshots"] == {}
    assert replay.get("/wayback/available").status_code == 400


@pytest.mark.parametrize("flavour", ["id_", "im_", "cs_", "js_", "if_", "mp_"])
def test_letters_behind_the_timestamp(replay, flavour):
    reply = replay.get(f"/web/{T1}{flavour}/{URL}")
    assert reply.status_code == 200
    assert "sandbox" in reply.headers["Content-Security-Policy"]
    assert replay.get(f"/{T1}{flavour}/{URL}").headers["Location"] == f"/web/{T1}{flavour}/{URL}"


def test_the_command_prints_cdxj(shelf):
    def run(*arguments: str):
        return CliRunner().invoke(cli, ["-C", str(shelf.archive.root), "cdx", *arguments])

    everything = run().output.splitlines()
    assert everything == sorted(everything)
    assert len(everything) == 6
    assert moments(run(URL, "--from", "2026", "--to", "2026").output) == [T1, T2]
    assert len(run("post.test", "--match", "domain", "--limit", "2").output.splitlines()) == 2
    assert run(URL, "--filter", "status").exit_code == 2


def condition(value: str, *, wayback: bool = False):
    asked = [f"url:{value}" if wayback else f"~url:{value}"]
    query = parse_query(
        {"url": "a.test"}, lambda name: asked if name == "filter" else [], wayback=wayback
    )
    return query.filters[0].holds


@pytest.mark.parametrize("value", ["a" * 300, "(?=a)a", r"(a)\1", "(a", "\ud800", ".{1000}" * 25])
def test_patterns_are_bounded(value):
    with pytest.raises(BadQuery, match="filter"):
        condition(value, wayback=True)


HOSTILE = (".?" * 60 + "#", ".*.*.*x", "(a|a)" * 30 + "#", "(a|b)*#")


@pytest.mark.parametrize("value", HOSTILE)
def test_patterns_that_would_try_many_ways_hold_nowhere(value):
    assert not condition(value)("a" * 2000)
    assert condition(".*b", wayback=True)("ab")
    assert not condition("b", wayback=True)("ab")
