"""``microfiche.toml``: what is collected and how politely, validated whole.

The models are the one place where a setting is declared: its name, default, bounds and help.
docs/settings.md is generated from them.
"""

import re
import tomllib
from collections.abc import Iterable
from datetime import timedelta
from enum import StrEnum
from importlib.metadata import version
from pathlib import Path
from typing import Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from archive.config_values import (
    CronExpression,
    Duration,
    Hours,
    HttpUrl,
    MailAddress,
    OutputPath,
    Pattern,
    ProxyUrl,
    SecretPlace,
    SmtpUrl,
    SourceId,
    Zone,
)
from archive.errors import ConfigError
from archive.layout import Archive
from archive.rights.table import Right
from archive.staff.table import LimitsTable
from archive.urls import host_of
from archive.wording import did_you_mean


class Reservation(StrEnum):
    """What a publisher may say against keeping, finding or mining a page."""

    NOARCHIVE = "noarchive"
    NOINDEX = "noindex"
    TDM = "tdm-reservation"


# What two edits have between them is lost: looks at even steps of the logarithm of the age lose
# least, and a last one after four days knows the text that stays. docs/operator.md has the sweep.
DEFAULT_RECHECK = tuple(timedelta(hours=age) for age in (1, 6, 28, 99, 30 * 24))


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class ArchiveTable(_Table):
    """``[archive]``: who keeps this archive."""

    contact: str = Field(
        min_length=3,
        description="Where the owner of a site can reach you (mailto: or web address); "
        "part of the User-Agent and of every warcinfo record.",
    )
    operator: str = Field(
        "", description="Who runs the archive; written into every warcinfo record."
    )
    title: str = Field("", description="The name of the archive, shown in the reading room.")


class CrawlTable(_Table):
    """``[crawl]``: bounds of every crawl run."""

    user_agent: str = Field(
        "", description="The whole User-Agent; empty: microfiche/VERSION (+contact)."
    )
    proxy: ProxyUrl = Field(
        "",
        description="HTTP proxy for every request, as `http://[user:password@]host:port`; https "
        "goes through a tunnel. The password is kept out of every record.",
    )
    concurrency: int = Field(16, ge=1, le=256, description="Requests in flight over all hosts.")
    timeout: Duration = Field(timedelta(seconds=60), description="Longest time for one response.")
    max_body_bytes: int = Field(
        50_000_000, ge=1024, description="A longer body is cut here and marked as truncated."
    )
    max_redirects: int = Field(10, ge=0, le=50, description="Redirects followed from one address.")
    max_url_length: int = Field(2083, ge=64, description="Longer addresses are not fetched.")
    max_pages_per_host: int = Field(
        10_000, ge=1, description="Pages fetched from one host in one run."
    )
    warc_bytes: int = Field(
        1_000_000_000, ge=1_000_000, description="A WARC file is sealed once it is this large."
    )
    warc_prefix: str = Field(
        "microfiche", pattern=r"^[A-Za-z0-9_.-]+$", description="Start of every WARC file's name."
    )
    min_free_bytes: int = Field(
        500_000_000, ge=0, description="The run stops when the disk has less than this left."
    )
    budget_bytes: int = Field(
        0, ge=0, description="The run stops when the WARC files take more than this; 0: no limit."
    )
    spare_bytes: int = Field(
        2_000_000_000,
        ge=0,
        description="With less than this to go before the run stops, old pages wait; with half of "
        "it, pictures and styles; with a quarter, further looks: news go on to the last.",
    )
    workers: int = Field(0, ge=0, le=256, description="Extraction processes; 0: one per core.")
    extract_timeout: Duration = Field(
        timedelta(seconds=30), description="Longest time for the extraction of one page."
    )


