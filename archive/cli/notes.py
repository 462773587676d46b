"""``microfiche notes``: what the staff have noted on articles."""

import json
from dataclasses import asdict

import click

from archive.cli import archive_of
from archive.staff.notes import iter_notes


@click.command("notes")
@click.argument("words", nargs=-1)
@click.pass_context
def command(ctx: click.Context, words: tuple[str, ...]) -> None:
    """Print the notes and tags of the staff as JSON lines, the newest first.

    With WORDS only those that have all of them; `tag:harbour` is a tag. They are made on the pages
    of articles in the reading room, and lie in notes.db, which no rebuild touches.

    Example: microfiche notes tag:harbour > harbour.jsonl
    """
    for note in iter_notes(archive_of(ctx), having=" ".join(words)):
        click.echo(json.dumps(asdict(note), ensure_ascii=False))
