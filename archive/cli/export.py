"""``microfiche export``: articles in the form of any exporter; their captures as WACZ or WARC."""

import sys
from collections.abc import Iterable
from pathlib import Path

import click
from rich.console import Console
from rich.progress import MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, track
from sqlite_utils import Database

from archive.cli import archive_of
from archive.cli.search import tell
from archive.config import load_config
from archive.errors import ArchiveUnwritable, ExitCode
from archive.export import WHAT, Row, iter_exported
from archive.exporters import exporters
from archive.index.captures import Capture
from archive.index.open import read_index
from archive.indexer.reduced import write_reduced
from archive.layout import Archive, require_not_own
from archive.packages.sign import Signer, load_signer
from archive.packages.wacz import write_wacz, write_warc
from archive.rights.rules import Audience
from archive.search import NoteKind, select_matching
from archive.wording import counted

_PACKAGES = ("wacz", "warc")
_INDEX = "sqlite"
_COLUMNS = (TextColumn("{task.description}"), MofNCompleteColumn(), TimeElapsedColumn())
_ONE = {
    "articles": ("article",),
    "versions": ("version",),
    "events": ("event",),
    "stories": ("row",),
    "links": ("link",),
}


@click.command("export")
@click.argument("query", nargs=-1)
@click.option(
    "--format",
    "form",
    type=click.Choice([*exporters(), *_PACKAGES, _INDEX]),
    default="jsonl",
    show_default=True,
    help="csv-bom: CSV that spreadsheets open as UTF-8.",
)
@click.option(
    "--to",
    "target",
    type=click.Path(path_type=Path),
    help="A file; for markdown and text a directory, one file an article. Default: stdout.",
)
@click.option(
    "--what",
    type=click.Choice(list(WHAT)),
    default="articles",
    show_default=True,
    help="Rows to write; those of the articles found.",
)
@click.option(
    "--sign",
    "key",
    type=click.Path(path_type=Path),
    metavar="KEY.PEM",
    help="Sign a WACZ with this private key, on the curve P-384.",
)
@click.option(
    "--for-readers", is_flag=True, help="Leave out what rules keep from readers: docs/rights.md."
)
@click.pass_context
def command(
    ctx: click.Context,
    *,
    query: tuple[str, ...],
    form: str,
    target: Path | None,
    what: str,
    key: Path | None,
    for_readers: bool,
) -> None:
    """Write out articles as JSON lines, CSV, Parquet or text, captures as WACZ or WARC, the index.

    Articles matching QUERY (default: all), oldest first; or their versions, events, stories or
    links. A WACZ or WARC file holds their records as they are, with what their pages need and what
    revisits refer to, so that it can be replayed by itself; without QUERY, all the archive holds.
    `--format sqlite` writes a copy of index.db that has nothing but what readers may see.

    Example: microfiche export source:gazette --format csv --to gazette.csv
    """
    if form in _PACKAGES and target is None:
        raise click.UsageError(f"A {form.upper()} is no text for stdout; name a file with --to")
    if key is not None and form != "wacz":
        raise click.UsageError(f"--sign signs a WACZ, not {form}")
    if target is not None:
        require_not_own(archive_of(ctx), target)
    signer = load_signer(key) if key is not None else None
    asked = " ".join(query)
    if form == _INDEX:
        _copy_index(archive_of(ctx), asked, target)
        return
    audience = Audience.READERS if for_readers else Audience.STAFF
    with read_index(archive_of(ctx), audience=audience) as db:
        _, notes = select_matching(db, asked)
        # What was left out of a query lets more through than was meant: nobody reads it here.
        if left_out := [str(note) for note in notes if note.kind is NoteKind.LEFT_OUT]:
            raise click.UsageError("; ".join(left_out))
        tell(asked, notes)
        if form in _PACKAGES and target is not None:
            _package(ctx, db, asked, form, target, signer)
            return
        count = _write(db, asked, form, target, what)
    if target is not None:
        click.echo(f"Exported {counted(count, *_ONE[what])} to {target}")


def _write(db: Database, asked: str, form: str, target: Path | None, what: str) -> int:
    rows = _watched(iter_exported(db, asked, what=what), target)
    try:
        return exporters()[form].write(rows, WHAT[what][0], target or sys.stdout)
    except BrokenPipeError:
        raise
    except OSError as error:
        where = target or "stdout"
        raise ArchiveUnwritable(f"{where}: cannot be written: {error.strerror}") from error


def _copy_index(archive: Archive, asked: str, target: Path | None) -> None:
    if target is None or asked:
        raise click.UsageError("--format sqlite takes a file, with --to, and no query: it is whole")
    left_out = write_reduced(archive, target)
    without = (
        f", without {counted(left_out, 'capture')} that readers may not see" if left_out else ""
    )
    click.echo(f"Exported the index to {target}{without}")


def _package(
    ctx: click.Context, db: Database, asked: str, form: str, target: Path, signer: Signer | None
) -> None:
    archive = archive_of(ctx)
    with Progress(*_COLUMNS, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("captures", total=None)

        def on_capture(_: Capture) -> None:
            bar.advance(task)

        if form == "warc":
            packed = write_warc(archive, db, asked, target, on_capture=on_capture)
        else:
            title = load_config(archive).archive.title or "microfiche"
            packed = write_wacz(
                archive, db, asked, target, title=title, signer=signer, on_capture=on_capture
            )
    for problem in packed.problems:
        click.echo(f"microfiche: {problem}", err=True)
    click.echo(f"Exported {counted(packed.captures, 'capture')} to {target}")
    if packed.problems:
        ctx.exit(ExitCode.DAMAGED)


def _watched(rows: Iterable[Row], target: Path | None) -> Iterable[Row]:
    """A bar on a terminal's stderr while a file is written."""
    if target is None or not sys.stderr.isatty():
        return rows
    return track(rows, "exporting", console=Console(stderr=True), transient=True)
