"""``microfiche sources``: how each source stands."""

import json
import time
from dataclasses import asdict

import click
from rich.table import Table
from rich.text import Text

from archive.cli import archive_of
from archive.cli.output import console
from archive.config import load_config
from archive.errors import ExitCode
from archive.runs.frontier import SourceState, read_sources


@click.command("sources")
@click.option("--check", is_flag=True, help="Print only what is wrong; exit code 7 if anything is.")
@click.option("--json", "as_json", is_flag=True, help="One JSON line for each source.")
@click.pass_context
def command(ctx: click.Context, *, check: bool, as_json: bool) -> int:
    """Say of each source when it was last served, what it brings, and what is wrong with it.

    Example: microfiche sources --check
    """
    archive = archive_of(ctx)
    config = load_config(archive)
    enabled = [name for name, source in config.sources.items() if source.enabled]
    states = read_sources(archive, enabled, now=time.time())
    problems = {state.source: problem for state in states if (problem := state.problem)}
    if as_json:
        for state in states:
            line = asdict(state) | {"habit": round(state.habit, 1), "problem": state.problem}
            click.echo(json.dumps(line))
    elif check:
        for source, problem in problems.items():
            click.echo(f"{source}: {problem}")
    else:
        console().print(_table(states))
    return int(ExitCode.SOURCE_FAILED if check and problems else ExitCode.OK)


def _table(states: list[SourceState]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    names = ("source", "served", "new today", "a day", "articles", "due", "backfill", "failing")
    for name in (*names, "walls", "next due", ""):
        table.add_column(name, justify="left" if name in ("source", "") else "right")
    now = time.time()
    for s in states:
        table.add_row(
            s.source,
            ago(s.last_success, now),
            str(s.new_day),
            f"{s.habit:.1f}",
            str(s.articles),
            str(s.due),
            str(s.backfill),
            str(s.failing),
            str(s.walled),
            ago(s.next_due, now) if s.next_due else "now" if s.due else "never",
            Text(s.problem, style="red"),
        )
    return table


def ago(at: float | None, now: float) -> str:
    """A moment beside the present.

    >>> ago(40.0, 100.0), ago(7300.0, 100.0), ago(None, 100.0)
    ('1 min ago', 'in 2 h', 'never')
    """
    if at is None:
        return "never"
    seconds = abs(now - at)
    unit, size = next(
        (unit, size) for unit, size in (("d", 86400), ("h", 3600), ("min", 60), ("s", 1))
        if seconds >= size or size == 1
    )  # fmt: skip
    count = f"{seconds / size:.0f} {unit}"
    return f"{count} ago" if at <= now else f"in {count}"
