"""The newspaper as a process: how it begins and ends, TLS, and as a proxy."""

import json
import ssl
import subprocess
import sys

import httpx
import pytest

from tests.site import running
from tests.site.wire import CASES


def test_process_ends_when_its_standard_input_closes(tmp_path):
    with running(directory=tmp_path) as paper:
        assert paper.process.stdin is not None
        paper.process.stdin.close()
        assert paper.process.wait(5) == 0


def test_process_says_where_it_is_in_a_file_and_ends_when_its_time_is_up(tmp_path):
    ready = tmp_path / "ready.json"
    command = [sys.executable, "-m", "tests.site", "--ready", str(ready), "--lifetime", "0.2"]
    done = subprocess.run(
        command, check=True, stdin=subprocess.DEVNULL, capture_output=True, timeout=10
    )
    assert json.loads(ready.read_text("utf-8")) == json.loads(done.stdout)


def test_tls_shows_a_certificate_that_its_own_authority_verifies(get, tmp_path):
    with running(directory=tmp_path, tls=True) as paper:
        assert paper.a.startswith("https://127.0.0.1:")
        context = ssl.create_default_context(cafile=str(paper.ca))
        with httpx.Client(verify=context) as client:
            assert client.get(f"{paper.a}/robots.txt").status_code == 200
            assert client.get(f"{paper.b}/robots.txt").status_code == 200
        with pytest.raises(httpx.ConnectError, match=r"self.signed"):
            get(f"{paper.a}/robots.txt")


def test_every_port_is_a_proxy_to_loopback_too(tmp_path):
    with running(directory=tmp_path, tls=True, keep_bytes=True) as paper:
        context = ssl.create_default_context(cafile=str(paper.ca))
        with httpx.Client(proxy=paper.b, verify=context) as client:
            tunnelled = client.get(f"{paper.a}/wire/chunked-odd")
            assert tunnelled.content == CASES["chunked-odd"].body
            assert client.get("http://far.example/wire/length").content == CASES["length"].body
            with pytest.raises(httpx.ProxyError, match="403"):
                client.get("https://192.0.2.1/")
        methods = [(entry.method, entry.status) for entry in paper.journal()]
        assert methods == [("CONNECT", 200), ("GET", 200), ("GET", 200), ("CONNECT", 403)]
        assert paper.exchange(3)[0].startswith(b"GET http://far.example/wire/length HTTP/1.1\r\n")
