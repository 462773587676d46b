"""``microfiche check``: is everything there, whole, and what it says it is?"""

import json
from pathlib import Path

import click

from archive.check.run import Summary, archive_tasks, check_archive, check_files, file_tasks
from archive.cli import archive_of
from archive.cli.progress import byte_bar
from archive.errors import ExitCode
from archive.wording import counted


@click.command("check")
@click.argument("files", nargs=-1, type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line: faults, a summary.")
@click.option(
    "--repair",
    is_flag=True,
    help="Seal what a crash left open and write missing manifests; nothing is thrown away.",
)
@click.option(
    "--workers",
    type=click.IntRange(0, 256),
    default=0,
    metavar="N",
    help="Processes; 0: one for each core.",
)
@click.pass_context
def command(
    ctx: click.Context, files: tuple[Path, ...], as_json: bool, repair: bool, workers: int
) -> None:
    """Verify the whole archive, or single WARC files.

    Records, digests, gzip, revisits, manifests and the index are checked; with FILES, each of
    them by itself. Each fault is reported with its file and offset. Exit code 6 says that there are
    some.

    Example: microfiche check --workers 2
    """
    if files and repair:
        raise click.UsageError("--repair works on the whole archive; leave FILES out")
    summary = _check(ctx, files, repair=repair, workers=workers)
    _tell(summary, as_json=as_json)
    if summary.faults:
        ctx.exit(ExitCode.DAMAGED)


def _check(ctx: click.Context, files: tuple[Path, ...], *, repair: bool, workers: int) -> Summary:
    archive = None if files else archive_of(ctx)
    tasks = file_tasks(files) if archive is None else archive_tasks(archive)
    total = sum(task.size for task in tasks) or None
    with byte_bar("checking", total=total) as (bar, task):

        def on_bytes(count: int) -> None:
            bar.advance(task, count)

        if archive is None:
            return check_files(files, workers=workers, on_bytes=on_bytes)
        return check_archive(archive, repair=repair, workers=workers, on_bytes=on_bytes)


def _tell(summary: Summary, *, as_json: bool) -> None:
    for fault in summary.faults:
        click.echo(json.dumps(fault.to_dict(), ensure_ascii=False) if as_json else str(fault))
    for told in (*summary.repaired, *summary.unlooked):
        click.echo(told, err=True)
    if as_json:
        counts = {"files": summary.files, "records": summary.records, "bytes": summary.bytes}
        row = {
            **counts,
            "faults": len(summary.faults),
            "repaired": summary.repaired,
            "not_looked_at": summary.unlooked,
        }
        click.echo(json.dumps({"summary": row}, ensure_ascii=False))
    found = counted(len(summary.faults), "fault") if summary.faults else "no fault"
    found += " in what was looked at" if summary.unlooked else ""
    files, records = counted(summary.files, "file"), counted(summary.records, "record")
    click.echo(
        f"{files}, {records}, {summary.bytes:,} bytes: {found}",
        err=True,
    )
