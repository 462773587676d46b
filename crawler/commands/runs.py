"""``microfiche runs``: the reports of crawl runs, listed, shown, compared."""

import json

import click
from rich.table import Table
from rich.text import Text

from archive.runs.reports import Report, compare, get_run, iter_runs
from archive.terminal import archive_of, tell_table


@click.group("runs", invoke_without_command=True)
@click.option("--limit", type=click.IntRange(min=1), default=20, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="One JSON line for each run.")
@click.pass_context
def command(ctx: click.Context, *, limit: int, as_json: bool) -> None:
    """List the crawl runs, the newest first; or show and compare them.

    Example: microfiche runs show last
    """
    if ctx.invoked_subcommand is not None:
        return
    runs = [report for _, report in zip(range(limit), iter_runs(archive_of(ctx)), strict=False)]
    if as_json:
        for report in runs:
            click.echo(json.dumps(report, ensure_ascii=False))
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("run", "ended", "minutes", "URLs", "new articles", "MB", "errors", "walls"):
        table.add_column(name, justify="left" if name in ("run", "ended") else "right")
    for report in runs:
        table.add_row(*_row(report))
    tell_table(table)


@command.command("show")
@click.argument("run", default="last")
@click.pass_context
def show(ctx: click.Context, run: str) -> None:
    """Print the report of RUN (the start of its name, `last`, `last-1`) as JSON."""
    click.echo(json.dumps(get_run(archive_of(ctx), run), indent=1, ensure_ascii=False))


@command.command("diff")
@click.argument("before", default="last-1")
@click.argument("after", default="last")
@click.pass_context
def diff(ctx: click.Context, before: str, after: str) -> None:
    """Say what was counted otherwise in run AFTER than in run BEFORE."""
    archive = archive_of(ctx)
    one, other = get_run(archive, before), get_run(archive, after)
    click.echo(f"{one['run']} -> {other['run']}")
    for source, name, was, now in compare(one, other):
        click.echo(f"{source or 'all'}  {name}  {was} -> {now}  ({now - was:+d})")


def _row(report: Report) -> tuple[str | Text, ...]:
    totals = report["totals"]
    errors = Text(str(totals["errors"]), style="red" if totals["errors"] else "")
    walls = sum(source.get("walls", 0) for source in report["sources"].values())
    return (
        str(report["run"]),
        str(report["reason"]),
        f"{report['seconds'] / 60:.1f}",
        str(totals["urls"]),
        str(totals["articles_new"]),
        f"{totals['body_bytes'] / 1e6:.1f}",
        errors,
        str(walls),
    )
