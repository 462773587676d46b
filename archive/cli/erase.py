"""``microfiche erase``: take one record out of a WARC file, for a law or a court."""

import sys

import click

from archive.cli import archive_of
from archive.config import load_config
from archive.index.open import open_index
from archive.indexer.erased import erase
from archive.rights.rules import Audience


@click.command("erase")
@click.argument("record")
@click.option("--reason", required=True, help="Why; it stands in the tombstone and in the log.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_context
def command(ctx: click.Context, record: str, reason: str, *, yes: bool) -> None:
    """Erase RECORD (a WARC-Record-ID), for good, where a law or a court wants it gone.

    Its bytes are overwritten by a record of the same length that says when and why, and has the
    old digests as proof that something stood there; manifest, log, index and the crawler's
    memory follow. To keep something from being shown, a rule is enough: docs/rights.md.

    Example: microfiche erase urn:uuid:0f41… --reason "Order of 3 March 2026"
    """
    archive = archive_of(ctx)
    config = load_config(archive)
    if not yes:
        if not sys.stdin.isatty():
            raise click.UsageError("this cannot be undone: say --yes where nobody can be asked")
        click.confirm(f"Erase {record} for good? This cannot be undone", abort=True, err=True)
    db = open_index(archive, audience=Audience.OWNER)
    done = erase(archive, config, db, record, reason, tell=lambda line: click.echo(line, err=True))
    click.echo(f"Erased: {done.record_id} in {done.filename}, {done.length} bytes at {done.offset}")
    click.echo("Next: microfiche backup, so that no copy has it either", err=True)
