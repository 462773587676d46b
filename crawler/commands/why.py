"""``microfiche why``: what the frontier, robots.txt and the scope know of an address."""

import json
import time
from typing import Any

import click

from archive.config import Config, load_config
from archive.runs.frontier import read_address
from archive.terminal import archive_of
from archive.urls import is_http
from archive.wording import ago

_MOMENTS = {
    "first_seen": "first seen",
    "published": "published",
    "modified": "modified",
    "last_fetched": "fetched",
    "settled_at": "settled",
    "gone_at": "gone",
}
_INDENT = 12


@click.command("why")
@click.argument("url")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@click.pass_context
def command(ctx: click.Context, url: str, *, as_json: bool) -> None:
    """Say how URL was found, what came of it, and what is next.

    Example: microfiche why https://news.example/2026/storm
    """
    from crawler.discovery.found import absolute  # noqa: PLC0415 - after the arguments are right

    if not is_http(url):
        raise click.BadParameter(f"expected an http or https address, got {url!r:.200}")
    archive = archive_of(ctx)
    config = load_config(archive)
    plain = absolute(url, url) or url
    judged = _judge(config, plain)
    known = read_address(archive, plain)
    judged["robots"] = _robots(config, known["robots"], plain)
    judged["opens"] = _opens(config, known["address"]["source"], time.time())
    if as_json:
        known.pop("robots")
        click.echo(json.dumps(known | judged))
        return
    for line in _lines(known, judged, time.time()):
        click.echo(line)


def _judge(config: Config, url: str) -> dict[str, Any]:
    from crawler.outcomes import Kind  # noqa: PLC0415
    from crawler.scope import Scope  # noqa: PLC0415

    refusals = {
        name: Scope(source, config.crawl).refusal(url, Kind.ARTICLE)
        for name, source in config.sources.items()
    }
    return {"scope": {name: str(why) if why else "followed" for name, why in refusals.items()}}


def _opens(config: Config, source_id: str, now: float) -> float | None:
    """When a source that is closed now opens; None: it is open."""
    from crawler.hours import closed_until  # noqa: PLC0415

    source = config.sources.get(source_id)
    return closed_until(source, now) or None if source else None


def _robots(config: Config, stored: dict[str, Any] | None, url: str) -> str:
    from crawler.robots import product_token, read_rules  # noqa: PLC0415

    if stored is None:
        return "not read yet"
    rules = read_rules(stored["status"], stored["body"], agent=product_token(config.user_agent))
    if not rules.reachable:
        return "unavailable: nothing is fetched"
    return "allows it" if rules.allows(url) else "disallows it"


def _lines(known: dict[str, Any], judged: dict[str, Any], now: float) -> "list[str]":
    row = known["address"]
    lines = [
        f"address     {row['url']}",
        f"source      {row['source']}, as {row['kind']}" + (", a seed" if row["seed"] else ""),
        f"found       {row['why']}"
        + "".join(f"\n{' ' * _INDENT}via {via}" for via in known["way"]),
        f"state       {row['state']}" + (f", {row['outcome']}" if row["outcome"] else ""),
    ]
    lines += [
        f"{label:<{_INDENT}}{ago(row[name], now)}"
        for name, label in _MOMENTS.items()
        if row.get(name) is not None
    ]
    due = row["due_at"]
    again = ago(due, now) if due else "now" if due is not None else "none planned"
    lines.append(f"next look   {again}")
    if row["failures"]:
        lines.append(
            f"failures    {row['failures']} in a row, HTTP status {row['status'] or 'none'}"
        )
    host = known["host"]
    if host and host["retry_until"] and host["retry_until"] > now:
        lines.append(f"host        left alone, again {ago(host['retry_until'], now)}")
    if judged["opens"]:
        lines.append(f"hours       closed, opens {ago(judged['opens'], now)}")
    lines.append(f"robots      {judged['robots']}")
    lines += [f"scope       {name}: {why}" for name, why in judged["scope"].items()]
    return lines
