"""``microfiche search``: articles by what they say, ranked, with the piece that was found."""

import json
from collections.abc import Iterable

import click
from rich.text import Text

from archive.cli import archive_of
from archive.cli.output import line, printable
from archive.index.open import read_index
from archive.search import Hit, Note, Order, SearchResult, Segment, search
from archive.search.results import Story, hit_json
from archive.terminal import console

_ORDERS = ("relevance", "newest", "oldest")


@click.command("search")
@click.argument("query", nargs=-1, required=True)
@click.option("--limit", type=click.IntRange(1, 1000), default=10, show_default=True)
@click.option("--order", type=click.Choice(_ORDERS), default="relevance", show_default=True)
@click.option(
    "--after",
    metavar="PLACE",
    help="Continue from the previous page (the `after` value it printed).",
)
@click.option("--all-copies", is_flag=True, help="Each copy of a story is a hit of its own.")
@click.option("--exact", is_flag=True, help="No nearest words, no articles with only some words.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line, one line a hit.")
@click.pass_context
def command(
    ctx: click.Context,
    query: tuple[str, ...],
    limit: int,
    order: Order,
    after: str | None,
    all_copies: bool,
    exact: bool,
    as_json: bool,
) -> None:
    """Find articles by what they say.

    QUERY is words, "phrases", OR, -not, prefix*, source:, author:, after: and more. Quote it for
    the shell, and put -- before one that begins with a dash.

    Example: microfiche search '"harbour wall" source:news after:2026-01'
    """
    with read_index(archive_of(ctx)) as db:
        result = search(
            db,
            " ".join(query),
            limit=limit,
            order=order,
            after=after,
            fold=not all_copies,
            helpful=not exact,
        )
    if as_json:
        for hit in result.hits:
            click.echo(json.dumps(hit_json(hit), ensure_ascii=False))
    else:
        _print(result)
    tell(result.query, result.notes)
    if as_json:
        # Beside the lines, not among them.
        click.echo(f"microfiche: {_summary(result)}", err=True)
    if result.after:
        click.echo(f"microfiche: next page: --after {result.after}", err=True)


def tell(query: str, notes: Iterable[Note]) -> None:
    """Remarks on a query on stderr, each with the place it is about pointed at."""
    for note in notes:
        click.echo(f"microfiche: {note}", err=True)
        if note.at is not None and note.at <= len(query):
            click.echo(f"  {printable(query)}\n  {' ' * (note.at - 1)}^", err=True)
        if note.query:
            click.echo(f"  search instead for: {printable(note.query)}", err=True)


def print_hits(hits: Iterable[Hit]) -> None:
    """Title, date and source, the piece that was found, address and id of each."""
    out = console()
    for hit in hits:
        out.print(_styled(hit.title, "bold"))
        out.print(Text(f"  {_when(hit)}  {hit.source_name}{_state(hit)}", style="green"))
        out.print(Text("  ").append_text(_styled(hit.snippet, "")))
        name = hit.article_id if hit.version_id else hit.kind
        out.print(Text(f"  {hit.url}  [{name}]", style="dim"))
        if hit.story:
            out.print(line(f"  {_also_in(hit.story)}", "dim"))
        out.print()


def _print(result: SearchResult) -> None:
    print_hits(result.hits)
    console().print(Text(_summary(result), style="dim"))


def _summary(result: SearchResult) -> str:
    """How many there are and how they were ranked.

    >>> _summary(SearchResult("the", 1_500, False, "newest", ()))
    '1,500+ articles, 0 shown (newest)'
    """
    many = f"{result.total:,}" if result.exact else f"{result.total:,}+"
    what = "page" if result.hits and not result.hits[0].version_id else "article"
    articles = what if many == "1" else f"{what}s"
    return f"{many} {articles}, {len(result.hits)} shown ({result.ranking})"


def _also_in(story: Story) -> str:
    names = list(dict.fromkeys(copy.source_name for copy in story.copies))
    more = story.articles - 1 - len(story.copies)
    copies = "1 copy" if story.articles == 2 else f"{story.articles - 1:,} copies"
    return f"{copies} in: {', '.join(names)}{f' and {more:,} more' if more else ''}"


def _styled(segments: tuple[Segment, ...], style: str) -> Text:
    text = Text(style=style)
    for segment in segments:
        line = " ".join(segment.text.split("\n"))
        text.append(printable(line), style="bold yellow" if segment.marked else None)
    return text


def _when(hit: Hit) -> str:
    stamp = hit.captured_at
    return hit.published[:10] if hit.published else f"{stamp[:4]}-{stamp[4:6]}-{stamp[6:8]}"


def _state(hit: Hit) -> str:
    state = "  removed" if hit.removed else "  edited" if hit.edited else ""
    return f"{state}  in an earlier version" if hit.in_earlier else state
