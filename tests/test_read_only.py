"""A read-only file system: real, in a mount namespace of the test's own."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from archive.errors import ExitCode

SCRIPT = """
set -e
mount -t tmpfs none "$1"
"$2" -m archive.cli init "$1/a" --contact mailto:keeper@press.example
printf '\\n[sources.a]\\nname = "A"\\nurl = "http://127.0.0.1:9/"\\n' >> "$1/a/microfiche.toml"
mount -o remount,ro "$1"
shift
exec "$@"
"""


def on_read_only(place: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    unshare = shutil.which("unshare")
    probe = [unshare, "-m", "mount", "-t", "tmpfs", "none", str(place)] if unshare else ["false"]
    if subprocess.run(probe, capture_output=True, check=False).returncode:
        pytest.skip("no mount namespace may be made here: not root, or no unshare")
    command = [sys.executable, "-m", "archive.cli", "-C", f"{place}/a", *arguments]
    return subprocess.run(
        [unshare, "-m", "sh", "-c", SCRIPT, "sh", str(place), *command],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("command", ["crawl", "index"])
def test_what_must_write_stops_at_once_and_says_so(tmp_path, command):
    done = on_read_only(tmp_path, command)
    assert done.returncode == ExitCode.UNWRITABLE
    assert done.stderr.splitlines()[-1].endswith("cannot be written: Read-only file system")


def test_what_only_reads_goes_on(tmp_path):
    done = on_read_only(tmp_path, "check")
    assert (done.returncode, "no fault" in done.stdout + done.stderr) == (ExitCode.OK, True)
