"""Resident memory over 20,000 pages with capture. Aim: growth below 20 MB.

Growth is from the first tenth of the run, when everything is loaded, to its end.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.benchmarks.table import table
from tests.site import running

REPOSITORY = Path(__file__).parents[2]


def measure(count: int) -> list[int]:
    """Resident bytes at twenty points of a crawl with capture."""
    with running() as newspaper, tempfile.TemporaryDirectory() as directory:
        command = [sys.executable, "-m", "tests.benchmarks.capture_runs", "capture", newspaper.a]
        done = subprocess.run(
            [*command, str(count), directory],
            capture_output=True,
            text=True,
            cwd=REPOSITORY,
            check=True,
        )
    told = json.loads(done.stdout.splitlines()[-1])
    assert told["pages"] == count
    return [int(size) for size in told["memory"]]


def run(*, count: int = 20_000) -> str:
    """One row; a Markdown table."""
    memory = measure(count)
    first, last = memory[len(memory) // 10], memory[-1]
    row = [
        f"{count:,}",
        *(f"{size / 1e6:.1f}" for size in (first, max(memory), last, last - first)),
    ]
    return table(["pages", "MB at a tenth", "MB at most", "MB at the end", "growth in MB"], [row])
