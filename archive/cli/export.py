"""``microfiche export``: articles as JSON lines, CSV, Parquet, Markdown or text; their captures."""

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import click
from rich.console import Console
from rich.progress import MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, track
from sqlite_utils import Database

from archive.cli import archive_of
from archive.cli.search import tell
from archive.config import load_config
from archive.errors import ArchiveUnwritable, ExitCode
from archive.export import (
    Exported,
    iter_exported,
    to_csv,
    to_jsonl,
    to_markdown,
    to_text,
    write_files,
    write_parquet,
)
from archive.index.captures import Capture
from archive.index.open import read_index
from archive.packages.wacz import write_wacz, write_warc
from archive.search.expand import planned
from archive.wording import counted

_FORMATS = ("jsonl", "csv", "parquet", "markdown", "text", "wacz", "warc")
_COLUMNS = (TextColumn("{task.description}"), MofNCompleteColumn(), TimeElapsedColumn())
_PACKAGES = frozenset({"wacz", "warc"})


@click.command("export")
@click.argument("query", nargs=-1)
@click.option("--format", "form", type=click.Choice(_FORMATS), default="jsonl", show_default=True)
@click.option(
    "--to",
    "target",
    type=click.Path(path_type=Path),
    help="A file; for markdown and text a directory, one file an article. Default: stdout.",
)
@click.pass_context
def command(ctx: click.Context, query: tuple[str, ...], form: str, target: Path | None) -> None:
    """Write out articles as JSON lines, CSV, Parquet or text, or their captures as WACZ or WARC.

    Those that QUERY finds, or all of them; the oldest first. A WACZ or WARC file holds their
    records as they are, with what their pages need and what revisits refer to, so that it can be
    replayed by itself; without QUERY, all that the archive holds.
    """
    if form in _PACKAGES and target is None:
        raise click.UsageError(f"A {form.upper()} is no text for stdout; name a file with --to")
    if form == "parquet" and target is None:
        raise click.UsageError("Parquet is no text for stdout; name a file with --to")
    asked = " ".join(query)
    with read_index(archive_of(ctx)) as db:
        # What was left out of a query lets more through than was meant: nobody reads it here.
        if left_out := [note for note in planned(db, asked).notes if "left out" in note]:
            raise click.UsageError("; ".join(left_out))
        tell(asked, planned(db, asked).notes)
        if form in _PACKAGES and target is not None:
            _package(ctx, db, asked, form, target)
            return
        articles = _watched(iter_exported(db, asked), target)
        if target is None:
            for piece in _pieces(articles, form):
                click.echo(piece, nl=False)
            return
        count = _write(articles, form, target)
    click.echo(f"Exported {counted(count, 'article')} to {target}")


def _package(ctx: click.Context, db: Database, asked: str, form: str, target: Path) -> None:
    archive = archive_of(ctx)
    with Progress(*_COLUMNS, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("captures", total=None)

        def on_capture(_: Capture) -> None:
            bar.advance(task)

        if form == "warc":
            packed = write_warc(archive, db, asked, target, on_capture=on_capture)
        else:
            title = load_config(archive).archive.title or "microfiche"
            packed = write_wacz(archive, db, asked, target, title=title, on_capture=on_capture)
    for problem in packed.problems:
        click.echo(f"microfiche: {problem}", err=True)
    click.echo(f"Exported {counted(packed.captures, 'capture')} to {target}")
    if packed.problems:
        ctx.exit(ExitCode.DAMAGED)


def _pieces(articles: Iterable[Exported], form: str) -> Iterator[str]:
    if form == "jsonl":
        return to_jsonl(articles)
    if form == "csv":
        return to_csv(articles)
    render = to_markdown if form == "markdown" else to_text
    return (render(article) + "\n" for article in articles)


def _write(articles: Iterable[Exported], form: str, target: Path) -> int:
    if form == "parquet":
        return write_parquet(articles, target)
    if form in ("markdown", "text"):
        render, suffix = (to_markdown, ".md") if form == "markdown" else (to_text, ".txt")
        return write_files(articles, target, render, suffix)
    counted = _Counted(articles)
    try:
        with target.open("w", encoding="utf-8", newline="") as file:
            file.writelines(_pieces(counted, form))
    except OSError as error:
        raise ArchiveUnwritable(f"{target}: cannot be written: {error.strerror}") from error
    return counted.count


class _Counted:
    """Counts what passes."""

    def __init__(self, articles: Iterable[Exported]) -> None:
        self._articles = articles
        self.count = 0

    def __iter__(self) -> Iterator[Exported]:
        for article in self._articles:
            self.count += 1
            yield article


def _watched(articles: Iterable[Exported], target: Path | None) -> Iterable[Exported]:
    """A bar on a terminal's stderr while a file is written."""
    if target is None or not sys.stderr.isatty():
        return articles
    return track(articles, "exporting", console=Console(stderr=True), transient=True)
