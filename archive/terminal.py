"""What the commands of both rooms share: the archive that the command line names, and stdout."""

import sys

import click
from rich.console import Console
from rich.table import Table

from archive.layout import Archive, open_archive

# Wider than any line of a table, so that nothing is cut or broken for those who read a pipe.
_PIPE_WIDTH = 10_000


def console() -> Console:
    """stdout: colours on a terminal only, no wrapping into a pipe's imagined width."""
    width = None if sys.stdout.isatty() else _PIPE_WIDTH
    return Console(highlight=False, soft_wrap=True, width=width)


def tell_table(table: Table) -> None:
    """Print a table; into a pipe without the spaces that only fill its last column."""
    out = console()
    if out.is_terminal:
        out.print(table)
        return
    with out.capture() as drawn:
        out.print(table)
    click.echo("\n".join(line.rstrip() for line in drawn.get().splitlines()))


def archive_of(ctx: click.Context) -> Archive:
    """The archive named by -C, MICROFICHE_ARCHIVE or the working directory.

    Raises:
        MicroficheError: there is none, or it cannot be read.
    """
    return open_archive(ctx.find_root().obj)
