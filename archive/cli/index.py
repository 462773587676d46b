"""``microfiche index``: bring the index up to date with the WARC files, or rebuild it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click
from rich.progress import TextColumn

from archive.cli import archive_of
from archive.cli.progress import byte_bar
from archive.config import Config, load_config
from archive.errors import ExitCode, IndexOutdated, IndexUnsound
from archive.index.writing import write_index
from archive.indexer import catchup
from archive.layout import Archive
from archive.lock import hold
from archive.wording import counted

OnProgress = Callable[[catchup.Progress], None]


@click.command("index")
@click.option(
    "--rebuild",
    is_flag=True,
    help="Rebuild the index from the WARC files; the old one stays in use until it is complete.",
)
@click.option(
    "--no-reread",
    is_flag=True,
    help="Do not re-extract pages read by an older extractor.",
)
@click.pass_context
def command(ctx: click.Context, *, rebuild: bool, no_reread: bool) -> None:
    """Bring the index up to date with the WARC files.

    Reads what they hold beyond what is indexed: captures, articles, full text. An index that
    is damaged, that another version made, or whose pages another extractor read, is rebuilt from
    the WARC files.
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
        report = None if rebuild else _catch_up(archive, config, reread=not no_reread)
        rebuilt = report is None
        if report is None:
            with _progress() as on_progress:
                report = catchup.rebuild(archive, config, on_progress=on_progress)
    done = report.totals.all
    click.echo(
        f"{'Rebuilt' if rebuilt else 'Indexed'}: {counted(done.captures, 'capture')} from "
        f"{counted(report.files, 'file')}, {counted(done.articles_new, 'new article')}, "
        f"{counted(done.versions_new, 'new version')}, "
        f"{counted(done.failed, 'page')} that could not be read"
    )
    for problem in report.damaged:
        click.echo(f"microfiche: {problem}", err=True)
    if report.damaged:
        ctx.exit(ExitCode.DAMAGED)


def _catch_up(archive: Archive, config: Config, *, reread: bool) -> catchup.Report | None:
    """Index what is new; None where the index has to be made anew, and why has been said."""
    try:
        with write_index(archive) as db:
            if catchup.is_left_to_rebuild(archive, db):
                return None
            told = catchup.other_extractors(db)
            if not told or not reread:
                if told:
                    click.echo(f"microfiche: {told}; left for now", err=True)
                with _progress() as on_progress:
                    return catchup.catch_up(archive, db, config, on_progress=on_progress)
    except (IndexOutdated, IndexUnsound) as error:
        click.echo(f"microfiche: {error}", err=True)
    else:
        click.echo(
            f"microfiche: {told}; the WARC files are read again, the index serves meanwhile",
            err=True,
        )
    return None


@contextmanager
def _progress() -> Iterator[OnProgress]:
    """A bar on a terminal's stderr; nothing elsewhere."""
    articles = TextColumn("{task.fields[articles]} articles")
    with byte_bar("indexing", articles, articles=0) as (bar, task):

        def show(progress: catchup.Progress) -> None:
            bar.update(
                task,
                completed=progress.bytes_done,
                total=progress.bytes_all,
                articles=progress.totals.all.articles_new,
            )

        yield show
