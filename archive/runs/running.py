"""The run that is under way: what it has counted so far, in ``runs/now.json``.

The crawl writes it every few seconds, whoever looks reads it; it counts for nothing without the
lock of the process that it names.
"""

import json
from contextlib import suppress

from archive.layout import Archive
from archive.lock import holder_of
from archive.runs.reports import Report

NAME = "now.json"


def write_running(archive: Archive, report: Report, *, process: int) -> None:
    """Replace what was told before; not durably, for it is of use only while the run lasts.

    Raises:
        OSError: as the file system says.
    """
    path = archive.runs_dir / NAME
    partial = path.with_suffix(".part")
    partial.write_text(json.dumps({**report, "process": process}, ensure_ascii=False), "utf-8")
    partial.replace(path)


def remove_running(archive: Archive) -> None:
    """The run has ended."""
    with suppress(OSError):
        (archive.runs_dir / NAME).unlink()


def find_running(archive: Archive) -> Report | None:
    """The run that is under way, as its report would be now; None where there is none."""
    try:
        report = json.loads((archive.runs_dir / NAME).read_text("utf-8"))
    except (OSError, ValueError):
        return None
    holder = holder_of(archive.lock_path)
    # A run that was killed leaves its file behind.
    is_its = isinstance(report, dict) and holder.endswith(f"(process {report.get('process')})")
    return report if is_its else None
