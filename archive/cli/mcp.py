"""``microfiche mcp``: the archive for assistants, over standard input and output."""

import click

from archive.cli import archive_of
from archive.errors import MicroficheError
from archive.replay.origins import Origins


@click.command("mcp")
@click.option(
    "--room-url",
    default="http://127.0.0.1:8080",
    show_default=True,
    metavar="URL",
    help="Where readers find the reading room: permalinks lead there.",
)
@click.option(
    "--replay-url",
    default="http://replay.localhost:8081",
    show_default=True,
    metavar="URL",
    help="Where they find archived pages.",
)
@click.pass_context
def command(ctx: click.Context, room_url: str, replay_url: str) -> None:
    """Let an assistant search, read and cite the archive (Model Context Protocol).

    It speaks over standard input and output, so the assistant's own configuration starts it. Its
    tools only read, and see what readers may see; everything found has a permalink to cite it by.
    It needs the extra `mcp`.

    Example: microfiche mcp --room-url https://press.example
    """
    archive = archive_of(ctx)
    try:
        from archive.web.assistants import create_server  # noqa: PLC0415 - an extra
    except ModuleNotFoundError as error:
        raise MicroficheError(
            f"needs {error.name}, which is not installed; run `pip install 'microfiche[mcp]'`,"
            " in a checkout `pip install '.[mcp]'`"
        ) from error
    create_server(archive, Origins(room_url.rstrip("/"), replay_url.rstrip("/"))).run("stdio")
