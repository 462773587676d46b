"""What the commands of both rooms start from: the archive that the command line names."""

import click

from archive.layout import Archive, open_archive


def archive_of(ctx: click.Context) -> Archive:
    """The archive named by -C, MICROFICHE_ARCHIVE or the working directory.

    Raises:
        MicroficheError: there is none, or it cannot be read.
    """
    return open_archive(ctx.find_root().obj)
