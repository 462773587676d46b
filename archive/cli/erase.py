"""``microfiche erase``: take one record out of a WARC file, for a law or a court."""

import shlex
import sys
from contextlib import closing

import click

from archive.cli import archive_of
from archive.config import load_config
from archive.errors import MicroficheError, NotFound
from archive.index.captures import Capture, get_capture
from archive.index.open import open_index
from archive.indexer.erased import erase, find_copies
from archive.layout import Archive
from archive.rights.rules import Audience
from archive.saved.run import withdraw
from archive.warc.erasing import REWRITE


@click.command("erase")
@click.argument("record")
@click.option("--reason", required=True, help="Why; it stands in the tombstone and in the log.")
@click.option("--all-copies", is_flag=True, help="Every other record of the same payload, too.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_context
def command(ctx: click.Context, record: str, reason: str, *, all_copies: bool, yes: bool) -> None:
    """Erase RECORD (a WARC-Record-ID), for good, where a law or a court wants it gone.

    `microfiche verify MOMENT/URL` prints the id of a capture's record.

    Its bytes are overwritten by a record of the same length that says when and why, and has the
    old digests as proof that something stood there; manifest, log, index and the crawler's
    memory follow. The request of the same exchange goes with it; other records that hold the same
    payload are listed, with the commands that erase them. To keep something from being shown, a
    rule is enough: docs/rights.md.

    Example: microfiche erase urn:uuid:0f41… --reason "Order of 3 March 2026"
    """
    archive = archive_of(ctx)
    config = load_config(archive)
    with closing(open_index(archive, audience=Audience.OWNER)) as db:
        try:
            copies = find_copies(db, get_capture(db, record))
        except NotFound as error:
            told = f"{error}; if its file shares gzip members or is zstd: {REWRITE}"
            raise NotFound(told) from None
    wanted = [record, *(copy.record_id for copy in copies if all_copies)]
    if not yes:
        if not sys.stdin.isatty():
            raise click.UsageError("this cannot be undone: say --yes where nobody can be asked")
        told = " and ".join(wanted)
        click.confirm(f"Erase {told} for good? This cannot be undone", abort=True, err=True)
    for one in wanted:
        db = open_index(archive, audience=Audience.OWNER)
        done = erase(archive, config, db, one, reason, tell=_tell)
        for gone in done.records:
            place = f"{done.filename}, {gone.length} bytes at {gone.offset}"
            click.echo(f"Erased: {gone.record_id} in {place}")
    if not all_copies:
        _list(archive, copies, reason)
    try:
        withdraw(archive, config)
    except MicroficheError as error:
        _tell(f"{error}\nFeeds of saved searches follow with `microfiche saved run`")
    click.echo("Next: microfiche backup, so that no copy has it either", err=True)


def _tell(line: str) -> None:
    click.echo(line, err=True)


def _list(archive: Archive, copies: list[Capture], reason: str) -> None:
    """How to erase what else holds the payload."""
    for copy in copies:
        _tell(f"Still there: the same payload, {copy.uri} at {copy.timestamp}; to erase it, too:")
        arguments = ["-C", str(archive.root), "erase", copy.record_id, "--reason", reason]
        click.echo(f"microfiche {shlex.join(arguments)}")
