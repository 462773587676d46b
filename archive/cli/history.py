"""``microfiche history``: the versions and events of one article."""

import json
from dataclasses import asdict

import click

from archive.cli import archive_of
from archive.cli.output import event_words, line, moment, named_article, story_lines, words_of
from archive.index.open import read_index
from archive.index.stories import find_story
from archive.terminal import console
from archive.wording import counted


@click.command("history")
@click.argument("article")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line, one line an event.")
@click.pass_context
def command(ctx: click.Context, article: str, as_json: bool) -> None:
    """Print what happened to one article, in order.

    ARTICLE is its id, the first 6 characters of it or more, or its address.

    Example: microfiche history https://news.example/2026/storm
    """
    with read_index(archive_of(ctx)) as db:
        row = named_article(db, article)
        story = find_story(db, row.id)
    if as_json:
        for event in row.events:
            click.echo(json.dumps(asdict(event), ensure_ascii=False))
        return
    out = console()
    out.print(line(row.title or "(no title)", "bold"))
    out.print(line(f"{row.url}  [{row.id}]", "dim"))
    for number, version in enumerate(row.versions, start=1):
        seen = f"{moment(version.first_captured)} to {moment(version.last_captured)}"
        out.print(
            line(
                f"  version {number}  {version.id}  {seen}  "
                f"{words_of(version)}, {counted(version.captures, 'capture')}"
                f"{', incomplete' if version.is_cut else ''}"
            )
        )
    for words in story_lines(story) if story else ():
        out.print(line(f"  appeared  {words}"))
    for event in row.events:
        out.print(line(f"  {moment(event.at)}  {event_words(event)}"))
