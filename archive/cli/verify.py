"""``microfiche verify``: the chain of proof of one capture."""

import json
from dataclasses import asdict
from itertools import takewhile

import click
from sqlite_utils import Database

from archive.check.proof import Link, prove
from archive.cli import archive_of
from archive.errors import ExitCode, NotFound
from archive.index.captures import Capture, get_capture, iter_captures
from archive.index.open import read_index
from archive.replay.address import ANY_TIME, parse_address
from archive.replay.choose import Asked, find_capture
from archive.replay.resolve import find_erased
from archive.rights.rules import Audience
from archive.urls import urlkey

_MARKS = {True: "holds", False: "BROKEN", None: "-"}


@click.command("verify")
@click.argument("capture")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@click.pass_context
def command(ctx: click.Context, capture: str, as_json: bool) -> None:
    """Print the proof of a capture: bytes, digests, server, file, time stamp.

    CAPTURE is the id of its record, or a moment and an address, as in the address of its replay;
    where nothing was captured at that moment, the nearest capture is named and nothing is proved.
    Everything is computed again from the files. A link that is broken ends it with code 6; one
    marked with a dash is not there, or not looked at, and says why. Of what was erased its
    tombstone is shown: when, why, and which digests it had. The id of the record,
    printed first, is what `erase` and a rule of rights take.

    Example: microfiche verify 20260102030405/https://news.example/2026/storm
    """
    archive = archive_of(ctx)
    # A court sees what readers may not.
    with read_index(archive, audience=Audience.OWNER) as db:
        found = _find(db, capture)
        links = prove(archive, found)
    if as_json:
        told = {"record_id": found.record_id, "links": [asdict(link) for link in links]}
        click.echo(json.dumps(told, ensure_ascii=False))
    else:
        click.echo(f"{'':>6}  {'record':<10}  {found.record_id}")
        for link in links:
            click.echo(_line(link))
    if any(link.holds is False for link in links):
        ctx.exit(ExitCode.DAMAGED)


def _find(db: Database, named: str) -> Capture:
    address = parse_address(f"/web/{named.removeprefix('/')}") if "/" in named else None
    if address is None:
        return get_capture(db, named.strip("<>"))
    moment = None if address.timestamp == ANY_TIME else address.timestamp
    key = urlkey(address.url)
    # The tombstone of that very moment before what was captured near it.
    gone = find_erased(db, key, at=moment) if moment and not address.mark else None
    asked = Asked(address.url, moment, address.mark)
    found = gone or find_capture(db, asked) or find_erased(db, key)
    if found is None:
        raise NotFound(f"{address.url}: has not been captured; look for it with microfiche cdx")
    return found if moment is None else _of_moment(db, found, named, moment)


def _of_moment(db: Database, nearest: Capture, named: str, moment: str) -> Capture:
    """A capture of the moment that was named, of which digits may be left out at its end.

    Replay shows what is nearest and shows best; a proof is of what was asked for, or of nothing.
    """
    said = "".join(takewhile(str.isdigit, named.removeprefix("/")))
    if nearest.timestamp.startswith(said):
        return nearest
    same = iter_captures(db, nearest.urlkey, since=moment, until=moment, failures=True)
    if (found := next(iter(same), None)) is not None:
        return found
    raise NotFound(
        f"{nearest.uri}: has no capture of {said}; the nearest is of {nearest.timestamp}: "
        f"microfiche verify {nearest.timestamp}/{nearest.uri}"
    )


def _line(link: Link) -> str:
    return f"{_MARKS[link.holds]:>6}  {link.name:<10}  {link.said}"
