"""Clients from PyPI, each in an environment of its own, work against us as they come."""

import json
import os
import re
import subprocess
from contextlib import closing

import pytest

from archive.replay.app import create_replay
from archive.replay.origins import Origins
from archive.web.app import create_room
from tests.archive.replay.loopback import listening, serving
from tests.archive.replay.proxy import NAMES, certificate, proxy
from tests.archive.replay.shelf import Shelf
from tests.environments import environment

pytestmark = pytest.mark.soak

T1, T2, T3 = "20260102030405", "20260103000000", "20270102030405"
URL = "http://post.test/story"
TEXT = "<p>one: Ümläute"


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """Runs a script in an environment, behind the proxy; gives what it prints as JSON."""
    root = tmp_path_factory.mktemp("clients")
    shelf = Shelf(root / "archive")
    shelf.put(URL, TEXT.encode(), at=T1)
    shelf.put(URL, TEXT.encode(), at=T2)
    shelf.put(URL, b"<p>three", at=T3)
    shelf.index()
    shelf.close()
    pem = certificate(root / "proxy.pem", NAMES)
    with closing(listening()) as room, closing(listening()) as replay:
        port = replay.getsockname()[1]
        origins = Origins.on_loopback(room.getsockname()[1], port)
        apps = [
            (create_room(shelf.archive, origins), room),
            (create_replay(shelf.archive, origins), replay),
        ]
        with serving(*apps), proxy(port, pem) as proxied:

            def run(requirement, script, *, behind=True):
                python = (
                    environment(re.sub(r"[=>]=", "-", requirement).partition(",")[0], requirement)
                    / "python"
                )
                place = f"http://127.0.0.1:{proxied}"
                asked = {"HTTP_PROXY": place, "HTTPS_PROXY": place, "http_proxy": place}
                done = subprocess.run(
                    [python, "-c", script, URL, origins.room, origins.replay],
                    env=os.environ
                    | (asked if behind else {})
                    | {"REQUESTS_CA_BUNDLE": str(pem), "NO_PROXY": "", "no_proxy": ""},
                    capture_output=True,
                    text=True,
                    timeout=120,
                    check=False,
                )
                assert done.returncode == 0, done.stderr
                return json.loads(done.stdout)

            yield run


def test_cdx_toolkit_reads_us_by_our_address(run):
    script = """
import json, sys, cdx_toolkit
found = cdx_toolkit.CDXFetcher(source=sys.argv[2] + "/cdx").iter(sys.argv[1], limit=10)
print(json.dumps([[row["timestamp"], row["url"], row["mime"]] for row in found]))
"""
    assert run("cdx_toolkit>=0.9,<1", script, behind=False) == [
        [T1, URL, "text/html"],
        [T2, URL, "warc/revisit"],
        [T3, URL, "text/html"],
    ]


def test_memento_client_finds_the_nearest_memento(run):
    script = """
import datetime, json, sys
from memento_client import MementoClient
client = MementoClient(timegate_uri=sys.argv[3] + "/web/")
asked = datetime.datetime(2026, 1, 3, 12)
found = client.get_memento_info(sys.argv[1], asked)
again = client.get_memento_info(found["mementos"]["closest"]["uri"][0], asked)
print(json.dumps([found, again["original_uri"]], default=str))
"""
    found, original = run("memento_client==0.6.1", script)
    mementos = {name: (m["uri"][0][-len(URL) - 15 :], m["datetime"]) for name, m in
                found["mementos"].items()}  # fmt: skip
    assert mementos == {
        "first": (f"{T1}/{URL}", "2026-01-02 03:04:05"),
        "prev": (f"{T1}/{URL}", "2026-01-02 03:04:05"),
        "closest": (f"{T2}/{URL}", "2026-01-03 00:00:00"),
        "next": (f"{T3}/{URL}", "2027-01-02 03:04:05"),
        "last": (f"{T3}/{URL}", "2027-01-02 03:04:05"),
    }
    assert found["mementos"]["closest"]["http_status_code"] == 200
    assert original == found["original_uri"] == URL


def test_wayback_searches_and_gets_mementos(run):
    script = """
import json, sys, wayback
with wayback.WaybackClient() as client:
    records = list(client.search(sys.argv[1]))
    mementos = [client.get_memento(record) for record in records]
    shown = client.get_memento(sys.argv[1], timestamp="20260103000000", mode=wayback.Mode.view)
    print(json.dumps([
        [[r.timestamp.strftime("%Y%m%d%H%M%S"), r.status_code, r.mime_type] for r in records],
        [[m.timestamp.strftime("%Y%m%d%H%M%S"), m.text, m.ok, m.url] for m in mementos],
        [shown.memento_url, sorted(shown.links)],
    ]))
"""
    records, mementos, shown = run("wayback==0.4.5", script)
    assert [row[0] for row in records] == [T1, T2, T3]
    assert mementos == [[T1, TEXT, True, URL], [T2, TEXT, True, URL], [T3, "<p>three", True, URL]]
    assert shown[0] == f"https://web.archive.org/web/{T2}/{URL}"
    assert {"original", "timegate", "timemap"} <= set(shown[1])


def test_waybackpy_finds_what_is_near_oldest_and_newest(run):
    script = """
import json, sys
from waybackpy import WaybackMachineAvailabilityAPI, WaybackMachineCDXServerAPI
cdx = WaybackMachineCDXServerAPI(sys.argv[1], "tests")
available = WaybackMachineAvailabilityAPI(sys.argv[1], "tests")
print(json.dumps([
    [s.timestamp for s in WaybackMachineCDXServerAPI(sys.argv[1], "tests").snapshots()],
    cdx.near(year=2026, month=1, day=3, hour=1).archive_url,
    cdx.oldest().archive_url,
    cdx.newest().archive_url,
    available.newest().archive_url,
    available.near(year=2026, month=1, day=2, hour=1).archive_url,
]))
"""
    every, *found = run("waybackpy==3.0.6", script)
    assert every == [T1, T2, T3]
    assert [url.rpartition("/web/")[2] for url in found] == [
        *(f"{t}/{URL}" for t in (T2, T1, T3, T3, T1)),
    ]
