"""``microfiche config check``: is ``microfiche.toml`` right, before anything goes by it?"""

import click

from archive.cli import archive_of
from archive.config import Config, load_config
from archive.errors import ConfigError, NotFound
from archive.index.open import read_index
from archive.layout import Archive
from archive.rights.rules import Audience
from archive.wording import counted, did_you_mean


@click.group("config")
def command() -> None:
    """Look at microfiche.toml.

    Example: microfiche config check
    """


@command.command("check")
@click.pass_context
def check(ctx: click.Context) -> None:
    """Say whether microfiche.toml can be used; each fault with its line, and exit code 3.

    A running reading room goes on with what it read when the file was last right. A rule for a
    source that neither the file nor the index has is a fault, too: it would keep nothing back.
    """
    archive = archive_of(ctx)
    config = load_config(archive)
    named = {right.source for right in config.rights if right.source}
    if not named <= config.sources.keys() and (
        unknown := _unknown_sources(config, _sources(archive, config))
    ):
        raise ConfigError("; ".join(f"{archive.config_path}: {line}" for line in unknown))
    enabled = sum(source.enabled for source in config.sources.values())
    click.echo(
        f"{archive.config_path}: right: {counted(len(config.sources), 'source')}, {enabled:,} "
        f"enabled, {counted(len(config.searches), 'saved search', 'saved searches')}"
    )


def _sources(archive: Archive, config: Config) -> set[str]:
    """Those of the file, and those that only the index has: taken out of the file, or ingested."""
    known: set[str] = set(config.sources)
    try:
        with read_index(archive, audience=Audience.OWNER) as db:
            known.update(source for (source,) in db.execute("SELECT id FROM sources"))
    except NotFound:
        pass  # nothing is indexed yet
    return known


def _unknown_sources(config: Config, known: set[str]) -> list[str]:
    return [
        f"rights: rule {number}: source: expected one of [sources] or of the index, got "
        f"{right.source!r}{did_you_mean(right.source, known)}"
        for number, right in enumerate(config.rights, 1)
        if right.source and right.source not in known
    ]
