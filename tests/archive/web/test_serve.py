"""`microfiche serve`: what it prints, how it starts and ends."""

import json
import signal
import socket
import subprocess
from urllib.parse import urlsplit

import pytest

from archive.errors import ExitCode
from archive.layout import create_archive
from tests.archive.web.room import MICROFICHE, serve


def run(*arguments):
    return subprocess.run(
        [*MICROFICHE, *map(str, arguments)], capture_output=True, text=True, timeout=30, check=False
    )


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_both_answer_when_their_addresses_are_printed_and_end_cleanly(shelves, number):
    with serve(shelves) as served:
        assert served.room.startswith("http://127.0.0.1:")
        assert served.replay.startswith("http://replay.localhost:")
        with served.ask_room() as room, served.ask_replay() as replay:
            assert room.get("/api/v1/sources").status_code == 200
            assert replay.get("/").headers["Location"] == f"{served.room}/"
        served.process.send_signal(number)
        _, errors = served.process.communicate(timeout=10)
        assert served.process.returncode == ExitCode.OK
        assert errors.strip() == "Ctrl-C ends it."
        for address in (served.room, served.replay):
            with pytest.raises(ConnectionRefusedError):
                socket.create_connection(("127.0.0.1", urlsplit(address).port), timeout=2)


def test_a_port_that_is_taken_is_one_line(shelves):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        for options in (("--port", port, "--replay-port", 0), ("--port", 0, "--replay-port", port)):
            done = run("-C", shelves, "serve", *options)
            assert done.returncode == ExitCode.ERROR
            assert done.stderr.startswith(f"microfiche: 127.0.0.1:{port}: cannot be listened on")
            assert done.stderr.count("\n") == 1


def test_a_host_that_is_not_ours_is_one_line(shelves):
    done = run("-C", shelves, "serve", "--host", "192.0.2.1", "--port", 0)
    assert (done.returncode, done.stderr.count("\n")) == (ExitCode.ERROR, 1)


def test_no_archive_is_one_line(tmp_path):
    done = run("-C", tmp_path, "serve")
    assert (done.returncode, done.stderr.count("\n")) == (ExitCode.CONFIG, 1)
    assert "no archive here" in done.stderr


def test_broken_configuration_is_one_line(tmp_path):
    archive = create_archive(tmp_path / "a", contact="mailto:a@b.example")
    archive.config_path.write_text('layout = 1\n[archive]\nkontakt = "x"\n', "utf-8")
    done = run("-C", archive.root, "serve", "--port", 0, "--replay-port", 0)
    assert (done.returncode, done.stderr.count("\n")) == (ExitCode.CONFIG, 1)


def test_an_archive_without_an_index_is_shown_empty(tmp_path):
    archive = create_archive(tmp_path / "a", contact="mailto:a@b.example")
    with serve(archive.root) as served, served.ask_room() as room:
        assert "empty shelves" in room.get("/").text
        assert "There are none yet" in room.get("/sources").text
        missing = room.get("/api/v1/search?q=x")
        assert (missing.status_code, json.loads(missing.text)["status"]) == (404, 404)
        assert room.get("/captures?url=http://a.test/").status_code == 404
        # What is no database is told, and the process lives on.
        archive.index_path.write_bytes(b"no database" * 100)
        broken = room.get("/")
        assert (broken.status_code, "run `microfiche index`" in broken.text) == (500, True)
        assert room.get("/help").status_code == 200


def test_this_machine_signs_in_where_that_is_wanted(tmp_path):
    archive = create_archive(tmp_path / "a", contact="mailto:a@b.example")
    with serve(archive.root, "--no-local-staff") as served, served.ask_room() as room:
        assert room.get("/runs", follow_redirects=False).status_code == 303
        assert room.get("/help").status_code == 200
