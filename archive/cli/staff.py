"""``microfiche staff``: who may sign in to the reading room."""

import sys

import click

from archive.cli import archive_of
from archive.staff.accounts import add_token, read_accounts, remove_account, set_password
from archive.wording import counted


@click.group("staff")
def command() -> None:
    """Say who may sign in to the reading room, and see what readers may not.

    Names, hashed passwords and tokens stand in staff.json in the archive, with mode 0600. A
    running server sees each change at once.

    Example: microfiche staff add ada
    """


@command.command("add")
@click.argument("name")
@click.option("--token", is_flag=True, help="Print one more token, for a program, instead.")
@click.pass_context
def add(ctx: click.Context, name: str, *, token: bool) -> None:
    """Give NAME a password, in place of any before, or with --token a token.

    The password is asked for on a terminal, else read from the first line of standard input.
    """
    archive = archive_of(ctx)
    if token:
        click.echo(add_token(archive, name))
        click.echo("Keep it: it is shown this once. Send it as Authorization: Bearer", err=True)
        return
    if sys.stdin.isatty():
        password = click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    else:
        password = sys.stdin.readline().rstrip("\r\n")
        if not password:
            raise click.UsageError(
                "no password on standard input: write one line to it, run this on a terminal, or"
                " use --token"
            )
    set_password(archive, name, password)
    click.echo(f"{name} may sign in")


@command.command("list")
@click.pass_context
def listed(ctx: click.Context) -> None:
    """Name the staff, and how each may sign in."""
    for name, account in read_accounts(archive_of(ctx)).items():
        means = ["a password"] if account.password else []
        means += [counted(len(account.tokens), "token")] if account.tokens else []
        click.echo(f"{name}: {' and '.join(means)}, since {account.added[:8]}")


@command.command("remove")
@click.argument("name")
@click.pass_context
def remove(ctx: click.Context, name: str) -> None:
    """Take NAME off the staff, with password and tokens; open sessions end."""
    remove_account(archive_of(ctx), name)
    click.echo(f"{name} may no longer sign in")
