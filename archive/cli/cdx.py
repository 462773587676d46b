"""``microfiche cdx``: where captures lie, as CDXJ."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

import click
from sqlite_utils import Database

from archive.cli import archive_of
from archive.index.open import read_index
from archive.replay.cdx.forms import to_cdxj, to_json_lines, to_text
from archive.replay.cdx.query import MAX_LINES, BadQuery, CdxQuery, parse_query
from archive.replay.cdx.rows import Line, iter_lines


@click.command("cdx")
@click.argument("url", required=False)
@click.option(
    "--match",
    type=click.Choice(["exact", "prefix", "host", "domain"]),
    help="Which addresses; default: this one, or all that start with it where it ends with *.",
)
@click.option("--from", "since", default="", help="First timestamp, or its start.")
@click.option("--to", "until", default="", help="Last timestamp, or its start.")
@click.option(
    "--filter",
    "filters",
    multiple=True,
    metavar="[!][=|~]FIELD:VALUE",
    help="Only captures whose field holds VALUE, is it (=) or matches it (~); ! for the others.",
)
@click.option("--limit", type=click.IntRange(min=1), help="Lines at most.")
@click.option(
    "--output", type=click.Choice(["cdxj", "json", "text"]), default="cdxj", show_default=True
)
@click.pass_context
def command(
    ctx: click.Context,
    url: str | None,
    match: str | None,
    since: str,
    until: str,
    filters: Sequence[str],
    limit: int | None,
    output: str,
) -> None:
    """Print where captures lie: CDXJ, sorted as index files of pywb are.

    All of the archive where no URL is given. `microfiche serve` answers the same at /cdx.

    Example: microfiche cdx 'https://news.example/*' > news.cdxj
    """
    asked = {
        "url": url or "http://all.invalid/",
        "matchType": match or "",
        "from": since,
        "to": until,
    }
    try:
        query = parse_query(asked, lambda name: filters if name == "filter" else (), wayback=False)
    except BadQuery as error:
        raise click.UsageError(str(error)) from error
    if url is None:
        query = query.of_everything()
    with read_index(archive_of(ctx)) as db:
        lines = islice(_all_lines(db, query), limit)
        for piece in _WRITERS[output](lines, query):
            click.echo(piece, nl=False)


def _to_text(lines: Iterable[Line], query: CdxQuery) -> Iterator[str]:
    return to_text(lines, query, wayback=False)


_WRITERS = {"cdxj": to_cdxj, "json": to_json_lines, "text": _to_text}


def _all_lines(db: Database, query: CdxQuery) -> Iterator[Line]:
    """Every line, however many one question may give."""
    while True:
        last, count = None, 0
        for line in iter_lines(db, query):
            last, count = line, count + 1
            yield line
        if last is None or count < MAX_LINES:
            return
        query = query.behind(last.key, last.fields["timestamp"], last.number)
