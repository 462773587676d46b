"""``microfiche index``: bring the index up to date with the WARC files, or make it anew."""

import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

import click
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from archive.cli import archive_of
from archive.config import Config, load_config
from archive.errors import ExitCode
from archive.index.open import open_index
from archive.indexer import catchup
from archive.layout import Archive
from archive.lock import hold
from archive.wording import counted

OnProgress = Callable[[catchup.Progress], None]


@click.command("index")
@click.option(
    "--rebuild",
    is_flag=True,
    help="Make the index anew from the WARC files alone; the old one serves until it is whole.",
)
@click.pass_context
def command(ctx: click.Context, rebuild: bool) -> None:
    """Bring the index up to date with the WARC files.

    Reads what they hold beyond what is indexed: captures, articles, full text.
    """
    archive = archive_of(ctx)
    config = load_config(archive)
    with hold(archive.index_lock_path, purpose="index"):
        for recovered in catchup.recover_leftovers(archive):
            click.echo(
                f"sealed {recovered.filename}, left open by a crash: {recovered.records} records, "
                f"{recovered.cut_bytes} bytes cut off",
                err=True,
            )
        report = _run(archive, config, rebuild=rebuild)
    done = report.totals.all
    click.echo(
        f"{'Rebuilt' if rebuild else 'Indexed'}: {counted(done.captures, 'capture')} from "
        f"{counted(report.files, 'file')}, {counted(done.articles_new, 'new article')}, "
        f"{counted(done.versions_new, 'new version')}, "
        f"{counted(done.failed, 'page')} that could not be read"
    )
    for problem in report.damaged:
        click.echo(f"microfiche: {problem}", err=True)
    if report.damaged:
        ctx.exit(ExitCode.DAMAGED)


def _run(archive: Archive, config: Config, *, rebuild: bool) -> catchup.Report:
    with _progress() as on_progress:
        if rebuild:
            return catchup.rebuild(archive, config, on_progress=on_progress)
        with closing(open_index(archive, write=True)) as db:
            return catchup.catch_up(archive, db, config, on_progress=on_progress)


@contextmanager
def _progress() -> Iterator[OnProgress]:
    """A bar on a terminal's stderr; nothing elsewhere."""
    columns = (
        TextColumn("indexing"),
        BarColumn(),
        DownloadColumn(),
        TextColumn("{task.fields[articles]} articles"),
        TimeRemainingColumn(),
    )
    console = Console(stderr=True)
    with Progress(
        *columns, console=console, transient=True, disable=not sys.stderr.isatty()
    ) as bar:
        task = bar.add_task("indexing", total=None, articles=0)

        def show(progress: catchup.Progress) -> None:
            bar.update(
                task,
                completed=progress.bytes_done,
                total=progress.bytes_all,
                articles=progress.totals.all.articles_new,
            )

        yield show
