"""``microfiche diff``: what changed between two versions of an article, word by word."""

import json

import click
from rich.text import Text

from archive.cli import archive_of
from archive.cli.output import line, moment, named_article, printable
from archive.index.diff import Kind, Paragraph, diff_versions
from archive.index.history import choose_versions
from archive.index.open import read_index
from archive.terminal import console

_MARKS = {Kind.ADDED: ("{+", "+}", "green"), Kind.REMOVED: ("[-", "-]", "red strike")}


@click.command("diff")
@click.argument("article")
@click.argument("before", required=False)
@click.argument("after", required=False)
@click.option("--all", "whole", is_flag=True, help="Paragraphs that are the same, too.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line, one a paragraph.")
@click.pass_context
def command(
    ctx: click.Context,
    article: str,
    before: str | None,
    after: str | None,
    whole: bool,
    as_json: bool,
) -> None:
    """Print what changed between two versions of an article.

    ARTICLE is its id, the first 6 characters of it or more, or its address. BEFORE and AFTER are
    versions, named by number, id or timestamp; without them, the last change is shown.

    Example: microfiche diff https://news.example/2026/storm
    """
    with read_index(archive_of(ctx)) as db:
        row = named_article(db, article)
    old, new = choose_versions(row, before, after)
    paragraphs = [
        found for found in diff_versions(old, new) if whole or found.kind is not Kind.SAME
    ]
    if as_json:
        for found in paragraphs:
            click.echo(json.dumps(paragraph_json(found), ensure_ascii=False))
        return
    out = console()
    out.print(line(f"- {moment(old.first_captured)}  version {old.id}", "red"))
    out.print(line(f"+ {moment(new.first_captured)}  version {new.id}", "green"))
    for found in paragraphs:
        out.print(_styled(found))


def paragraph_json(found: Paragraph) -> dict[str, object]:
    """A paragraph of a diff as JSON values."""
    return {
        "part": found.part,
        "kind": found.kind.value,
        "pieces": [{"kind": piece.kind.value, "text": piece.text} for piece in found.pieces],
    }


def _styled(found: Paragraph) -> Text:
    text = Text(f"{found.part}, {found.kind.value}: ", style="dim")
    for piece in found.pieces:
        begin, end, style = _MARKS.get(piece.kind, ("", "", "default not dim"))
        text.append(f"{begin}{printable(piece.text)}{end}", style=style)
    return text
