"""``microfiche add``: a new source, after a look at the site."""

import re
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click
from pydantic import ValidationError
from rich.table import Table
from rich.text import Text

from archive.config import Config, Source, load_config
from archive.config_edit import add_source
from archive.config_values import SOURCE_ID
from archive.errors import ArchiveLocked, ConfigError, ExitCode, MicroficheError
from archive.layout import Archive
from archive.lock import hold
from archive.terminal import archive_of, console, tell_table
from archive.urls import is_http, normalise, registered_domain
from crawler.commands.lists import Listed, read_list

# Between two questions of the first look, where neither --delay nor Crawl-delay says otherwise.
_PAUSE_S = 1.0


@dataclass(frozen=True, slots=True)
class _Wishes:
    """What the command line says."""

    source_id: str | None
    name: str | None
    feeds: tuple[str, ...]
    sitemaps: tuple[str, ...]
    sections: tuple[str, ...]
    delay: float | None
    allow_private: bool

    @property
    def names_seeds(self) -> bool:
        """Tell whether it says where articles are found; then nothing is guessed."""
        return bool(self.feeds or self.sitemaps or self.sections)


@click.command("add")
@click.argument("url", required=False)
@click.option(
    "--from",
    "listed",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Add every site of a file instead: OPML, or one address a line.",
)
@click.option("--id", "source_id", help="Its id in microfiche.toml; default: from its host.")
@click.option("--name", help="Its name as readers know it; default: as the site says.")
@click.option("--feed", "feeds", multiple=True, metavar="URL", help="A feed; repeatable.")
@click.option("--sitemap", "sitemaps", multiple=True, metavar="URL", help="A sitemap; repeatable.")
@click.option(
    "--section",
    "sections",
    multiple=True,
    metavar="URL",
    help="A page whose links lead to articles; repeatable.",
)
@click.option(
    "--delay",
    type=click.FloatRange(0, 3600),
    help="Seconds between two requests to one host; default: 5.",
)
@click.option(
    "--allow-private-addresses", is_flag=True, help="Allow loopback and private addresses."
)
@click.option("--no-probe", is_flag=True, help="Write the source without looking at the site.")
@click.pass_context
def command(  # noqa: PLR0913 - one for each option
    ctx: click.Context,
    url: str | None,
    *,
    listed: Path | None,
    source_id: str | None,
    name: str | None,
    feeds: tuple[str, ...],
    sitemaps: tuple[str, ...],
    sections: tuple[str, ...],
    delay: float | None,
    allow_private_addresses: bool,
    no_probe: bool,
) -> None:
    """Add the news site at URL as a source.

    Looks at its home page, robots.txt and feeds, shows what it found, and writes [sources.ID]
    into microfiche.toml. With --feed, --sitemap or --section only what you name is written.

    Example: microfiche add https://news.example/ --id news
    """
    archive = archive_of(ctx)
    wishes = _Wishes(source_id, name, feeds, sitemaps, sections, delay, allow_private_addresses)
    if (url is None) == (listed is None):
        raise click.UsageError("give the address of a site, or --from FILE")
    if url is not None:
        _add(archive, wishes, url, no_probe=no_probe)
    elif listed is not None:
        if wishes.names_seeds or source_id or name:
            raise click.UsageError("--from takes ids, names and feeds from the file")
        if not _add_listed(archive, wishes, read_list(listed), no_probe=no_probe):
            ctx.exit(ExitCode.ERROR)


def _add_listed(
    archive: Archive, wishes: _Wishes, sites: Iterable[Listed], *, no_probe: bool
) -> bool:
    """Add the sites of a list that are no sources yet; True where all went well."""
    well = True
    for site in sites:
        known = {normalise(source.url) for source in load_config(archive).sources.values()}
        if is_http(site.url) and normalise(site.url) in known:
            click.echo(f"there already: {site.url}", err=True)
            continue
        feeds = (site.feed,) if site.feed else ()
        try:
            _add(archive, replace(wishes, name=site.name, feeds=feeds), site.url, no_probe=no_probe)
        except MicroficheError as error:
            click.echo(f"microfiche: {site.url}: {error}", err=True)
            well = False
    return well


def _add(archive: Archive, wishes: _Wishes, url: str, *, no_probe: bool) -> None:
    config = load_config(archive)
    for address in (url, *wishes.feeds, *wishes.sitemaps, *wishes.sections):
        _check_url(address)
    chosen_id = _choose_id(config, wishes, url)
    found = None if no_probe else _look(config, wishes, normalise(url))
    source = _source(wishes, url, found)
    add_source(archive, chosen_id, source)
    if found is not None:
        _note_visit(archive, {url, found.url})
    tell_table(_table(chosen_id, source, found))
    for note in found.notes if found else ():
        console().print(Text(f"Note: {note}", style="yellow"))
    click.echo(f"Next: microfiche -C {archive.root} crawl {chosen_id}", err=True)


