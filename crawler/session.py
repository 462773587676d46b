"""Everything a crawl run holds open, and the order in which it is opened and closed."""

import json
import logging
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from importlib.util import find_spec
from urllib.parse import urlsplit

from archive import lock
from archive.config import Config, Source, load_config
from archive.errors import MicroficheError, NotFound
from archive.layout import Archive
from archive.rules import Rules, load_rules
from archive.seal.stamper import Stamper, load_roots
from archive.times import utc_now
from archive.warc.recovery import Recovered, recover
from archive.warc.writer import WarcWriter
from crawler.credentials import Credentials, read_credentials
from crawler.discovery.found import absolute
from crawler.discovery.sitemaps import LISTING_NAME
from crawler.frontier import Frontier, Lane, NewUrl, open_frontier
from crawler.frontier.payloads import PayloadMemory
from crawler.harvest import Harvest
from crawler.indexing import IndexerChild
from crawler.outcomes import Kind, Why
from crawler.robots import product_token
from crawler.schedule import longest_interval
from crawler.scope import owner_of
from crawler.space import Space
from crawler.tally import Tally
from crawler.warcinfo import make_warcinfo, redacted

logger = logging.getLogger(__name__)


# A listing due within this part of the usual time between runs belongs to the run before it: due
# times would else slip from run to run, and every second one would find nothing due.
_TOLERANCE = 0.5
_MAX_TOLERANCE_S = 1800.0


@dataclass(frozen=True, slots=True)
class Limits:
    """Where a run ends though more is due; None: nowhere."""

    time_s: float | None = None
    pages: int | None = None
    max_bytes: int | None = None

    def reached(self, tally: Tally, *, elapsed_s: float) -> bool:
        """Tell whether a run is at one of them.

        >>> [Limits(time_s=at).reached(Tally(()), elapsed_s=61.0) for at in (60.0, 90.0, None)]
        [True, False, False]
        """
        sources = tally.sources.values()
        return (
            (self.time_s is not None and elapsed_s >= self.time_s)
            or (self.pages is not None and sum(s.pages for s in sources) >= self.pages)
            or (self.max_bytes is not None and sum(s.body_bytes for s in sources) >= self.max_bytes)
        )


@dataclass(frozen=True, slots=True)
class Mode:
    """How a run is to be made.

    Attributes:
        recheck: Make everything due at its start.
        index: Run an indexer beside it.
        patient: Go on when nothing is due: a watch.
        limits: Where it ends though more is due.
        urls: Fetch these alone, with what belongs to them.
        metrics_port: Answer Prometheus at this port of loopback.
    """

    recheck: bool = False
    index: bool = True
    patient: bool = False
    limits: Limits = Limits()
    urls: tuple[str, ...] = ()
    metrics_port: int | None = None


PLAIN = Mode()


@dataclass(slots=True)
class Session:
    """One crawl run: what it works on and with."""

    archive: Archive
    config: Config
    sources: dict[str, Source]
    user_agent: str
    frontier: Frontier
    writer: WarcWriter
    tally: Tally
    harvest: Harvest
    indexer: IndexerChild | None
    stamper: Stamper | None
    recovered: Sequence[Recovered]
    recheck: bool
    started: datetime
    limits: "Limits"
    rules: Rules
    space: Space
    credentials: dict[str, Credentials] = field(default_factory=dict)
    only: frozenset[str] = frozenset()
    """The sources that were named; empty: every enabled one."""
    files: dict[str, None] = field(default_factory=dict)
    """WARC files written to, sealed names, in order."""
    reason: str = "interrupted"
    """How it ended; stays so when nothing says otherwise."""
    again: bool = False
    """What takes a new run to come into force has changed: this one ends for the next."""
    config_error: str | None = None
    """Why the configuration as it stands now is not in force."""
    patient: bool = False
    at_limit: bool = False
    """It has come to one of its limits: nothing more is asked for."""
    fatal: MicroficheError | None = None
    """What ended it before its time."""


