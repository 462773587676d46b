"""``microfiche sources``: how each source stands."""

import json
import time
from dataclasses import asdict

import click
from rich.table import Table
from rich.text import Text

from archive.config import load_config
from archive.config_edit import enable_source, remove_source
from archive.errors import ExitCode
from archive.runs.frontier import SourceState, read_sources
from archive.terminal import archive_of, tell_table
from archive.wording import ago


@click.group("sources", invoke_without_command=True)
@click.option("--check", is_flag=True, help="Print only what is wrong; exit code 7 if anything is.")
@click.option("--json", "as_json", is_flag=True, help="One JSON line for each source.")
@click.pass_context
def command(ctx: click.Context, *, check: bool, as_json: bool) -> int:
    """Say of each source when it was last served, what it brings, and what is wrong with it.

    Example: microfiche sources --check
    """
    if ctx.invoked_subcommand is not None:
        return int(ExitCode.OK)
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
        tell_table(_table(states))
    return int(ExitCode.SOURCE_FAILED if check and problems else ExitCode.OK)


@command.command("enable")
@click.argument("source")
@click.pass_context
def enable(ctx: click.Context, source: str) -> None:
    """Have SOURCE crawled again.

    Example: microfiche sources enable news
    """
    enable_source(archive_of(ctx), source, enabled=True)
    click.echo(f"{source} is crawled again")


@command.command("disable")
@click.argument("source")
@click.pass_context
def disable(ctx: click.Context, source: str) -> None:
    """Leave SOURCE alone until it is enabled; what was captured of it stays.

    Example: microfiche sources disable news
    """
    enable_source(archive_of(ctx), source, enabled=False)
    click.echo(f"{source} is not crawled any more; `microfiche sources enable {source}` undoes it")


@command.command("remove")
@click.argument("source")
@click.pass_context
def remove(ctx: click.Context, source: str) -> None:
    """Take SOURCE out of microfiche.toml; what was captured of it stays in the archive.

    Example: microfiche sources remove news
    """
    remove_source(archive_of(ctx), source)
    click.echo(f"{source} is not in microfiche.toml any more; its captures and articles stay")


def _table(states: list[SourceState]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    names = ("source", "served", "found today", "a day", "fetched", "due", "backfill", "failing")
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
