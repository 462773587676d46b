"""Locks that a crash does not leave behind."""

import signal
import subprocess
import sys

import pytest

from archive.errors import ArchiveLocked, ArchiveUnwritable
from archive.lock import hold, is_held

HOLDER = """
import sys, time
from pathlib import Path
from archive.lock import hold
with hold(Path(sys.argv[1]), purpose="crawl"):
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def holder(tmp_path):
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path / "lock")], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def test_the_second_is_refused_and_told_by_whom(tmp_path, holder):
    with pytest.raises(ArchiveLocked, match=rf"in use by crawl \(process {holder.pid}\)"):
        hold(tmp_path / "lock", purpose="crawl").__enter__()
    assert is_held(tmp_path / "lock")


def test_a_killed_holder_leaves_no_lock(tmp_path, holder):
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    with hold(tmp_path / "lock", purpose="crawl"):
        pass
    assert not is_held(tmp_path / "lock")


def test_looking_leaves_nothing_behind_and_is_no_holding(tmp_path):
    assert not is_held(tmp_path / "lock")
    assert list(tmp_path.iterdir()) == []
    with hold(tmp_path / "lock", purpose="crawl"):
        told = (tmp_path / "lock").read_text()
        assert is_held(tmp_path / "lock")
    assert not is_held(tmp_path / "lock")
    assert (tmp_path / "lock").read_text() == told


def test_a_lock_that_cannot_be_made(tmp_path):
    with pytest.raises(ArchiveUnwritable, match="cannot be written"):
        hold(tmp_path / "gone" / "lock", purpose="crawl").__enter__()
