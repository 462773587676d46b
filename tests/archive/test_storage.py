"""Storage that is full, or that may not be written: nothing is lost, nothing false is said."""

import multiprocessing
import os
import resource
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from click.testing import CliRunner

from archive.cli import cli
from archive.layout import create_archive
from tests.archive.indexer.press import Press, http, story

NOBODY = 65534
URL = "https://morning.example/2026/harbour-story-{}"


@pytest.fixture
def press():
    """Where another user can look, too."""
    with tempfile.TemporaryDirectory() as place:
        root = Path(place)
        root.chmod(0o755)
        press = Press(create_archive(root / "archive", contact="mailto:tests@example.org"))
        pages = [(URL.format(n), http(story(f"Harbour story {n}"))) for n in range(12)]
        press.write("a.warc.gz", [press.exchange(*page) for page in pages])
        yield press
        for path in (root / "archive").rglob("*"):
            path.chmod(0o755)
        (root / "archive").chmod(0o755)


def microfiche(press, *arguments, **options):
    command = [sys.executable, "-m", "archive.cli", "-C", str(press.archive.root), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False, **options)
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize("kilobytes", [200, 3_000])
def test_a_full_disk_ends_with_code_4_and_is_no_damage(press, kilobytes):
    def limited():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (kilobytes << 10, kilobytes << 10))

    code, said = microfiche(press, "index", preexec_fn=limited)
    assert code == 4, said
    assert "check the disk" in said or "cannot be opened" in said
    assert "damaged" not in said
    assert {path.name for path in press.archive.root.glob("index.db*")} <= {"index.db"}
    code, said = microfiche(press, "index")
    assert (code, "Indexed: " in said) == (0, True), said
    assert "12 captures" in microfiche(press, "stats")[1]


READING = {
    ("search", "harbour"): "Harbour story",
    ("stats",): "12 articles",
    ("events", "--source", "morning"): "published  morning: Harbour story",
    ("show", URL.format(7)): "Harbour story 7",
    ("export", "--format", "csv"): "Harbour story 7",
    ("check", "--workers", "1"): "a.warc.gz: no_manifest",
}


def test_whoever_may_not_write_reads_all_the_same(press):
    assert microfiche(press, "index")[0] == 0
    # Once as who we are: nobody may not even read what Python would load when first used.
    mine = {arguments: run(press, arguments) for arguments in READING}
    for path in press.archive.root.glob("index.db?*"):
        path.unlink()
    for path in (*press.archive.root.rglob("*"), press.archive.root):
        path.chmod(0o555 if path.is_dir() else 0o444)
    ours, theirs = multiprocessing.get_context("fork").Pipe()
    nobody = multiprocessing.get_context("fork").Process(target=_as_nobody, args=(press, theirs))
    nobody.start()
    found = ours.recv()
    nobody.join()
    for arguments, expected in READING.items():
        assert expected in found[arguments][1]
        assert found[arguments] == mine[arguments]
    assert not list(press.archive.root.glob("index.db?*"))


def run(press, arguments):
    result = CliRunner().invoke(cli, ["-C", str(press.archive.root), *arguments])
    return int(result.exit_code), result.output


def _as_nobody(press, answer):
    if os.geteuid() == 0:
        os.setuid(NOBODY)
    answer.send({arguments: run(press, arguments) for arguments in READING})
