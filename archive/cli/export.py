"""``microfiche export``: articles and what belongs to them, as lines, tables or text."""

import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import track

from archive.cli import archive_of
from archive.cli.search import tell
from archive.errors import ArchiveUnwritable
from archive.export import (
    WHAT,
    Row,
    iter_exported,
    to_csv,
    to_jsonl,
    to_markdown,
    to_text,
    write_files,
    write_parquet,
)
from archive.index.open import read_index
from archive.search import NoteKind, select_matching
from archive.wording import counted

_FORMATS = ("jsonl", "csv", "parquet", "markdown", "text")


@click.command("export")
@click.argument("query", nargs=-1)
@click.option("--format", "form", type=click.Choice(_FORMATS), default="jsonl", show_default=True)
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
@click.option("--bom", is_flag=True, help="CSV that spreadsheets open as UTF-8.")
@click.pass_context
def command(
    ctx: click.Context,
    *,
    query: tuple[str, ...],
    form: str,
    target: Path | None,
    what: str,
    bom: bool,
) -> None:
    """Write out articles as JSON lines, CSV, Parquet or text.

    Articles matching QUERY (default: all), oldest first; or their versions, events, stories or
    links.
    """
    if form == "parquet" and target is None:
        raise click.UsageError("Parquet is no text for stdout; name a file with --to")
    if form in _PROSE and what != "articles":
        raise click.UsageError(f"{what} are rows; choose --format jsonl, csv or parquet")
    asked = " ".join(query)
    with read_index(archive_of(ctx)) as db:
        _, notes = select_matching(db, asked)
        # What was left out of a query lets more through than was meant: nobody reads it here.
        if left_out := [str(note) for note in notes if note.kind is NoteKind.LEFT_OUT]:
            raise click.UsageError("; ".join(left_out))
        tell(asked, notes)
        rows = _watched(iter_exported(db, asked, what=what), target)
        output = _Output(form, what, bom)
        if target is None:
            for piece in output.pieces(rows):
                click.echo(piece, nl=False)
            return
        count = output.write(rows, target)
    click.echo(f"Exported {counted(count, _ONE[what])} to {target}")


_PROSE = ("markdown", "text")
_ONE = {
    "articles": "article",
    "versions": "version",
    "events": "event",
    "stories": "row",
    "links": "link",
}


@dataclass(frozen=True, slots=True)
class _Output:
    """How rows are written."""

    form: str
    what: str
    bom: bool

    def pieces(self, rows: Iterable[Any]) -> Iterator[str]:
        """Rows as text, for what is a stream of it."""
        if self.form == "jsonl":
            return to_jsonl(rows)
        if self.form == "csv":
            return to_csv(rows, WHAT[self.what][0], bom=self.bom)
        render = to_markdown if self.form == "markdown" else to_text
        return (render(article) + "\n" for article in rows)

    def write(self, rows: Iterable[Any], target: Path) -> int:
        """Write rows to a file, or articles into a directory; gives how many."""
        if self.form == "parquet":
            return write_parquet(rows, target, WHAT[self.what][0])
        if self.form in _PROSE:
            is_markdown = self.form == "markdown"
            render, suffix = (to_markdown, ".md") if is_markdown else (to_text, ".txt")
            return write_files(rows, target, render, suffix)
        counted_rows = _Counted(rows)
        try:
            with target.open("w", encoding="utf-8", newline="") as file:
                file.writelines(self.pieces(counted_rows))
        except OSError as error:
            raise ArchiveUnwritable(f"{target}: cannot be written: {error.strerror}") from error
        return counted_rows.count


class _Counted:
    """Counts what passes."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self._rows = rows
        self.count = 0

    def __iter__(self) -> Iterator[Row]:
        for row in self._rows:
            self.count += 1
            yield row


def _watched(rows: Iterable[Row], target: Path | None) -> Iterable[Row]:
    """A bar on a terminal's stderr while a file is written."""
    if target is None or not sys.stderr.isatty():
        return rows
    return track(rows, "exporting", console=Console(stderr=True), transient=True)
