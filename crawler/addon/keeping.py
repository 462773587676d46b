"""The archive beside a crawler of Scrapy's: locked, recovered, written, sealed."""

import json
import logging
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Self

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.utils.conf import get_config

from archive import lock
from archive.config import load_config
from archive.errors import ConfigError, MicroficheError
from archive.layout import open_archive
from archive.warc.recovery import recover
from archive.warc.writer import WarcWriter
from archive.wording import counted
from crawler.warcinfo import make_warcinfo, redacted

logger = logging.getLogger(__name__)


class Keeping:
    """Opens the archive when a crawler is made, and seals it when its engine has stopped.

    It gives the capture its writer. An archive that cannot be opened or is in use ends the crawl
    before the first request; one that can no longer be written ends it at once; both with exit
    code 1, which is all that Scrapy's own commands know.
    """

    def __init__(self, crawler: Crawler) -> None:
        self._crawler: Any = crawler
        self._files: dict[str, None] = {}
        self._open = ExitStack()
        try:
            self._writer = self._open_writer(crawler)
        except MicroficheError as error:
            self._open.close()
            logger.error("microfiche: %s", error)  # noqa: TRY400 - one line; Scrapy adds the trace
            raise
        crawler.capture_writer = self._writer  # type: ignore[attr-defined] # the handler's
        crawler.signals.connect(self.close, signals.engine_stopped)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Make it, as Scrapy does."""
        return cls(crawler)

    def close(self) -> None:
        """Write what is still queued, seal the file, give the lock back."""
        error = getattr(self._crawler, "capture_error", None)
        try:
            self._writer.close()
        except MicroficheError as failed:
            error = error or failed
        finally:
            self._open.close()
        if error is not None:
            logger.error("microfiche: %s", error)
            # By this, and nothing else, Scrapy's commands know that a crawl has failed.
            self._crawler.spider = None
            return
        stats = self._writer.stats
        logger.info(
            "microfiche: %s in %s; `microfiche index` makes articles of them",
            counted(stats.exchanges, "capture"),
            ", ".join(self._files) or "no file",
        )

    def _open_writer(self, crawler: Crawler) -> WarcWriter:
        settings = crawler.settings
        if not (named := settings["MICROFICHE_ARCHIVE"]):
            raise ConfigError(
                "MICROFICHE_ARCHIVE is not set: expected the directory of an archive in the "
                "settings of the project; `microfiche init DIR` makes one"
            )
        archive = open_archive(Path(named))
        config = load_config(archive)
        self._open.enter_context(lock.hold(archive.lock_path, purpose="scrapy"))
        for recovered in recover(archive):
            logger.warning("microfiche: %s", recovered)
        spider = crawler.spider
        assert spider is not None
        info = make_warcinfo(
            config,
            agent=settings["USER_AGENT"],
            robots="obey" if settings.getbool("ROBOTSTXT_OBEY") else "ignore",
        )
        project = get_config().get("deploy", "project", fallback=settings["BOT_NAME"])
        return WarcWriter(
            archive.warcs_dir,
            prefix=config.crawl.warc_prefix,
            info={**info, "description": f"Scrapy project {project}, spider {spider.name}"},
            config_redacted=_settings_of(settings),
            roll_bytes=config.crawl.warc_bytes,
            min_free_bytes=config.crawl.min_free_bytes,
            on_durable=lambda filename, _offset: self._files.setdefault(filename),
        )


def _settings_of(settings: Any) -> str:  # noqa: ANN401 - Scrapy's
    """What the project decided itself, as JSON without secrets."""
    decided = {
        name: _plain(settings[name])
        for name in sorted(settings)
        if (settings.getpriority(name) or 0) > 0
    }
    return json.dumps(redacted(decided), indent=1, sort_keys=True, default=str)


def _plain(value: Any) -> Any:  # noqa: ANN401 - JSON
    """Components named by their path, whatever they are written as."""
    if isinstance(value, type):
        return f"{value.__module__}.{value.__qualname__}"
    if hasattr(value, "items"):
        return {str(_plain(key)): _plain(inner) for key, inner in value.items()}
    return value
