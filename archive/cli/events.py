"""``microfiche events``: what happened in the archive, article by article."""

import json
from dataclasses import asdict

import click

from archive.cli import archive_of
from archive.cli.output import console, first_moment, line, moment
from archive.index.history import iter_events
from archive.index.open import read_index

_KINDS = ("published", "edited", "retitled", "moved", "removed", "restored")


def _date(_ctx: click.Context, _parameter: click.Parameter, value: str | None) -> str:
    if value is None:
        return ""
    found = first_moment(value)
    if found is None:
        raise click.BadParameter(f"expected a date such as 2026-01-31 or 2026-01, got {value!r}")
    return found


@click.command("events")
@click.option("--since", callback=_date, metavar="DATE", help="From this date on.")
@click.option("--kind", type=click.Choice(_KINDS), default=None, help="Only events of this kind.")
@click.option("--source", default="", help="Only articles of this source.")
@click.option("--silent", is_flag=True, help="Only changes the page does not own up to.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line, one line an event.")
@click.pass_context
def command(
    ctx: click.Context, since: str, kind: str | None, source: str, silent: bool, as_json: bool
) -> None:
    """Print what happened to the articles, in order.

    They are published, edited, retitled, moved, removed, restored.
    """
    out = console()
    with read_index(archive_of(ctx)) as db:
        found = iter_events(db, since=since, kind=kind or "", source=source, silent=silent)
        for event in found:
            if as_json:
                click.echo(json.dumps(asdict(event), ensure_ascii=False))
                continue
            silently = " silently" if event.silent else ""
            what = event.detail if event.kind in ("retitled", "moved") else event.title
            out.print(
                line(
                    f"{moment(event.at)}  {event.kind}{silently}  {event.source_name}: {what}  "
                    f"[{event.article_id}]"
                )
            )
