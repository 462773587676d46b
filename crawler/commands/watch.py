"""``microfiche watch``: visit what comes due, for ever."""

import click

from archive.cli import archive_of


@click.command("watch")
@click.argument("sources", nargs=-1, metavar="[SOURCE]...")
@click.option(
    "--index/--no-index",
    default=True,
    help="Index what is captured while watching, or leave it to `microfiche index`.",
)
@click.option(
    "--progress/--quiet",
    default=None,
    help="Show live progress, or do not; default: on a terminal only.",
)
@click.pass_context
def command(
    ctx: click.Context, sources: tuple[str, ...], *, index: bool, progress: bool | None
) -> int:
    """Visit whatever comes due, until it is stopped.

    microfiche.toml is read again when it changes, or on SIGHUP; a mistake in it is reported, and
    what was in force stays so. `microfiche save` is served within seconds. SIGTERM and Ctrl-C
    finish the requests in flight and seal the files.

    Example: microfiche watch --quiet
    """
    # Twisted is paid for here, after the arguments are known to be right.
    from crawler.run import run_crawl  # noqa: PLC0415
    from crawler.session import Mode  # noqa: PLC0415

    ended = run_crawl(archive_of(ctx), sources, Mode(index=index, patient=True), progress=progress)
    click.echo(ended.summary)
    for problem in ended.problems:
        click.echo(f"microfiche: {problem}", err=True)
    if ended.fatal is not None:
        raise ended.fatal
    return int(ended.status)
