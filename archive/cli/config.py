"""``microfiche config check``: is ``microfiche.toml`` right, before anything goes by it?"""

import click

from archive.cli import archive_of
from archive.config import load_config
from archive.wording import counted


@click.group("config")
def command() -> None:
    """Look at microfiche.toml.

    Example: microfiche config check
    """


@command.command("check")
@click.pass_context
def check(ctx: click.Context) -> None:
    """Say whether microfiche.toml can be used; each fault with its line, and exit code 3.

    A running reading room goes on with what it read when the file was last right.
    """
    archive = archive_of(ctx)
    config = load_config(archive)
    enabled = sum(source.enabled for source in config.sources.values())
    click.echo(
        f"{archive.config_path}: right: {counted(len(config.sources), 'source')}, {enabled:,} "
        f"enabled, {counted(len(config.searches), 'saved search', 'saved searches')}"
    )
