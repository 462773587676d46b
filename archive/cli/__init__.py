"""The command line: one click group whose commands are loaded by name when they are asked for.

So `search` never pays for Twisted, and nothing here imports the crawler. One module for each
command, by its name; ``output`` and ``progress`` are shared, ``reference`` writes docs/ from code.
"""

import errno
import importlib
import os
import sqlite3
import sys
from pathlib import Path
from typing import Any

import click

from archive.errors import ArchiveUnwritable, ExitCode, MicroficheError
from archive.index.sqlite_errors import explained
from archive.terminal import archive_of
from archive.wording import did_you_mean

__all__ = ["COMMANDS", "LazyGroup", "archive_of", "cli", "main"]

# Command -> where it lives, in the order in which a newcomer needs them.
COMMANDS = {
    "init": "archive.cli.init:command",
    "add": "crawler.commands.add:command",
    "crawl": "crawler.commands.crawl:command",
    "watch": "crawler.commands.watch:command",
    "save": "crawler.commands.save:command",
    "sources": "crawler.commands.sources:command",
    "runs": "crawler.commands.runs:command",
    "why": "crawler.commands.why:command",
    "doctor": "crawler.commands.doctor:command",
    "notify": "archive.cli.notify:command",
    "index": "archive.cli.index:command",
    "search": "archive.cli.search:command",
    "trend": "archive.cli.trend:command",
    "similar": "archive.cli.similar:command",
    "show": "archive.cli.show:command",
    "history": "archive.cli.history:command",
    "diff": "archive.cli.diff:command",
    "events": "archive.cli.events:command",
    "ingest": "archive.cli.ingest:command",
    "saved": "archive.cli.saved:command",
    "cdx": "archive.cli.cdx:command",
    "export": "archive.cli.export:command",
    "config": "archive.cli.config:command",
    "stats": "archive.cli.stats:command",
    "backup": "archive.cli.backup:command",
    "restore": "archive.cli.backup:restore_command",
    "serve": "archive.cli.serve:command",
    "staff": "archive.cli.staff:command",
    "notes": "archive.cli.notes:command",
    "mcp": "archive.cli.mcp:command",
    "rights": "archive.cli.rights:command",
    "erase": "archive.cli.erase:command",
    "extract": "archive.cli.extract:command",
    "check": "archive.cli.check:command",
    "verify": "archive.cli.verify:command",
}

_UNWRITABLE = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM)


class LazyGroup(click.Group):
    """A group that imports a command's module only when the command is named."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Every command, in the order in which a newcomer needs them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Import the command's module and give the command; None for a name we do not have."""
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name].partition(":")
        found: click.Command = getattr(importlib.import_module(module), name)
        return found

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that was named, or say which one was probably meant."""
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            known = f"`{ctx.command_path} --help` lists the commands"
            ctx.fail(
                f"No such command {args[0]!r}{did_you_mean(args[0], COMMANDS) or f'; {known}'}"
            )
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 - click's signature
        """Run a command; what SQLite says of the index while it is read is an error of ours.

        Nothing is marked as damaged here, where nobody can say which database was asked.
        """
        try:
            return super().invoke(ctx)
        except sqlite3.DatabaseError as error:
            if not COMMANDS.get(ctx.invoked_subcommand or "", "").startswith("archive."):
                raise
            raise explained(error) from error
        except OSError as error:
            if error.errno not in _UNWRITABLE:
                raise
            where = error.filename or "the archive"
            raise ArchiveUnwritable(
                f"{where}: cannot be written: {error.strerror}; check the disk's space and "
                "permissions"
            ) from error

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List every command with its one line of help."""
        rows = []
        for name in self.list_commands(ctx):
            command = self.get_command(ctx, name)
            rows.append((name, command.get_short_help_str(70) if command else ""))
        with formatter.section("Commands"):
            formatter.write_dl(rows)


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="microfiche")
@click.option(
    "-C",
    "--archive",
    "directory",
    type=click.Path(path_type=Path),
    envvar="MICROFICHE_ARCHIVE",
    default=Path(),
    metavar="DIR",
    help="The archive to work on (or set MICROFICHE_ARCHIVE); default: this directory.",
)
@click.pass_context
def cli(ctx: click.Context, directory: Path) -> None:
    """Keep a press archive: crawl news sites, search what they published, replay it as it was."""
    ctx.obj = directory


def main() -> None:
    """Run the command line; our errors are one line on stderr and a documented exit code."""
    try:
        status = cli.main(standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(ExitCode.INTERRUPTED)
    except MicroficheError as error:
        click.echo(f"microfiche: {error}", err=True)
        sys.exit(error.exit_code)
    except BrokenPipeError:
        # The reader of our output (`| head`) has gone; Python would say so again at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(ExitCode.OK)
    sys.exit(status if isinstance(status, int) else ExitCode.OK)
