"""What a run does besides fetching: wishes, a changed configuration, reports, its supervisor.

Source: sd_notify(3) for the supervisor's protocol.
"""

import logging
import os
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial

from archive.config import Config, Source, load_config
from archive.errors import MicroficheError
from archive.runs import inbox
from crawler.credentials import read_credentials
from crawler.discovery.found import absolute
from crawler.outcomes import Outcome
from crawler.scope import owner_of
from crawler.session import Session, set_seeds

logger = logging.getLogger(__name__)

#: Wishes are looked for, and the configuration, this often.
EVERY_S = 1.0
REPORT_S = 900.0


class Keeper:
    """Looks after a run, once a second."""

    def __init__(self, session: Session, *, wall: Callable[[], float] = time.time) -> None:
        self._session, self._wall = session, wall
        self._config_seen = self._stamp()
        self._reported = wall()
        self._mended = wall()
        self.reload_asked = False
        """Somebody has sent SIGHUP."""

    def look(self, report: Callable[[], None]) -> None:
        """Do what there is to do."""
        stamp = self._stamp()
        if self._session.patient and (stamp != self._config_seen or self.reload_asked):
            self._config_seen, self.reload_asked = stamp, False
            self._reload()
        for wish in inbox.take(self._session.archive):
            self._grant(wish)
        written = sum(tally.warc_bytes for tally in self._session.tally.sources.values())
        self._session.harvest.queue.use_lanes(self._session.space.look(written))
        now = self._wall()
        if now < self._mended - 60.0:
            self._session.frontier.mend_clock(now=now)
        self._mended = now
        if self._session.patient and now - self._reported >= REPORT_S:
            self._reported = now
            report()
        notify("WATCHDOG=1")

    def _stamp(self) -> tuple[int, int]:
        try:
            found = self._session.archive.config_path.stat()
        except OSError:
            return 0, 0
        return found.st_mtime_ns, found.st_size

    def _grant(self, wish: inbox.Wish) -> None:
        """Fetch what somebody wants kept, before all else."""
        session = self._session
        url = absolute(wish.url, wish.url)
        if url is None:
            inbox.answer(session.archive, wish, "not_http")
            return
        source_id, source = owner_of(url, session.config)
        if source_id not in session.sources:
            session.sources[source_id] = source
            session.harvest.use(source_id, source, session.config)
        session.harvest.save(source_id, url, partial(self._granted, wish))

    def _granted(self, wish: inbox.Wish, outcome: Outcome) -> None:
        inbox.answer(self._session.archive, wish, str(outcome))

    def _reload(self) -> None:
        session = self._session
        try:
            config = load_config(session.archive)
            secrets = {
                name: read_credentials(session.archive, name, source)
                for name, source in config.sources.items()
                if source.enabled
            }
        except MicroficheError as error:
            session.config_error = str(error)
            logger.warning("%s; the configuration before it stays in force", error)
            return
        session.config_error = None
        if config.crawl != session.config.crawl or config.archive != session.config.archive:
            # They are in every connection, file and process of a run: the next one has them.
            logger.info("[crawl] or [archive] has changed: this run ends, and the next begins")
            session.again = True
            return
        self._use(config)
        session.credentials.update(secrets)
        session.config = config
        logger.info("the configuration has been read again: %d sources", len(session.sources))

    def _use(self, config: Config) -> None:
        session = self._session
        wanted = {
            name: source
            for name, source in config.sources.items()
            if source.enabled and (not session.only or name in session.only)
        }
        for name in [name for name in session.sources if name not in wanted]:
            session.harvest.queue.drop_source(name)
        changed: dict[str, Source] = {
            name: source
            for name, source in wanted.items()
            if session.config.sources.get(name) != source or name not in session.sources
        }
        session.sources.update(changed)
        session.frontier.set_collected(wanted)
        set_seeds(session.frontier, changed, now=self._wall())
        for name, source in changed.items():
            session.harvest.use(name, source, config)
            session.harvest.queue.add_source(name)


def notify(state: str) -> None:
    """Tell the supervisor that started us, if there is one."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address:
        return
    with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as out:
        out.connect("\0" + address[1:] if address.startswith("@") else address)
        out.send(state.encode())
