"""``microfiche notify``: send what waits to be told, or a test."""

import click

from archive.cli import archive_of
from archive.config import load_config
from archive.errors import ConfigError, ExitCode
from archive.notify.tell import tell, try_out
from archive.wording import counted


@click.command("notify")
@click.option("--test", "is_test", is_flag=True, help="Send a message that says nothing.")
@click.pass_context
def command(ctx: click.Context, *, is_test: bool) -> int:
    """Send now what waits to be told, to whom [notify] in microfiche.toml names.

    Every run does so by itself, at most once in `every`.

    Example: microfiche notify --test
    """
    archive = archive_of(ctx)
    config = load_config(archive)
    if not config.notify.is_wanted:
        raise ConfigError(
            f"{archive.config_path}: nobody is to be told; set mail_to or webhook in [notify]"
        )
    told = try_out(archive, config) if is_test else tell(archive, config, at_once=True)
    for channel, count in told.sent.items():
        click.echo(f"{channel}: {counted(count, 'notice')} sent")
    for problem in told.problems:
        click.echo(f"microfiche: {problem}", err=True)
    if not told.sent and not told.problems:
        click.echo("nothing waits to be told")
    return int(ExitCode.ERROR if told.problems else ExitCode.OK)
