"""``microfiche watch``: visit what comes due, for ever."""

import os
import sys

import click

from archive.terminal import archive_of


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
@click.option(
    "--metrics",
    "metrics_port",
    type=click.IntRange(1, 65535),
    metavar="PORT",
    help="Answer Prometheus at http://127.0.0.1:PORT/metrics.",
)
@click.pass_context
def command(
    ctx: click.Context,
    sources: tuple[str, ...],
    *,
    index: bool,
    progress: bool | None,
    metrics_port: int | None,
) -> int:
    """Visit whatever comes due, until it is stopped.

    microfiche.toml is read again when it changes, or on SIGHUP; a mistake in it is reported, and
    what was in force stays so. A change of [crawl] or [archive] ends the run and begins the next.
    `microfiche save` is served within seconds. SIGTERM and Ctrl-C finish the requests in flight
    and seal the files.

    Example: microfiche watch --quiet
    """
    # Twisted is paid for here, after the arguments are known to be right.
    from crawler.run import run_crawl  # noqa: PLC0415
    from crawler.session import Mode  # noqa: PLC0415

    mode = Mode(index=index, patient=True, metrics_port=metrics_port)
    ended = run_crawl(archive_of(ctx), sources, mode, progress=progress)
    click.echo(ended.summary)
    for problem in ended.problems:
        click.echo(f"microfiche: {problem}", err=True)
    if ended.fatal is not None:
        raise ended.fatal
    if ended.again:
        # A reactor runs once in a process: the same process begins again, for whoever watches it.
        sys.stdout.flush()
        os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])  # noqa: S606 - ourselves
    return int(ended.status)
