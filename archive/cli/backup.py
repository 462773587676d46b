"""``microfiche backup`` and ``restore``: a copy of the whole archive, and an archive of a copy."""

from pathlib import Path

import click

from archive.backup import back_up, restore
from archive.cli import archive_of
from archive.cli.stats import size
from archive.wording import counted


@click.command("backup")
@click.argument("directory", type=click.Path(path_type=Path))
@click.pass_context
def command(ctx: click.Context, directory: Path) -> None:
    """Copy the whole archive to DIRECTORY, also during a crawl.

    WARC files with their manifests, databases, reports and the configuration are copied. Into a
    directory that has an earlier backup, only what is new is copied; one that holds anything else
    is refused.

    Example: microfiche backup /mnt/disk/press
    """
    report = back_up(archive_of(ctx), directory)
    click.echo(
        f"Backed up to {directory}: {counted(report.copied, 'WARC file')} copied, "
        f"{report.present:,} there already, {size(report.bytes)}"
    )
    for name in report.left_open:
        click.echo(f"microfiche: {name}: still being written, left for the next backup", err=True)


@click.command("restore")
@click.argument("backup", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.argument("directory", type=click.Path(path_type=Path))
def restore_command(backup: Path, directory: Path) -> None:
    """Make an archive at DIRECTORY from BACKUP, which `microfiche backup` has made.

    DIRECTORY is new or empty. What the last backup did not come to, such as the captures of a crawl
    that was running, is fetched by the next crawl.

    Example: microfiche restore /mnt/disk/press ~/press
    """
    report = restore(backup, directory)
    click.echo(
        f"Restored to {directory}: {counted(report.copied, 'WARC file')}, {size(report.bytes)}; "
        f"`microfiche -C {directory} check` verifies it"
    )