class Source(_Table):
    """``[sources.ID]``: one publication, its feeds, sitemaps, scope and pace."""

    name: str = Field(min_length=1, description="The publication's name, as readers know it.")
    url: HttpUrl = Field(description="Its home page.")
    feeds: tuple[HttpUrl, ...] = Field((), description="Feeds: RSS, Atom, RDF or JSON Feed.")
    sitemaps: tuple[HttpUrl, ...] = Field((), description="Sitemaps, news sitemaps, index files.")
    sections: tuple[HttpUrl, ...] = Field((), description="Pages whose links lead to articles.")
    backfill: tuple[HttpUrl, ...] = Field(
        (),
        description="Sitemaps and archive pages whose articles are wanted however old they are: "
        "read once, after everything else.",
    )
    hosts: tuple[str, ...] = Field(
        (),
        description="Hosts in scope, each with its subdomains; `host:port` for one port only. "
        "Empty: the host of `url`.",
    )
    include: tuple[Pattern, ...] = Field(
        (), description="Only addresses that one of these regular expressions finds are followed."
    )
    exclude: tuple[Pattern, ...] = Field(
        (), description="Addresses that one of these regular expressions finds are not followed."
    )
    delay: float = Field(
        5.0, ge=0, le=3600, description="Seconds between the starts of two requests to one host."
    )
    concurrency: int = Field(1, ge=1, le=32, description="Requests in flight to one host.")
    requisites: Literal["none", "page"] = Field(
        "page", description="`page`: keep style sheets, pictures and fonts of each page too."
    )
    media: bool = Field(
        False, description='Keep video and audio of each page too; needs `requisites = "page"`.'
    )
    obey_robots: bool = Field(True, description="Honour robots.txt and its Crawl-delay.")
    respect: tuple[Reservation, ...] = Field(
        (),
        description="An article that says so is not visited again: `noarchive`, `noindex` (header "
        "`X-Robots-Tag` or meta), `tdm-reservation`.",
    )
    allow_private_addresses: bool = Field(
        False, description="Allow loopback, private and other special addresses."
    )
    verify_tls: bool = Field(True, description="Refuse servers whose certificate is not valid.")
    feed_interval: Duration = Field(
        timedelta(minutes=15),
        description="Feeds, sitemaps and sections are due after this; after a quarter of it where "
        "much is published, after up to four times as long where little is.",
    )
    recheck: tuple[Duration, ...] = Field(
        DEFAULT_RECHECK,
        description="Ages at which an article is fetched again; sooner where it changes when it "
        "is younger than two hours.",
    )
    cron: CronExpression = Field(
        "",
        description="Look at feeds, sitemaps and sections at these times (UTC) and no others, as a "
        "cron expression: `*/10 6-22 * * 1-5`.",
    )
    hours: tuple[Hours, ...] = Field(
        (),
        description="Its own hosts are visited within these hours only, such as `22:00-06:00`, "
        "whoever else has anything there; empty: always.",
    )
    zone: Zone = Field("UTC", description="The time zone of `hours`, such as `Europe/Berlin`.")
    login: SecretPlace = Field(
        "",
        description="Where user:password for its hosts stand: `env:NAME`, or `file:PATH` below the "
        "archive with mode 0600. Masked in every record.",
    )
    cookies: SecretPlace = Field(
        "", description="Where a Cookie line for its hosts stands, in the same way."
    )
    proxy: ProxyUrl = Field(
        "", description="HTTP proxy for this source, in place of `crawl.proxy`."
    )
    max_age: Duration | None = Field(
        None, description="Feed and sitemap entries older than this are not followed."
    )
    enabled: bool = Field(True, description="False: known, but not crawled.")

    @property
    def scope(self) -> tuple[str, ...]:
        """Hosts in scope: as configured, else the home page's."""
        return self.hosts or (host_of(self.url),)

    @property
    def seeds(self) -> tuple[str, ...]:
        """Every address a run starts from; the home page where nothing else is given."""
        return (*self.feeds, *self.sitemaps, *self.sections) or (self.url,)


class SavedSearch(_Table):
    """``[searches.NAME]``: a search that is run after each crawl, and whom it tells what is new."""

    query: str = Field(min_length=1, description="What to search for; docs/search.md.")
    title: str = Field("", description="The title of its feed; the name where empty.")
    public: bool = Field(
        False, description="Whether readers, too, see it and its feed in the reading room."
    )
    feed: OutputPath = Field(
        "",
        description="An Atom feed of the newest 100 hits is kept at this path, below the archive.",
    )
    json_lines: OutputPath = Field(
        "", description="New hits are added to this file as JSON, one a line; below the archive."
    )
    command: tuple[str, ...] = Field(
        (),
        description="A program and its arguments, run without a shell in the archive's directory "
        "with the new hits as JSON lines on its standard input. Unless it ends with 0, it gets "
        "them again next time.",
    )
    command_timeout: Duration = Field(
        timedelta(minutes=1), description="Longest time for the command."
    )


class About(StrEnum):
    """What somebody may want to be told."""

    RUNS = "runs"
    SOURCES = "sources"
    REMOVALS = "removals"
    SEARCHES = "searches"


class NotifyTable(_Table):
    """``[notify]``: who gets reports of failed runs, ailing sources, removals, saved searches."""

    mail_to: tuple[MailAddress, ...] = Field((), description="Who gets a mail.")
    mail_from: MailAddress = Field("", description="From whom; empty: the first of `mail_to`.")
    smtp: SmtpUrl = Field(
        "smtp://localhost",
        description="The mail server, as `smtp://host:port` (encrypted by STARTTLS except on this "
        "machine) or `smtps://host:port` (TLS from the start).",
    )
    smtp_login: SecretPlace = Field(
        "",
        description="Where user:password for it stand: `env:NAME`, or `file:PATH` below the "
        "archive with mode 0600.",
    )
    webhook: SecretPlace = Field(
        "",
        description="Where the address of a webhook stands, in the same way: it is a secret "
        "itself. It is sent JSON by POST.",
    )
    webhook_token: SecretPlace = Field(
        "", description="Where a token for it stands, sent as `Authorization: Bearer`."
    )
    about: tuple[About, ...] = Field(
        tuple(About),
        description="Of what: `runs` that failed, `sources` that are dead or walled, `removals`, "
        "`searches` that have new hits.",
    )
    every: Duration = Field(
        timedelta(hours=1),
        description="Two messages are at least so far apart; what happens meanwhile is gathered.",
    )

    @property
    def is_wanted(self) -> bool:
        """Whether anybody is to be told."""
        return bool(self.mail_to or self.webhook)


