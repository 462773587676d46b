"""The demo does what it narrates: the whole main job by the real command line."""

import os
import re
import subprocess
import sys
from pathlib import Path

REPOSITORY = Path(__file__).parents[1]


def test_demo_archives_two_days_and_both_addresses_answer(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "tests.site.demo", "--serve", "0"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    shown = done.stdout
    for headline in ("Seagrass comes back", "Seehund verbringt", "Oyster beds closed"):
        assert headline in shown
    assert re.search(r"^Versions \(2\)$", shown, re.MULTILINE)
    assert ", 0 to pages that robots.txt forbids, 0 sooner than agreed." in shown
    assert re.search(r"^  search +http://127\.0\.0\.1:\d+/", shown, re.MULTILINE)
    assert re.search(r"^  replay +http://replay\.localhost:\d+/\d{14}/http", shown, re.MULTILINE)
    assert (tmp_path / "demo-archive" / "index.db").is_file()


def test_demo_leaves_a_directory_alone_that_is_no_archive(tmp_path):
    (tmp_path / "demo-archive").mkdir()
    (tmp_path / "demo-archive" / "thesis.txt").write_text("mine", "utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "tests.site.demo", "--serve", "0"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        "demo: demo-archive: exists and is no archive of an earlier demo; move it away"
    ]
    assert (tmp_path / "demo-archive" / "thesis.txt").read_text("utf-8") == "mine"
