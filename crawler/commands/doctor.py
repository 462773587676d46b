"""``microfiche doctor``: whether this machine and this archive are fit for crawling."""

import json
import os
import socket
import ssl
import time
from calendar import timegm
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path

import click

from archive.config import Config, load_config
from archive.errors import ExitCode, MicroficheError
from archive.layout import Archive
from archive.lock import is_held
from archive.rights.rules import Audience
from archive.runs.frontier import read_sources
from archive.runs.reports import iter_runs
from archive.terminal import archive_of
from archive.urls import host_of
from archive.wording import counted
from crawler.space import left_out, room_left, warc_bytes

# A disk that is full within this is worth a word.
_SOON_DAYS = 30.0
_LONG_DAYS = 3650.0
_DAY_S = 86400.0
_SANE_YEAR = 1_767_225_600.0  # 2026-01-01: no release of ours is older


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    what: str
    ok: bool
    says: str
    """What was found; where it is not well, what to do."""


@click.command("doctor")
@click.option("--offline", is_flag=True, help="Ask no name server.")
@click.option("--json", "as_json", is_flag=True, help="One JSON line for each finding.")
@click.pass_context
def command(ctx: click.Context, *, offline: bool, as_json: bool) -> int:
    """Look at configuration, disk, clock, names, TLS, rights and index: ok, or what to do.

    Example: microfiche doctor
    """
    archive = archive_of(ctx)
    findings = list(examine(archive, offline=offline, now=time.time()))
    for finding in findings:
        if as_json:
            click.echo(json.dumps(asdict(finding)))
        else:
            click.echo(f"{'ok  ' if finding.ok else 'look'}  {finding.what}: {finding.says}")
    return int(ExitCode.OK if all(finding.ok for finding in findings) else ExitCode.ERROR)


def examine(archive: Archive, *, offline: bool, now: float) -> Iterator[Finding]:
    """Everything there is to look at; the configuration first, for the rest depends on it."""
    try:
        config = load_config(archive)
    except MicroficheError as error:
        yield Finding("configuration", ok=False, says=str(error))
        return
    enabled = sum(source.enabled for source in config.sources.values())
    says = counted(enabled, "source") if enabled else "no enabled source; see `microfiche add`"
    yield Finding("configuration", ok=bool(enabled), says=says)
    yield _rights(archive)
    yield _disk(archive, config, now)
    yield _clock(archive, now)
    yield _certificates()
    if not offline and enabled:
        yield _names(config)
    yield _index(archive)
    yield _runs(archive, config, now)
    if config.notify.is_wanted:
        yield _telling(archive, now)


def _rights(archive: Archive) -> Finding:
    places = [archive.root, archive.warcs_dir, archive.runs_dir]
    closed = [str(place) for place in places if place.exists() and not os.access(place, os.W_OK)]
    return Finding(
        "permissions",
        not closed,
        f"not writable by this user: {', '.join(closed)}" if closed else "the archive is writable",
    )


def _disk(archive: Archive, config: Config, now: float) -> Finding:
    crawl = config.crawl
    left = room_left(archive, crawl, taken=warc_bytes(archive) if crawl.budget_bytes else 0)
    week = [report for report in iter_runs(archive) if _age(report, now) < 7 * _DAY_S]
    daily = sum(report["totals"]["warc_bytes"] for report in week) / 7
    says = f"{left / 1e9:.1f} GB until a run would stop"
    if daily > 0:
        says += f", {_lasts(left / daily)} at {_volume(daily)} a day"
    if out := left_out(left, crawl.spare_bytes):
        says += f"; not fetched any more: {out}"
    elif daily > 0 and (until := (left - crawl.spare_bytes) / daily) < _SOON_DAYS:
        says += f"; old pages wait from {until:.0f} days on"
    ok = left > 0 and not out and (daily == 0 or left / daily > _SOON_DAYS)
    return Finding("disk", ok, says if ok else f"{says}; make room, or move sealed WARC files away")


def _lasts(days: float) -> str:
    """How long the room lasts.

    >>> _lasts(1.2), _lasts(83408751.0)
    ('1 day', 'more than ten years')
    """
    return counted(round(days), "day") if days < _LONG_DAYS else "more than ten years"


def _volume(daily: float) -> str:
    """Bytes a day, for people.

    >>> _volume(5_200_000.0), _volume(7.0)
    ('5 MB', 'less than 1 MB')
    """
    return f"{daily / 1e6:.0f} MB" if daily >= 1e6 else "less than 1 MB"


def _age(report: dict[str, object], now: float) -> float:
    stamp = time.strptime(str(report["run"])[:14], "%Y%m%d%H%M%S")
    return now - timegm(stamp)


def _clock(archive: Archive, now: float) -> Finding:
    newest = max((path.stat().st_mtime for path in _files(archive)), default=0.0)
    if now < _SANE_YEAR or newest > now + _DAY_S:
        return Finding(
            "clock", ok=False, says=f"it is {time.ctime(now)}: set it, and keep it by NTP"
        )
    return Finding("clock", ok=True, says="plausible")


def _files(archive: Archive) -> Iterator[Path]:
    yield from archive.runs_dir.glob("*.json")
    yield from (path for path in (archive.frontier_path, archive.index_path) if path.exists())


def _certificates() -> Finding:
    count = ssl.create_default_context().cert_store_stats()["x509_ca"]
    paths = ssl.get_default_verify_paths()
    found = count > 0 or bool(paths.capath and any(Path(paths.capath).glob("*")))
    says = "trusted certificates are there" if found else "no trusted certificates; install them"
    return Finding("TLS", found, says)


def _names(config: Config) -> Finding:
    unknown = []
    for source in config.sources.values():
        host = host_of(source.url).partition(":")[0]
        if source.enabled and not _resolves(host):
            unknown.append(host)
    says = f"no address for {', '.join(unknown[:5])}" if unknown else "every source's host is known"
    return Finding("DNS", not unknown, says)


def _resolves(host: str, look_up: Callable[..., object] = socket.getaddrinfo) -> bool:
    try:
        look_up(host, 443)
    except OSError:
        return False
    return True


def _index(archive: Archive) -> Finding:
    from archive.index.open import open_index  # noqa: PLC0415

    if not archive.index_path.exists():
        return Finding("index", ok=False, says="there is none yet; run `microfiche index`")
    try:
        with closing(open_index(archive, audience=Audience.OWNER)):
            pass
    except MicroficheError as error:
        return Finding("index", ok=False, says=str(error))
    return Finding("index", ok=True, says="can be opened")


def _runs(archive: Archive, config: Config, now: float) -> Finding:
    names = [name for name, source in config.sources.items() if source.enabled]
    if is_held(archive.lock_path):
        return Finding("crawls", ok=True, says="one is running")
    try:
        states = read_sources(archive, names, now=now)
    except MicroficheError as error:
        return Finding("crawls", ok=False, says=str(error))
    wrong = [f"{state.source}: {state.problem}" for state in states if state.problem]
    return Finding("crawls", not wrong, "; ".join(wrong) or "every source is served")


def _telling(archive: Archive, now: float) -> Finding:
    from archive.notify.memory import read_memory  # noqa: PLC0415

    try:
        memory = read_memory(archive.notify_path, now=now)
    except MicroficheError as error:
        return Finding("notify", ok=False, says=str(error))
    wrong = [f"{why}: {len(memory.waiting[name])} wait" for name, why in memory.failed.items()]
    says = (
        "; ".join(wrong) + "; try `microfiche notify --test`" if wrong else "notifications are sent"
    )
    return Finding("notify", not wrong, says)
