"""``microfiche init``: make an empty archive."""

from pathlib import Path

import click

from archive.layout import create_archive


@click.command("init")
@click.argument("directory", type=click.Path(path_type=Path))
@click.option(
    "--contact",
    prompt="Where can the owner of a site reach you (mailto: or web address)",
    help="Told to every site in the User-Agent: mailto:you@example.org or a web address.",
)
def command(directory: Path, contact: str) -> None:
    """Make an empty archive in DIRECTORY."""
    if not contact.startswith(("mailto:", "http://", "https://")) or len(contact) < 10:
        raise click.BadParameter(
            f"expected mailto:you@example.org or a web address, got {contact!r}",
            param_hint="--contact",
        )
    create_archive(directory, contact=contact)
    click.echo(f"Made an archive in {directory}")
    click.echo(f"Next: microfiche -C {directory} add https://news.example/", err=True)
