"""``microfiche saved``: searches kept in the configuration, and what is new in them."""

import json

import click

from archive.cli import archive_of
from archive.cli.search import print_hits
from archive.config import load_config
from archive.errors import ExitCode
from archive.notify.notices import notices_of_searches
from archive.notify.tell import tell
from archive.saved.memory import read_memory
from archive.saved.run import Outcome, memory_path, run_saved
from archive.search.results import hit_json
from archive.wording import counted


@click.group("saved")
def command() -> None:
    """Saved searches: what is new in them since they were last run.

    They stand in microfiche.toml, a table [searches.NAME] each, and are run after every crawl:
    `microfiche saved run [NAME]...` runs them now, `microfiche saved list` says where they stand.

    Example: microfiche saved run
    """


@command.command("run")
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--all", "everything", is_flag=True, help="Tell of everything that they find.")
@click.option("--json", "as_json", is_flag=True, help="Print new hits as JSON, one a line.")
@click.pass_context
def run(ctx: click.Context, names: tuple[str, ...], *, everything: bool, as_json: bool) -> None:
    """Run saved searches, all of them where none is named, and tell what is new.

    The first run of a search tells of nothing but how many there are: what comes later is new.
    """
    archive = archive_of(ctx)
    config = load_config(archive)
    outcomes = run_saved(archive, config, names, everything=everything)
    problems = tell(archive, config, notices_of_searches(outcomes)).problems
    if not outcomes:
        click.echo(f"No saved search in {archive.config_path}; docs/archivist.md shows one")
    for outcome in outcomes:
        _tell(outcome, as_json=as_json)
    for problem in problems:
        click.echo(f"microfiche: {problem}", err=True)
    if problems or any(outcome.problem for outcome in outcomes):
        ctx.exit(ExitCode.ERROR)


@command.command("list")
@click.pass_context
def listed(ctx: click.Context) -> None:
    """Name each saved search, its query, and how much it has told."""
    archive = archive_of(ctx)
    for name, saved in load_config(archive).searches.items():
        memory = read_memory(memory_path(archive, name))
        told = f"{counted(len(memory.told), 'article')} told" if memory else "never run"
        owed = f", {len(memory.owed)} owed to its command" if memory and memory.owed else ""
        click.echo(f"{name}: {saved.query}  ({told}{owed})")


def _tell(outcome: Outcome, *, as_json: bool) -> None:
    if as_json:
        for hit in outcome.new:
            row = {"search": outcome.name, **hit_json(hit)}
            click.echo(json.dumps(row, ensure_ascii=False))
    else:
        begun = (
            "; new articles are reported from now on" if outcome.begun and not outcome.new else ""
        )
        found = counted(outcome.found, "article")
        click.echo(f"{outcome.name}: {found} found, {len(outcome.new):,} new{begun}")
        print_hits(outcome.new)
    for note in outcome.notes:
        click.echo(f"microfiche: {outcome.name}: {note}", err=True)
    if outcome.problem:
        click.echo(f"microfiche: {outcome.name}: {outcome.problem}", err=True)