@contextmanager
def open_session(
    archive: Archive, source_ids: Sequence[str] = (), mode: Mode = PLAIN
) -> Iterator[Session]:
    """Take the archive's lock and open all that a run needs; on leaving, seal and close it.

    Args:
        archive: The archive.
        source_ids: Which sources to visit; none: every enabled one.
        mode: How.

    Raises:
        ConfigError: the configuration is wrong.
        NotFound: a source that is not in it.
        ArchiveLocked: another process writes the archive.
        ArchiveUnwritable: it cannot be written, at the start or when it is sealed.
    """
    config = load_config(archive)
    if mode.urls:
        sources = dict(owner_of(url, config) for url in mode.urls)
    else:
        sources = choose_sources(config, source_ids, may_be_none=mode.patient)
    with ExitStack() as stack:
        purpose = "watch" if mode.patient else "crawl"
        stack.enter_context(lock.hold(archive.lock_path, purpose=purpose))
        session = _open(stack, archive, config, sources, mode)
        session.only = frozenset(source_ids)
        try:
            yield session
        finally:
            _close(session)


def choose_sources(
    config: Config, source_ids: Sequence[str], *, may_be_none: bool = False
) -> dict[str, Source]:
    """The sources of a run: those named, else every enabled one.

    Raises:
        NotFound: a name that no source has, or no source at all.
    """
    for source_id in source_ids:
        if source_id not in config.sources:
            known = ", ".join(config.sources) or "none yet; see `microfiche add`"
            raise NotFound(f"no source {source_id!r} in microfiche.toml; there is: {known}")
    chosen = source_ids or [name for name, source in config.sources.items() if source.enabled]
    if not chosen and not may_be_none:
        raise NotFound("microfiche.toml has no enabled source; add one with `microfiche add URL`")
    return {source_id: config.sources[source_id] for source_id in chosen}


def set_seeds(frontier: Frontier, sources: dict[str, Source], *, now: float) -> None:
    """Bring the frontier's seeds in line with the configuration."""
    for source_id, source in sources.items():
        seeds = {
            plain: kind
            for urls, kind in (
                (source.sections, Kind.SECTION),
                (source.sitemaps, Kind.SITEMAP),
                (source.feeds, Kind.FEED),
            )
            for url in urls
            if (plain := absolute(url, url))
        }
        if not seeds and (home := absolute(source.url, source.url)):
            seeds = {home: Kind.SECTION}
        # By the clock alone where a cron expression says when.
        interval = 1e12 if source.cron else longest_interval(source)
        frontier.set_seeds(source_id, seeds, now=now, interval=interval)
        frontier.add(_backfill(source_id, source), now=now)


def _backfill(source_id: str, source: Source) -> Iterator[NewUrl]:
    """What is to be read once, for what it names of long ago."""
    for url in source.backfill:
        if plain := absolute(url, url):
            is_sitemap = LISTING_NAME.search(urlsplit(plain).path)
            kind = Kind.SITEMAP if is_sitemap else Kind.SECTION
            yield NewUrl(plain, source_id, kind, Why.BACKFILL, lane=Lane.BACKFILL)


def redacted_config(config: Config) -> str:
    """The configuration of a run as JSON, without what could be a secret, and whom it tells."""
    return json.dumps(
        redacted(config.model_dump(mode="json", exclude={"notify"})), indent=1, sort_keys=True
    )


