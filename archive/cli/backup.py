"""``microfiche backup``: a copy of the whole archive, made while others work on it."""

from pathlib import Path

import click

from archive.backup import back_up
from archive.cli import archive_of
from archive.cli.stats import size


@click.command("backup")
@click.argument("directory", type=click.Path(path_type=Path))
@click.pass_context
def command(ctx: click.Context, directory: Path) -> None:
    """Copy the archive to DIRECTORY: WARC files, databases, reports, configuration.

    Into a directory that has an earlier backup, only what is new is copied.
    """
    report = back_up(archive_of(ctx), directory)
    click.echo(
        f"Backed up to {directory}: {report.copied} WARC files copied, {report.present} there "
        f"already, {size(report.bytes)}"
    )
    for name in report.left_open:
        click.echo(f"microfiche: {name}: still being written, left for the next backup", err=True)
