"""pywb, the full-fidelity replay, reads our WARC files: an article with its picture.

It is GPL and has 38 packages of its own, so it lives in a virtual environment of its own, made
once in a cache directory and never imported.
"""

import os
import signal
import socket
import subprocess
import time
from pathlib import Path

import httpx
import pytest

from tests.archive.replay.shelf import Shelf
from tests.archive.web.shelves import PNG, PROSE, SENTENCE, T1, T2, URL, article
from tests.environments import environment

PYWB = "pywb>=2.10,<2.11"
START_S = 60
pytestmark = pytest.mark.soak


@pytest.fixture(scope="module")
def pywb() -> Path:
    """The directory of pywb's commands; skips, with the reason, when it cannot be installed."""
    return environment("pywb-2.10", "setuptools<81", PYWB)


@pytest.fixture(scope="module")
def warcs(tmp_path_factory):
    shelf = Shelf(tmp_path_factory.mktemp("pywb") / "archive")
    page = article("Storm over the quay", *PROSE)
    shelf.put(URL, page, at=T1)
    shelf.put("http://post.test/i.png", PNG, content_type="image/png", at=T1)
    assert shelf.put(URL, page, at=T2).record_type == "revisit"
    shelf.close()
    return sorted(shelf.archive.warcs_dir.rglob("*.warc.gz"))


@pytest.fixture(scope="module")
def wayback(pywb, warcs, tmp_path_factory):
    """The address of a running pywb with our files as the collection ``press``."""
    root = tmp_path_factory.mktemp("wayback")
    for arguments in (("init", "press"), ("add", "press", *map(str, warcs))):
        subprocess.run([pywb / "wb-manager", *arguments], cwd=root, check=True, capture_output=True)
    with socket.create_server(("127.0.0.1", 0)) as held:
        port = held.getsockname()[1]
    process = subprocess.Popen(
        [pywb / "wayback", "-b", "127.0.0.1", "-p", str(port), "-d", str(root)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        process_group=0,
    )
    try:
        yield wait_for(f"http://127.0.0.1:{port}", process)
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def wait_for(address: str, process: "subprocess.Popen[bytes]") -> str:
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline:
        assert process.poll() is None, f"pywb ended with {process.returncode}"
        try:
            httpx.get(address, timeout=5, trust_env=False)
        except httpx.TransportError:
            time.sleep(0.2)
        else:
            return address
    pytest.fail(f"pywb did not answer within {START_S} s")


def test_pywb_replays_an_article_with_its_picture(wayback):
    with httpx.Client(base_url=wayback, trust_env=False, timeout=20) as asking:
        # The second capture is a revisit of the first.
        for timestamp in (T1, T2):
            page = asking.get(f"/press/{timestamp}mp_/{URL}")
            assert page.status_code == 200
            assert SENTENCE in page.text
            picture = f"/press/{timestamp}im_/http://post.test/i.png"
            assert picture in page.text
            shown = asking.get(picture)
            assert (shown.headers["Content-Type"], shown.content) == ("image/png", PNG)
        raw = asking.get(f"/press/{T1}id_/{URL}")
        assert raw.content == article("Storm over the quay", *PROSE)
        listed = asking.get("/press/cdx", params={"url": URL, "output": "json"})
        lines = listed.text.splitlines()
        # Two captures and nothing else: no request, no metadata in their place.
        assert [T1 in lines[0], T2 in lines[1], len(lines)] == [True, True, 2]