class SealTable(_Table):
    """``[seal]``: what proves when WARC files were sealed."""

    timestamp_url: ProxyUrl = Field(
        "",
        description="A time-stamping service (RFC 3161), asked for a token for each sealed WARC "
        "file's manifest; empty: none is asked. One that is away is asked again later.",
    )
    timestamp_ca: str = Field(
        "",
        description="The certificates that its signatures must lead to: a PEM file, its path from "
        "the archive's directory. Empty: what is signed is compared, but not by whom.",
    )


class Config(_Table):
    """A whole ``microfiche.toml``."""

    layout: int
    archive: ArchiveTable
    crawl: CrawlTable = CrawlTable()
    notify: NotifyTable = NotifyTable()
    sources: dict[SourceId, Source] = Field(
        {}, description="One table for each publication, by id."
    )
    seal: SealTable = SealTable()
    searches: dict[SourceId, SavedSearch] = Field(
        {}, description="One table for each saved search."
    )
    limits: LimitsTable = LimitsTable()
    rights: tuple[Right, ...] = Field((), description="Rules, the first that fits decides.")

    @property
    def user_agent(self) -> str:
        """What every request says we are."""
        contact = self.archive.contact
        return self.crawl.user_agent or f"microfiche/{version('microfiche')} (+{contact})"


def load_config(archive: Archive) -> Config:
    """Read and validate ``microfiche.toml``.

    Raises:
        ConfigError: one line naming file, line, key, what was found and expected.
    """
    path = archive.config_path
    try:
        text = path.read_text("utf-8")
        return Config.model_validate(tomllib.loads(text))
    except ValidationError as error:
        raise ConfigError(_explain(path, text, error)) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: not valid TOML: {error}; correct it there") from error
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from error


def _explain(path: Path, text: str, error: ValidationError) -> str:
    problems = []
    for found in error.errors():
        # pydantic marks what is wrong with the name of a table, not with what is in it.
        keys = [str(part) for part in found["loc"] if not isinstance(part, int) and part != "[key]"]
        line = find_line(text, keys)
        where = f"{path}:{line}" if line else f"{path}"
        expected = _expected(found["type"], found["msg"], keys)
        if found["type"] not in ("missing", "extra_forbidden") and ", got " not in expected:
            expected += f", got {found['input']!r:.80}"
        problems.append(f"{where}: {'.'.join(keys) or 'file'}: {expected}")
    return "; ".join(problems)


def _expected(kind: str, message: str, keys: list[str]) -> str:
    if kind == "extra_forbidden":
        meant = did_you_mean(keys[-1], _known_keys(keys[:-1]))
        return f"unknown key{meant or '; docs/settings.md lists the known ones'}"
    if kind == "missing":
        return "this key is required"
    return message.removeprefix("Value error, ").removeprefix("Input should be ").strip()


def _known_keys(table: list[str]) -> Iterable[str]:
    """The keys that a table may have; the name of a source or a search stands for any."""
    if not table:
        return Config.model_fields
    field = Config.model_fields.get(table[0])
    kinds = (field.annotation, *get_args(field.annotation)) if field else ()
    models = (kind for kind in kinds if isinstance(kind, type) and issubclass(kind, BaseModel))
    return next(models, Config).model_fields


def find_line(text: str, keys: list[str]) -> int | None:
    r"""The line (from 1) where a key stands in TOML text; its table's, where the key is missing.

    >>> find_line('layout = 1\n[archive]\ncontact = 3\n', ["archive", "contact"])
    3
    >>> find_line('layout = 1\n[archive]\n', ["archive", "contact"])
    2
    """
    table: list[str] = []
    best: int | None = None
    for number, line in enumerate(text.splitlines(), start=1):
        if header := re.match(r"\s*\[+([^\]]+)\]+", line):
            table = _split_key(header[1])
            if table == keys[: len(table)]:
                best = number
            if table == keys:
                return number
        elif assignment := re.match(r"\s*([\w.\"'-]+)\s*=", line):
            name = _split_key(assignment[1])
            if table + name == keys[: len(table + name)]:
                return number
    return best


def _split_key(dotted: str) -> list[str]:
    parts = re.findall(r"\"[^\"]*\"|'[^']*'|[^.\s]+", dotted)
    return [part.strip("\"'") for part in parts]
