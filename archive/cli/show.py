"""``microfiche show``: one article with its versions, captures and events."""

import json
from contextlib import closing
from dataclasses import asdict

import click
from rich.console import Console
from rich.text import Text

from archive.cli import archive_of
from archive.errors import NotFound
from archive.index.articles import ArticleRow, find_article, get_article
from archive.index.open import open_index


@click.command("show")
@click.argument("article")
@click.option("--json", "as_json", is_flag=True, help="Everything, as one JSON object.")
@click.pass_context
def command(ctx: click.Context, article: str, as_json: bool) -> None:
    """Print ARTICLE (its id, the start of one, or its address) with its versions and captures."""
    with closing(open_index(archive_of(ctx))) as db:
        found = find_article(db, article)
        if found is None:
            raise NotFound(
                f"{article}: no article of that address, or none or several ids begin so; "
                "`microfiche search` prints ids"
            )
        row = get_article(db, found)
    if as_json:
        click.echo(json.dumps(article_json(row), ensure_ascii=False))
    else:
        _print(row)


def article_json(row: ArticleRow) -> dict[str, object]:
    """An article as JSON values."""
    found = asdict(row)
    for version, text in zip(found["versions"], row.versions, strict=True):
        version["blocks"] = [
            {
                "kind": block.kind.value,
                "text": block.text,
                "level": block.level,
                "at": block.at.isoformat() if block.at else None,
            }
            for block in text.blocks
        ]
    return found


def _print(row: ArticleRow) -> None:
    console = Console(highlight=False, soft_wrap=True)
    say = console.print
    say(_line(row.title or "(no title)", "bold"))
    facts = [row.source_name, row.published or "", ", ".join(row.authors), row.section or ""]
    say(_line("  ".join(filter(None, facts)), "green"))
    if row.credit:
        say(_line(f"Source: {row.credit}", "green"))
    for address in row.addresses:
        say(_line(address, "dim"))
    say(_line(f"id {row.id}", "dim"))
    say("")
    for paragraph in filter(None, (row.standfirst, *row.current.text.split("\n"))):
        say(_line(paragraph, ""))
        say("")
    say(_line(f"Versions ({len(row.versions)})", "bold"))
    for version in row.versions:
        say(
            _line(
                f"  {_moment(version.first_captured)}  {version.id}  {version.words} words, "
                f"{version.captures} captures, last {_moment(version.last_captured)}",
                "",
            )
        )
    say(_line(f"Captures ({len(row.captures)})", "bold"))
    for capture in row.captures:
        status = capture.status if capture.status is not None else capture.failure
        say(
            _line(
                f"  {_moment(capture.timestamp)}  {status}  {capture.record_type}  "
                f"{capture.file}@{capture.offset}  {capture.uri}",
                "",
            )
        )
    say(_line(f"Events ({len(row.events)})", "bold"))
    for event in row.events:
        silent = " silently" if event.silent else ""
        say(_line(f"  {_moment(event.at)}  {event.kind}{silent}  {event.detail or ''}", ""))


def _line(text: str, style: str) -> Text:
    """One line, safe to print: archived text must not steer the terminal."""
    return Text("".join(c if c.isprintable() else " " for c in text), style=style)


def _moment(stamp: str) -> str:
    """A timestamp for people.

    >>> _moment("20260102030405")
    '2026-01-02 03:04:05'
    """
    date = f"{stamp[:4]}-{stamp[4:6]}-{stamp[6:8]}"
    return f"{date} {stamp[8:10]}:{stamp[10:12]}:{stamp[12:]}"
