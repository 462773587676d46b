"""``microfiche init``: make an empty archive."""

import sys
from pathlib import Path

import click

from archive.layout import create_archive


@click.command("init")
@click.argument("directory", type=click.Path(path_type=Path))
@click.option(
    "--contact",
    help="Told to every site in the User-Agent: mailto:you@example.org or a web address. "
    "Asked for on a terminal where it is not given.",
)
def command(directory: Path, contact: str | None) -> None:
    """Make an empty archive in DIRECTORY.

    Example: microfiche init press --contact mailto:you@example.org
    """
    if contact is None:
        contact = _ask()
    known = contact.startswith(("mailto:", "http://", "https://")) and contact.isprintable()
    if not known or len(contact) < 10:
        raise click.BadParameter(
            f"expected mailto:you@example.org or a web address, got {contact!r}",
            param_hint="--contact",
        )
    create_archive(directory, contact=contact)
    click.echo(f"Made an archive in {directory}")
    click.echo(f"Next: microfiche -C {directory} add https://news.example/", err=True)


def _ask() -> str:
    """The contact as a person types it; nobody is asked where nobody can answer."""
    if not sys.stdin.isatty():
        raise click.UsageError("give --contact, such as --contact mailto:you@example.org")
    answer: str = click.prompt(
        "Where can the owner of a site reach you (mailto: or web address)", err=True
    )
    return answer
