"""``microfiche export``: articles and what belongs to them, in the form of any exporter."""

import sys
from collections.abc import Iterable
from pathlib import Path

import click
from rich.console import Console
from rich.progress import track

from archive.cli import archive_of
from archive.cli.search import tell
from archive.errors import ArchiveUnwritable
from archive.export import WHAT, Row, iter_exported
from archive.exporters import exporters
from archive.index.open import read_index
from archive.search import NoteKind, select_matching
from archive.wording import counted


@click.command("export")
@click.argument("query", nargs=-1)
@click.option(
    "--format",
    "form",
    type=click.Choice(list(exporters())),
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
@click.pass_context
def command(
    ctx: click.Context, *, query: tuple[str, ...], form: str, target: Path | None, what: str
) -> None:
    """Write out articles as JSON lines, CSV, Parquet or text.

    Articles matching QUERY (default: all), oldest first; or their versions, events, stories or
    links.

    Example: microfiche export source:gazette --format csv --to gazette.csv
    """
    asked = " ".join(query)
    with read_index(archive_of(ctx)) as db:
        _, notes = select_matching(db, asked)
        # What was left out of a query lets more through than was meant: nobody reads it here.
        if left_out := [str(note) for note in notes if note.kind is NoteKind.LEFT_OUT]:
            raise click.UsageError("; ".join(left_out))
        tell(asked, notes)
        rows = _watched(iter_exported(db, asked, what=what), target)
        try:
            count = exporters()[form].write(rows, WHAT[what][0], target or sys.stdout)
        except BrokenPipeError:
            raise
        except OSError as error:
            where = target or "stdout"
            raise ArchiveUnwritable(f"{where}: cannot be written: {error.strerror}") from error
    if target is not None:
        click.echo(f"Exported {counted(count, *_ONE[what])} to {target}")


_ONE = {
    "articles": ("article",),
    "versions": ("version",),
    "events": ("event",),
    "stories": ("row",),
    "links": ("link",),
}


def _watched(rows: Iterable[Row], target: Path | None) -> Iterable[Row]:
    """A bar on a terminal's stderr while a file is written."""
    if target is None or not sys.stderr.isatty():
        return rows
    return track(rows, "exporting", console=Console(stderr=True), transient=True)