def _open(
    stack: ExitStack,
    archive: Archive,
    config: Config,
    sources: dict[str, Source],
    mode: Mode,
) -> Session:
    started = utc_now()
    credentials = {
        name: read_credentials(archive, name, source) for name, source in sources.items()
    }
    recovered = recover(archive)
    frontier = open_frontier(archive.frontier_path)
    stack.callback(frontier.close)
    enabled = {name for name, source in config.sources.items() if source.enabled}
    frontier.set_collected(enabled | sources.keys())
    _make_ready(frontier, {} if mode.urls else sources, now=started.timestamp())
    if mode.recheck:
        frontier.make_due(list(sources))
    payloads = PayloadMemory(archive.frontier_path)
    stack.callback(payloads.close)
    indexer = _start_indexer(archive, recovered) if mode.index else None
    files: dict[str, None] = {}
    agent, tally = config.user_agent, Tally(sources)
    rules = load_rules(archive)
    token = product_token(agent)
    stamper = _open_stamper(archive, config)
    session = Session(
        archive=archive,
        config=config,
        sources=sources,
        user_agent=agent,
        frontier=frontier,
        writer=_open_writer(archive, config, agent, rules, payloads, indexer, files, stamper),
        tally=tally,
        harvest=Harvest(
            frontier,
            config,
            sources,
            tally,
            agent=token,
            fresh_robots=mode.recheck,
            patient=mode.patient,
            lanes=(Lane.URGENT_REQUISITE, Lane.URGENT) if mode.urls else Lane,
        ),
        indexer=indexer,
        stamper=stamper,
        recovered=recovered,
        recheck=mode.recheck,
        started=started,
        limits=mode.limits,
        credentials=credentials,
        rules=rules,
        space=Space(archive, config.crawl),
        files=files,
        patient=mode.patient,
    )
    for url in mode.urls:
        session.harvest.save(owner_of(url, config)[0], url)
    return session


def _make_ready(frontier: Frontier, sources: dict[str, Source], *, now: float) -> None:
    """Put right what an earlier run or another clock has left, and see what belongs to this run."""
    if mended := frontier.mend_clock(now=now):
        logger.warning("the clock was ahead at an earlier run: %d addresses are due now", mended)
    frontier.take_back()
    set_seeds(frontier, sources, now=now)
    between = frontier.begin_run(now=now)
    if between is not None:
        until = now + min(between * _TOLERANCE, _MAX_TOLERANCE_S)
        timed = [name for name, source in sources.items() if not source.cron]
        frontier.bring_forward(timed, now=now, until=until)


def _start_indexer(archive: Archive, recovered: Sequence[Recovered]) -> IndexerChild | None:
    # The index can always be made from the WARCs, so a crawl does without where it must.
    if find_spec("archive.indexer.__main__") is None:
        return None
    try:
        indexer = IndexerChild(archive)
    except OSError as error:
        logger.warning("no indexer beside the crawl: %s; run `microfiche index`", error)
        return None
    for found in recovered:
        if found.sha256 is not None:
            indexer.sealed(found.filename)
    return indexer


def _open_writer(
    archive: Archive,
    config: Config,
    agent: str,
    rules: Rules,
    payloads: PayloadMemory,
    indexer: IndexerChild | None,
    files: dict[str, None],
    stamper: Stamper | None,
) -> WarcWriter:
    def durable(filename: str, offset: int) -> None:
        files[filename] = None
        if indexer is not None:
            indexer.durable(filename, offset)

    def sealed(filename: str, sha256: str) -> None:
        if indexer is not None:
            indexer.sealed(filename, sha256)
        if stamper is not None:
            stamper.sealed(filename)

    obeys = all(source.obey_robots for source in config.sources.values())
    info = make_warcinfo(config, agent=agent, robots="obey" if obeys else "by source")
    return WarcWriter(
        archive.warcs_dir,
        prefix=config.crawl.warc_prefix,
        info=info,
        config_redacted=redacted_config(config),
        rules=rules.block,
        tokens=stamper.unrecorded if stamper is not None else tuple,
        roll_bytes=config.crawl.warc_bytes,
        min_free_bytes=config.crawl.min_free_bytes,
        find_payload=payloads.find,
        on_durable=durable,
        on_sealed=sealed,
    )


def _open_stamper(archive: Archive, config: Config) -> Stamper | None:
    if not config.seal.timestamp_url:
        return None
    roots = load_roots(config.seal.timestamp_ca, archive.root)
    return Stamper(archive.warcs_dir, config.seal.timestamp_url, roots)


def _close(session: Session) -> None:
    try:
        session.writer.close()
    except MicroficheError as error:
        session.fatal = session.fatal or error
    finally:
        if session.indexer is not None:
            session.indexer.close()
        if session.stamper is not None:
            session.stamper.close()
