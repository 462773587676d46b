"""The add-on itself: Scrapy's settings, changed so that nothing is fetched past the archive."""

import logging
from typing import Any, Self

from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.settings import BaseSettings

from crawler.addon.keeping import Keeping
from crawler.addon.obedience import ObedienceMiddleware
from crawler.addon.provenance import ProvenanceMiddleware
from crawler.capture.handler import CapturingHandler

logger = logging.getLogger(__name__)

SETTINGS = (
    (
        "MICROFICHE_ARCHIVE",
        "",
        "The archive's directory, made by `microfiche init`; without it nothing is fetched.",
    ),
    (
        "MICROFICHE_SOURCE",
        "",
        "The source that captures belong to; the name of the spider where it is empty.",
    ),
    (
        "MICROFICHE_ALLOW_PRIVATE_ADDRESSES",
        True,
        "False: addresses of loopback and private networks are refused when a connection is made.",
    ),
)
"""Of the add-on: name, default, help."""

# What decides how Scrapy's own handlers connect; ours asks for none of it.
_NOT_HONOURED = (
    "DOWNLOAD_BIND_ADDRESS",
    "DOWNLOAD_FAIL_ON_DATALOSS",
    "DOWNLOAD_TLS_MAX_VERSION",
    "DOWNLOAD_TLS_MIN_VERSION",
    "DOWNLOAD_WARNSIZE",
    "DOWNLOADER_CLIENTCONTEXTFACTORY",
    "DOWNLOADER_CLIENT_TLS_CIPHERS",
    "DOWNLOADER_CLIENT_TLS_METHOD",
)
# After every middleware that may still change a request, before the download.
_LAST = 1_000


class Archiving:
    """Archives whatever the spiders of a Scrapy project ask for.

    Two settings make it work: ``ADDONS = {"microfiche.Archiving": 0}`` and ``MICROFICHE_ARCHIVE``.
    Requests and responses, redirects, retries and robots.txt included, are written as ``microfiche
    crawl`` writes them, and are durable before a spider, pipeline or middleware sees them.
    ``ROBOTSTXT_OBEY``, ``DOWNLOAD_DELAY``, ``USER_AGENT`` and all the rest mean what they mean in
    Scrapy. What cannot be honoured is named once, in a warning.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Make the add-on of one crawler, as Scrapy does."""
        return cls(crawler)

    def update_settings(self, settings: BaseSettings) -> None:
        """Put the capture where Scrapy downloads, and take away what would go past it."""
        dropped = _not_honoured(settings)
        for name, default, _help in SETTINGS:
            settings.set(name, default, priority="default")
        for scheme in ("http", "https"):
            _replace(settings, "DOWNLOAD_HANDLERS", scheme, CapturingHandler)
        # No record can hold what these bring.
        for scheme in ("ftp", "s3"):
            _replace(settings, "DOWNLOAD_HANDLERS", scheme, None)
        settings.set("HTTPCACHE_ENABLED", False, priority="cmdline")
        settings.set(
            "MICROFICHE_MAX_BODY_BYTES", settings.getint("DOWNLOAD_MAXSIZE") or 2**62, "addon"
        )
        _replace(settings, "DOWNLOADER_MIDDLEWARES", RobotsTxtMiddleware, None)
        settings.set_in_component_priority_dict("DOWNLOADER_MIDDLEWARES", ObedienceMiddleware, 100)
        settings.set_in_component_priority_dict(
            "DOWNLOADER_MIDDLEWARES", ProvenanceMiddleware, _LAST
        )
        settings.set_in_component_priority_dict("EXTENSIONS", Keeping, 0)
        if dropped:
            logger.warning(
                "microfiche: these settings have no effect beside the archive: %s",
                ", ".join(dropped),
            )


def _not_honoured(settings: BaseSettings) -> list[str]:
    """The settings of a project that the capture cannot keep to."""
    dropped = [name for name in _NOT_HONOURED if (settings.getpriority(name) or 0) > 0]
    if settings.getbool("HTTPCACHE_ENABLED"):
        dropped.append("HTTPCACHE_ENABLED (what is cached would be seen without a record)")
    handlers = settings.getdict("DOWNLOAD_HANDLERS")
    dropped += [
        f"DOWNLOAD_HANDLERS[{scheme!r}]"
        for scheme in ("http", "https", "ftp", "s3")
        if handlers.get(scheme) is not None
    ]
    return dropped


def _replace(settings: BaseSettings, name: str, key: Any, value: Any) -> None:  # noqa: ANN401 - Scrapy's
    """Set one entry of a dictionary of components, at whatever priority the dictionary has."""
    entries = {**settings.getdict(name), key: value}
    settings.set(name, entries, priority=settings.getpriority(name) or 0)
