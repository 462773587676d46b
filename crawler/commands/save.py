"""``microfiche save``: keep single addresses now."""

import json
import time

import click

from archive.errors import ExitCode, MicroficheError
from archive.layout import Archive
from archive.lock import is_held
from archive.runs import inbox
from archive.runs.frontier import read_address
from archive.terminal import archive_of
from archive.urls import is_http
from crawler.commands.options import DURATION
from crawler.discovery.found import absolute

_SAVED = frozenset({"captured", "unchanged", "redirected"})
_POLL_S = 0.2


@click.command("save")
@click.argument("urls", nargs=-1, required=True, metavar="URL...")
@click.option(
    "--wait",
    "wait_s",
    type=DURATION,
    default="60s",
    show_default=True,
    help="How long to wait for a watch that runs; it goes on all the same.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON line for each address.")
@click.pass_context
def command(ctx: click.Context, urls: tuple[str, ...], *, wait_s: float, as_json: bool) -> int:
    """Keep these addresses now, with the pictures and styles they need.

    Where `microfiche watch` runs it is asked to; else a run of their own fetches them. robots.txt
    and the pace of their hosts hold as ever. An address of no source gets one of its domain's name.

    Example: microfiche save https://news.example/2026/storm
    """
    archive = archive_of(ctx)
    for url in urls:
        if not is_http(url) or absolute(url, url) is None:
            raise click.BadParameter(
                f"expected an http or https address, got {url!r:.200}", param_hint="URL"
            )
    if is_held(archive.lock_path):
        outcomes = _ask_watch(archive, urls, wait_s)
    else:
        outcomes = _fetch(archive, urls)
    for url, outcome in outcomes.items():
        line = {"url": url, "outcome": outcome}
        click.echo(json.dumps(line) if as_json else f"{outcome}  {url}")
    failed = any(outcome not in _SAVED for outcome in outcomes.values())
    return int(ExitCode.ERROR if failed else ExitCode.OK)


def _ask_watch(archive: Archive, urls: tuple[str, ...], wait_s: float) -> dict[str, str]:
    wishes = [inbox.post(archive, url) for url in urls]
    outcomes: dict[str, str] = {}
    deadline = time.monotonic() + wait_s
    while len(outcomes) < len(set(urls)) and time.monotonic() < deadline:
        for wish in wishes:
            if (outcome := inbox.find_answer(archive, wish)) is not None:
                outcomes[wish.url] = outcome
        time.sleep(_POLL_S)
    return {url: outcomes.get(url, "waiting") for url in urls}


def _fetch(archive: Archive, urls: tuple[str, ...]) -> dict[str, str]:
    from crawler.run import run_crawl  # noqa: PLC0415
    from crawler.session import Mode  # noqa: PLC0415

    plain = {url: absolute(url, url) or url for url in urls}  # each has been tried before
    ended = run_crawl(archive, (), Mode(urls=tuple(plain.values())), progress=False)
    if ended.fatal is not None:
        raise ended.fatal
    return {url: _outcome(archive, plain[url]) for url in urls}


def _outcome(archive: Archive, url: str) -> str:
    try:
        return str(read_address(archive, url)["address"]["outcome"]) or "waiting"
    except MicroficheError:
        return "waiting"
