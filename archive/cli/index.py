"""``microfiche index``: bring the index up to date with the WARC files, or rebuild it."""

from collections.abc import Iterator
from contextlib import contextmanager

import click
from rich.progress import TextColumn

from archive.cli import archive_of
from archive.cli.progress import byte_bar
from archive.config import load_config
from archive.errors import ExitCode
from archive.indexer.catchup import Progress
from archive.indexer.update import OnProgress, update
from archive.wording import counted


@click.command("index")
@click.option(
    "--rebuild",
    is_flag=True,
    help="Rebuild the index from the WARC files; the old one stays in use until it is complete.",
)
@click.option(
    "--no-reread",
    is_flag=True,
    help="Do not read pages again that an older extractor, or other rules, have read.",
)
@click.pass_context
def command(ctx: click.Context, *, rebuild: bool, no_reread: bool) -> None:
    """Bring the index up to date with the WARC files.

    Reads what they hold beyond what is indexed: captures, articles, full text. An index that
    is damaged, that another version made, or whose pages another extractor read, is rebuilt from
    the WARC files. Pages of outlets whose rules (rules/*.toml) are
    others than before are read again, and no other pages.

    Example: microfiche index --rebuild
    """
    archive = archive_of(ctx)
    with _progress() as on_progress:
        updated = update(
            archive,
            load_config(archive),
            from_nothing=rebuild,
            reread=not no_reread,
            on_progress=on_progress,
            tell=lambda line: click.echo(f"microfiche: {line}", err=True),
        )
    report, done = updated.report, updated.report.totals.all
    click.echo(
        f"{'Rebuilt' if updated.rebuilt else 'Indexed'}: {counted(done.captures, 'capture')} from "
        f"{counted(report.files, 'file')}, {counted(done.articles_new, 'new article')}, "
        f"{counted(done.versions_new, 'new version')}, "
        f"{counted(done.failed, 'page')} that could not be read"
    )
    if updated.read_again is not None:
        again = counted(updated.read_again.captures, "capture")
        click.echo(f"Read again by other rules: {again}")
    for problem in updated.damaged:
        click.echo(f"microfiche: {problem}", err=True)
    if updated.damaged:
        ctx.exit(ExitCode.DAMAGED)


@contextmanager
def _progress() -> Iterator[OnProgress]:
    """A bar on a terminal's stderr; nothing elsewhere."""
    articles = TextColumn("{task.fields[articles]} articles")
    with byte_bar("indexing", articles, articles=0) as (bar, task):

        def show(progress: Progress) -> None:
            bar.update(
                task,
                completed=progress.bytes_done,
                total=progress.bytes_all,
                articles=progress.totals.all.articles_new,
            )

        yield show
