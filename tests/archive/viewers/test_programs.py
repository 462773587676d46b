"""pywb and ReplayWeb.page themselves, beside the reading room: pages with script, and no way in.

pywb is GPL and has 38 packages of its own, ReplayWeb.page is AGPL: one lives in a virtual
environment, the other's files in a cache directory. Neither is ever part of this project.
"""

import os
import signal
import subprocess
import time

import httpx
import pytest
from click.testing import CliRunner

from archive.cli import cli
from archive.errors import CannotServe
from archive.viewers.found import PYWB, find_replayweb
from tests.archive.replay.shelf import Shelf
from tests.archive.web.chromium import chromium
from tests.archive.web.room import MICROFICHE
from tests.archive.web.shelves import PNG, PROSE, SENTENCE, T1, T2, URL, article
from tests.environments import cache_dir, environment

pytestmark = pytest.mark.soak

THIEF = "http://post.test/thief.html"
# Scripts of the archive run in both programs; none may read the reading room.
STEAL = """<!doctype html><title>waiting</title><body><script>
document.title = 'ran';
fetch('{room}/api/v1/sources', {{credentials: 'include'}}).then(r => r.text())
    .then(t => {{ if (t.includes('The Post')) document.title = 'read ' + t.slice(0, 20); }});
fetch('{room}/', {{mode: 'no-cors'}}).then(r => r.text())
    .then(t => {{ if (t.includes('test archive')) document.title = 'read ' + t.slice(0, 20); }});
</script>"""
# The same by the browser's own means, which these programs put theirs in the place of.
ASK = """async room => {
    const got = [];
    for (const mode of ['cors', 'no-cors']) {
        try { got.push((await (await fetch(room, {mode, credentials: 'include'})).text()).length); }
        catch (error) { got.push(error.name); }
    }
    const frame = document.createElement('iframe');
    frame.src = room;
    document.body.append(frame);
    await new Promise(done => { frame.onload = done; setTimeout(done, 3000); });
    try { got.push(frame.contentDocument ? frame.contentDocument.body.innerText : 'closed'); }
    catch (error) { got.push('closed'); }
    return got;
}"""


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """The addresses that `serve` prints, by what it calls them."""
    root = tmp_path_factory.mktemp("viewers")
    shelf = Shelf(root / "archive")
    page = article("Storm over the quay", *PROSE)
    shelf.put(URL, page, at=T1, kind="article")
    shelf.put("http://post.test/i.png", PNG, content_type="image/png", at=T1)
    assert shelf.put(URL, page, at=T2, kind="article").record_type == "revisit"
    # Where the room will be: asked for by port, so that the page can be written before.
    room = free_port()
    shelf.put(THIEF, STEAL.format(room=f"http://127.0.0.1:{room}").encode(), at=T1)
    shelf.index()
    shelf.close()
    wacz = root / "all.wacz"
    done = CliRunner().invoke(
        cli, ["-C", str(shelf.archive.root), "export", "--format", "wacz", "--to", str(wacz)]
    )
    assert done.exit_code == 0, done.output
    bin_dir = environment("pywb-2.10", "setuptools<81", PYWB)
    env = os.environ | {
        "PATH": f"{bin_dir}{os.pathsep}{os.environ['PATH']}",
        "XDG_CACHE_HOME": str(cache_dir()),
    }
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(cache_dir()))
        try:
            find_replayweb(make=True)
        except CannotServe as error:
            pytest.skip(str(error))
    options = ("--port", str(room), "--replay-port", "0", "--script-port", "0")
    options += ("--pywb", "--replayweb", str(wacz))
    process = subprocess.Popen(
        [*MICROFICHE, "-C", str(shelf.archive.root), "serve", *options],
        stdout=subprocess.PIPE,
        text=True,
        env=env,
    )
    try:
        lines = [process.stdout.readline() for _ in range(4)]
        assert all(lines), "it ended before all four answered"
        yield {line.partition(":")[0]: line.split()[-1] for line in lines}
    finally:
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 0
        process.stdout.close()


def free_port():
    import socket

    with socket.create_server(("127.0.0.1", 0)) as held:
        return held.getsockname()[1]


@pytest.fixture(scope="module")
def browser():
    with chromium() as running:
        yield running


def test_pywb_replays_an_article_with_its_picture_from_our_index_and_files(served):
    with httpx.Client(base_url=served["pywb"], trust_env=False, timeout=20) as asking:
        # The second capture is a revisit of the first.
        for timestamp in (T1, T2):
            page = asking.get(f"{timestamp}mp_/{URL}")
            assert page.status_code == 200
            assert SENTENCE in page.text
            picture = f"{timestamp}im_/http://post.test/i.png"
            assert picture in page.text
            shown = asking.get(picture)
            assert (shown.headers["Content-Type"], shown.content) == ("image/png", PNG)
        raw = asking.get(f"{T1}id_/{URL}")
        assert raw.content == article("Storm over the quay", *PROSE)
        listed = asking.get("cdx", params={"url": URL, "output": "json"})
        lines = listed.text.splitlines()
        assert [T1 in lines[0], T2 in lines[1], len(lines)] == [True, True, 2]


def titles(page):
    """The titles of all frames, once scripts have had their time."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        found = [frame.title() for frame in page.frames if not frame.is_detached()]
        if any(title.endswith("ran") for title in found):
            page.wait_for_timeout(1500)
            return [frame.title() for frame in page.frames]
        page.wait_for_timeout(200)
    return found


def test_a_script_in_pywb_runs_and_reads_nothing_of_the_room(served, browser):
    page = browser.new_page()
    page.goto(f"{served['pywb']}{T1}/{THIEF}")
    found = titles(page)
    assert any(title.endswith("ran") for title in found)
    assert not [title for title in found if title.startswith("read")]
    assert page.evaluate(ASK, served["Reading room"]) == ["TypeError", "TypeError", "closed"]
    page.close()


def test_replayweb_shows_the_article_and_its_scripts_read_nothing_of_the_room(served, browser):
    page = browser.new_page()
    page.goto(f"{served['ReplayWeb.page']}#view=replay&url={URL}&ts={T1}")
    deadline = time.monotonic() + 60
    shown = False
    while not shown and time.monotonic() < deadline:
        page.wait_for_timeout(300)
        shown = any(SENTENCE in frame.content() for frame in page.frames[1:])
    assert shown
    page.goto("about:blank")
    page.goto(f"{served['ReplayWeb.page']}#view=replay&url={THIEF}&ts={T1}")
    found = titles(page)
    assert any(title.endswith("ran") for title in found)
    assert page.evaluate(ASK, served["Reading room"]) == ["TypeError", "TypeError", "closed"]
    page.close()
    assert not [title for title in found if title.startswith("read")]
