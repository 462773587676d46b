"""``microfiche similar``: articles that share the most telling words of one."""

import json

import click

from archive.cli import archive_of
from archive.cli.output import line, named_article
from archive.cli.search import print_hits
from archive.index.open import read_index
from archive.search import find_similar
from archive.search.results import hit_json
from archive.terminal import console


@click.command("similar")
@click.argument("article")
@click.option("--limit", type=click.IntRange(1, 100), default=10, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line, one line a hit.")
@click.pass_context
def command(ctx: click.Context, article: str, limit: int, as_json: bool) -> None:
    """Find articles similar to ARTICLE by its most distinctive words.

    ARTICLE is its id, the first 6 characters of it or more, or its address. Copies of it are left
    out: `microfiche show` names them.

    Example: microfiche similar 6e2d8222184969d4
    """
    with read_index(archive_of(ctx)) as db:
        found = find_similar(db, named_article(db, article).id, limit=limit)
    if as_json:
        for hit in found.hits:
            click.echo(json.dumps(hit_json(hit), ensure_ascii=False))
        return
    print_hits(found.hits)
    words = ", ".join(found.words) or "none that other articles share"
    console().print(line(f"by its words: {words}", "dim"))
