"""Kill -9 at any step of ingest, index and rebuild: the next command goes on.

And its result is that of a run that nobody disturbed.
"""

import random
import signal
import subprocess
import sys
from contextlib import closing

import pytest
import zstandard
from click.testing import CliRunner

from archive.cli import cli
from archive.index.open import open_index
from archive.layout import create_archive
from tests.archive.indexer.press import http, new_press, rows_of, story
from tests.archive.ingest.foreign import foreign_arc, foreign_warc, wacz
from tests.archive.ingest.shelf_server import Shelf, serving

URL = "https://morning.example/2026/harbour-{}"
KILL_S = 120


def disturbed(archive, kind, at, *arguments, timeout_s=KILL_S):
    """Run a command that is killed at an event; gives how many there were where it was not."""
    command = [sys.executable, "-m", "tests.archive.killer", kind, str(at)]
    done = subprocess.run(
        [*command, "-C", str(archive.root), *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=timeout_s,
        check=False,
    )
    if at:
        # A run that has fewer steps than an earlier one ends by itself.
        assert done.returncode in (-signal.SIGKILL, 0), done.stderr
        return 0
    assert done.returncode == 0, done.stderr
    return int(done.stderr.split()[-1])


def finished(archive, *arguments):
    result = CliRunner().invoke(cli, ["-C", str(archive.root), *map(str, arguments)])
    assert result.exit_code == 0, (result.output, result.exception)


def one_worker(archive):
    """Fewer processes to wait for; what they do is the same."""
    config = archive.config_path
    config.write_text(config.read_text() + "[crawl]\nworkers = 1\n")


def state(archive):
    """Every file of the archive and every row of its index."""
    files = {
        path.relative_to(archive.warcs_dir).as_posix(): path.read_bytes()
        for path in sorted(archive.warcs_dir.rglob("*"))
        if path.is_file()
    }
    with closing(open_index(archive, write=True)) as db:
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        return files, rows_of(db)


def make_sources(place):
    """What is taken in: copied, converted, taken apart."""
    place.mkdir()
    titles = [f"Bridge n{n} closed" for n in range(12)]
    (place / "a.warc.gz").write_bytes(foreign_warc(compressed=True, titles=titles))
    plain = foreign_warc(compressed=False, titles=titles[:3])
    (place / "b.warc.zst").write_bytes(zstandard.compress(plain))
    (place / "c.wacz").write_bytes(wacz(foreign_warc(compressed=True, titles=titles[:2])))
    (place / "d.arc").write_bytes(foreign_arc())


def make_crawled(root):
    """An archive of two files: new pages, an edit, a page that is gone."""
    press = new_press(root)
    for n in range(2):
        press.write(
            f"2026/01/{n}.warc.gz",
            [
                press.exchange(URL.format(i % 6), http(story(f"Harbour story {i % 6} of {n}")))
                for i in range(9)
            ]
            + [press.exchange(URL.format(5), http(b"gone", "410 Gone"))],
        )
    return press.archive


class Undisturbed:
    """What commands do and leave that nobody disturbs; each is run when it is first asked for."""

    def __init__(self, root):
        self.root = root
        self._known = {}
        make_sources(root / "sources")

    def of(self, command, kind):
        """How many events of a kind a command has, and what it leaves."""
        if (command, kind) not in self._known:
            archive = self.archive(self.root / f"{command}-{kind}", command)
            if command == "rebuild":
                finished(archive, "index")
            events = disturbed(archive, kind, 0, *self.arguments(command))
            self._known[command, kind] = events, state(archive)
        return self._known[command, kind]

    def archive(self, place, command):
        """An archive at the beginning of a command."""
        if command == "ingest":
            archive = create_archive(place, contact="mailto:tests@example.org")
        else:
            archive = make_crawled(place)
        one_worker(archive)
        if command == "outdated":
            finished(archive, "index")
            with closing(open_index(archive, write=True)) as db:
                db.execute("PRAGMA user_version = 3")
        return archive

    def arguments(self, command):
        return {
            "ingest": ("ingest", self.root / "sources"),
            "index": ("index",),
            # Of another version: everything is read again.
            "outdated": ("index",),
            "rebuild": ("index", "--rebuild"),
        }[command]


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    return Undisturbed(tmp_path_factory.mktemp("undisturbed"))


CASES = (
    *(("ingest", "file"), ("ingest", "sql")),
    *(("index", "sql"), ("rebuild", "sql"), ("outdated", "sql")),
)


def kill_and_finish(undisturbed, tmp_path, case, moments):
    command, kind = case
    events, _ = undisturbed.of(*case)
    archive = undisturbed.archive(tmp_path / "archive", command)
    arguments = undisturbed.arguments(command)
    for moment in moments:
        disturbed(archive, kind, max(1, int(events * moment)), *arguments)
    finished(archive, *arguments)
    assert not list(archive.root.glob("index.db.rebuild*"))
    return state(archive)


@pytest.mark.parametrize("case", CASES, ids="-".join)
def test_killed_twice_the_next_run_ends_as_an_undisturbed_one(undisturbed, tmp_path, case):
    chance = random.Random(f"{case}")
    moments = sorted(chance.random() for _ in range(2))
    ended = kill_and_finish(undisturbed, tmp_path, case, moments)
    assert ended == undisturbed.of(*case)[1]


@pytest.mark.soak
@pytest.mark.parametrize("case", CASES, ids="-".join)
@pytest.mark.parametrize("seed", range(25))
def test_killed_at_many_moments(undisturbed, tmp_path, case, seed):
    chance = random.Random(f"{case} {seed}")
    moments = sorted(chance.random() ** 0.5 for _ in range(chance.randint(1, 4)))
    ended = kill_and_finish(undisturbed, tmp_path, case, moments)
    assert ended == undisturbed.of(*case)[1]


def test_a_download_that_was_killed_is_gone_on_with(tmp_path):
    warc = foreign_warc(compressed=True)
    with serving(Shelf({"/a.warc.gz": warc})) as shelf:
        arguments = ("ingest", "--allow-private-addresses", "--no-index", f"{shelf.base}/a.warc.gz")
        archives = [
            create_archive(tmp_path / name, contact="mailto:tests@example.org") for name in "ab"
        ]
        steps = disturbed(archives[0], "file", 0, *arguments)
        for at in (steps // 4, steps // 2, steps * 3 // 4):
            disturbed(archives[1], "file", at, *arguments)
        finished(archives[1], *arguments)
    kept = [
        {path.name: path.read_bytes() for path in archive.warcs_dir.rglob("*") if path.is_file()}
        for archive in archives
    ]
    assert kept[0] == kept[1]
    assert warc in kept[1].values()
    assert len(kept[1]) == 2
