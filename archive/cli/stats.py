"""``microfiche stats``: what the archive holds and what takes how much room."""

import json
from dataclasses import asdict

import click
from rich.table import Table

from archive.cli import archive_of
from archive.cli.output import moment, printable
from archive.index.open import read_index
from archive.index.stats import Stats, read_stats
from archive.terminal import console
from archive.wording import counted


@click.command("stats")
@click.option("--json", "as_json", is_flag=True, help="Everything, as one JSON object.")
@click.pass_context
def command(ctx: click.Context, as_json: bool) -> None:
    """Print what the archive holds, and what takes how much room.

    Example: microfiche stats
    """
    with read_index(archive_of(ctx)) as db:
        stats = read_stats(db)
    if as_json:
        click.echo(json.dumps(asdict(stats), ensure_ascii=False))
    else:
        _print(stats)


def size(count: int) -> str:
    """Bytes for people.

    >>> size(1_300), size(45_600_000)
    ('1.3 kB', '45.6 MB')
    """
    value = float(count)
    for unit in ("B", "kB", "MB", "GB"):
        if value < 1000:
            return f"{value:.0f} B" if unit == "B" else f"{value:.1f} {unit}"
        value /= 1000
    return f"{value:.1f} TB"


def _print(stats: Stats) -> None:
    out = console()
    out.print(
        f"{counted(stats.articles, 'article')} in {counted(stats.versions, 'version')}, "
        f"{counted(stats.captures, 'capture')}, {counted(stats.events, 'event')}; "
        f"{counted(stats.warcs, 'WARC file')}, {size(stats.warc_bytes)}"
    )
    table = Table("source", "articles", "versions", "captures", "first", "last", box=None)
    for row in stats.sources:
        table.add_row(
            printable(row.name),
            *(f"{count:,}" for count in (row.articles, row.versions, row.captures)),
            *(moment(stamp) if stamp else "" for stamp in (row.first_captured, row.last_captured)),
        )
    out.print(table)
    if stats.failures:
        listed = ", ".join(f"{count:,} {reason}" for reason, count in stats.failures.items())
        out.print(f"pages that could not be read: {listed}")
    out.print(f"index.db, for {size(stats.text_bytes)} of text:")
    for part in stats.space:
        out.print(f"  {size(part.bytes):>10}  {part.part}")
