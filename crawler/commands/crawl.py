"""``microfiche crawl``: visit what is due."""

import click
from click.core import ParameterSource

from archive.terminal import archive_of
from crawler.commands.options import DURATION


@click.command("crawl")
@click.argument("sources", nargs=-1, metavar="[SOURCE]...")
@click.option("--recheck", is_flag=True, help="Make every known page and listing due now.")
@click.option(
    "--index/--no-index",
    default=True,
    help="Index what is captured while crawling, or leave it to `microfiche index`.",
)
@click.option(
    "--progress/--quiet",
    default=None,
    help="Show live progress; or say nothing where nothing is wrong. Default: on a terminal only.",
)
@click.option("--time", "time_s", type=DURATION, help="Stop asking after this long: 90s, 10m, 2h.")
@click.option("--pages", type=click.IntRange(min=1), help="Stop after this many pages.")
@click.option(
    "--bytes", "max_bytes", type=click.IntRange(min=1), help="Stop after this many bytes."
)
@click.pass_context
def command(
    ctx: click.Context,
    sources: tuple[str, ...],
    *,
    recheck: bool,
    index: bool,
    progress: bool | None,
    time_s: float | None,
    pages: int | None,
    max_bytes: int | None,
) -> int:
    """Visit what is due at every source, or at those named, until nothing is due.

    Ctrl-C finishes the requests in flight, seals the files and writes the report; a second one
    waits for nothing. Whatever a run does not come to, the next one does. A report and a log are
    left in runs/; the exit code is 7 when a source yielded nothing because all its seeds failed.

    Example: microfiche crawl news --time 10m --quiet
    """
    # Twisted is paid for here, after the arguments are known to be right.
    from crawler.run import run_crawl  # noqa: PLC0415
    from crawler.session import Limits, Mode  # noqa: PLC0415

    mode = Mode(recheck=recheck, index=index, limits=Limits(time_s, pages, max_bytes))
    ended = run_crawl(archive_of(ctx), sources, mode, progress=progress)
    # Cron mails whatever is printed: what was asked to be quiet speaks when something is wrong.
    is_quiet = ctx.get_parameter_source("progress") is ParameterSource.COMMANDLINE and not progress
    if not is_quiet or ended.status:
        click.echo(ended.summary)
    for problem in ended.problems:
        click.echo(f"microfiche: {problem}", err=True)
    if ended.fatal is not None:
        raise ended.fatal
    return int(ended.status)