def _check_url(url: str) -> None:
    if not is_http(url):
        hint = (
            f"; did you mean https://{url}?" if re.fullmatch(r"[\w-]+(\.[\w-]+)+\S*", url) else ""
        )
        raise MicroficheError(
            f"{url!r} is no address of a site: expected http:// or https:// and a host, such as "
            f"https://news.example/{hint}"
        )
    if "@" in urlsplit(url).netloc:
        raise MicroficheError(
            "an address with a user name or password is not written down; add it without them, say "
            '`login = "env:NAME"` in its table, and set NAME to user:password'
        )


def _choose_id(config: Config, wishes: _Wishes, url: str) -> str:
    if wishes.source_id is not None:
        if not SOURCE_ID.fullmatch(wishes.source_id):
            raise click.BadParameter(
                f"{wishes.source_id!r}: expected lower-case letters, digits, dots, dashes",
                param_hint="--id",
            )
        if wishes.source_id in config.sources:
            raise click.BadParameter(
                f"there is a source {wishes.source_id!r} already; choose another",
                param_hint="--id",
            )
        return wishes.source_id
    plain = id_of(url)
    taken = (f"{plain}-{number}" for number in range(2, len(config.sources) + 3))
    return (
        plain if plain not in config.sources else next(i for i in taken if i not in config.sources)
    )


def id_of(url: str) -> str:
    """An id for the source at an address: its host without ``www``.

    >>> id_of("https://www.bbc.co.uk/news"), id_of("http://127.0.0.1:8000/")
    ('bbc.co.uk', '127.0.0.1-8000')
    """
    parts = urlsplit(url)
    host = (parts.hostname or "").removeprefix("www.")
    host = host or registered_domain(url)
    host += f"-{parts.port}" if parts.port else ""
    return re.sub(r"[^a-z0-9._-]+", "-", host.lower()).strip("-._")[:64] or "source"


def _look(config: Config, wishes: _Wishes, url: str) -> Any:  # noqa: ANN401 - a Site, loaded late
    # Twisted is paid for only where a site is looked at.
    from crawler.probe import probe  # noqa: PLC0415

    return probe(
        url,
        agent=config.user_agent,
        allow_private=wishes.allow_private,
        pause_s=_PAUSE_S if wishes.delay is None else wishes.delay,
        proxy=config.crawl.proxy,
        feeds=not wishes.names_seeds,
    )


def _note_visit(archive: Archive, urls: set[str]) -> None:
    """Remember when these hosts were asked, so that a crawl right after keeps its distance too."""
    from crawler.frontier import open_frontier  # noqa: PLC0415
    from crawler.frontier.rows import host_name  # noqa: PLC0415

    # Where a crawl holds the archive, it is asking the host itself, or does not know it yet.
    with suppress(ArchiveLocked), hold(archive.lock_path, purpose="add"):
        frontier = open_frontier(archive.frontier_path)
        try:
            with frontier.transaction():
                for url in urls:
                    frontier.hosts.note_start(host_name(url), time.time())
        finally:
            frontier.close()


def _source(wishes: _Wishes, url: str, found: Any) -> Source:  # noqa: ANN401 - a Site or None
    home = found.url if found else normalise(url)
    values: dict[str, Any] = {
        "name": wishes.name or (found.name if found else None) or urlsplit(home).hostname,
        "url": home,
        "feeds": wishes.feeds,
        "sitemaps": wishes.sitemaps,
        "sections": wishes.sections,
        "allow_private_addresses": wishes.allow_private,
    }
    if found and not wishes.names_seeds:
        values["feeds"] = tuple(feed.url for feed in found.feeds)
        values["sitemaps"] = tuple(found.sitemaps)
        if not found.feeds and not found.sitemaps:
            values["sections"] = (home,)
    if wishes.delay is not None:
        values["delay"] = wishes.delay
    try:
        return Source.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise ConfigError(f"{where}: {first['msg']}, got {first['input']!r:.80}") from error


def _table(source_id: str, source: Source, found: Any) -> Table:  # noqa: ANN401 - a Site or None
    table = Table(
        title=Text(f"[sources.{source_id}]"), title_justify="left", show_header=False, box=None
    )
    table.add_column(style="bold")
    table.add_column(overflow="fold")
    table.add_row("name", Text(source.name))
    table.add_row("url", Text(source.url))
    counts = {feed.url: f"  ({feed.entries} entries)" for feed in found.feeds} if found else {}
    for kind in ("feeds", "sitemaps", "sections"):
        for url in getattr(source, kind):
            table.add_row(kind.removesuffix("s"), Text(url + counts.get(url, "")))
    table.add_row("delay", f"{source.delay:g} s")
    if found and found.language:
        table.add_row("language", Text(found.language))
    if found and found.crawl_delay:
        table.add_row("Crawl-delay", f"{found.crawl_delay:g} s, which is kept too")
    return table
