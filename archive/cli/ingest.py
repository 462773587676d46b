"""``microfiche ingest``: take in WARC, ARC and WACZ files made by others."""

from contextlib import closing
from pathlib import Path

import click

from archive.cli import archive_of
from archive.config import load_config
from archive.errors import ExitCode
from archive.holdings import Holdings
from archive.index.open import open_index
from archive.indexer.catchup import catch_up
from archive.ingest.take import Intake, State, Taken, find_files, remove_leftovers
from archive.lock import hold
from archive.wording import counted


@click.command("ingest")
@click.argument(
    "places",
    nargs=-1,
    required=True,
    metavar="FILE|DIR...",
    type=click.Path(exists=True, path_type=Path),
)
@click.option(
    "--in-place",
    is_flag=True,
    help="Leave files where they are and link to them, where they can be read so.",
)
@click.option("--no-index", is_flag=True, help="Leave indexing to a later `microfiche index`.")
@click.pass_context
def command(ctx: click.Context, places: tuple[Path, ...], in_place: bool, no_index: bool) -> None:
    """Take in WARC, ARC and WACZ files made by others.

    They are indexed as well, unless --no-index leaves that to later.
    """
    archive = archive_of(ctx)
    config = load_config(archive)
    refused = False
    with hold(archive.lock_path, purpose="ingest"):
        remove_leftovers(archive)
        intake = Intake(
            archive,
            Holdings(archive),
            in_place=in_place,
            min_free_bytes=config.crawl.min_free_bytes,
        )
        for place in places:
            found = find_files(place)
            for path in found:
                for taken in intake.ingest_file(path):
                    refused |= _tell(taken)
            if not found:
                click.echo(f"microfiche: {place}: no WARC, ARC or WACZ file below it", err=True)
                refused = True
    if not no_index:
        with (
            hold(archive.index_lock_path, purpose="ingest"),
            closing(open_index(archive, write=True)) as db,
        ):
            report = catch_up(archive, db, config)
        done = report.totals.all
        click.echo(
            f"Indexed: {counted(done.captures, 'capture')}, "
            f"{counted(done.articles_new, 'new article')}"
        )
        for problem in report.damaged:
            click.echo(f"microfiche: {problem}", err=True)
        refused |= bool(report.damaged)
    if refused:
        ctx.exit(ExitCode.DAMAGED)


def _tell(taken: Taken) -> bool:
    """Print what became of a file; True where something of it is missing."""
    if taken.state is State.REFUSED:
        click.echo(f"microfiche: {taken.origin}: refused: {taken.problem}", err=True)
        return True
    click.echo(f"{taken.state.value}: {taken.origin} as {taken.filename}")
    if taken.problem:
        click.echo(f"microfiche: {taken.origin}: {taken.problem}", err=True)
    return taken.problem is not None
