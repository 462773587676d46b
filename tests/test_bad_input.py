"""Bad input at the command line: one clear line, a documented exit code, nothing changed."""

import io
import socket
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from unittest.mock import patch

import pytest
from click.testing import CliRunner

from archive.cli import cli, main
from archive.errors import ExitCode
from archive.layout import create_archive


def microfiche(*args):
    """A command in this process; those that would start a reactor in one of their own."""
    command = ["microfiche", *map(str, args)]
    if {"crawl", "add"} & set(command):
        child = [sys.executable, "-m", "archive.cli", *command[1:]]
        return subprocess.run(child, capture_output=True, text=True, timeout=60, check=False)
    out, err = io.StringIO(), io.StringIO()
    with (
        redirect_stdout(out),
        redirect_stderr(err),
        patch.object(sys, "argv", command),
        pytest.raises(SystemExit) as ended,
    ):
        main()
    return subprocess.CompletedProcess(command, ended.value.code, out.getvalue(), err.getvalue())


def assert_one_line(done, code, *words):
    assert done.returncode == code, done.stderr
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr
    for word in words:
        assert word in done.stderr
    assert "Traceback" not in done.stderr


@pytest.fixture
def archive(tmp_path):
    return create_archive(tmp_path / "a", contact="mailto:keeper@press.example")


@pytest.mark.parametrize(
    "command",
    [["crawl"], ["index"], ["search", "x"], ["show", "x"], ["serve"], ["add", "http://a.example/"]],
)
def test_no_archive_here(tmp_path, command):
    assert_one_line(
        microfiche("-C", tmp_path, *command), ExitCode.CONFIG, "no archive here", "microfiche init"
    )


def test_the_archive_of_the_environment(tmp_path, monkeypatch):
    monkeypatch.setenv("MICROFICHE_ARCHIVE", str(tmp_path / "elsewhere"))
    done = microfiche("crawl")
    assert_one_line(done, ExitCode.CONFIG, "elsewhere: no archive here")


def test_broken_toml(archive):
    archive.config_path.write_text("layout = 1\n[archive\n")
    assert_one_line(
        microfiche("-C", archive.root, "crawl"), ExitCode.CONFIG, "microfiche.toml", "line 2"
    )


def test_unknown_key(archive):
    archive.config_path.write_text(archive.config_path.read_text() + "\n[crawl]\nconcurency = 3\n")
    done = microfiche("-C", archive.root, "crawl")
    assert_one_line(
        done,
        ExitCode.CONFIG,
        "microfiche.toml:9: crawl.concurency: unknown key; did you mean 'concurrency'?",
    )


@pytest.mark.parametrize("url", ["gazette", "mailto:a@b.example", "http://", "/path"])
def test_url_that_is_no_url(archive, url):
    before = archive.config_path.read_text()
    done = microfiche("-C", archive.root, "add", url)
    assert done.returncode in (ExitCode.USAGE, ExitCode.ERROR, ExitCode.CONFIG)
    assert "http" in done.stderr.splitlines()[-1]
    assert archive.config_path.read_text() == before


def test_host_that_does_not_answer(archive):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    before = archive.config_path.read_text()
    done = microfiche(
        "-C", archive.root, "add", f"http://127.0.0.1:{port}/", "--allow-private-addresses"
    )
    assert_one_line(done, ExitCode.ERROR, f"127.0.0.1:{port}", "--no-probe")
    assert archive.config_path.read_text() == before


@pytest.mark.parametrize("command", [["search", "x"], ["show", "x"], ["serve", "--port", "0"]])
def test_index_that_is_no_database(archive, command):
    archive.index_path.write_bytes(b"this is not a database, it is a shopping list" * 50)
    done = microfiche("-C", archive.root, *command)
    assert_one_line(done, ExitCode.DAMAGED, "index.db", "run `microfiche index`")


def test_index_rebuilds_an_index_that_is_no_database(archive):
    archive.index_path.write_bytes(b"this is not a database, it is a shopping list" * 50)
    done = microfiche("-C", archive.root, "index")
    assert_one_line(done, ExitCode.OK, "index.db", "not a database", "rebuilds it")
    assert microfiche("-C", archive.root, "search", "x").returncode == ExitCode.OK


def test_a_damaged_index_is_rebuilt_on_demand(archive):
    archive.index_path.write_bytes(b"this is not a database, it is a shopping list" * 50)
    assert microfiche("-C", archive.root, "index", "--rebuild").returncode == ExitCode.OK
    assert microfiche("-C", archive.root, "search", "anything").returncode == ExitCode.OK


def test_directory_that_cannot_be_written(archive):
    """A file where the directory of WARCs should be stops root too."""
    archive.warcs_dir.rmdir()
    archive.warcs_dir.write_text("in the way")
    config = archive.config_path.read_text()
    archive.config_path.write_text(
        config
        + '\n[sources.a]\nname = "A"\nurl = "http://127.0.0.1:9/"\nallow_private_addresses = true\n'
    )
    assert_one_line(microfiche("-C", archive.root, "crawl"), ExitCode.UNWRITABLE, "warcs")


def test_init_where_nothing_can_be_written():
    done = microfiche("init", "/dev/null/a", "--contact", "mailto:keeper@press.example")
    assert_one_line(done, ExitCode.UNWRITABLE, "/dev/null/a")


@pytest.mark.parametrize(
    "contact", [["--contact", "me"], ["--contact", "mailto:a@b.example\nlayout = 2"], []]
)
def test_init_without_a_real_contact(tmp_path, contact):
    done = microfiche("init", tmp_path / "a", *contact)
    assert done.returncode == ExitCode.USAGE
    assert "mailto:" in done.stderr
    assert not (tmp_path / "a").exists()


QUERIES = (
    '"unclosed AND (',
    "AND OR NOT",
    "(((",
    '"',
    "*",
    "-",
    "title:",
    "a:b:c",
    "NEAR(",
    "col:^x",
    "'; --",
    "\x01",
    "before:never",
)


def test_a_search_never_fails(archive):
    assert microfiche("-C", archive.root, "index").returncode == ExitCode.OK
    for query in QUERIES:
        # Each in the same process: what is asked here is the answer, not the start-up.
        done = CliRunner().invoke(cli, ["-C", str(archive.root), "search", "--json", "--", query])
        assert (done.exit_code, done.exception) == (0, None), query
    assert microfiche("-C", archive.root, "search", "--", QUERIES[0]).returncode == ExitCode.OK


def test_unknown_command_and_source(archive):
    assert microfiche("frobnicate").returncode == ExitCode.USAGE
    done = microfiche("-C", archive.root, "crawl", "no-such-source")
    assert done.returncode in (ExitCode.ERROR, ExitCode.CONFIG, ExitCode.USAGE)
    assert "no-such-source" in done.stderr


def test_a_misspelt_command_is_answered_with_the_one_meant():
    done = microfiche("serach", "bridge")
    assert done.returncode == ExitCode.USAGE
    assert "No such command 'serach'; did you mean 'search'?" in done.stderr
