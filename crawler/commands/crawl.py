"""``microfiche crawl``: visit what is due."""

import click

from archive.cli import archive_of


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
    help="Show live progress, or do not; default: on a terminal only.",
)
@click.pass_context
def command(
    ctx: click.Context,
    sources: tuple[str, ...],
    *,
    recheck: bool,
    index: bool,
    progress: bool | None,
) -> int:
    """Visit what is due at every source, or at those named.

    Ctrl-C finishes the requests in flight, seals the files and writes the report; a second one
    waits for nothing. Whatever a run does not come to, the next one does. A report and a log are
    left in runs/; the exit code is 7 when a source yielded nothing because all its seeds failed.
    """
    # Twisted is paid for here, after the arguments are known to be right.
    from crawler.run import run_crawl  # noqa: PLC0415

    ended = run_crawl(archive_of(ctx), sources, recheck=recheck, index=index, progress=progress)
    click.echo(ended.summary)
    for problem in ended.problems:
        click.echo(f"microfiche: {problem}", err=True)
    if ended.fatal is not None:
        raise ended.fatal
    return int(ended.status)
