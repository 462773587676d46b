"""The reports of crawl runs, as they lie in ``runs/``."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from archive.errors import NotFound
from archive.layout import Archive

Report = dict[str, Any]
"""As docs/operator.md describes it."""


def iter_runs(archive: Archive) -> Iterator[Report]:
    """Every report that can be read, the newest first."""
    for path in sorted(archive.runs_dir.glob("[0-9]*.json"), reverse=True):
        if (report := _read(path)) is not None:
            yield report


def get_run(archive: Archive, name: str) -> Report:
    """The report of a run, by the start of its name; ``last``, and ``last-1`` for the one before.

    Raises:
        NotFound: there is none, or several.
    """
    names = sorted(path.stem for path in archive.runs_dir.glob("[0-9]*.json"))
    if name == "last" or name.startswith("last-"):
        back = name.removeprefix("last").removeprefix("-") or "0"
        if back.isascii() and back.isdigit() and int(back) < len(names):
            found = [names[-1 - int(back)]]
        else:
            found = []
    else:
        found = [known for known in names if known.startswith(name)]
    report = _read(archive.runs_dir / f"{found[0]}.json") if len(found) == 1 else None
    if report is None:
        raise NotFound(
            f"{name!r}: {len(found) or 'no'} runs are called so; expected the start of a name that "
            "`microfiche runs` lists, or `last`"
        )
    return report


def compare(before: Report, after: Report) -> list[tuple[str, str, int, int]]:
    """What differs between two runs: source (empty: all), count, before, after.

    >>> compare({"totals": {"urls": 1}, "sources": {}}, {"totals": {"urls": 3}, "sources": {}})
    [('', 'urls', 1, 3)]
    """
    found: list[tuple[str, str, int, int]] = []
    names = ["", *sorted({*before["sources"], *after["sources"]})]
    for name in names:
        one, other = (_counts(report, name) for report in (before, after))
        found += [
            (name, key, one.get(key, 0), other.get(key, 0))
            for key in sorted({*one, *other})
            if one.get(key, 0) != other.get(key, 0)
        ]
    return found


def _counts(report: Report, source: str) -> dict[str, int]:
    table = report["sources"].get(source, {}) if source else report["totals"]
    flat = {key: value for key, value in table.items() if isinstance(value, int)}
    return flat | {f"outcomes.{name}": count for name, count in table.get("outcomes", {}).items()}


def _read(path: Path) -> Report | None:
    try:
        report = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return report if isinstance(report, dict) and "totals" in report else None
