"""``microfiche ingest``: take in WARC, ARC, HAR and WACZ files made by others."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from archive.cli import archive_of
from archive.cli.progress import byte_bar
from archive.config import Config, load_config
from archive.errors import DownloadFailed, ExitCode
from archive.holdings import Holdings
from archive.index.writing import write_index
from archive.indexer.catchup import catch_up, other_extractors
from archive.ingest.ask import AskSettings
from archive.ingest.download import Downloader, OnBytes
from archive.ingest.take import Intake, State, Taken, find_files, remove_leftovers
from archive.layout import Archive
from archive.lock import hold
from archive.urls import is_http
from archive.wording import counted


@click.command("ingest")
@click.argument("places", nargs=-1, required=True, metavar="FILE|DIR|URL...")
@click.option(
    "--in-place",
    is_flag=True,
    help="Leave files where they are and link to them, where they can be read so.",
)
@click.option(
    "--allow-private-addresses",
    "allow_private",
    is_flag=True,
    help="Let a URL lead to loopback, private and other special addresses.",
)
@click.option("--no-index", is_flag=True, help="Leave indexing to a later `microfiche index`.")
@click.pass_context
def command(
    ctx: click.Context,
    places: tuple[str, ...],
    *,
    in_place: bool,
    allow_private: bool,
    no_index: bool,
) -> None:
    """Take in WARC, ARC, HAR and WACZ files made by others.

    Of a directory every file below it is looked at, and each that is none of these is named.

    A URL is downloaded first; a download that broke off goes on where it was when it is asked for
    again. `#sha256=HEX` at its end says what the file must be. Everything is indexed as well,
    unless --no-index leaves that to later.

    Example: microfiche ingest captures/ https://files.example/old.warc.gz
    """
    archive = archive_of(ctx)
    config = load_config(archive)
    missing = [place for place in places if not is_http(place) and not Path(place).exists()]
    if missing:
        raise click.UsageError(f"'{missing[0]}' does not exist")
    settings = AskSettings(config.user_agent, allow_private, config.crawl.proxy)
    here = [Path(place) for place in places if not is_http(place)]
    refused = _ingest_places(archive, config, here, in_place=in_place) if here else False
    failure: DownloadFailed | None = None
    come = len(here)
    for url in filter(is_http, places):
        try:
            refused |= _ingest_url(archive, config, settings, url)
            come += 1
        except DownloadFailed as error:
            click.echo(f"microfiche: {error}", err=True)
            failure = error
    if come and not no_index:
        refused |= _index(archive, config)
    if refused or failure:
        ctx.exit(failure.exit_code if failure and not refused else ExitCode.DAMAGED)


def _ingest_places(archive: Archive, config: Config, places: list[Path], *, in_place: bool) -> bool:
    refused = False
    with _intake(archive, config, in_place=in_place) as intake:
        for place in places:
            states = set()
            for path in find_files(place):
                for taken in intake.ingest_file(path, found=place.is_dir()):
                    refused |= _tell(taken)
                    states.add(taken.state)
            if states <= {State.PASSED}:
                click.echo(f"microfiche: {place}: no WARC, ARC, HAR or WACZ file in it", err=True)
                refused = True
    return refused


def _ingest_url(archive: Archive, config: Config, settings: AskSettings, url: str) -> bool:
    floor = config.crawl.min_free_bytes
    # Without the archive's lock: a file may take hours to come.
    with _progress() as on_bytes:
        downloader = Downloader(archive, settings, min_free_bytes=floor, on_bytes=on_bytes)
        come = downloader.fetch(url)
    refused = False
    with _intake(archive, config) as intake:
        for taken in intake.ingest_file(come.path, origin=come.url, ours=True):
            refused |= _tell(taken)
    downloader.done(come)
    return refused


@contextmanager
def _intake(archive: Archive, config: Config, *, in_place: bool = False) -> Iterator[Intake]:
    with hold(archive.lock_path, purpose="ingest"):
        remove_leftovers(archive)
        floor = config.crawl.min_free_bytes
        yield Intake(archive, Holdings(archive), in_place=in_place, min_free_bytes=floor)


def _index(archive: Archive, config: Config) -> bool:
    """Index what there is; True where something could not be read."""
    with hold(archive.index_lock_path, purpose="ingest"), write_index(archive) as db:
        if told := other_extractors(db):
            click.echo(f"microfiche: {told}; `microfiche index` reads them again", err=True)
        report = catch_up(archive, db, config)
    done = report.totals.all
    click.echo(
        f"Indexed: {counted(done.captures, 'capture')}, {counted(done.articles_new, 'new article')}"
    )
    for problem in report.damaged:
        click.echo(f"microfiche: {problem}", err=True)
    return bool(report.damaged)


def _tell(taken: Taken) -> bool:
    """Print what became of a file; True where something of it is missing."""
    if taken.filename is None:
        told = f"microfiche: {taken.origin}: {taken.state.value}: {taken.problem}"
        click.echo(told, err=True)
        return taken.state is State.REFUSED
    click.echo(f"{taken.state.value}: {taken.origin} as {taken.filename}")
    if taken.problem:
        click.echo(f"microfiche: {taken.origin}: {taken.problem}", err=True)
    return taken.problem is not None


@contextmanager
def _progress() -> Iterator[OnBytes]:
    """A bar on a terminal's stderr; nothing elsewhere."""
    with byte_bar("downloading") as (bar, task):

        def show(come: int, size: int | None) -> None:
            bar.update(task, completed=come, total=size)

        yield show
