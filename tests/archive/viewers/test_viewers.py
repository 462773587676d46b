"""What replays with script: found or advised, fed by us, apart from the room, ended with us."""

import signal
import socket
import subprocess
import sys
import time

import httpx
import pytest

from archive.errors import CannotServe, ExitCode
from archive.layout import create_archive
from archive.process import module_command
from archive.viewers import found
from archive.viewers.found import find_pywb, find_replayweb
from archive.viewers.pywb import config_of, free_port, run_pywb
from archive.viewers.replayweb import create_replayweb
from tests.archive.replay.loopback import listening, serving
from tests.archive.web.room import MICROFICHE

# Answers as pywb would, as far as being started and ended goes.
STAND_IN = """#!{python}
import pathlib, socket, sys, time
host, port, directory = sys.argv[2], int(sys.argv[4]), pathlib.Path(sys.argv[6])
(directory.parent / "told.json").write_text((directory / "config.yaml").read_text())
with socket.create_server((host, port)) as held:
    time.sleep(600)
"""


@pytest.fixture
def archive(tmp_path):
    return create_archive(tmp_path / "archive", contact="mailto:a@b.example")


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("PATH", "")
    return tmp_path / "cache" / "microfiche"


@pytest.fixture
def wayback(cache):
    path = cache / "pywb" / "bin" / "wayback"
    path.parent.mkdir(parents=True)
    path.write_text(STAND_IN.format(python=sys.executable))
    path.chmod(0o755)
    return path


def test_what_is_absent_is_advised_on(cache):
    with pytest.raises(CannotServe, match="add --install"):
        find_pywb()
    with pytest.raises(CannotServe, match="add --install"):
        find_replayweb()
    with pytest.raises(CannotServe, match="npm, which it is got by, is not here"):
        find_replayweb(make=True)


def test_an_environment_that_cannot_be_made_leaves_nothing(cache, monkeypatch):
    monkeypatch.setattr(found, "PYWB", "./no such requirement")
    monkeypatch.setattr(
        found.venv, "create", lambda place, **_: (place / "bin").mkdir(parents=True)
    )
    with pytest.raises(CannotServe, match="no environment can be made"):
        find_pywb(make=True)
    assert not (cache / "pywb").exists()


def test_pywb_is_told_of_our_index_and_files_and_ends_with_us(archive, wayback, tmp_path):
    port = free_port(0)
    with run_pywb(find_pywb(), archive, cdx="http://127.0.0.1:1/cdx", port=port) as running:
        until(lambda: running.answers() or running.has_ended())
        assert not running.has_ended()
        assert running.address == f"http://127.0.0.2:{port}/press/"
        with pytest.raises(CannotServe, match="another --script-port"):
            free_port(port)
    assert running.has_ended()
    assert not running.answers()
    assert config_of(archive, "x")["collections"]["press"]["archive_paths"].endswith("/warcs/")


def test_it_ends_however_we_end(wayback, tmp_path):
    port = free_port(0)
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / "config.yaml").write_text("{}")
    keeper = module_command("archive.viewers.keeper", wayback, "-b", "127.0.0.2", "-p", port)
    script = (
        "import subprocess, sys, time\n"
        f"subprocess.Popen({[*keeper, '-d', str(tmp_path / 'd')]!r}, stdin=subprocess.PIPE)\n"
        "time.sleep(600)\n"
    )
    with subprocess.Popen([sys.executable, "-c", script]) as us:
        until(lambda: is_open(port))
        us.send_signal(signal.SIGKILL)
        us.wait()
        until(lambda: not is_open(port))
    assert not is_open(port)


def is_open(port):
    with socket.socket() as asking:
        return asking.connect_ex(("127.0.0.2", port)) == 0


def until(holds):
    deadline = time.monotonic() + 120  # reached by what fails alone
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_serve_says_what_is_missing_before_it_opens_anything(archive, cache):
    done = subprocess.run(
        [*MICROFICHE, "-C", str(archive.root), "serve", "--port", "0", "--pywb"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (ExitCode.ERROR, "")
    assert done.stderr.startswith("microfiche: pywb is not here; add --install")


def test_the_viewer_of_a_wacz_gives_ranges_and_answers_to_its_own_name_only(tmp_path):
    for name in ("ui.js", "sw.js"):
        (tmp_path / name).write_text(name)
    wacz = tmp_path / "a<b.wacz"
    with pytest.raises(CannotServe, match="microfiche export"):
        create_replayweb(tmp_path, wacz)
    wacz.write_bytes(bytes(range(100)))
    held = listening()
    port = held.getsockname()[1]
    with (
        serving((create_replayweb(tmp_path, wacz), held)),
        httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False) as asking,
    ):
        own = {"Host": f"127.0.0.3:{port}"}
        page = asking.get("/", headers=own)
        assert "a&lt;b.wacz" in page.text
        part = asking.get("/collection.wacz", headers={**own, "Range": "bytes=10-19"})
        assert (part.status_code, part.content) == (206, bytes(range(10, 20)))
        for place, text in (("/ui.js", "ui.js"), ("/replay/sw.js", "sw.js")):
            assert asking.get(place, headers=own).text == text
        assert asking.get("/../tests", headers=own).status_code == 404
        assert asking.get("/").status_code == 421
        assert "Access-Control-Allow-Origin" not in page.headers
