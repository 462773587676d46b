"""``microfiche show``: one article with its versions, captures and events."""

import json
from dataclasses import asdict

import click

from archive.cli import archive_of
from archive.cli.output import event_words, line, moment, named_article, story_lines, words_of
from archive.index.articles import ArticleRow
from archive.index.open import read_index
from archive.index.stories import Story, find_story
from archive.terminal import console
from archive.wording import counted


@click.command("show")
@click.argument("article")
@click.option("--json", "as_json", is_flag=True, help="Everything, as one JSON object.")
@click.pass_context
def command(ctx: click.Context, article: str, as_json: bool) -> None:
    """Print an article with its versions and captures.

    ARTICLE is its id, the first 6 characters of it or more, or its address.

    Example: microfiche show https://news.example/2026/storm
    """
    with read_index(archive_of(ctx)) as db:
        row = named_article(db, article)
        story = find_story(db, row.id)
    if as_json:
        click.echo(json.dumps(article_json(row, story), ensure_ascii=False))
    else:
        _print(row, story)


def article_json(row: ArticleRow, story: Story | None = None) -> dict[str, object]:
    """An article as JSON values, with the articles that it is a copy of, or that are of it."""
    found = asdict(row) | {"story": asdict(story) if story else None}
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


def _print(row: ArticleRow, story: Story | None) -> None:
    say = console().print
    say(line(row.title or "(no title)", "bold"))
    facts = [row.source_name, row.published or "", ", ".join(row.authors), row.section or ""]
    say(line("  ".join(filter(None, facts)), "green"))
    if row.credit:
        say(line(f"Source: {row.credit}", "green"))
    for address in row.addresses:
        say(line(address, "dim"))
    say(line(f"id {row.id}", "dim"))
    say("")
    for paragraph in filter(None, (row.standfirst, *row.current.text.split("\n"))):
        say(line(paragraph, ""))
        say("")
    _print_second_pass(row, story)
    _print_links(row)
    say(line(f"Versions ({len(row.versions)})", "bold"))
    for version in row.versions:
        say(
            line(
                f"  {moment(version.first_captured)}  {version.id}  "
                f"{words_of(version)}, {counted(version.captures, 'capture')}, "
                f"last {moment(version.last_captured)}{', incomplete' if version.is_cut else ''}",
                "",
            )
        )
    say(line(f"Captures ({len(row.captures)})", "bold"))
    for capture in row.captures:
        status = capture.status if capture.status is not None else capture.failure
        say(
            line(
                f"  {moment(capture.timestamp)}  {status}  {capture.record_type}  "
                f"{capture.file}@{capture.offset}  {capture.uri}",
                "",
            )
        )
    say(line(f"Events ({len(row.events)})", "bold"))
    for event in row.events:
        say(line(f"  {moment(event.at)}  {event_words(event)}"))


def _print_links(row: ArticleRow) -> None:
    if row.current.links:
        console().print(line(f"Links ({len(row.current.links)})", "bold"))
    for url, words in row.current.links:
        console().print(line(f"  {words}  {url}", "dim"))


def _print_second_pass(row: ArticleRow, story: Story | None) -> None:
    """What follows from the set of all articles: lines the site repeats, and copies."""
    say = console().print
    if row.current.site_template:
        say(line(f"Left out, repeated by the site ({len(row.current.site_template)})", "bold"))
        for repeated in row.current.site_template:
            say(line(f"  {repeated}", "dim"))
    if story:
        say(line(f"Appeared at ({len(story.members)})", "bold"))
        for words in story_lines(story):
            say(line(f"  {words}", ""))
