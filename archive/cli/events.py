"""``microfiche events``: what happened in the archive, article by article."""

import json
from dataclasses import asdict
from difflib import get_close_matches

import click
from sqlite_utils import Database

from archive.cli import archive_of
from archive.cli.output import date_span, event_words, line, moment
from archive.cli.search import tell
from archive.errors import NotFound
from archive.index.history import Narrowing, iter_events
from archive.index.open import read_index
from archive.indexer.events import Kind
from archive.search import NoteKind, select_matching
from archive.terminal import console


def _since(_ctx: click.Context, _parameter: click.Parameter, value: str | None) -> str:
    return date_span(value)[0] if value else ""


def _until(_ctx: click.Context, _parameter: click.Parameter, value: str | None) -> str:
    return date_span(value)[1] if value else "9"


def _check_source(db: Database, source: str) -> None:
    known = [row[0] for row in db.execute("SELECT id FROM sources ORDER BY id")]
    if source not in known:
        near = get_close_matches(source, known, 1)
        meant = f"did you mean {near[0]}? there is" if near else "there is"
        raise NotFound(f"no source {source!r} in the index; {meant}: {', '.join(known) or 'none'}")


@click.command("events")
@click.argument("query", nargs=-1)
@click.option("--since", callback=_since, metavar="DATE", help="From this date on.")
@click.option("--until", callback=_until, metavar="DATE", help="Up to the end of this date.")
@click.option("--kind", type=click.Choice([kind.value for kind in Kind]), help="Only this kind.")
@click.option("--source", default="", help="Only articles of this source.")
@click.option("--author", default="", help="Only articles by this author, or a part of the name.")
@click.option("--silent", is_flag=True, help="Only edits the page does not date itself.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line, one line an event.")
@click.pass_context
def command(  # noqa: PLR0913 - one parameter for each option
    ctx: click.Context,
    *,
    query: tuple[str, ...],
    since: str,
    until: str,
    kind: str | None,
    source: str,
    author: str,
    silent: bool,
    as_json: bool,
) -> None:
    """Print what happened to the articles, in order.

    Of those that QUERY finds, or of all.

    Example: microfiche events --silent --since 2026-01
    """
    out, asked = console(), " ".join(query)
    with read_index(archive_of(ctx)) as db:
        if source:
            _check_source(db, source)
        narrowing = Narrowing(since, until, kind or "", source, author, silent)
        if asked:
            matches, notes = select_matching(db, asked)
            if left_out := [str(note) for note in notes if note.kind is NoteKind.LEFT_OUT]:
                raise click.UsageError("; ".join(left_out))
            tell(asked, notes)
            found = iter_events(db, narrowing, among=(matches.sql, matches.values))
        else:
            found = iter_events(db, narrowing)
        for event in found:
            if as_json:
                click.echo(json.dumps(asdict(event), ensure_ascii=False))
                continue
            words = event_words(event, event.title, source=event.source_name)
            out.print(line(f"{moment(event.at)}  {words}  [{event.article_id}]"))
